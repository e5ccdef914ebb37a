import type { Contact, Tenant, UserId } from '../access/policy.ts';
import { CUSTOMER_SEAT } from '../access/state.ts';
import type { Speaker } from './speaker.ts';
import { customerNamed, emailOf } from '../access/ids.ts';

/** Who and where, for a customer. */

/** The tenant as people recognise it, its environment always beside it. */
export function placeOf({ name, environment }: { name: string; environment: string }): string {
  return `${name} (${environment})`;
}

/** The contact of the tenant whom the ledger knows by that name. */
export function contactOf(tenant: Pick<Tenant, 'contacts'>, actor: string): Contact | undefined {
  return tenant.contacts.find(
    ({ slack, email }) => slack === actor || (email !== null && customerNamed(email) === actor),
  );
}

/** Everybody as a tenant's contact knows them: the customer's own people by the policy's names, ours by Slack's. */
export function namesForContact(
  tenant: Pick<Tenant, 'contacts'> | undefined,
  { customer, nameOf }: { readonly customer: string; readonly nameOf: (user: UserId) => string },
): Speaker['who'] {
  return (actor) => {
    if (actor.startsWith('system:')) return 'our program';
    if (actor === CUSTOMER_SEAT) return customer;
    const contact = tenant === undefined ? undefined : contactOf(tenant, actor);
    if (contact !== undefined) return contact.name;
    return emailOf(actor) ?? nameOf(actor);
  };
}
