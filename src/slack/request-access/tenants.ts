import type { PlainTextOption } from '@slack/types';
import type { Desk, SuggestCall } from '../desk.ts';
import { isInside } from '../sight.ts';
import { OPTIONS_MAX, tenantOption } from './modal.ts';

/** The tenants that these letters may mean. Who the customers are is told to nobody whom the policy does not list. */
export async function suggestTenants(
  desk: Desk,
  { caller, typed }: SuggestCall,
): Promise<readonly PlainTextOption[]> {
  const world = await desk.directory.world([caller.userId]);
  return isInside(world, caller.userId) ? desk.tenants.search(typed, OPTIONS_MAX).map(tenantOption) : [];
}
