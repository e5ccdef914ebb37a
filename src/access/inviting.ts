import type { GlobalCommand } from './command.ts';
import type { Moment } from './decision.ts';
import type { GlobalEventOf } from './event.ts';
import { actorName, isAmong, isContact } from './people.ts';
import { insidersOf } from './reading.ts';
import type { FieldProblem, Refusal } from './refusal.ts';
import { ableActor } from './standing.ts';
import { mustBe } from './work-order.ts';

/** Showing customers where to ask, and mailing them a link that they ask for. */

interface Answer {
  readonly events: readonly GlobalEventOf<'customers.invited' | 'link.asked'>[];
  readonly refusal: Refusal | null;
}

const UNKNOWN: readonly FieldProblem[] = [{ field: 'tenant', problem: 'unknown' }];

/** Somebody whom the policy lists has a customer shown where to ask. */
export function invite(
  { tenantId: tenant, to }: Extract<GlobalCommand, { type: 'invite' }>,
  context: Moment,
): Answer {
  const { policy, people } = context.world;
  const by = actorName(context.actor);
  const refusal = ableActor(context) ?? mustBe(isAmong(people, by, insidersOf(policy)), 'listed');
  if (refusal !== null) return { events: [], refusal };
  if (!policy.tenants.has(tenant)) return { events: [], refusal: { reason: 'invalid', problems: UNKNOWN } };
  return { events: [{ type: 'customers.invited', tenant, to, by }], refusal: null };
}

/** Whoever has the address of a contact asks for a mail to it, and to no other. */
export function askLink(
  { tenantId, about }: Extract<GlobalCommand, { type: 'ask_link' }>,
  { actor, world }: Moment,
): Answer {
  const tenant = world.policy.tenants.get(tenantId);
  if (tenant === undefined) return { events: [], refusal: { reason: 'invalid', problems: UNKNOWN } };
  if (!isContact(tenant, actor)) return { events: [], refusal: { reason: 'not_allowed', needs: 'contact' } };
  return { events: [{ type: 'link.asked', tenant: tenantId, about }], refusal: null };
}
