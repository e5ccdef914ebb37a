import type { Transaction } from 'kysely';
import type { Command, GlobalCommand } from '../access/command.ts';
import { decide, needsRelated } from '../access/decide.ts';
import type { AccessEvent, GlobalEventOf, PolicyChanged, ProgramEvent } from '../access/event.ts';
import { evolve } from '../access/evolve.ts';
import { decideGlobal } from '../access/global.ts';
import type { Actor, World } from '../access/people.ts';
import { actorName } from '../access/people.ts';
import type { Policy } from '../access/policy.ts';
import type { Refusal } from '../access/refusal.ts';
import type { Access } from '../access/state.ts';
import type { Clock } from '../clock.ts';
import { oweActions } from '../notifications/owe-actions.ts';
import { oweMail } from '../notifications/owe.ts';
import { oweProgram } from '../notifications/owe-program.ts';
import { owe } from '../notifications/owe.ts';
import { oweTidying } from '../notifications/tidy.ts';
import type { Owed } from '../notifications/message.ts';
import { appendEvents, appendGlobal, writeProjection } from './append.ts';
import type { NewEvent } from './append.ts';
import type { Batch, Stored } from './actions.ts';
import { storeActions } from './actions.ts';
import { createDeliveries } from './deliveries.ts';
import { loadRecords } from './history.ts';
import { startUnder } from './kept-policy.ts';
import { addLately, readLately } from './lately.ts';
import type { OwnLedger } from './open.ts';
import type { Beside } from './owed-beside.ts';
import { clearAway, oweBeside } from './owed-beside.ts';
import type { Owing, Telling } from './owing.ts';
import type { RefusedBy } from './presses.ts';
import { createPresses } from './presses.ts';
import { readRelated } from './read-related.ts';
import { createRestorations, gapOf, nextNo } from './restorations.ts';
import type { Tables } from './tables.ts';
import type { Work } from './undoable.ts';
import { writeUndoable } from './undoable.ts';

/** Somebody (or time) wants something to happen. */
export interface Attempt {
  readonly command: Command;
  /** `null` for the ways in, which make a request. */
  readonly requestNo: number | null;
  readonly actor: Actor;
  readonly world: World;
  /** Names Slack's delivery, so that its repetition has no second effect; `null` where there is none. */
  readonly delivery: string | null;
}

/** What became of it. Everything here is committed when it is told. */
export interface Outcome {
  readonly requestNo: number | null;
  readonly refusal: Refusal | null;
  /** Where the request stands now; `null` if there is none. */
  readonly state: Access | null;
  readonly events: readonly AccessEvent[];
  /** The same delivery was here before; this is what became of it then. */
  readonly repeated: boolean;
}

/** The one command handler for every change. */
export interface CommandHandler {
  handle(attempt: Attempt): Promise<Outcome>;
  /** `owed`: what is to be told if it happens. */
  handleGlobal(
    attempt: Omit<Attempt, 'command' | 'requestNo'> & { readonly command: GlobalCommand },
    owed?: readonly Owed[],
  ): Promise<Refusal | null>;
  /** Records that a week's digest is owed, with its message. False when it was already. */
  recordDigest(week: { week: string; from: number; until: number }, owed: Owed): Promise<boolean>;
  /** Records what the program itself has to say, and owes it to whom it concerns. */
  record(event: ProgramEvent, policy: Policy): Promise<void>;
  /** Records under which policy everything stands from now on, and gives what changed since the last start. */
  startUnder(policy: Policy, tenantsSha256: string): Promise<PolicyChanged | null>;
  /** Keeps what a product says was done in a session, and owes the alarm where that was after its end. `null`: it is not theirs to tell of. */
  recordActions(batch: Batch, policy: Pick<Policy, 'channels'>): Promise<Stored | null>;
  /** Owes messages of which no change tells, such as a greeting; the same key once. */
  owe(why: Beside, owed: readonly Owed[]): Promise<void>;
  /** What time did after the backup was made good: from now on what is owed is new. */
  caughtUp(restored: number): Promise<void>;
  /** Writes how often what was refused was tried again, of minutes that are over. */
  settleRefused(): Promise<void>;
  /** Calls back after every commit that changed something or owes something. */
  onCommitted(listener: () => void): void;
  /** Waits for what is under way; from then on every attempt is refused with an error. */
  close(): Promise<void>;
}

