import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { CHANNELS, PEOPLE } from './example-company.ts';

/** The demo's customers: one who is in Slack and has mail, and one who has mail alone. */

export const ANN_MAIL = 'ann@northwind.example';
export const CARLOS_MAIL = 'carlos@fabrikam.example';

const tenants: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  northwind: {
    consent: 'required',
    customer_requests: true,
    contacts: [
      { name: PEOPLE.ann.name, slack_user: PEOPLE.ann.id, slack_team: 'T0NORTHWIND', email: ANN_MAIL },
    ],
  },
  fabrikam: {
    name: 'Fabrikam (consents by e-mail)',
    environment: 'production',
    region: 'us-west',
    consent: 'required',
    customer_requests: true,
    contacts: [{ name: 'Carlos Ortega', email: CARLOS_MAIL }],
  },
};

const policyForm = z.looseObject({
  channels: z.looseObject({}),
  tenants: z.array(z.looseObject({ id: z.string() })),
});

/** The policy with the product that takes our calls: those tenants are entered through it. */
export function withProduct(yaml: string, url: string, ids: readonly string[]): string {
  const policy = policyForm.parse(parse(yaml));
  const reached = policy.tenants.map((tenant) =>
    ids.includes(tenant.id) ? { ...tenant, access: 'console' } : tenant,
  );
  const connectors = { console: { webhook: { url, secret_env: 'CONSOLE_SECRET' } } };
  return stringify({ ...policy, connectors, tenants: reached });
}

/** The sandbox's policy with its customers in it. */
export function withCustomers(yaml: string): string {
  const policy = policyForm.parse(parse(yaml));
  const known = policy.tenants.map((tenant) => ({ ...tenant, ...tenants[tenant.id] }));
  const added = Object.entries(tenants)
    .filter(([id]) => !known.some((tenant) => tenant.id === id))
    .map(([id, tenant]) => ({ id, ...tenant }));
  const channels = { ...policy.channels, support: CHANNELS.support };
  return stringify({ ...policy, channels, tenants: [...known, ...added] });
}
