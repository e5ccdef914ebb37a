import { coolsDownUntil } from '../../access/filing.ts';
import type { UserId } from '../../access/policy.ts';
import { tsa } from '../../wording/numbers.ts';
import type { SlackContext } from '../context.ts';
import { when } from '../messages/words.ts';
import type { Draft } from './draft.ts';

/** Said as soon as tenant and scope are chosen, not when the form is full: this was denied, and must wait; else `null`. */
export async function coolDownWords(
  { views, policy, clock }: Pick<SlackContext, 'views' | 'policy' | 'clock'>,
  { tenantId, scopeId }: Pick<Draft, 'tenantId' | 'scopeId'>,
  requester: UserId,
): Promise<string | null> {
  if (tenantId === '' || scopeId === '') return null;
  const denial = await views.lastDenial({ requester, tenantId, scopeId });
  const until = denial === null ? null : coolsDownUntil(denial.at, policy, clock.now());
  if (denial === null || until === null) return null;
  return `${tsa(denial.no)}, for the same tenant and scope, was just denied. Talk to the approver; this can be filed ${when(until)}, not before.`;
}
