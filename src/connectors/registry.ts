import { z } from 'zod';
import { BY_HAND } from '../access/policy.ts';
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
  .transform((connectors) => new Map(Object.entries(connectors)))
  .describe('How access is opened and closed in products, by names of your choice.');

/** `access` of a tenant or a scope in the policy. */
export const accessForm = z
  .string()
  .optional()
  .describe(
    'The connector that opens and closes the access, or by_hand. The tenant’s word counts before the scope’s.',
  );

/** Every connector of the policy, with its secrets; or all the secrets that are missing or wrong. */
export function openConnectors(
  plans: ReadonlyMap<string, ConnectorPlan>,
  env: Env,
  deps: ConnectorDeps,
):
  | { readonly ok: true; readonly connectors: ReadonlyMap<string, Connector> }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] } {
  const problems = secretProblems(plans, env);
  if (problems.length > 0) return { ok: false, problems };
  const connectors = [...plans].map(
    ([name, plan]) => [name, plan.connect(name, (secret) => valueOf(env, secret), deps)] as const,
  );
  return { ok: true, connectors: new Map(connectors) };
}

/** All the secrets that are missing or wrong, each once. */
export function secretProblems(
  plans: ReadonlyMap<string, ConnectorPlan>,
  env: Env,
): readonly ConfigProblem[] {
  const problems = new Map<string, ConfigProblem>();
  for (const [connector, { secrets }] of plans)
    for (const { name, looksRight, instead } of secrets) {
      const value = valueOf(env, name);
      const wrong = value === '' ? 'is missing' : looksRight(value) ? null : 'does not look right';
      if (wrong !== null)
        problems.set(name, { name, wrong: `${wrong} (the connector ${connector} needs it)`, instead });
    }
  return [...problems.values()];
}

type Env = Readonly<Record<string, string | undefined>>;

function valueOf(env: Env, name: string): string {
  return env[name]?.trim() ?? '';
}
