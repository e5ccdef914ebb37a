import type { Gap } from './related-requests.ts';
import type { Context } from './decision.ts';
import { ableActor, standingOf } from './standing.ts';
import type { GlobalCommand } from './command.ts';
import type { GlobalEvent } from './event.ts';
import { mustBe } from './work-order.ts';
import { ABSENCE_MAX_MS } from './limits.ts';
import { actorName, isAmong } from './people.ts';
import type { Refusal } from './refusal.ts';

/** What the rules about the house are told. */
export interface HouseContext extends Omit<Context, 'related'> {
  readonly gap: Gap | null;
}

/** What changes about the house rather than about a request: who answers for an absent approver, what is known to be lost. */
export function decideGlobal(
  command: GlobalCommand,
  context: HouseContext,
): { readonly events: readonly GlobalEvent[]; readonly refusal: Refusal | null } {
  const refusal = mayChange(command, context);
  if (refusal !== null) return { events: [], refusal };
  switch (command.type) {
    case 'set_absence': {
      const { approver, from, until, delegate } = command;
      if (standingOf(context.world, delegate) === 'cannot_check')
        return { events: [], refusal: { reason: 'cannot_check' } };
      const why = absenceProblem(command, context);
      if (why !== null) return { events: [], refusal: { reason: 'absence_not_possible', why } };
      return { events: [{ type: 'absence.set', approver, from, until, delegate }], refusal: null };
    }
    case 'clear_absence':
      return { events: [{ type: 'absence.cleared', approver: command.approver }], refusal: null };
    case 'confirm_gap': {
      const { restored } = command;
      // Another one, since then, was not what they were shown.
      if (context.gap?.restored !== restored) return { events: [], refusal: { reason: 'no_gap' } };
      return { events: [{ type: 'gap.confirmed', restored, by: actorName(context.actor) }], refusal: null };
    }
  }
}

function mayChange(command: GlobalCommand, context: HouseContext): Refusal | null {
  const { world } = context;
  const able = ableActor(context);
  if (able !== null) return able;
  const by = actorName(context.actor);
  const own = command.type !== 'confirm_gap' && by === command.approver;
  return own ? null : mustBe(isAmong(world.people, by, world.policy.admins), 'admin');
}

function absenceProblem(
  { approver, from, until, delegate }: Extract<GlobalCommand, { type: 'set_absence' }>,
  { world, now }: HouseContext,
): Extract<Refusal, { reason: 'absence_not_possible' }>['why'] | null {
  if (delegate === approver) return 'self';
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(until) || until <= now || until <= from)
    return 'past';
  if (until - from > ABSENCE_MAX_MS) return 'too_long';
  return standingOf(world, delegate) === 'member' ? null : 'delegate_not_able';
}
