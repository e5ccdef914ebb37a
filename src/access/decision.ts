import type { AccessEvent } from './event.ts';
import type { Actor, World } from './people.ts';
import type { FieldProblem, Refusal } from './refusal.ts';
import type { RelatedRequests } from './related-requests.ts';

/** What a rule is told, and how it answers. */

/** Who acts, and what is so at that moment: all that "may they?" is answered from, beside the request itself. */
export interface Moment {
  readonly actor: Actor;
  readonly world: World;
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
}

/** What the rules are told beside the command and the request itself. */
export interface Context extends Moment {
  readonly related: RelatedRequests;
}

/** What becomes of a command. Both may be there: what time did first is written even when the command is then refused. */
export interface Decision {
  readonly events: readonly AccessEvent[];
  readonly refusal: Refusal | null;
}

/** The command happens: these are the facts. */
export function accept(...events: AccessEvent[]): Decision {
  return { events, refusal: null };
}

/** The command does not happen, and why. */
export function refuse(refusal: Refusal): Decision {
  return { events: [], refusal };
}

/** Something typed was wrong: every problem at once. */
export function invalid(problems: readonly FieldProblem[]): Decision {
  return refuse({ reason: 'invalid', problems });
}
