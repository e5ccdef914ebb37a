import { isDeepStrictEqual } from 'node:util';
import { currentAsk } from '../../access/approving.ts';
import { overdueEnd } from '../../access/due.ts';
import type { Ask } from '../../access/event.ts';
import { evolve } from '../../access/evolve.ts';
import type { World } from '../../access/people.ts';
import { isContact } from '../../access/people.ts';
import type { RequestCommandType } from '../../access/permits.ts';
import { permits } from '../../access/permits.ts';
import type { Policy } from '../../access/policy.ts';
import type { Access } from '../../access/state.ts';
import type { FullRecord } from '../../ledger/history.ts';
import type { Link } from '../../ledger/links.ts';
import type { Owed } from '../../notifications/message.ts';
import { byMailLater, mailTo } from '../../access/ids.ts';

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

/** What whoever opens the link is asked to do. */
const ASKED = {
  consent: 'approve',
  extension: 'approve_extension',
  cancel: 'cancel',
  report: 'report_unexpected',
} as const satisfies Record<Exclude<Link['purpose'], 'tenant'>, RequestCommandType>;

/** What that link about that request offers now. */
export function offerOf(link: Link, record: FullRecord, world: World, now: number): Offer {
  if (!stillContact(world.policy, link)) return { kind: 'not_contact' };
  if (link.state !== 'open') return { kind: link.state };
  if (overdueEnd(record.state, now) !== null) return { kind: 'over' };
  if (!isOpenTo(link, record.state, world, now)) return { kind: 'decided' };
  return isAsRead(link, record) ? { kind: 'open' } : { kind: 'changed' };
}

/** May that contact still do what the link is for? */
function isOpenTo(
  { purpose, email }: Pick<Link, 'purpose' | 'email'>,
  state: Access,
  world: World,
  now: number,
): boolean {
  const actor = { kind: 'contact', email } as const;
  return purpose !== 'tenant' && permits(ASKED[purpose], state, { actor, world, now }) === null;
}

/** Is it still what the mail said? */
function isAsRead({ purpose, version }: Link, record: FullRecord): boolean {
  const { state } = record;
  if (purpose === 'consent' && (version ?? 0) < state.askedIn) return false;
  if (purpose === 'consent') return isDeepStrictEqual(askAt(record, version), askIn(state));
  if (purpose === 'extension') return state.phase === 'active' && state.extension?.version === version;
  return true;
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
  world: World,
  { now, key }: { readonly now: number; readonly key: string },
): Owed | null {
  if (!stillContact(world.policy, { email, tenantId })) return null;
  const again = `again:${key}:${email}`;
  if (purpose === 'tenant')
    return { key: again, destination: mailTo(email), message: { kind: 'tenant_mail', tenantId } };
  if (record === null || overdueEnd(record.state, now) !== null) return null;
  if (!isOpenTo({ purpose, email }, record.state, world, now)) return null;
  const { no, state, events } = record;
  const lastOf = (...types: readonly string[]): number | undefined =>
    events.findLast(({ event }) => types.includes(event.type))?.version;
  const told = (version: number | undefined): Owed | null =>
    version === undefined
      ? null
      : { key: again, destination: mailTo(email), message: { kind: 'mail', no, version } };
  switch (purpose) {
    case 'consent': {
      const asked = events.findLast(
        ({ event }) =>
          event.type === 'request.filed' ||
          event.type === 'request.edited' ||
          event.type === 'approval.asked_again' ||
          (event.type === 'approval.given' && event.narrowed !== null),
      );
      if (asked === undefined) return null;
      const message = { kind: 'consent_mail', no, version: asked.version } as const;
      return { key: again, destination: byMailLater(no, email), message };
    }
    case 'extension':
      return told(state.phase === 'active' ? state.extension?.version : undefined);
    case 'cancel':
      return told(lastOf('customer_request.filed'));
    case 'report':
      return told(lastOf('session.started', 'extension.approved'));
  }
}
