import type { AccessEvent } from '../access/event.ts';
import { evolve } from '../access/evolve.ts';
import type { World } from '../access/people.ts';
import type { Access } from '../access/state.ts';
import type { Owed } from '../notifications/message.ts';
import { owe, oweMail } from '../notifications/owe.ts';
import type { NewEvent } from './append.ts';

/** A fact as it is written, and what is owed for it. */
export type NewFact = NewEvent & { owed: readonly Owed[] };

/** What follows from a decision: each fact, who is named in it and told of it, and where the request stood after it. */
export function newFacts(
  events: readonly AccessEvent[],
  before: Access | null,
  by: {
    /** `null`: nothing happens, so there is no request either. */
    readonly no: number | null;
    readonly actor: string;
    readonly world: World;
    readonly now: number;
    /** Are customers told by e-mail, too? */
    readonly mail: boolean;
  },
): { readonly facts: readonly NewFact[]; readonly states: readonly Access[] } {
  const { no, actor, world, now, mail } = by;
  const facts: NewFact[] = [];
  const states: Access[] = [];
  for (const event of events) {
    const state = states.at(-1) ?? before;
    const after = evolve(state, event, now);
    const change = no === null ? null : { no, event, before: state, after };
    facts.push({
      requestNo: no,
      version: after.version,
      actor: isTimes(event) ? 'system:timer' : actor,
      at: now,
      event,
      owed: change === null ? [] : [...owe(change, world, now), ...(mail ? oweMail(change, world, now) : [])],
    });
    states.push(after);
  }
  return { facts, states };
}

/** What time did first is time's own deed, whoever came by and found it. */
function isTimes(event: AccessEvent): boolean {
  return (
    event.type === 'request.lapsed' ||
    (event.type === 'access.open_failed' && event.why === 'late') ||
    (event.type === 'session.ended' && event.how === 'expired')
  );
}
