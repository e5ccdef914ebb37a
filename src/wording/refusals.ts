import type { Refusal, Role } from '../access/refusal.ts';
import type { Access } from '../access/state.ts';
import { CUSTOMER_SEAT, isGranted, seatsAsked } from '../access/state.ts';
import { lasting } from './durations.ts';
import { unfinishedWords } from './emergencies.ts';
import { waitsFor } from './more-time.ts';
import { tsa } from './numbers.ts';
import { problemWords } from './problems.ts';
import { tooOftenWords } from './hourly.ts';
import { unreadableWords } from './groups.ts';
import type { Speaker } from './speaker.ts';
import { because, people } from './speaker.ts';
import { standingWords } from './standing.ts';
import { whatHappened } from './what-happened.ts';

/** Why not, in words: what is in the way and what to do instead. One sentence or two, for somebody tired. */
export function refusalWords(
  refusal: Refusal,
  no: number | null,
  state: Access | null,
  speaker: Speaker,
): string {
  const { who, when, command } = speaker;
  const it = no === null ? 'This' : tsa(no);
  switch (refusal.reason) {
    case 'no_such_request':
      return `There is no ${it}. Look up what is going on with ${command('/tsa active')}.`;
    case 'lost_in_gap':
      return `There is no ${it} any more: it is not in the backup to which the ledger was put back ${when(refusal.at)}. If it is still needed, ask again.`;
    case 'actor_not_able':
      return `Nothing was changed: ${standingWords('your account', refusal.standing)} Only regular members of this workspace can do this, each with their own account.`;
    case 'cannot_check':
      return 'Nothing was changed: Slack did not say in time who you are, or who else is concerned. Please try again.';
    case 'group_unreadable':
      return `Nothing was changed: ${unreadableWords(refusal.groups, people(refusal.admins, who))}`;
    case 'wrong_phase':
      return state === null
        ? `${it} cannot be changed that way now.`
        : `Nothing was changed: ${whatHappened(it, state, speaker)}`;
    case 'not_before':
      return `${it} may start ${when(refusal.notBefore)}, not earlier. You will be told then.`;
    case 'not_allowed':
      return `Nothing was changed: ${roleWords(refusal.needs, state, speaker)}`;
    case 'self_approval':
      return `Nothing was changed: you are the ${refusal.role} of ${it}, and nobody decides about access that they asked for, will hold, or own.`;
    case 'already_given':
      return `${it} already has that answer. Nothing was changed.`;
    case 'no_longer_approver':
      return `Nothing was changed: by the current policy you do not decide about ${it} (any more).`;
    case 'nobody_can_approve':
      return refusal.who === 'contact'
        ? `${notDone(state)}: this tenant’s customer must consent, and no contact of theirs is known. Ask ${people(refusal.admins, who)} to add one to the policy.`
        : `${notDone(state)}: nobody is left who could ${refusal.who === 'reviewer' ? 'review' : 'approve'} this (nobody decides about what they asked for, will hold, or own). Ask ${people(refusal.admins, who)} to name more approvers in the policy, or choose another grantee or owner.`;
    case 'nobody_can_confirm':
      return `Not declared: a second person must confirm it${because(unfinishedWords(refusal.unfinished, 'yours'))}, and nobody else is listed for emergencies who could. ${refusal.unfinished.length === 0 ? 'Ask' : 'Have that done first, or ask'} with ${command('/tsa request')}.`;
    case 'too_many_open':
      return `Not filed: you already have ${refusal.open.map(tsa).join(', ')} open, and ${refusal.max} at a time is the limit. Cancel or finish one first.`;
    case 'cooling_down':
      return `Not filed: ${tsa(refusal.deniedNo)} for the same tenant and scope was just denied. Talk to the approver; you can file again ${when(refusal.until)}.`;
    case 'overlap':
      return `Nothing was changed: the same person already has ${tsa(refusal.otherNo)} for this tenant and scope, until ${when(refusal.until)} at the latest. Use that one, ask for more time in it, or plan the start for later.`;
    case 'closeout_overdue':
      return `Not filed: ${tsa(refusal.openNo)} is over but not closed out. Close it out first.`;
    case 'extension_limit':
      return `Nothing was changed: a session can be extended ${refusal.max === 0 ? 'not at all' : `at most ${refusal.max}×`}. File a new request.`;
    case 'session_limit':
      return `Nothing was changed: ${wholeWords(refusal)} End it, and file a new request if you need longer.`;
    case 'extension_waits': {
      const asked = state?.phase === 'active' ? state.extension : null;
      return `More time was asked for already, and waits for ${asked === null ? 'an answer' : waitsFor(asked, speaker)}.`;
    }
    case 'request_changed':
      return `Nothing was changed: ${it} asks for something else since you read it. Look at what it is now, and answer that.`;
    case 'extension_changed':
      return `Nothing was changed: something else is asked for in ${it} now. Look at what it is, and answer that.`;
    case 'no_extension_asked':
      return `Nobody is asking for more time in ${it} now. Nothing was changed.`;
    case 'no_extension_in_emergency':
      return 'An emergency cannot be extended. If it is not over, declare a new one.';
    case 'too_many_notes':
      return `${refusal.max} notes are enough. Write what else matters into the closeout of ${it}.`;
    case 'too_many_questions':
      return `${refusal.max} questions are enough. Please approve or deny ${it}.`;
    case 'no_question_open':
      return `No question about ${it} waits for an answer.`;
    case 'question_waits':
      return `The last question about ${it} waits for its answer.`;
    case 'approver_has_time':
      return `The approver was asked only just now. Somebody else can be asked from ${when(refusal.until)}.`;
    case 'no_longer_valid':
      return `Nothing was ${state?.phase === 'active' ? 'changed' : 'started'}: ${noLongerValid(refusal.what)}`;
    case 'already_reported':
      return 'You reported this session already; the approver was told.';
    case 'already_reviewed':
      return `${it} was reviewed already. Nothing was changed.`;
    case 'not_an_emergency':
      return `${it} is no emergency; there is nothing to review.`;
    case 'absence_not_possible':
      return absenceWords(refusal.why);
    case 'gap_not_confirmed':
      return `Nothing was started: the ledger was put back to a backup ${when(refusal.since)}, and no session starts before an admin confirms that what is missing is known. Ask ${people(refusal.admins, who)}; the button is on their Home and in the alert channel.`;
    case 'opening_already':
      return `The product is being asked to let you in already. You are told as soon as it has confirmed ${it}.`;
    case 'access_not_gone':
      return `Nothing was changed: the product has not confirmed that access is gone, so ${it} cannot be closed out yet. It is told again and again; if you have removed it there yourself, say so with “Removed by hand”.`;
    case 'nothing_to_remove':
      return `Nothing was changed: nothing of ${it} is open in a product any more.`;
    case 'not_missing':
      return `Nothing was changed: the product has not lost the access of ${it}.`;
    case 'no_gap':
      return 'Nothing was changed: that gap in the ledger was confirmed already, or there is a newer one.';
    case 'too_often':
      return tooOftenWords(refusal, when);
    case 'nothing_due':
      return `Nothing is due for ${it}.`;
    case 'invalid':
      return refusal.problems.map(problemWords).join(' ');
  }
}

