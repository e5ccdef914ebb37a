import { decideAbsence } from './absence.ts';
import type { GlobalCommand } from './command.ts';
import type { Moment } from './decision.ts';
import type { GlobalEvent } from './event.ts';
import type { Lately } from './hourly.ts';
import { tooOften } from './hourly.ts';
import { invite, askLink } from './inviting.ts';
import { actorName, isAmong } from './people.ts';
import type { Refusal } from './refusal.ts';
import { withGroups } from './refusal.ts';
import type { Gap } from './related-requests.ts';
import { ableActor } from './standing.ts';
import { mustBe } from './work-order.ts';

/** What belongs to no one request: who answers for whom, what is known to be lost, who is shown where to ask. */

/** What these rules are told. */
export interface GlobalContext extends Moment {
  readonly gap: Gap | null;
  readonly lately: Lately;
}

export interface GlobalDecision {
  readonly events: readonly GlobalEvent[];
  readonly refusal: Refusal | null;
}

/** What becomes of a command that is about no one request. */
export function decideGlobal(command: GlobalCommand, context: GlobalContext): GlobalDecision {
  const decision = judge(command, context);
  if (decision.refusal !== null) return { ...decision, refusal: withGroups(decision.refusal, context.world) };
  const often = tooOften(command, context.lately, context.world.policy.limits, context.now);
  return often === null ? decision : { events: [], refusal: often };
}

function judge(command: GlobalCommand, context: GlobalContext): GlobalDecision {
  switch (command.type) {
    case 'set_absence':
    case 'clear_absence':
      return decideAbsence(command, context);
    case 'invite':
      return invite(command, context);
    case 'ask_link':
      return askLink(command, context);
    case 'confirm_gap':
      return confirmGap(command, context);
  }
}

function confirmGap(
  { restored }: Extract<GlobalCommand, { type: 'confirm_gap' }>,
  context: GlobalContext,
): GlobalDecision {
  const { world, gap } = context;
  const by = actorName(context.actor);
  const refusal = ableActor(context) ?? mustBe(isAmong(world.people, by, world.policy.admins), 'admin');
  if (refusal !== null) return { events: [], refusal };
  // Another one, since then, was not what they were shown.
  if (gap?.restored !== restored) return { events: [], refusal: { reason: 'no_gap' } };
  return { events: [{ type: 'gap.confirmed', restored, by }], refusal: null };
}
