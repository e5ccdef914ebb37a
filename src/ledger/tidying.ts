import type { Kysely } from 'kysely';
import type { Owed } from '../notifications/message.ts';
import { compiled } from './compiled.ts';
import type { Tables } from './tables.ts';

const shownAt = compiled((db, { no }: { no: number }) =>
  db.selectFrom('slack_message').select('destination').distinct().where('request_no', '=', no),
);

/**
 * What must be brought up to date beside what is owed already: a request is also shown where it has no place any more.
 * Whoever stood in for a week, was offered what another took, or left the policy, keeps no button that does nothing.
 */
export async function oweTidying(
  db: Kysely<Tables>,
  no: number,
  version: number,
  owed: readonly Owed[],
): Promise<readonly Owed[]> {
  const served = new Set(owed.filter(({ message }) => message.kind === 'card').map((one) => one.destination));
  return (await shownAt(db, { no }))
    .filter(({ destination }) => !served.has(destination))
    .map(({ destination }) => tidyAt(no, String(version), destination));
}

/** The delivery to tidy up there; the same occasion once. */
export function tidyAt(no: number, occasion: string, destination: string): Owed {
  return { key: `tidy:${no}:${occasion}:${destination}`, destination, message: { kind: 'tidy', no } };
}
