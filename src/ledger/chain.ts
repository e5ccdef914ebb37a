import { hash } from 'node:crypto';
import type { LedgerRow } from './tables.ts';

/** What the hash of an event covers, beside the hash of the event before it. */
export interface Link {
  readonly seq: number;
  readonly requestNo: number | null;
  readonly version: number | null;
  readonly type: string;
  readonly actor: string;
  readonly at: number;
  /** The exact bytes of the canonical JSON, as stored. */
  readonly body: Uint8Array;
  /** The digests of what it owes; `null`: nothing. */
  readonly owed: Uint8Array | null;
}

/** What the first event points back to: 32 zero bytes. */
export const GENESIS = Buffer.alloc(32);

/**
 * The hash of an event: SHA-256 over the previous hash (32 bytes), then seq, request number, version, type, actor, at,
 * body and the digests of what it owes, in this order, each as its length in bytes (unsigned 32-bit big-endian) and its
 * bytes. Numbers are written in decimal ASCII; a missing request number or version is empty, and so are no digests.
 * Anybody can recompute it in any language.
 */
export function linkHash(prevHash: Uint8Array, link: Link): Buffer {
  const { seq, requestNo, version, type, actor, at, body, owed } = link;
  const fields = [
    String(seq),
    String(requestNo ?? ''),
    String(version ?? ''),
    type,
    actor,
    String(at),
    body,
    owed ?? '',
  ].map((field) => (typeof field === 'string' ? Buffer.from(field, 'utf8') : field));
  // All at once: a hash that is fed field by field takes twice as long.
  const bytes = Buffer.allocUnsafe(fields.reduce((sum, field) => sum + 4 + field.length, prevHash.length));
  bytes.set(prevHash);
  let end = prevHash.length;
  for (const field of fields) {
    end = bytes.writeUInt32BE(field.length, end);
    bytes.set(field, end);
    end += field.length;
  }
  return hash('sha256', bytes, 'buffer');
}

/** Where a chain ends: what the next event must follow. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: Buffer;
  /** When the event there was: the next is not earlier. */
  readonly at: number;
}

/** Why this row is not the event that follows, or `null`. */
export function linkProblem(row: LedgerRow, before: ChainEnd): string | null {
  if (row.seq !== before.seq + 1) return `event ${before.seq + 1} is missing`;
  if (!row.prev_hash.equals(before.hash)) return 'it does not carry the hash of the event before it';
  const { seq, request_no: requestNo, version, type, actor, at, body, owed } = row;
  const hash = linkHash(before.hash, { seq, requestNo, version, type, actor, at, body, owed });
  if (!hash.equals(row.hash)) return 'its content does not match its hash';
  return at < before.at ? 'it is earlier than the event before it' : null;
}

/**
 * The one way to write a value as JSON: keys sorted, no spaces, UTF-8. So the same fact always has the same bytes.
 * @throws RangeError for text that is not well-formed Unicode: it would be stored as something else than was hashed.
 */
export function canonicalJson(value: unknown): Buffer {
  return Buffer.from(
    JSON.stringify(value, (_key, part: unknown) => {
      if (typeof part === 'string' && !part.isWellFormed())
        throw new RangeError('text is not well-formed Unicode');
      if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
      return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
    }),
    'utf8',
  );
}
