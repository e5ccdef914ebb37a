import type { PlainTextOption } from '@slack/types';
import type { Tenant } from '../../access/policy.ts';
import { isListed } from '../../access/reading.ts';
import type { SlackContext, SuggestCall } from '../context.ts';
import { fit, OPTION_TEXT_MAX, OPTIONS_MAX, plain } from '../messages/blocks.ts';
import { oneLine } from '../messages/words.ts';

/** Choosing a tenant: by what is typed after a command, and from a list. */

/** The environment and the region together may take this much of an option. */
const WHERE_MAX = 45;

/** The one tenant that these words name, or what is wrong with them. */
export function tenantNamed(context: SlackContext, words: string): Tenant | string {
  const { tenants } = context.policy;
  const found = context.tenants.search(words, 2);
  const [only] = found.length === 1 ? found : [];
  return (
    tenants.get(words) ??
    tenants.get(only?.id ?? '') ??
    `${found.length === 0 ? 'No tenant goes' : 'More than one tenant goes'} by “${oneLine(words, 80)}”.`
  );
}

/** The tenants that these letters may mean. Who the customers are is told to nobody whom the policy does not list. */
export async function suggestTenants(
  context: SlackContext,
  { caller, typed }: SuggestCall,
): Promise<readonly PlainTextOption[]> {
  const world = await context.directory.recent([caller.userId]);
  return isListed(world, caller.userId) ? context.tenants.search(typed, OPTIONS_MAX).map(tenantOption) : [];
}

/** A tenant in the list, with its environment always in view. */
export function tenantOption(tenant: Tenant): PlainTextOption {
  const where = fit(` · ${tenant.environment} · ${tenant.region}`, WHERE_MAX);
  return {
    // The name is shortened first: tenants with the same long name are told apart by their environment.
    text: plain(`${fit(tenant.name, OPTION_TEXT_MAX - where.length)}${where}`),
    value: tenant.id,
    description: plain(fit(tenant.id, OPTION_TEXT_MAX)),
  };
}