/** How long a session may last in all, and who says so. */
function wholeWords({ maxMs, set }: Extract<Refusal, { reason: 'session_limit' }>): string {
  const whose = {
    policy: 'no session',
    scope: 'no session with this scope',
    tenant: 'no session in this tenant',
    consent: 'no session of this request',
  }[set];
  const why = set === 'consent' ? ': the customer’s permission ends then.' : ', more time included.';
  return `${whose} lasts longer than ${lasting(maxMs)}${why}`;
}

/** A filing that was refused is not there; anything else is as it was. */
function notDone(state: Access | null): string {
  return state === null ? 'Not filed' : 'Nothing was changed';
}

function roleWords(needs: Role, state: Access | null, { who }: Speaker): string {
  const grantee = state !== null && isGranted(state) ? ` (${who(state.grant.ask.grantee)})` : '';
  switch (needs) {
    case 'member':
      return 'only members of this workspace can do this.';
    case 'listed':
      return 'that is for the people whom the policy lists. Ask an admin to be added.';
    case 'requester':
      return `only the requester${state === null ? 's whom the policy lists' : ` (${who(state.requester)})`} can do this.`;
    case 'grantee':
      return state === null
        ? 'the policy does not list you among those who may hold access. Ask an admin to be added.'
        : `only the grantee${grantee} can do this.`;
    case 'owner':
      return `only the owner${state === null ? '' : ` (${who(state.owner)})`} or the grantee can do this.`;
    case 'requester_or_admin':
      return `only the requester${state === null ? '' : ` (${who(state.requester)})`} or an admin can do this.`;
    case 'owner_or_admin':
      return `only the owner${state === null ? '' : ` (${who(state.owner)})`} or an admin can do this.`;
    case 'approver': {
      const asked = state === null ? [] : seatsAsked(state);
      const named = asked.map((s) => s.holder).filter((h) => h !== CUSTOMER_SEAT);
      return `only the named approver${named.length === 0 ? '' : ` (${people(named, who)})`} decides about this.`;
    }
    case 'contact':
      return 'only a contact of this tenant can do this.';
    case 'admin':
      return 'only an admin can do this.';
    case 'emergency_person':
      return 'only the people whom the policy lists for emergencies can do this.';
    case 'second_emergency_person':
      return `a second listed person must confirm: neither who declared it nor who reviews it afterwards${state?.origin.kind === 'emergency' ? ` (${people([state.requester, state.origin.review.reviewer], who)})` : ''}.`;
    case 'reviewer':
      return `only the named reviewer${state?.origin.kind === 'emergency' ? ` (${who(state.origin.review.reviewer)})` : ''} can judge this.`;
    case 'offered_owner':
      return 'only the person who was offered the ownership can take it.';
    case 'revoker':
      return 'only the approver, the owner, an admin or the tenant’s contact can stop this. The grantee ends it with End now.';
    case 'product':
    case 'timer':
      return 'this happens by itself.';
  }
}

function noLongerValid(what: 'tenant' | 'scope' | 'grantee' | 'approval'): string {
  switch (what) {
    case 'tenant':
      return 'this tenant is not in the policy any more.';
    case 'scope':
      return 'this scope is not in the policy any more.';
    case 'grantee':
      return 'the grantee may not hold access any more.';
    case 'approval':
      return 'whoever approved it may not approve it any more, so the approver was asked again.';
  }
}

function absenceWords(why: 'self' | 'past' | 'too_long' | 'delegate_not_able'): string {
  switch (why) {
    case 'self':
      return 'Choose somebody else to answer for you.';
    case 'past':
      return 'Choose an end that is still to come.';
    case 'too_long':
      return 'That is too long for one absence.';
    case 'delegate_not_able':
      return 'That person cannot answer for you: choose an active member of this workspace.';
  }
}
