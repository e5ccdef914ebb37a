import type { Transaction } from 'kysely';
import type { Command, GlobalCommand } from '../access/command.ts';
import { decide, needsRelated } from '../access/decide.ts';
import type { AccessEvent, GlobalEventOf } from '../access/event.ts';
import { decideGlobal } from '../access/global.ts';
import type { Actor, World } from '../access/people.ts';
import { actorName } from '../access/people.ts';
import type { Refusal } from '../access/refusal.ts';
import type { Access } from '../access/state.ts';
import type { Clock } from '../clock.ts';
import type { Owed } from '../notifications/message.ts';
import { oweTidying } from '../notifications/tidy.ts';
import type { NewEvent } from './append.ts';
import { appendEvents, appendGlobal, writeProjection } from './append.ts';
import type { Deliveries } from './deliveries.ts';
import { loadRecords } from './history.ts';
import { addLately, readLately } from './lately.ts';
import { newFacts } from './new-facts.ts';
import { clearAway } from './owed-beside.ts';
import type { Owing } from './owing.ts';
import type { Presses, RefusedBy } from './presses.ts';
import { readRelated } from './read-related.ts';
import type { Restorations } from './restorations.ts';
import { gapOf, nextNo } from './restorations.ts';
import type { Tables } from './tables.ts';

/** One attempt to change something, inside its transaction: history → decide → append events + owe messages. */

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

/** The same, for what belongs to no one request. */
export type GlobalAttempt = Omit<Attempt, 'command' | 'requestNo'> & { readonly command: GlobalCommand };

/** What an attempt needs beside its transaction. */
export interface AttemptDeps {
  readonly clock: Clock;
  readonly restorations: Restorations;
  readonly deliveries: Deliveries;
  readonly presses: Presses;
  readonly owing: Owing;
  readonly mail: boolean;
}

/** Takes back what is kept in memory, should the transaction not be committed. */
type Undoing = (undo: () => void) => void;

/** What becomes of a command about a request, or of one that makes a request. */
export async function attempted(
  tx: Transaction<Tables>,
  attempt: Attempt,
  deps: AttemptDeps,
  undoing: Undoing,
): Promise<Outcome> {
  const { clock, restorations, deliveries, owing, mail } = deps;
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
  const { facts, states } = newFacts(events, before, { no, actor, world, now, mail });
  const state = states.at(-1) ?? before;
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
    refusals = refusedFacts(deps, actor, refused, now, undoing);
  }
  const end = await appendEvents(tx, [...facts, ...refusals], { owe: owing.owe, restored });
  await addLately(tx, end, [...facts, ...refusals], state?.tenant.id ?? null);
  if (no !== null) await writeProjection(tx, no, before, states);
  await clearAway(tx, now, owing);
  await deliveries.remember(tx, attempt.delivery, { requestNo: no, refusal }, now);
  return { requestNo: no, refusal, state, events, repeated: false };
}

/** Why a command about no one request does not happen; `null`: it did. `owed`: what is to be told then. */
export async function attemptedGlobal(
  tx: Transaction<Tables>,
  { command, actor, world, delivery }: GlobalAttempt,
  owed: readonly Owed[],
  deps: AttemptDeps,
  undoing: Undoing,
): Promise<Refusal | null> {
  const { clock, restorations, deliveries, owing } = deps;
  const repeated = await deliveries.recall(tx, delivery, clock.now());
  if (repeated !== null) return repeated.refusal;
  const now = clock.now();
  const how = { owe: owing.owe, restored: await restorations.last(tx) };
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
    await appendEvents(tx, refusedFacts(deps, by, { ...refused, reason: refusal.reason }, now, undoing));
  if (events.some(({ type }) => type === 'gap.confirmed')) restorations.forget();
  await deliveries.remember(tx, delivery, { requestNo: null, refusal }, now);
  return refusal;
}

/** What of a refusal is written now. */
function refusedFacts(
  { presses }: AttemptDeps,
  actor: string,
  refused: Omit<GlobalEventOf<'attempt.refused'>, 'type' | 'times'>,
  now: number,
  undoing: Undoing,
): readonly NewEvent[] {
  const event = { type: 'attempt.refused', ...refused, times: 1 } as const;
  const { write, undo } = presses.press({ actor, event }, now);
  undoing(undo);
  return write.map(refusedFact(now));
}

/** A refusal as it is written. */
export function refusedFact(at: number): (refused: RefusedBy) => NewEvent {
  return ({ actor, event }) => ({ requestNo: null, version: null, actor, at, event });
}