/** Builds the command handler to this ledger. `mail`: customers are told and asked by e-mail too. */
export function createCommandHandler(
  ledger: Pick<OwnLedger, 'write' | 'written'>,
  clock: Clock,
  owing: Owing,
  { mail }: { readonly mail: boolean },
): CommandHandler {
  const restorations = createRestorations();
  const deliveries = createDeliveries();
  const presses = createPresses();
  const listeners: (() => void)[] = [];
  let closed = false;

  async function enter<T>(work: Work<T>): Promise<T> {
    if (closed) throw new Error('the handler is closed: the program is stopping');
    return write(work);
  }

  function write<T>(work: Work<T>): Promise<T> {
    return writeUndoable(
      ledger,
      work,
      () => {
        restorations.forget();
      },
      tellListeners,
    );
  }

  /** Writes what was counted of refused attempts, of minutes that are over by then. */
  async function settleRefused(by: number): Promise<void> {
    if (!presses.isDue(by)) return;
    await write(async (tx, undoing) => {
      const counted = presses.counted(by);
      undoing(counted.undo);
      await appendEvents(tx, counted.write.map(refusedFact(clock.now())));
    });
  }

  async function telling(tx: Transaction<Tables>): Promise<Telling> {
    return { owe: owing.owe, restored: await restorations.last(tx) };
  }

  function tellListeners(): void {
    for (const listener of listeners) listener();
  }

  /** What of a refusal is written now. */
  function refusedFacts(
    actor: string,
    refused: Omit<GlobalEventOf<'attempt.refused'>, 'type' | 'times'>,
    now: number,
    undoing: (undo: () => void) => void,
  ): readonly NewEvent[] {
    const event = { type: 'attempt.refused', ...refused, times: 1 } as const;
    const { write, undo } = presses.press({ actor, event }, now);
    undoing(undo);
    return write.map(refusedFact(now));
  }

  async function attempted(
    tx: Transaction<Tables>,
    attempt: Attempt,
    undoing: (undo: () => void) => void,
  ): Promise<Outcome> {
    const { command, requestNo, world } = attempt;
    const now = clock.now();
    const before = requestNo === null ? null : ((await loadRecords(tx, [requestNo]))[0]?.state ?? null);
    const repeated = await deliveries.recall(tx, attempt.delivery, now);
    if (repeated !== null) {
      const no = repeated.requestNo;
      const state =
        no === null || no === requestNo ? before : ((await loadRecords(tx, [no]))[0]?.state ?? null);
      return { requestNo: no, refusal: repeated.refusal, state, events: [], repeated: true };
    }
    const restored = await restorations.last(tx);
    const gap = gapOf(restored);
    const others = await readRelated(tx, needsRelated(command, before, attempt.actor), requestNo, now);
    const lost = before === null && restored !== null && (requestNo ?? Infinity) < restored.next_no;
    const actor = actorName(attempt.actor);
    const tenantId = 'tenantId' in command ? command.tenantId : (before?.tenant.id ?? null);
    const moment = { actor: attempt.actor, world, now };
    const lately = await readLately(tx, command, tenantId, moment);
    const related = { ...others, gap, lostAt: lost ? restored.at : null, lately };
    const { events, refusal } = decide(command, before, { ...moment, related });
    const no = requestNo ?? (events.length > 0 ? await nextNo(tx, restored) : null);
    const facts: (NewEvent & { owed: readonly Owed[] })[] = [];
    const states: Access[] = [];
    let state = before;
    for (const event of events) {
      const after = evolve(state, event, now);
      // What time did first is time's own deed, whoever came by and found it.
      const times =
        event.type === 'request.lapsed' ||
        (event.type === 'access.open_failed' && event.why === 'late') ||
        (event.type === 'session.ended' && event.how === 'expired');
      const by = times ? 'system:timer' : actor;
      const told = no === null ? [] : owe({ no, event, before: state, after }, world, now);
      const mailed = no !== null && mail ? oweMail({ no, event, before: state, after }, world, now) : [];
      facts.push({
        requestNo: no,
        version: after.version,
        actor: by,
        at: now,
        event,
        owed: [...told, ...mailed],
      });
      state = after;
      states.push(after);
    }
    const last = facts.at(-1);
    if (no !== null && state !== null && before !== null && last !== undefined) {
      const all = facts.flatMap(({ owed }) => owed);
      last.owed = [...last.owed, ...oweTidying(no, state.version, await owing.shownAt(tx, no), all)];
    }
    let refusals: readonly NewEvent[] = [];
    // That somebody was quicker than time is nobody's offence.
    if (refusal !== null && refusal.reason !== 'nothing_due') {
      const about = before === null ? null : requestNo;
      const refused = { command: command.type, reason: refusal.reason, about };
      refusals = refusedFacts(actor, refused, now, undoing);
    }
    const end = await appendEvents(tx, [...facts, ...refusals], { owe: owing.owe, restored });
    await addLately(tx, end, [...facts, ...refusals], state?.tenant.id ?? null);
    if (no !== null) await writeProjection(tx, no, before, states);
    await clearAway(tx, now, owing);
    await deliveries.remember(tx, attempt.delivery, { requestNo: no, refusal }, now);
    return { requestNo: no, refusal, state, events, repeated: false };
  }

  return {
    handle: (attempt) => enter((tx, undoing) => attempted(tx, attempt, undoing)),
    handleGlobal: ({ command, actor, world, delivery }, owed = []) =>
      enter(async (tx, undoing) => {
        const repeated = await deliveries.recall(tx, delivery, clock.now());
        if (repeated !== null) return repeated.refusal;
        const now = clock.now();
        const how = await telling(tx);
        const gap = gapOf(how.restored);
        const by = actorName(actor);
        const tenantId = 'tenantId' in command ? command.tenantId : null;
        const lately = await readLately(tx, command, tenantId, { actor, world, now });
        const { events, refusal } = decideGlobal(command, { actor, world, now, gap, lately });
        const end = await appendGlobal(tx, { actor: by, at: now, owed, telling: how }, ...events);
        await addLately(
          tx,
          end,
          events.map((event) => ({ event, actor: by, at: now })),
          tenantId,
        );
        const refused = { command: command.type, about: null };
        if (refusal !== null)
          await appendEvents(tx, refusedFacts(by, { ...refused, reason: refusal.reason }, now, undoing));
        if (events.some(({ type }) => type === 'gap.confirmed')) restorations.forget();
        await deliveries.remember(tx, delivery, { requestNo: null, refusal }, now);
        return refusal;
      }),
    recordDigest: (week, owed) =>
      enter(async (tx) => {
        const posted = await tx
          .selectFrom('digest_week')
          .select('week')
          .where('week', '=', week.week)
          .executeTakeFirst();
        if (posted !== undefined) return false;
        const now = clock.now();
        const by = { actor: 'system:timer', at: now, owed: [owed], telling: await telling(tx) };
        await appendGlobal(tx, by, { type: 'digest.posted', ...week });
        return true;
      }),
    record: (event, policy) =>
      enter(async (tx) => {
        const at = clock.now();
        const owed = (seq: number): readonly Owed[] => oweProgram({ seq, at, event }, policy);
        await appendGlobal(tx, { actor: 'system:program', at, owed, telling: await telling(tx) }, event);
      }),
    recordActions: (batch, policy) =>
      enter(async (tx) => {
        const at = clock.now();
        const owed = (told: NonNullable<Stored['told']>) => oweActions({ ...told, at }, policy);
        return storeActions(tx, batch, at, owed, await telling(tx));
      }),
    owe: (why, owed) =>
      enter(async (tx) => {
        const now = clock.now();
        const how = await telling(tx);
        await oweBeside(tx, why, await owing.notYet(tx, owed, now, how.restored), now, how);
      }),
    caughtUp: (restored) =>
      enter(async (tx) => {
        await tx.updateTable('restoration').set({ settled: 1 }).where('seq', '=', restored).execute();
        restorations.forget();
      }),
    startUnder: (policy, tenants) => enter((tx) => startUnder(tx, clock.now(), policy, tenants)),
    settleRefused: () => settleRefused(clock.now()),
    onCommitted(listener) {
      listeners.push(listener);
    },
    async close() {
      closed = true;
      await ledger.written();
      await settleRefused(Infinity);
    },
  };
}

function refusedFact(at: number): (refused: RefusedBy) => NewEvent {
  return ({ actor, event }) => ({ requestNo: null, version: null, actor, at, event });
}
