import { CHANNELS, PEOPLE } from '../../sandbox/example-company.ts';
import type { Contact, Policy } from '../../src/access/policy.ts';
import { userElsewhere } from '../../src/access/whose.ts';

/** Northwind as a customer who takes part, and Ann who speaks for it. */

export const HOUR = 60 * 60_000;
/** As the ledger knows her: she is of another workspace. */
export const ANN_IN_SLACK = userElsewhere(PEOPLE.ann.id, 'T0NORTHWIND');
export const ANN: Contact = {
  name: 'Ann Customer',
  slack: ANN_IN_SLACK,
  email: null,
};
export const ISSUE = 'Invoices of October come out twice for every customer since Monday.';

/** The policy, with Northwind as such a customer. */
export function taking(over: Partial<Parameters<typeof tenantsOf>[1]> = {}): (policy: Policy) => Policy {
  return (policy) => ({
    ...policy,
    channels: { ...policy.channels, support: CHANNELS.support },
    limits: { ...policy.limits, customerRequestMs: 48 * HOUR },
    tenants: tenantsOf(policy, over),
  });
}
function tenantsOf(
  policy: Policy,
  over: { consent?: 'required' | 'notify'; channel?: string | null; contacts?: readonly Contact[] },
): Policy['tenants'] {
  const found = policy.tenants.get('northwind');
  if (found === undefined) throw new Error('the example company lost its customer');
  const northwind = { ...found, customerRequests: true, contacts: [ANN], ...over };
  return new Map([...policy.tenants, ['northwind', northwind]]);
}
