import type { Moment } from './decision.ts';
import { ableActor, standingOf } from './standing.ts';
import type { GlobalCommand } from './command.ts';
import type { GlobalEventOf } from './event.ts';
import { mustBe } from './work-order.ts';
import { ABSENCE_MAX_MS } from './limits.ts';
import { actorName, isAmong } from './people.ts';
import type { Refusal } from './refusal.ts';

type SetAbsence = Extract<GlobalCommand, { type: 'set_absence' }>;
type ClearAbsence = Extract<GlobalCommand, { type: 'clear_absence' }>;

/** Who answers for an absent approver: said by themselves, or by an admin. */
export function decideAbsence(
  command: SetAbsence | ClearAbsence,
  context: Moment,
): {
  readonly events: readonly GlobalEventOf<'absence.set' | 'absence.cleared'>[];
  readonly refusal: Refusal | null;
} {
  const { world } = context;
  const by = actorName(context.actor);
  const refusal =
    ableActor(context) ??
    (by === command.approver ? null : mustBe(isAmong(world.people, by, world.policy.admins), 'admin'));
  if (refusal !== null) return { events: [], refusal };
  if (command.type === 'clear_absence')
    return { events: [{ type: 'absence.cleared', approver: command.approver }], refusal: null };
  const { approver, from, until, delegate } = command;
  if (standingOf(world, delegate) === 'cannot_check')
    return { events: [], refusal: { reason: 'cannot_check' } };
  const why = absenceProblem(command, context);
  if (why !== null) return { events: [], refusal: { reason: 'absence_not_possible', why } };
  return { events: [{ type: 'absence.set', approver, from, until, delegate }], refusal: null };
}

function absenceProblem(
  { approver, from, until, delegate }: SetAbsence,
  { world, now }: Moment,
): Extract<Refusal, { reason: 'absence_not_possible' }>['why'] | null {
  if (delegate === approver) return 'self';
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(until) || until <= now || until <= from)
    return 'past';
  if (until - from > ABSENCE_MAX_MS) return 'too_long';
  return standingOf(world, delegate) === 'member' ? null : 'delegate_not_able';
}
