import type { ProductAccess } from '../access/product-access.ts';
import type { Access as Request } from '../access/state.ts';
import { askOf } from '../access/state.ts';
import type { Access } from '../connectors/connector.ts';

/** An access of the ledger as products are told of it. */

/** Who it is for, as Slack tells it. */
export interface Grantee {
  readonly name: string;
  readonly email: string | null;
}

/** The id that a product knows an access by: which request, which event of it asked, and when. Never given twice. */
export function accessIdOf(no: number, { id, notBefore }: Pick<ProductAccess, 'id' | 'notBefore'>): string {
  return `acc_${no}_${id}_${notBefore.toString(36)}`;
}

/** The request that an id names; `null` for an id that is none of ours. Whether it is an access of it is for the ledger to say. */
export function requestOf(accessId: string): number | null {
  const no = /^acc_([1-9]\d{0,8})_[1-9]\d{0,8}_[0-9a-z]{1,11}$/.exec(accessId)?.[1];
  return no === undefined ? null : Number(no);
}

/** The facts that were approved, with the end that the product is to hold. */
export function factsOf(no: number, state: Request, access: ProductAccess, grantee: Grantee): Access {
  const ask = askOf(state);
  const later = access.is.kind === 'open' ? access.is.later : null;
  return {
    id: accessIdOf(no, access),
    session: `TSA-${no}`,
    tenant: { id: state.tenant.id, name: state.tenant.name, environment: state.tenant.environment },
    scope: { id: ask?.scope.id ?? '', name: ask?.scope.name ?? '' },
    grantee: { slackId: access.by, email: grantee.email, name: grantee.name },
    allowedActions: ask?.allowedActions.join('\n') ?? '',
    offLimits: ask?.offLimits.join('\n') ?? '',
    reason: state.reason,
    caseRef: state.caseRef,
    notBefore: access.notBefore,
    notAfter: later ?? access.notAfter,
  };
}
