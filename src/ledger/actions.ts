import type { Kysely, Transaction } from 'kysely';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Action } from '../access/actions.ts';
import { isAfterEnd, LEVELS, OUTCOMES } from '../access/actions.ts';
import type { GlobalEventOf } from '../access/event.ts';
import type { Owed } from '../notifications/message.ts';
import { appendGlobal } from './append.ts';
import { compiled } from './compiled.ts';
import { canonicalJson } from './chain.ts';
import type { Telling } from './owing.ts';
import type { ReportedActionTable, Tables } from './tables.ts';

/** What products say was done in sessions: beside the ledger, which keeps the hash of each batch. */

/** What a product tells at once. */
export interface Batch {
  readonly requestNo: number;
  /** The key that it came with, and the product that it was made for. */
  readonly product: { readonly keyId: string; readonly name: string };
  readonly actions: readonly Action[];
  /** Whether that product may tell of this tenant. */
  readonly mayAskAbout: (tenantId: string) => boolean;
}

/** What became of a batch. */
export interface Stored {
  readonly stored: number;
  /** Told before. */
  readonly repeated: number;
  readonly afterEnd: number;
  /** The event that keeps its hash; `null`: nothing of it was new. */
  readonly told: { readonly seq: number; readonly event: GlobalEventOf<'actions.reported'> } | null;
}

const sessionOf = compiled((db, { no }: { no: number }) =>
  db
    .selectFrom('request')
    .select(['tenant_id', 'started_at', 'expires_at', 'ended_at'])
    .where('request_no', '=', no),
);
const knownAction = compiled((db, { no, product, id }: { no: number; product: string; id: string }) =>
  db
    .selectFrom('reported_action')
    .select('seq')
    .where('request_no', '=', no)
    .where('product', '=', product)
    .where('action_id', '=', id),
);
const addAction = compiled((db, row: ReportedActionTable) => db.insertInto('reported_action').values(row));

/** Keeps what is new of a batch, with its event. Only inside the command handler's transaction. `null`: there is no such session, or it is not theirs. */
export async function storeActions(
  tx: Transaction<Tables>,
  { requestNo, product, actions, mayAskAbout }: Batch,
  now: number,
  owedBy: (told: NonNullable<Stored['told']>) => readonly Owed[],
  telling: Telling,
): Promise<Stored | null> {
  const [session] = await sessionOf(tx, { no: requestNo });
  const endAt = session?.ended_at ?? session?.expires_at ?? null;
  if (session === undefined || endAt === null || !mayAskAbout(session.tenant_id)) return null;
  const fresh: Action[] = [];
  for (const action of actions) {
    const [known] = await knownAction(tx, { no: requestNo, product: product.name, id: action.id });
    if (known === undefined) fresh.push(action);
  }
  const repeated = actions.length - fresh.length;
  if (fresh.length === 0) return { stored: 0, repeated, afterEnd: 0, told: null };
  const late = fresh.map((action) => isAfterEnd(action, endAt, now));
  const afterEnd = late.filter(Boolean).length;
  const event: GlobalEventOf<'actions.reported'> = {
    type: 'actions.reported',
    about: requestNo,
    product: product.name,
    count: fresh.length,
    afterEnd,
    hash: hashOfActions(requestNo, product.name, fresh),
  };
  const owed = (seq: number): readonly Owed[] => owedBy({ seq, event });
  const seq = await appendGlobal(tx, { actor: `product:${product.keyId}`, at: now, owed, telling }, event);
  for (const [place, { id, at, what, on, level, outcome }] of fresh.entries())
    await addAction(tx, {
      seq,
      place,
      request_no: requestNo,
      product: product.name,
      action_id: id,
      at,
      what,
      target: on,
      level,
      outcome,
      late: late[place] === true ? 1 : 0,
    });
  return { stored: fresh.length, repeated, afterEnd, told: { seq, event } };
}

