import { expect } from 'vitest';
import type { RelatedRequests } from '../../src/access/related-requests.ts';
import { NOTHING_RELATED } from '../../src/access/related-requests.ts';
import type { Command, FileCustomerRequest, FileRequest } from '../../src/access/command.ts';
import { decide } from '../../src/access/decide.ts';
import { dueCommand } from '../../src/access/due.ts';
import type { AccessEvent } from '../../src/access/event.ts';
import { evolve } from '../../src/access/evolve.ts';
import type { Actor, World } from '../../src/access/people.ts';
import type { FieldProblem, Refusal } from '../../src/access/refusal.ts';
import type { Access, Phase } from '../../src/access/state.ts';
import { approve, ask, closeOut, declare, end, file, start } from './access-commands.ts';
import type { Change } from './access-fixtures.ts';
import { ANN, cara, EVE, GUS, OLA, person, RITA, T0, timer, worldOf } from './access-fixtures.ts';

export interface Story {
  readonly world: World;
  readonly now: number;
  readonly state: Access | null;
  /** Everything that happened, when, in order. */
  readonly facts: readonly { readonly event: AccessEvent; readonly at: number }[];
  at(now: number): Story;
  later(ms: number): Story;
  in(change: Change): Story;
  beside(related: Partial<RelatedRequests>): Story;
  /** Happens, or the test is wrong. */
  given(actor: Actor | string, ...commands: readonly Command[]): Story;
  when(actor: Actor | string, command: Command): Outcome;
  /** Time does everything that is due now. */
  tick(): Story;
}

export interface Outcome {
  readonly events: readonly AccessEvent[];
  readonly refusal: Refusal | null;
  /** Exactly these facts, in this order, each at least so; the story as it goes on. */
  thenHappens(...events: readonly Partial<AccessEvent>[]): Story;
  /** Refused just so, and nothing happens but what time itself did first. */
  thenRefused(refusal: Refusal, ...byTime: readonly AccessEvent['type'][]): Story;
  /** Refused for what was typed: exactly these problems. */
  thenInvalid(...problems: readonly FieldProblem[]): Story;
}

interface Scene extends Pick<Story, 'world' | 'now' | 'state' | 'facts'> {
  readonly related: RelatedRequests;
}

/** A life told from the beginning. Every step gives a new story, so that one beginning serves many ends. */
export function story(change: Change = {}): Story {
  return tell({ world: worldOf(change), now: T0, state: null, facts: [], related: NOTHING_RELATED });
}

function tell(scene: Scene): Story {
  const { world, now, state, facts } = scene;
  const self: Story = {
    world,
    now,
    state,
    facts,
    at: (instant) => tell({ ...scene, now: instant }),
    later: (ms) => tell({ ...scene, now: now + ms }),
    in: (change) => tell({ ...scene, world: worldOf(change) }),
    beside: (related) => tell({ ...scene, related: { ...scene.related, ...related } }),
    given: (actor, ...commands) =>
      commands.reduce((s, command) => {
        const outcome = s.when(actor, command);
        return outcome.thenHappens(...outcome.events);
      }, self),
    when: (actor, command) => judged(scene, typeof actor === 'string' ? person(actor) : actor, command),
    tick() {
      const command = state === null ? null : dueCommand(state, now);
      return command === null ? self : self.given(timer, command).tick();
    },
  };
  return self;
}

function judged(scene: Scene, actor: Actor, command: Command): Outcome {
  const { world, now, related } = scene;
  const { events, refusal } = decide(command, scene.state, { actor, world, related, now });
  const goesOn = (): Story =>
    tell({
      ...scene,
      state: events.reduce((s: Access | null, event) => evolve(s, event, now), scene.state),
      facts: [...scene.facts, ...events.map((event) => ({ event, at: now }))],
    });
  return {
    events,
    refusal,
    thenHappens(...expected) {
      expect(refusal).toBeNull();
      expect(events).toMatchObject(expected);
      return goesOn();
    },
    thenRefused(expected, ...byTime) {
      expect(refusal).toEqual(expected);
      expect(events.map((event) => event.type)).toEqual(byTime);
      return goesOn();
    },
    thenInvalid(...problems) {
      expect(refusal).toEqual({ reason: 'invalid', problems });
      expect(events).toEqual([]);
      return goesOn();
    },
  };
}

/** The state, known to be in that phase. */
export function inPhase<P extends Phase>({ state }: Story, phase: P): Extract<Access, { phase: P }> {
  if (state?.phase !== phase) throw new Error(`expected ${phase}, found ${state?.phase ?? 'nothing'}`);
  return state as Extract<Access, { phase: P }>;
}

/** A yes to the more time that is asked for now. */
export const moreTime = (
  { state }: Story,
  typedTenantId: string | null = null,
): Extract<Command, { type: 'approve_extension' }> => {
  const version = state?.phase === 'active' ? (state.extension?.version ?? 0) : 0;
  return { type: 'approve_extension', version, typedTenantId };
};

/** Beginnings: how far a usual life has come. */
export const pending = (over: Partial<FileRequest> = {}, change: Change = {}): Story =>
  story(change).given(RITA, file(over));
export const approved = (over: Partial<FileRequest> = {}, change: Change = {}): Story =>
  pending(over, change).given(ANN, approve());
export const active = (over: Partial<FileRequest> = {}, change: Change = {}): Story =>
  approved(over, change).given(GUS, start);
export const ended = (over: Partial<FileRequest> = {}, change: Change = {}): Story =>
  active(over, change).given(GUS, end);
export const closed = (over: Partial<FileRequest> = {}): Story => ended(over).given(OLA, closeOut());
export const unclaimed = (over: Partial<FileCustomerRequest> = {}, change: Change = {}): Story =>
  story(change).given(cara, ask(over));
export const emergency = (change: Change = {}): Story => story(change).given(EVE, declare());
export const TWO_PEOPLE: Change = { emergency: { twoPeople: true } };
export const unconfirmed = (): Story => emergency(TWO_PEOPLE);
