import { isDeepStrictEqual } from 'node:util';
import { currentAsk } from '../../access/approving.ts';
import { overdueEnd } from '../../access/due.ts';
import type { Ask } from '../../access/event.ts';
import { evolve } from '../../access/evolve.ts';
import { isContact } from '../../access/people.ts';
import type { Policy } from '../../access/policy.ts';
import type { Access } from '../../access/state.ts';
import { asksCustomer } from '../../access/state.ts';
import type { FullRecord } from '../../ledger/history.ts';
import type { Link } from '../../ledger/links.ts';
import { byMailLater, mailTo } from '../../notifications/owe-mail.ts';
import type { Owed } from '../../notifications/message.ts';

/** What a mailed link still opens: judged anew each time, by the current policy and ledger. Pure. */

export type Offer =
  | { readonly kind: 'open' }
  /** Whoever it was mailed to is no contact of the tenant any more. */
  | { readonly kind: 'not_contact' }
  | { readonly kind: 'used' | 'expired' | 'locked' }
  /** Something else is asked for now than the mail said. */
  | { readonly kind: 'changed' }
  /** Nothing is left to decide: the request itself says why. */
  | { readonly kind: 'decided' }
  /** Its time is over, whether or not the timer came by already. */
  | { readonly kind: 'over' };

/** Is that address a contact's of that tenant, by the current policy? */
export function stillContact(policy: Policy, { email, tenantId }: Pick<Link, 'email' | 'tenantId'>): boolean {
  const tenant = policy.tenants.get(tenantId);
  return tenant !== undefined && isContact(tenant, { kind: 'contact', email });
}

/** What that link about that request offers now. */
export function offerOf(link: Link, record: FullRecord, policy: Policy, now: number): Offer {
  if (!stillContact(policy, link)) return { kind: 'not_contact' };
  if (link.state !== 'open') return { kind: link.state };
  if (overdueEnd(record.state, now) !== null) return { kind: 'over' };
  return decidable(link, record);
}

function decidable(link: Link, record: FullRecord): Offer {
  const { state } = record;
  switch (link.purpose) {
    case 'consent': {
      if (state.phase !== 'pending' || !asksCustomer(state)) return { kind: 'decided' };
      const same = isDeepStrictEqual(askAt(record, link.version), askIn(state));
      return same ? { kind: 'open' } : { kind: 'changed' };
    }
    case 'extension': {
      if (state.phase !== 'active' || !asksCustomer(state)) return { kind: 'decided' };
      return state.extension?.version === link.version ? { kind: 'open' } : { kind: 'changed' };
    }
    case 'cancel':
      return state.phase === 'unclaimed' ? { kind: 'open' } : { kind: 'decided' };
    case 'report':
      return state.phase === 'active' ? { kind: 'open' } : { kind: 'decided' };
    case 'tenant':
      return { kind: 'decided' };
  }
}

/** What was asked for when the mail was written. */
function askAt({ events }: FullRecord, version: number | null): Ask | null {
  const until = events.filter((recorded) => version !== null && recorded.version <= version);
  const state = until.reduce<Access | null>((s, { event, at }) => evolve(s, event, at), null);
  return state === null ? null : askIn(state);
}

function askIn(state: Access): Ask | null {
  return state.phase === 'pending' ? currentAsk(state) : null;
}

/** The mail to send once more to the address that the link was for, as things stand now; `null` when it would ask nothing. */
export function mailAgain(
  { purpose, email, tenantId }: Link,
  record: FullRecord | null,
  policy: Policy,
  { now, key }: { readonly now: number; readonly key: string },
): Owed | null {
  if (!stillContact(policy, { email, tenantId })) return null;
  const again = `again:${key}:${email}`;
  if (purpose === 'tenant')
    return { key: again, destination: mailTo(email), message: { kind: 'tenant_mail', tenantId } };
  if (record === null || overdueEnd(record.state, now) !== null) return null;
  const { no, state, events } = record;
  const lastOf = (...types: readonly string[]): number | undefined =>
    events.findLast(({ event }) => types.includes(event.type))?.version;
  const told = (version: number | undefined): Owed | null =>
    version === undefined
      ? null
      : { key: again, destination: mailTo(email), message: { kind: 'mail', no, version } };
  switch (purpose) {
    case 'consent': {
      if (state.phase !== 'pending' || !asksCustomer(state)) return null;
      const asked = events.findLast(
        ({ event }) =>
          event.type === 'request.filed' ||
          event.type === 'approval.asked_again' ||
          (event.type === 'approval.given' && event.narrowed !== null),
      );
      if (asked === undefined) return null;
      const message = { kind: 'consent_mail', no, version: asked.version } as const;
      return { key: again, destination: byMailLater(no, email), message };
    }
    case 'extension':
      return state.phase === 'active' && asksCustomer(state) ? told(state.extension?.version) : null;
    case 'cancel':
      return state.phase === 'unclaimed' ? told(lastOf('customer_request.filed')) : null;
    case 'report':
      return state.phase === 'active' ? told(lastOf('session.started', 'extension.approved')) : null;
  }
}
