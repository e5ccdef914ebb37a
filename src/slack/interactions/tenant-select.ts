import type { PlainTextOption } from '@slack/types';
import type { Tenant } from '../../access/policy.ts';
import { isListed } from '../../access/reading.ts';
import type { SlackContext, SuggestCall } from '../context.ts';
import { oneLine } from '../messages/words.ts';
import { OPTIONS_MAX, tenantOption } from '../request-access/modal.ts';

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
