import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOTHING_RELATED } from '../../src/access/related-requests.ts';
import type { Context, Decision } from '../../src/access/decision.ts';
import type { Command } from '../../src/access/command.ts';
import { decide } from '../../src/access/decide.ts';
import { dueAt, dueCommand } from '../../src/access/due.ts';
import { accessEvent } from '../../src/access/event.ts';
import { evolve } from '../../src/access/evolve.ts';
import { unlawful } from '../../src/access/lawful.ts';
import type { Actor, World } from '../../src/access/people.ts';
import { actorName } from '../../src/access/people.ts';
import type { Access } from '../../src/access/state.ts';
import { askOf, isStarted } from '../../src/access/state.ts';
import { createClock } from '../../src/clock.ts';
import type { Machine } from '../support/machine.ts';
import { machine } from '../support/machine.ts';
import { person, T0, timer } from '../support/access-fixtures.ts';
import type { Life } from '../support/promises.ts';
import {
  able,
  agreed,
  bounded,
  covered,
  decidedOnce,
  endedInTime,
  lately,
  leftBehind,
  must,
  nobodyStays,
  nothingOfOurs,
  overByEitherClock,
  ourTalkStays,
  permitted,
  refusedOrDone,
  said,
  seldomEnough,
  started,
  watched,
} from '../support/promises.ts';
import {
  dice,
  goOn,
  inUse,
  nextMoment,
  pick,
  sensible,
  STRANGERS,
  STRICT_WORLDS,
  whoComes,
  wild,
  WORLDS,
} from '../support/random-commands.ts';

/** Lives that nobody thought of; what must be true of every one of them stands in promises.ts. */

const LIVES = 40_000;
const FILING: ReadonlySet<string> = new Set(['file', 'file_customer_request', 'declare_emergency']);

const seen = new Map<string, number>();
const refused = new Set<string>();

describe('any life at all', () => {
  it('keeps every promise, whoever does what and whenever', () => {
    const step = fc.noShrink(fc.noBias(fc.integer()));
    const steps = fc.array(step, { minLength: 4, maxLength: 12, size: 'max' });
    fc.assert(
      fc.property(steps, (seeds) => {
        live(seeds);
      }),
      { numRuns: LIVES },
    );
    const types = accessEvent.options.map((option) => option.shape.type.value);
    // What products do stands in product-life.property.test.ts.
    expect(types.filter((type) => !seen.has(type) && !type.startsWith('access.'))).toEqual([]);
    expect(refused).toContain('too_often');
  }, 120_000);
});

function live(seeds: readonly number[]): void {
  const ours = machine(T0);
  const clock = createClock(ours);
  const lives: [Life, ...Life[]] = [newLife(ours)];
  const worlds = dice(seeds[0] ?? 0)(2) === 0 ? WORLDS : STRICT_WORLDS;
  const usual = worlds[0];
  // Mostly the usual world; now and then the one thing that is different in this life.
  const other = worlds[1 + dice((seeds[0] ?? 0) ^ 1)(worlds.length - 1)] ?? usual;
  let now = T0;
  const first = dice((seeds[0] ?? 0) ^ 2);
  if (first(3) === 0)
    for (const [who, command] of inUse(first)) {
      const actor = typeof who === 'string' ? person(who) : who;
      attempt(lives[0], command, { actor, world: usual, related: NOTHING_RELATED, now });
    }
  for (const seed of seeds) {
    const roll = dice(seed);
    const world = roll(3) === 0 ? other : usual;
    // Mostly the newest request goes on; now and then an older one does, or another is filed beside them.
    const newest = lives[lives.length - 1] ?? lives[0];
    const broken = newest.state?.origin.kind === 'emergency' && newest.state.phase !== 'unconfirmed';
    if (newest.state !== null && roll(broken ? 3 : 12) === 0) lives.push(newLife(ours));
    const life = roll(4) === 0 ? pick(roll, lives) : (lives[lives.length - 1] ?? newest);
    if (life.state !== null) goOn(ours, nextMoment(life.state, now, roll) - now, roll);
    now = clock.now();
    life.now = now;
    const others = lives.filter((one) => one !== life);
    // The timer comes by in time, late (with a later step), or never.
    if (roll(2) === 0) for (const one of lives) passTime(one, world, now);
    // And so does Slack's word of who left, or a look at everybody.
    if (roll(3) === 0) for (const one of lives) callOff(one, world, now);
    const again = others.some(({ state }) => state?.origin.kind === 'emergency') && roll(4) > 0;
    const apt = roll(life.state === null ? 12 : 5) > 0;
    const [who, command] = apt
      ? sensible(life.state, world, life.now, roll, again)
      : wild(life.state, life.now, roll);
    const actor = whoComes(who, roll);
    const gap = roll(12) === 0 ? { restored: 1, at: life.now } : null;
    const tenantId = 'tenantId' in command ? command.tenantId : (life.state?.tenant.id ?? '');
    const done = lately(lives, command, actorName(actor), tenantId, life.now);
    const related = {
      ...NOTHING_RELATED,
      openEmergencies: openEmergencies(others, actor),
      gap,
      lately: done,
    };
    const { events, refusal } = attempt(life, command, { actor, world, related, now: life.now }, others);
    if (refusal !== null) refused.add(refusal.reason);
    must(
      gap === null || events.every(({ type }) => type !== 'session.started'),
      'nothing starts while nobody has confirmed a gap',
    );
  }
  for (const life of lives) {
    passTime(life, usual, now);
    retold(life);
    decidedOnce(life.facts);
    ourTalkStays(life, usual);
  }
}

