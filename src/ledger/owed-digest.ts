import { hash } from 'node:crypto';

/**
 * What an event owes is kept in its hash: for each message a digest of what is owed where, so that none can be left out,
 * changed, or added later. Whoever delivers may only say what became of it.
 */

/** Of each, the first bytes of its SHA-256: far more than anybody could find another message for. */
export const OWED_BYTES = 16;

/** A message as it is owed. */
export interface OwedRow {
  readonly key: string;
  readonly destination: string;
  /** The exact text, as stored. */
  readonly body: string;
}

/** Tells this message from any other: of the JSON array of key, destination and body. */
export function owedDigest({ key, destination, body }: OwedRow): Buffer {
  return hash('sha256', JSON.stringify([key, destination, body]), 'buffer').subarray(0, OWED_BYTES);
}

/** The digests of all that an event owes, in the order in which it does; `null` where it is nothing. */
export function owedDigests(rows: readonly OwedRow[]): Buffer | null {
  return rows.length === 0 ? null : Buffer.concat(rows.map(owedDigest));
}

/** The digests apart, as hexadecimal. */
export function digestsIn(owed: Buffer | null): readonly string[] {
  const all: string[] = [];
  for (let at = 0; owed !== null && at < owed.length; at += OWED_BYTES)
    all.push(owed.toString('hex', at, at + OWED_BYTES));
  return all;
}
