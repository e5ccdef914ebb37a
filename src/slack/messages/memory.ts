import type Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { compiled } from '../../ledger/compiled.ts';
import type { Tables } from '../../ledger/tables.ts';
import type { Owed } from '../../notifications/message.ts';
import { tidyAt } from '../../notifications/tidy.ts';
import type { Note } from '../../outbox/delivery.ts';
import type { ShownPlaces } from '../../outbox/owed-rows.ts';

/** Which message shows what in Slack, so that it is brought up to date and not posted again: the owner of both tables. */

/** Where a message stands. */
export interface Place {
  readonly channel: string;
  readonly ts: string;
}

/** A message about a request: which one it is, and what it shows. */
export interface Standing extends Place {
  /** The event whose notice it is, or `CARD`. */
  readonly version: number;
  readonly shown: string;
}

/** The card of a request, of which there is one a place. */
export const CARD = 0;

/** What stands at the destination of one delivery: what is on record, and what it brought there itself. */
export interface Memory {
  message(no: number, version: number): Promise<Standing | null>;
  /** Those of that request that have buttons. */
  withButtons(no: number): Promise<readonly Standing[]>;
  remember(no: number, standing: Standing): void;
  /** The same for what is about no one request. */
  byKey(key: string): Promise<Place | null>;
  rememberByKey(key: string, place: Place): void;
}

/** Every place that shows that request. */
export async function shownAt(db: Kysely<Tables>, no: number): Promise<readonly string[]> {
  return (await placesOf(db, { no })).map((row) => row.destination);
}
const placesOf = compiled((db, { no }: { no: number }) =>
  db.selectFrom('slack_message').select('destination').distinct().where('request_no', '=', no),
);

/** All that is remembered of where something is shown. */
export async function readShown(db: Kysely<Tables>): Promise<ShownPlaces> {
  const requests = await db
    .selectFrom('slack_message')
    .select(['request_no as no', 'destination', 'version'])
    .execute();
  const others = await db.selectFrom('global_message').select('key').execute();
  return { requests, others: others.map(({ key }) => key) };
}

/** Where the cards of these requests stand in that place. */
export async function cardsIn(
  db: Kysely<Tables>,
  destination: string,
  numbers: readonly number[],
): Promise<readonly (Place & { readonly no: number })[]> {
  if (numbers.length === 0) return [];
  return db
    .selectFrom('slack_message')
    .select(['request_no as no', 'channel', 'ts'])
    .where('request_no', 'in', [...numbers])
    .where('destination', '=', destination)
    .where('version', '=', CARD)
    .execute();
}

/**
 * After a restore, what Slack shows of open requests may be further than the ledger is now: what their cards show is
 * forgotten, and they are to be drawn again.
 */
export function redrawCards(
  raw: Database.Database,
  { seq, open }: { readonly seq: number; readonly open: readonly number[] },
): readonly Owed[] {
  const cardsOf = `version = ${CARD} and request_no in (select value from json_each(?))`;
  const numbers = JSON.stringify(open);
  const cards = z
    .array(z.object({ no: z.number(), destination: z.string() }))
    .parse(
      raw.prepare(`select request_no as no, destination from slack_message where ${cardsOf}`).all(numbers),
    );
  raw.prepare(`update slack_message set shown = '' where ${cardsOf}`).run(numbers);
  return cards.map(({ no, destination }) => tidyAt(no, `restored:${seq}`, destination));
}

/** The memory of one delivery. What it brings is on record when the delivery is settled, by the same commit. */
export function createMemory(db: Kysely<Tables>, destination: string, note: (note: Note) => void): Memory {
  const brought = new Map<string, Standing>();

  function about(no: number) {
    return db
      .selectFrom('slack_message')
      .select(['version', 'channel', 'ts', 'shown'])
      .where('request_no', '=', no)
      .where('destination', '=', destination);
  }

  return {
    async message(no, version) {
      const own = brought.get(`${no}:${version}`);
      return own ?? (await about(no).where('version', '=', version).executeTakeFirst()) ?? null;
    },
    async withButtons(no) {
      const rows = await about(no).where('shown', 'like', '%"actions"%').execute();
      return rows.map((row) => brought.get(`${no}:${row.version}`) ?? row);
    },
    remember(no, { version, channel, ts, shown }) {
      brought.set(`${no}:${version}`, { version, channel, ts, shown });
      note(async (tx) => {
        await tx
          .insertInto('slack_message')
          .values({ request_no: no, destination, version, channel, ts, shown })
          .onConflict((conflict) =>
            conflict.columns(['request_no', 'destination', 'version']).doUpdateSet({ channel, ts, shown }),
          )
          .execute();
      });
    },
    async byKey(key) {
      const row = await db
        .selectFrom('global_message')
        .select(['channel', 'ts'])
        .where('key', '=', key)
        .executeTakeFirst();
      return row ?? null;
    },
    rememberByKey(key, { channel, ts }) {
      note(async (tx) => {
        await tx
          .insertInto('global_message')
          .values({ key, channel, ts })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ channel, ts }))
          .execute();
      });
    },
  };
}
