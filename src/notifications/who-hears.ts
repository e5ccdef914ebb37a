import { isTold } from '../access/closeout.ts';
import { NOT_CLOSED_EVERY_MS } from '../access/limits.ts';
import { actorName } from '../access/people.ts';
import { unclosed } from '../access/product-access.ts';
import type { Access } from '../access/state.ts';
import { asksCustomer, CUSTOMER_SEAT, seatsAsked, seatsOf } from '../access/state.ts';
import type { Mail, Notice, Told, WhoHears } from './hearing.ts';
import { askByMail, loud, mail, nobody, quiet, tell } from './hearing.ts';
import type { Places, Whom } from './whom.ts';

/**
 * Who hears what, on one page: of everything that can happen to a request, who is told of it in Slack beyond the cards,
 * and who by mail. Everybody who has the card sees it change (`cards.ts`); what is loud notifies as well. What belongs
 * to no one request stands in `owe-program.ts` and `owe-actions.ts`.
 */

const TIMER = actorName({ kind: 'timer' });

export const WHO_HEARS = {
  // Asking and deciding
  'request.filed': {
    // The card itself says it.
    slack: nobody,
    mail: ({ event, who }) => [event.consent && askByMail(who.mail.contacts)],
  },
  'customer_request.filed': { slack: nobody, mail: ({ who }) => [mail(who.mail.asker)] },
  'emergency.declared': {
    slack: nobody,
    // One that starts at once is told of by its start.
    mail: ({ event, who }) => [event.confirmBy !== null && mail(who.mail.contacts)],
  },
  'emergency.confirmed': { slack: ({ who }) => [loud(who.requester)], mail: nobody },
  'approval.given': {
    // The last yes issues the grant, which is the better news.
    slack: ({ after, who }) => [seatsOf(after).some((seat) => seat.given === null) && loud(who.requester)],
    // What was asked became less: whoever is asked must see what they say yes to.
    mail: ({ event, after, who }) => [
      event.narrowed !== null && asksCustomer(after) && askByMail(who.mail.contacts),
    ],
  },
  'approval.asked_again': {
    slack: ({ event, after, who }) => [
      loud(who.standInOf(event.approver), after.phase === 'active' ? who.grantee : who.requester),
      after.phase === 'active' && event.approver === CUSTOMER_SEAT && loud(who.contacts, who.customerChannel),
    ],
    // Who said yes is no contact any more: the others are asked.
    mail: ({ event, after, who }) => [
      event.approver === CUSTOMER_SEAT &&
        (after.phase === 'active'
          ? mail(who.mail.contacts, after.extension?.version ?? null)
          : askByMail(who.mail.contacts)),
    ],
  },
  'grant.issued': {
    slack: ({ who }) => [loud(who.requester, who.grantee), quiet(who.owner)],
    mail: nobody,
  },
  // The start, which comes with it, is told at once.
  'customer_request.accepted': { slack: ({ who }) => [quiet(who.requester)], mail: nobody },
  'request.denied': {
    once: true,
    slack: ({ who }) => [loud(who.requester), quiet(who.approvers)],
    mail: nobody,
  },
  'request.cancelled': {
    once: true,
    slack: ({ event, before, after, who }) => [
      tell(event.by !== after.requester, who.requester),
      tell(before.phase === 'approved' && !isGrantee(event.by, who), who.grantee, who.owner),
      quiet(who.approversBefore),
      // Whoever heard that it waits for its second person hears that it came to nothing.
      after.origin.kind === 'emergency' && loud(who.contacts, who.alertChannel, who.customerChannel),
    ],
    mail: ({ after, who }) => cameToNothing(after, who),
  },
  'request.lapsed': {
    once: true,
    slack: ({ before, after, who }) => [
      loud(who.requester, before.phase === 'approved' ? who.grantee : []),
      quiet(who.approversBefore),
      after.origin.kind === 'customer' && loud(who.supportChannel),
      after.origin.kind === 'emergency' && loud(who.contacts, who.alertChannel, who.customerChannel),
    ],
    mail: ({ after, who }) => cameToNothing(after, who),
  },
  'question.asked': { slack: ({ who }) => [loud(who.requester)], mail: nobody },
  'question.answered': { slack: ({ who }) => [loud(who.asked)], mail: nobody },
  'request.edited': {
    slack: ({ after, who }) => [
      loud(who.asked),
      seatsAsked(after).some((seat) => seat.holder === CUSTOMER_SEAT) &&
        loud(who.contacts, who.customerChannel),
    ],
    mail: ({ after, who }) => [asksCustomer(after) && askByMail(who.mail.contacts)],
  },

  // Approvers
  'approver.reminded': {
    slack: ({ event, after, who }) => [
      loud(...event.approvers.map((id) => who.person(id))),
      // Once: who waits for a silent approver can ask somebody else from now on.
      after.phase === 'pending' && after.reminders === 1 && loud(who.requester),
      after.phase === 'unclaimed' && loud(who.supportChannel),
    ],
    mail: nobody,
  },
  'approver.gone': {
    slack: ({ event, after, who }) => [
      loud(after.phase === 'active' ? who.grantee : who.requester),
      event.why === 'not_named' && loud(who.person(event.approver)),
    ],
    mail: nobody,
  },
  'approver.replaced': {
    slack: ({ event, after, who }) => [
      loud(who.person(event.from)),
      tell(event.by !== after.requester, who.requester),
    ],
    mail: nobody,
  },

  // The session
  'start.opened': { slack: ({ who }) => [loud(who.grantee)], mail: nobody },
  'session.started': {
    once: true,
    marks: true,
    slack: ({ event, before, who }) => {
      // Whoever pressed Start knows.
      const starter = who.person(event.by);
      const others = (...to: readonly Places[]): Places =>
        to.flat().filter((place) => !starter.includes(place));
      return [
        loud(others(who.requester, who.owner, who.approvers)),
        // Where the card stands already it changes in silence. An emergency of one person comes with its card.
        (before.origin.kind !== 'emergency' || before.version > 1) &&
          loud(others(who.contacts, who.alertChannel, who.customerChannel)),
        quiet(starter),
      ];
    },
    mail: ({ who }) => [mail(who.mail.contacts)],
  },
  'session.warned': { slack: ({ who }) => [loud(who.grantee)], mail: nobody },
  'session.ended': {
    once: true,
    marks: true,
    slack: ({ event, who }) => [
      loud(who.grantee, who.requester, who.owners, who.contacts, who.approvers),
      loud(who.alertChannel, who.customerChannel),
      // Nobody stopped it: whoever was in may hold access no more.
      event.how === 'revoked' && event.by === TIMER && loud(who.securityChannel),
    ],
    mail: ({ who }) => [mail(who.mail.contacts)],
  },
  'session.reported': {
    slack: ({ event, who }) => [loud(event.standing ? [] : who.approversNow, who.securityChannel)],
    mail: nobody,
  },
  // It is for whoever closes it out.
  'note.taken': { slack: nobody, mail: nobody },
  'grantee.gone': { once: true, slack: ({ who }) => [loud(who.owners, who.securityChannel)], mail: nobody },

  // More time
  'extension.asked': {
    slack: ({ event, after, who }) => [
      loud(who.asked),
      event.consent && loud(who.contacts, who.customerChannel),
      after.origin.kind === 'customer' && loud(who.requester),
    ],
    mail: ({ event, who }) => [event.consent && mail(who.mail.contacts)],
  },
  'extension.agreed': {
    // The last yes moves the end, which is the better news.
    slack: ({ after, who }) => [seatsAsked(after).some((seat) => seat.given === null) && loud(who.grantee)],
    mail: nobody,
  },
  'extension.approved': {
    marks: true,
    slack: ({ who }) => [loud(who.grantee, who.owner, who.contacts, who.alertChannel, who.customerChannel)],
    mail: ({ who }) => [mail(who.mail.contacts)],
  },
  'extension.denied': { slack: ({ who }) => [loud(who.grantee)], mail: nobody },

  // After it
  'owner.offered': { slack: ({ event, who }) => [loud(who.person(event.to))], mail: nobody },
  'owner.changed': {
    slack: ({ event, who }) => [loud(who.person(event.from), who.person(event.to))],
    mail: nobody,
  },
  'closeout.filed': {
    slack: ({ event, after, who }) => [
      // Whoever approved it sees that the problem is still there.
      tell(after.phase === 'closed' || event.next !== null, who.approvers),
      event.next !== null && event.next.by !== event.by && loud(who.person(event.next.by)),
      tell(after.phase === 'ended', who.owner, who.grantee, who.alertChannel),
      after.origin.kind === 'customer' && isTold(after) && loud(who.requester),
    ],
    mail: ({ after, who }) => [after.origin.kind === 'customer' && isTold(after) && mail(who.mail.asker)],
  },
  'closeout.reminded': { slack: ({ who }) => [loud(who.owners, who.next)], mail: nobody },
  'closeout.accepted': { slack: ({ who }) => [quiet(who.owner)], mail: nobody },
  'closeout.contested': { slack: ({ who }) => [loud(who.owner, who.grantee)], mail: nobody },
  'review.reminded': {
    slack: ({ event, after, who }) =>
      after.origin.kind !== 'emergency'
        ? []
        : [
            loud(...event.reviewers.map((id) => who.person(id))),
            // An overdue review is the team's business too.
            event.at >= after.origin.review.dueAt && loud(who.alertChannel),
          ],
    mail: nobody,
  },
  'emergency.reviewed': {
    slack: ({ who }) => [loud(who.requester, who.alertChannel)],
    mail: nobody,
  },

  // What a product did, or did not do. The card says what was asked of it; what comes of that is the news.
  'access.asked': { slack: nobody, mail: nobody },
  'access.not_answered': { slack: nobody, mail: nobody },
  'access.opened': { slack: nobody, mail: nobody },
  'access.open_failed': {
    slack: ({ after, who }) => [
      loud(who.grantee, who.requester, who.owner),
      // An emergency was announced when it was declared.
      after.origin.kind === 'emergency' && loud(who.contacts, who.alertChannel, who.customerChannel),
    ],
    mail: nobody,
  },
  'access.extension_asked': { slack: nobody, mail: nobody },
  'access.extended': { slack: nobody, mail: nobody },
  'access.extension_refused': { slack: ({ who }) => [loud(who.grantee)], mail: nobody },
  'access.missing': { slack: ({ who }) => [loud(who.grantee, who.owners)], mail: nobody },
  'access.not_closed': {
    slack: ({ who }) => [everybody(who)],
    // The first time; whoever takes care of it is told again and again.
    mail: ({ event, now, who }) => [event.since + NOT_CLOSED_EVERY_MS > now && mail(who.mail.contacts)],
  },
  'access.closed': {
    // Whoever was told that it is not, hears that it is.
    slack: ({ event, before, who }) => [wasLate(before, event.access) && everybody(who)],
    mail: (told) => [isAllClosed(told) && mail(told.who.mail.contacts)],
  },
  'access.closed_by_hand': {
    slack: ({ who }) => [everybody(who)],
    mail: (told) => [isAllClosed(told) && mail(told.who.mail.contacts)],
  },
} as const satisfies WhoHears;

/** Whoever heard of an emergency that waits for its second person, or asked for help, hears that it came to nothing. */
function cameToNothing({ origin }: Access, who: Whom): readonly (Mail | false)[] {
  return [
    origin.kind === 'emergency'
      ? mail(who.mail.contacts)
      : origin.kind === 'customer' && mail(who.mail.asker),
  ];
}

function everybody(who: Whom): Notice {
  return loud(
    who.owners,
    who.approvers,
    who.contacts,
    who.securityChannel,
    who.alertChannel,
    who.customerChannel,
  );
}

/** Was it told of this access that it is not closed? */
function wasLate(before: Access, access: number): boolean {
  return before.accesses.find(({ id }) => id === access)?.is.kind === 'not_closed';
}

/** Whoever was told that an access is not closed, hears by mail when none is left open. */
function isAllClosed({ event, before, after }: Told<{ readonly access: number }>): boolean {
  return wasLate(before, event.access) && unclosed(after).length === 0;
}

function isGrantee(by: string, who: Whom): boolean {
  return who.person(by).some((place) => who.grantee.includes(place));
}
