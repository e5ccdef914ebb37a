import type { Transaction } from 'kysely';
import type { World } from '../access/people.ts';
import { peopleOf } from '../access/people.ts';
import { oweBeside } from '../ledger/owed-beside.ts';
import type { Tables } from '../ledger/tables.ts';
import type { Message, Owed } from '../notifications/message.ts';
import { notYet, putOwed } from './owing.ts';
import { directMessage, inChannel } from '../access/ids.ts';

/** That a place takes no messages is told to people: nothing is lost, or waits for ever, in silence. */

/** Where it is told: at the first of these that takes it, and at all of those that stand together. */
export type Announced = () => readonly (readonly string[])[];

/** The alert channel; if that is it, the security channel; if that is it as well, every admin in person. */
export function announcedAt(directory: { known(): World }): Announced {
  return () => {
    const { policy, people } = directory.known();
    const { alert, security } = policy.channels;
    return [
      [inChannel(alert)],
      ...(security === null ? [] : [[inChannel(security)]]),
      peopleOf(people, policy.admins).map(directMessage),
    ];
  };
}

/** With what the key of each announcement about that place and reason begins. */
export function announcementKey(destination: string, why: string): string {
  return `undeliverable:${destination}:${why}:`;
}

/** A message that did not arrive. */
interface Lost {
  readonly key: string;
  readonly destination: string;
  readonly message: Message;
}

/**
 * Owes the announcement: once a day for each place and reason, so that a channel that is gone floods no other. What is
 * itself such an announcement goes on to the next place. False when there is nowhere left to tell it.
 */
export async function oweAnnouncement(
  tx: Transaction<Tables>,
  lost: Lost,
  { why, waits }: { readonly why: string; readonly waits: boolean },
  {
    places,
    refusing,
    now,
  }: { readonly places: Announced; readonly refusing: ReadonlySet<string>; readonly now: number },
): Promise<boolean> {
  const { key, destination, message } = lost;
  // An announcement that does not arrive goes on to the next place, and so does the news that this one takes none.
  const all = [
    ...(message.kind === 'undeliverable' ? [message] : []),
    { kind: 'undeliverable', key, destination, why, waits } as const,
  ];
  const gone = new Set([...all.map((news) => news.destination), ...refusing, ...(await waitedFor(tx))]);
  const there = places()
    .map((together) => together.filter((place) => !gone.has(place)))
    .find((together) => together.length > 0);
  if (there === undefined) return false;
  const day = new Date(now).toISOString().slice(0, 10);
  const owed = there.flatMap((place) =>
    all.map((news): Owed => {
      const key = `${announcementKey(news.destination, news.why)}${day}:${place}`;
      return { key, destination: place, message: news };
    }),
  );
  const fresh = await notYet(tx, owed, now, null);
  await oweBeside(tx, 'undeliverable', fresh, now, { owe: putOwed, restored: null });
  return true;
}

/** Places that refuse what they are owed: what is owed there later waits behind it. */
async function waitedFor(tx: Transaction<Tables>): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('outbox')
    .select('destination')
    .distinct()
    .where('state', '=', 'owed')
    .where('refused_since', 'is not', null)
    .execute();
  return rows.map((row) => row.destination);
}