function newLife(ours: Machine): Life {
  const clock = { now: T0, machine: ours, passedAtStart: 0 };
  return { ...clock, state: null, facts: [], agreedEnd: 0, asked: null, saidYesTo: new Map(), more: null };
}

/** As the ledger shows them: started, and still due some time. */
function openEmergencies(others: readonly Life[], actor: Actor): readonly number[] {
  return others.flatMap(({ state }, i) => {
    const theirs = state?.origin.kind === 'emergency' && state.requester === actorName(actor);
    return theirs && isStarted(state) && dueAt(state) !== null ? [i] : [];
  });
}

function callOff(life: Life, world: World, now: number): void {
  life.now = now;
  const people = life.state === null ? [] : [askOf(life.state)?.grantee, life.state.requester];
  for (const person of people) {
    if (person === undefined || person.includes(':')) continue;
    const context = { actor: timer, world, related: NOTHING_RELATED, now };
    attempt(life, { type: 'call_off', person }, context);
  }
  if (life.state !== null) nobodyStays(life.state, world);
}

function passTime(life: Life, world: World, now: number): void {
  life.now = now;
  for (let i = 0; life.state !== null; i += 1) {
    const command = dueCommand(life.state, life.now);
    if (command === null) break;
    must(i < 20, 'what is due comes to an end');
    const context = { actor: timer, world, related: NOTHING_RELATED, now: life.now };
    const { refusal } = attempt(life, command, context);
    must(refusal === null, 'what is due happens');
  }
  const next = life.state === null ? null : dueAt(life.state);
  must(next === null || next > life.now, 'nothing due is left over');
}

function attempt(life: Life, command: Command, context: Context, others: readonly Life[] = []): Decision {
  const start = life.state;
  const decision = decide(command, start, context);
  refusedOrDone(command, start, decision, context);
  permitted(command, start, decision, context);
  said(command, start, decision, life);
  if (STRANGERS.has(context.actor)) nothingOfOurs(decision);
  for (const event of decision.events) {
    const before = life.state;
    must(unlawful(before, event, context.now) === null, 'what the rules write is lawful');
    const after = evolve(before, event, context.now);
    life.state = after;
    must(context.now >= (life.facts.at(-1)?.at ?? 0), 'no fact is earlier than the one before it');
    if (event.type === 'session.started') life.passedAtStart = life.machine.passed();
    life.facts.push({ event, at: context.now, by: actorName(context.actor) });
    seen.set(event.type, (seen.get(event.type) ?? 0) + 1);
    able(event, before, after, context);
    leftBehind(event, before, context);
    started(event, after, life);
    watched(
      event,
      after,
      others.flatMap(({ state }) => state ?? []),
      context.world,
    );
    bounded(event, before, after, life);
    covered(event, life, context);
    agreed(event, before, life, context);
  }
  seldomEnough(life, others, command, decision, context);
  if (!FILING.has(command.type)) endedInTime(start, life.state, context.now);
  if (!FILING.has(command.type)) overByEitherClock(life);
  return decision;
}

/** The facts alone, as they come back from where they are kept, tell the same life. */
function retold({ facts, state }: Life): void {
  let told: Access | null = null;
  for (const { event, at } of facts) {
    const kept = accessEvent.parse(JSON.parse(JSON.stringify(event)));
    must(isDeepStrictEqual(kept, event), `${event.type} is kept as it was`);
    told = evolve(told, kept, at);
  }
  must(isDeepStrictEqual(told, state), 'the facts tell the same state');
}
