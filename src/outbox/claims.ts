import type { ExpressionBuilder, Kysely, Selectable, Transaction } from 'kysely';
import { compiled } from '../ledger/compiled.ts';
import type { OutboxTable, Tables } from '../ledger/tables.ts';
import type { Message } from '../notifications/message.ts';
import { message } from '../notifications/message.ts';
import type { Delivery } from './delivery.ts';
import { addressOf, MAIL_PREFIXES } from '../access/ids.ts';

/** What is due, taken up: a claim that was never settled says at the next start that something had begun. */

/** A delivery, and the rows that it serves. */
export interface Claim extends Delivery {
  readonly ids: readonly number[];
  readonly attempts: number;
  /** Since when the place refuses the first of them; `null` while it does not. */
  readonly refusedSince: number | null;
}

/** What is taken up now, and when to look again; `null`: not before something happens. */
export interface Claims {
  readonly claims: readonly Claim[];
  readonly nextAt: number | null;
}

/** Destinations of one kind served at the same time: a mail server that hangs holds up no message in Slack. */
const PARALLEL_MAX = 4;
/** No try takes longer than that. */
const CLAIM_MS = 5 * 60_000;
/** Rows of one destination looked at for cards that one update can answer. */
const COALESCE_MAX = 50;

/**
 * What asks for the same when it is asked again: a card shows how things stand now, and a page is the same however often
 * its link was asked for.
 */
const SAME_AGAIN = {
  card: true,
  tidy: true,
  tenant_mail: true,
  notice: false,
  bookmark: false,
  greeting: false,
  digest: false,
  mail: false,
  consent_mail: false,
  invitation: false,
  clock: false,
  restored: false,
  after_end: false,
  orphan: false,
  undeliverable: false,
} as const satisfies Record<Message['kind'], boolean>;

/** The first of what each destination is owed, where that is due. Whoever waits longest is served first. */
const dueHeads = {
  slack: compiled((db, asked: Asked) => heads(db, asked).where((eb) => eb.not(eb.or(isMail(eb))))),
  mail: compiled((db, asked: Asked) => heads(db, asked).where((eb) => eb.or(isMail(eb)))),
} as const;
interface Asked {
  readonly now: number;
  readonly max: number;
}
function heads(db: Kysely<Tables>, { now, max }: Asked) {
  return db
    .selectFrom('outbox')
    .select('destination')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('outbox')
        .select((least) => least.fn.min('id').as('id'))
        .where('state', '=', 'owed')
        .groupBy('destination'),
    )
    .where('next_at', '<=', now)
    .orderBy('id')
    .limit(max);
}
function isMail(eb: ExpressionBuilder<Tables, 'outbox'>) {
  return MAIL_PREFIXES.map((prefix) => eb('destination', 'like', `${prefix}%`));
}
const nextDue = compiled((db, { now }: { now: number }) =>
  db
    .selectFrom('outbox')
    .select('next_at')
    .where('state', '=', 'owed')
    .where('next_at', '>', now)
    .orderBy('next_at')
    .limit(1),
);
const owedTo = compiled((db, { destination }: { destination: string }) =>
  db
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'owed')
    .where('destination', '=', destination)
    .orderBy('id')
    .limit(COALESCE_MAX),
);

/** Takes up everything that is due, as far as there are hands for it. */
export async function claimDue(
  tx: Transaction<Tables>,
  now: number,
  /** Destinations that something is on its way to; and those that are left alone, until when. */
  { busy, resting }: { readonly busy: ReadonlySet<string>; readonly resting: ReadonlyMap<string, number> },
): Promise<Claims> {
  const claims: Claim[] = [];
  for (const kind of ['slack', 'mail'] as const) {
    const busyNow = [...busy].filter((destination) => kindOf(destination) === kind).length;
    const free = PARALLEL_MAX - busyNow;
    if (free <= 0) continue;
    const due = await dueHeads[kind](tx, { now, max: PARALLEL_MAX + resting.size });
    const idle = due
      .map(({ destination }) => destination)
      .filter((destination) => !busy.has(destination) && (resting.get(destination) ?? 0) <= now);
    for (const destination of idle.slice(0, free)) claims.push(...claimOf(await owedTo(tx, { destination })));
  }
  const ids = claims.flatMap((claim) => claim.ids);
  if (ids.length > 0)
    await tx
      .updateTable('outbox')
      .set({ claimed_until: now + CLAIM_MS })
      .where('id', 'in', ids)
      .execute();
  const putOff = (await nextDue(tx, { now })).map((row) => row.next_at);
  const later = [...putOff, ...resting.values()].filter((at) => at > now);
  return { claims, nextAt: later.length === 0 ? null : Math.min(...later) };
}

/** One process owns the file: whatever is claimed when it starts was claimed by one that is gone. */
export async function doubtClaims(db: Kysely<Tables>): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ in_doubt: 1, claimed_until: null })
    .where('state', '=', 'owed')
    .where('claimed_until', 'is not', null)
    .execute();
}

/** The first of these rows, all of one destination, and what follows with the same body, where that asks for the same. */
function claimOf(rows: readonly Selectable<OutboxTable>[]): readonly Claim[] {
  const [first] = rows;
  if (first === undefined) return [];
  const asked = message.parse(JSON.parse(first.body));
  const same = rows.findIndex((row) => row.body !== first.body);
  const taken = SAME_AGAIN[asked.kind] ? rows.slice(0, same === -1 ? rows.length : same) : [first];
  return [
    {
      ids: taken.map((row) => row.id),
      attempts: first.attempts,
      refusedSince: first.refused_since,
      key: taken.at(-1)?.key ?? first.key,
      destination: first.destination,
      message: asked,
      // Of several that were owed one after the other, the first may have arrived.
      owedAt: Math.min(...taken.map((row) => row.owed_at)),
      // A claim that was never settled: what became of it could not be written down.
      inDoubt: taken.some((row) => row.in_doubt === 1 || row.claimed_until !== null),
    },
  ];
}

function kindOf(destination: string): 'slack' | 'mail' {
  return addressOf(destination) === null ? 'slack' : 'mail';
}