/** SHA-256 of what is stored of a batch, in its order, as canonical JSON: what the ledger keeps of it. */
export function hashOfActions(requestNo: number, product: string, actions: readonly Action[]): string {
  const lines = actions.map(({ id, at, what, on, level, outcome }) => [id, at, what, on, level, outcome]);
  return createHash('sha256')
    .update(canonicalJson([requestNo, product, lines]))
    .digest('hex');
}

/** One action with who told of it, and whether the session was over. */
export interface Reported extends Action {
  readonly product: string;
  readonly afterEnd: boolean;
}

/** What is kept of actions, to be read. */
export interface ReportedActions {
  /** The newest of a session, and how many there are. */
  newest(
    requestNo: number,
    limit: number,
  ): Promise<{ readonly count: number; readonly newest: readonly Reported[] }>;
  /** All of a session, newest first, a page at a time. */
  all(requestNo: number): AsyncGenerator<readonly Reported[]>;
  count(requestNo: number): Promise<number>;
}

const PAGE = 500;

const row = z
  .object({
    seq: z.int(),
    place: z.int(),
    request_no: z.int(),
    product: z.string(),
    action_id: z.string(),
    at: z.int(),
    what: z.string(),
    target: z.string().nullable(),
    level: z.enum(LEVELS),
    outcome: z.enum(OUTCOMES),
    late: z.union([z.literal(0), z.literal(1)]),
  })
  .transform(({ seq, place, product, action_id: id, at, what, target, level, outcome, late }) => ({
    mark: { at, seq, place },
    reported: { id, at, what, on: target, level, outcome, product, afterEnd: late === 1 } satisfies Reported,
  }));
const rows = z.array(row);

/** What this ledger keeps of actions. Each answer is an index search. */
export function createReportedActions(db: Kysely<Tables>): ReportedActions {
  const of = (requestNo: number) =>
    db
      .selectFrom('reported_action')
      .selectAll()
      .where('request_no', '=', requestNo)
      .orderBy('at', 'desc')
      .orderBy('seq', 'desc')
      .orderBy('place', 'desc');
  const count = async (requestNo: number): Promise<number> => {
    const row = await db
      .selectFrom('reported_action')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('request_no', '=', requestNo)
      .executeTakeFirstOrThrow();
    return row.count;
  };
  return {
    async newest(requestNo, limit) {
      const found = rows.parse(await of(requestNo).limit(limit).execute());
      const all = found.length < limit ? found.length : await count(requestNo);
      return { count: all, newest: found.map(({ reported }) => reported) };
    },
    async *all(requestNo) {
      let page = rows.parse(await of(requestNo).limit(PAGE).execute());
      while (page.length > 0) {
        yield page.map(({ reported }) => reported);
        const last = page.at(-1)?.mark;
        if (page.length < PAGE || last === undefined) return;
        page = rows.parse(
          await of(requestNo)
            .where((eb) =>
              eb(eb.refTuple('at', 'seq', 'place'), '<', eb.tuple(last.at, last.seq, last.place)),
            )
            .limit(PAGE)
            .execute(),
        );
      }
    },
    count,
  };
}

/** What is kept of actions, held against the events that tell of them: what is wrong, or `null`. */
export async function wrongActions(
  db: Kysely<Tables>,
  told: ReadonlyMap<number, GlobalEventOf<'actions.reported'>>,
): Promise<string | null> {
  let kept = 0;
  for (const [seq, { about, product, count, hash }] of told) {
    const found = await db
      .selectFrom('reported_action')
      .selectAll()
      .where('seq', '=', seq)
      .orderBy('place')
      .execute();
    kept += found.length;
    const parsed = rows.safeParse(found);
    const actions = parsed.success ? parsed.data.map(({ reported }) => reported) : [];
    const elsewhere = found.some((one) => one.request_no !== about || one.product !== product);
    if (elsewhere || actions.length !== count || hashOfActions(about, product, actions) !== hash)
      return `the actions of event ${seq} are kept otherwise than the ledger tells`;
  }
  const { all } = await db
    .selectFrom('reported_action')
    .select((eb) => eb.fn.countAll<number>().as('all'))
    .executeTakeFirstOrThrow();
  return all === kept ? null : `${all} actions are kept where the ledger tells of ${kept}`;
}
