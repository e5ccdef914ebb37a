import type { ProductFact } from '../access/evolve-access.ts';
import type { Access } from '../access/state.ts';

/** Who hears of what a product did, or did not do. */

interface Concerned {
  readonly grantee: string | null;
  readonly owners: readonly string[];
  readonly approvers: readonly string[];
  readonly contacts: readonly string[];
  readonly alert: readonly string[];
  readonly security: string;
}

export function ofProduct(
  event: ProductFact,
  before: Access,
  after: Access,
  { grantee, owners, approvers, contacts, alert, security }: Concerned,
  tell: (loud: boolean, people: readonly (string | null)[], places?: readonly string[]) => void,
): void {
  const everybody = (): void => {
    tell(true, [...owners, ...approvers, ...contacts], [security, ...alert]);
  };
  switch (event.type) {
    case 'access.open_failed':
      tell(true, [grantee, after.requester, after.owner]);
      // An emergency was announced when it was declared.
      if (after.origin.kind === 'emergency') tell(true, contacts, alert);
      return;
    case 'access.extension_refused':
      tell(true, [grantee]);
      return;
    case 'access.missing':
      tell(true, [grantee, ...owners]);
      return;
    case 'access.not_closed':
    case 'access.closed_by_hand':
      everybody();
      return;
    case 'access.closed':
      // Whoever was told that it is not, hears that it is.
      if (wasLate(before, event.access)) everybody();
      return;
    case 'access.asked':
    case 'access.not_answered':
    case 'access.opened':
    case 'access.extension_asked':
    case 'access.extended':
      // The card says it; what comes of it is the news.
      return;
  }
}

/** Was it told of this access that it is not closed? */
export function wasLate(before: Access | null, access: number): boolean {
  return before?.accesses.find(({ id }) => id === access)?.is.kind === 'not_closed';
}
