import { isTold } from '../access/closeout.ts';
import { NOT_CLOSED_EVERY_MS } from '../access/limits.ts';
import { unclosed } from '../access/product-access.ts';
import type { World } from '../access/people.ts';
import { asksCustomer, CUSTOMER_SEAT } from '../access/state.ts';
import type { Owed } from './message.ts';
import type { Entry } from './owe.ts';
import { wasLate } from './owe-products.ts';
import { byMailLater, emailOf, mailTo } from '../access/ids.ts';

/** What the customer's contacts are told and asked by e-mail, beside Slack. Pure. */
export function oweMail(
  { no, event, before, after }: Entry,
  { policy }: World,
  now: number,
): readonly Owed[] {
  const { version } = after;
  const contacts = policy.tenants.get(after.tenant.id)?.contacts ?? [];
  const everybody = addresses(contacts.map((contact) => contact.email));
  const asker = addresses([
    emailOf(after.requester),
    ...contacts.filter((c) => c.slack === after.requester).map((c) => c.email),
  ]);
  const tell = (to: readonly string[], about = version): Owed[] =>
    to.map((address) => ({
      key: `mail:${no}:${version}:${address}`,
      destination: mailTo(address),
      message: { kind: 'mail', no, version: about },
    }));
  const ask = (): Owed[] =>
    everybody.map((address) => ({
      key: `consent:${no}:${version}:${address}`,
      destination: byMailLater(no, address),
      message: { kind: 'consent_mail', no, version },
    }));
  switch (event.type) {
    case 'session.started':
    case 'extension.approved':
    case 'session.ended':
      return tell(everybody);
    case 'access.not_closed':
      // The first time; whoever takes care of it is told again and again.
      return event.since + NOT_CLOSED_EVERY_MS > now ? tell(everybody) : [];
    case 'access.closed':
    case 'access.closed_by_hand':
      // Whoever was told that it is not, hears that it is.
      return wasLate(before, event.access) && unclosed(after).length === 0 ? tell(everybody) : [];
    case 'emergency.declared':
      // One that starts at once is told of by its start.
      return event.confirmBy === null ? [] : tell(everybody);
    case 'extension.asked':
      return event.consent ? tell(everybody) : [];
    case 'request.filed':
      return event.consent ? ask() : [];
    case 'request.edited':
      return asksCustomer(after) ? ask() : [];
    case 'approval.given':
      // What was asked became less: whoever is asked must see what they say yes to.
      return event.narrowed !== null && asksCustomer(after) ? ask() : [];
    case 'approval.asked_again':
      // Who said yes is no contact any more: the others are asked.
      if (event.approver !== CUSTOMER_SEAT) return [];
      return after.phase === 'active' ? tell(everybody, after.extension?.version) : ask();
    case 'customer_request.filed':
      return tell(asker);
    case 'request.cancelled':
    case 'request.lapsed':
      // Whoever heard that an emergency waits for its second person hears that it came to nothing.
      if (after.origin.kind === 'emergency') return tell(everybody);
      return after.origin.kind === 'customer' ? tell(asker) : [];
    case 'closeout.filed':
      return after.origin.kind === 'customer' && isTold(after) ? tell(asker) : [];
    case 'access.asked':
    case 'access.not_answered':
    case 'access.opened':
    case 'access.open_failed':
    case 'access.extension_asked':
    case 'access.extended':
    case 'access.extension_refused':
    case 'access.missing':
    case 'emergency.confirmed':
    case 'grant.issued':
    case 'customer_request.accepted':
    case 'request.denied':
    case 'question.asked':
    case 'question.answered':
    case 'approver.reminded':
    case 'approver.gone':
    case 'grantee.gone':
    case 'approver.replaced':
    case 'start.opened':
    case 'session.warned':
    case 'extension.agreed':
    case 'extension.denied':
    case 'session.reported':
    case 'note.taken':
    case 'owner.offered':
    case 'owner.changed':
    case 'closeout.reminded':
    case 'closeout.accepted':
    case 'closeout.contested':
    case 'emergency.reviewed':
    case 'review.reminded':
      return [];
  }
}

function addresses(all: readonly (string | null)[]): readonly string[] {
  return [...new Set(all.filter((address) => address !== null))];
}
