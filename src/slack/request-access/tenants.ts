import type { PlainTextOption } from '@slack/types';
import type { Tenant } from '../../access/policy.ts';
import { isListed } from '../../access/reading.ts';
import type { Desk, SuggestCall } from '../desk.ts';
import { oneLine } from '../words.ts';
import { OPTIONS_MAX, tenantOption } from './modal.ts';

/** The one tenant that these words name, or what is wrong with them. */
export function tenantNamed(desk: Desk, words: string): Tenant | string {
  const { tenants } = desk.policy;
  const found = desk.tenants.search(words, 2);
  const [only] = found.length === 1 ? found : [];
  return (
    tenants.get(words) ??
    tenants.get(only?.id ?? '') ??
    `${found.length === 0 ? 'No tenant goes' : 'More than one tenant goes'} by “${oneLine(words, 80)}”.`
  );
}

/** The tenants that these letters may mean. Who the customers are is told to nobody whom the policy does not list. */
export async function suggestTenants(
  desk: Desk,
  { caller, typed }: SuggestCall,
): Promise<readonly PlainTextOption[]> {
  const world = await desk.directory.recent([caller.userId]);
  return isListed(world, caller.userId) ? desk.tenants.search(typed, OPTIONS_MAX).map(tenantOption) : [];
}
