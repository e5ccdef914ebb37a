import { z } from 'zod';
import type { ConfigProblem } from '../config.ts';
import type { Connector } from './connector.ts';
import type { ConnectorDeps, ConnectorPlan } from './kind.ts';
import { scimForm } from './scim/form.ts';
import { webhookForm } from './webhook/form.ts';

/** The kinds of connector. A new one is a folder, and an entry here. */
const KINDS = {
  webhook: webhookForm.describe('The product is told by signed webhooks, and answers with receipts.'),
  scim: scimForm.describe('Access is membership in groups, changed by SCIM 2.0 (RFC 7644).'),
} satisfies Record<string, z.ZodType<ConnectorPlan>>;

const names = Object.keys(KINDS).join(' or ');

/** Access that people give and take away themselves, in the product. */
export const BY_HAND = 'by_hand';

/** One connector in the policy: its kind, and what that kind needs to know. */
const connectorForm = z
  .strictObject({ webhook: KINDS.webhook.optional(), scim: KINDS.scim.optional() } satisfies Record<
    keyof typeof KINDS,
    z.ZodType<ConnectorPlan | undefined>
  >)
  .transform((kinds, context) => {
    const [plan, ...more] = Object.values(kinds).filter((one) => one !== undefined);
    if (plan !== undefined && more.length === 0) return plan;
    context.addIssue({ code: 'custom', message: `say one kind: ${names}` });
    return z.NEVER;
  });

/** `connectors` in the policy: each by the name that tenants and scopes call it. */
export const connectorsForm = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'use small letters, digits, dash and underscore, 40 at most')
      .refine((name) => name !== BY_HAND, `${BY_HAND} stands for no connector at all`),
    connectorForm,
  )
  .default({})
  .describe('How access is opened and closed in products, by names of your choice.');

/** `access` of a tenant or a scope in the policy. */
export const accessForm = z
  .string()
  .optional()
  .describe(
    'The connector that opens and closes the access, or by_hand. The tenant’s word counts before the scope’s.',
  );

/** Which connector gives access of that scope in that tenant; `null`: people do, by hand. */
export function connectorFor(
  tenant: { readonly access: string | null },
  scope: { readonly access: string | null },
): string | null {
  const name = tenant.access ?? scope.access ?? BY_HAND;
  return name === BY_HAND ? null : name;
}

/** Every connector of the policy, with its secrets; or all the secrets that are missing or wrong. */
export function openConnectors(
  plans: ReadonlyMap<string, ConnectorPlan>,
  env: Readonly<Record<string, string | undefined>>,
  deps: ConnectorDeps,
):
  | { readonly ok: true; readonly connectors: ReadonlyMap<string, Connector> }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] } {
  const value = (name: string): string => env[name]?.trim() ?? '';
  const problems = new Map<string, ConfigProblem>();
  for (const [connector, { secrets }] of plans)
    for (const { name, looksRight, instead } of secrets) {
      const wrong =
        value(name) === '' ? 'is missing' : looksRight(value(name)) ? null : 'does not look right';
      if (wrong !== null)
        problems.set(name, { name, wrong: `${wrong} (the connector ${connector} needs it)`, instead });
    }
  if (problems.size > 0) return { ok: false, problems: [...problems.values()] };
  const connectors = [...plans].map(([name, plan]) => [name, plan.connect(name, value, deps)] as const);
  return { ok: true, connectors: new Map(connectors) };
}
