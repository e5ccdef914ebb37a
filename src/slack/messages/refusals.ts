import type { EventOf } from '../../access/event.ts';
import { REASON_MIN_CHARACTERS, REASON_MIN_WORDS } from '../../access/limits.ts';
import type { Standing } from '../../access/people.ts';
import { GOOD_REASON } from '../../access/reason.ts';
import type { FieldProblem, Refusal, Role } from '../../access/refusal.ts';
import type { Access } from '../../access/state.ts';
import { CUSTOMER_SEAT, seatsAsked } from '../../access/state.ts';
import { unfinishedWords } from './emergency-words.ts';
import { waitsFor } from './more-time.ts';
import { because, lasting, people, tsa, when, who } from './words.ts';

/** Why not, in words: what is in the way and what to do instead. One sentence or two, for somebody tired. */
export function refusalWords(refusal: Refusal, no: number | null, state: Access | null): string {
  const it = no === null ? 'This' : tsa(no);
  switch (refusal.reason) {
    case 'no_such_request':
      return `There is no ${it}. Look up what is going on with \`/tsa active\`.`;
    case 'lost_in_gap':
      return `There is no ${it} any more: it is not in the backup to which the ledger was put back ${when(refusal.at)}. If it is still needed, ask again.`;
    case 'actor_not_able':
      return `Nothing was changed: ${standingWords('your account', refusal.standing)} Only regular members of this workspace can do this, each with their own account.`;
    case 'cannot_check':
      return 'Nothing was changed: Slack did not say in time who you are, or who else is concerned. Please try again.';
    case 'wrong_phase':
      return state === null
        ? `${it} cannot be changed that way now.`
        : `Nothing was changed: ${whatHappened(it, state)}`;
    case 'not_before':
      return `${it} may start ${when(refusal.notBefore)}, not earlier. You will be told then.`;
    case 'not_allowed':
      return `Nothing was changed: ${roleWords(refusal.needs, state)}`;
    case 'self_approval':
      return `Nothing was changed: you are the ${refusal.role} of ${it}, and nobody decides about access that they asked for, will hold, or own.`;
    case 'already_given':
      return `${it} already has that answer. Nothing was changed.`;
    case 'no_longer_approver':
      return `Nothing was changed: by the policy of today you do not decide about ${it} (any more).`;
    case 'nobody_can_approve':
      return refusal.who === 'contact'
        ? `${notDone(state)}: this tenant’s customer must consent, and no contact of theirs is known. Ask ${people(refusal.admins)} to add one to the policy.`
        : `${notDone(state)}: nobody is left who could ${refusal.who === 'reviewer' ? 'review' : 'approve'} this (nobody decides about what they asked for, will hold, or own). Ask ${people(refusal.admins)} to name more approvers in the policy, or choose another grantee or owner.`;
    case 'nobody_can_confirm':
      return `Not declared: a second person must confirm it${because(unfinishedWords(refusal.unfinished, 'yours'))}, and nobody else is listed for emergencies who could. ${refusal.unfinished.length === 0 ? 'Ask' : 'Have that done first, or ask'} with \`/tsa request\`.`;
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
      return `More time was asked for already, and waits for ${asked === null ? 'an answer' : waitsFor(asked)}.`;
    }
    case 'extension_changed':
      return `Nothing was changed: something else is asked for in ${it} now. Look at what it is, and answer that.`;
    case 'no_extension_asked':
      return `Nobody is asking for more time in ${it} now. Nothing was changed.`;
    case 'no_extension_in_emergency':
      return 'An emergency cannot be extended. If it is not over, declare a new one.';
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
      return `Nothing was started: the ledger was put back to a backup ${when(refusal.since)}, and no session starts before an admin confirms that what is missing is known. Ask ${people(refusal.admins)}; the button is on their Home and in the alert channel.`;
    case 'no_gap':
      return 'Nothing was changed: that gap in the ledger was confirmed already, or there is a newer one.';
    case 'nothing_due':
      return `Nothing is due for ${it}.`;
    case 'invalid':
      return refusal.problems.map(problemWords).join(' ');
  }
}

/** What is wrong with a field, and what to put there. Shown below the field, where Slack renders plain text only. */
export function problemWords(problem: FieldProblem): string {
  switch (problem.problem) {
    case 'unknown':
      return problem.field === 'tenant' ? 'Choose a tenant from the list.' : 'Choose a scope from the list.';
    case 'no_customer_requests':
      return 'Requests by customers are not switched on for this tenant.';
    case 'needs_own_request':
      return 'This scope is more than a customer’s request covers. File a request of your own with /tsa request.';
    case 'not_less':
      return problem.field === 'allowedActions'
        ? 'Choose among the lines that were asked for: other words would be a new request.'
        : 'You can only approve less than what was asked for.';
    case 'too_many_lines':
      return `At most ${problem.max} lines.`;
    case 'not_able':
      return `Choose somebody else: ${standingWords('this account', problem.standing)}`;
    case 'not_allowed':
      return problem.field === 'grantee'
        ? 'The policy does not let this person hold access. Choose somebody else.'
        : 'This person may not decide about this scope for this tenant. Choose somebody from the list.';
    case 'is_approver':
      return 'The owner cannot be somebody who decides about this request.';
    case 'is_owner':
      return 'This person is the owner already.';
    case 'self':
      return `Choose somebody else: the ${problem.role} cannot be the ${problem.field}.`;
    case 'count':
      return problem.needed === 1
        ? 'Name one approver.'
        : `This scope needs ${problem.needed} different approvers.`;
    case 'missing':
      return problem.field === 'reason' ? `Say why. For example: ${GOOD_REASON}` : 'Please fill this in.';
    case 'too_short':
      return problem.field === 'duration'
        ? 'At least one minute.'
        : `Too short to be understood in six weeks: at least ${REASON_MIN_CHARACTERS} characters. For example: ${GOOD_REASON}`;
    case 'too_few_words':
      return `Too few words to be understood in six weeks: at least ${REASON_MIN_WORDS}. For example: ${GOOD_REASON}`;
    case 'vague':
      return `A stranger could not tell what is wrong. Say what fails, for whom, and what you will do. For example: ${GOOD_REASON}`;
    case 'only_the_tenant':
      return `That is just the tenant’s name. Say what fails and what you will do. For example: ${GOOD_REASON}`;
    case 'malformed':
      return 'There are characters in this text that nobody sees, or that reorder it. Please type it again as plain text.';
    case 'too_long':
      return 'max' in problem ? `Too long: at most ${problem.max} characters.` : tooLong(problem);
    case 'not_a_time':
      return problem.field === 'duration'
        ? 'Write a length of time such as 45m, 2h or 1h 30m.'
        : 'Choose a date and a time.';
    case 'past':
      return 'That moment has passed. Choose a later one.';
    case 'too_far':
      return `At most ${lasting(problem.maxMs)} ahead.`;
    case 'too_many':
      return 'Too many entries.';
    case 'too_many_files':
      return `At most ${problem.max} files. Choose those that show the problem best.`;
    case 'file_kind':
      return `${problem.name}: only pictures (PNG, JPEG, GIF, WebP), short videos (MP4, MOV, WebM) and PDF can be looked at.`;
    case 'file_size':
      return `${problem.name}: at most 10 MB. A shorter video or a screenshot is enough.`;
    case 'file_reference':
      return `${problem.name}: this file could not be read. Please upload it again, under a shorter name.`;
    case 'not_accounted_for':
      return 'Say for each of the listed roles whether it is gone.';
    case 'does_not_match':
      return 'Type the tenant’s id exactly as it is shown.';
  }
}

/** Who did what, when: the answer to a click that comes too late. */
export function whatHappened(it: string, state: Access): string {
  switch (state.phase) {
    case 'pending': {
      const given = state.seats.flatMap((s) =>
        s.given === null ? [] : [`${who(s.given.by)} approved ${when(s.given.at)}`],
      );
      const open = state.seats.filter((s) => s.given === null).map((s) => s.holder);
      return [`${it} waits for ${people(open)}`, ...given].join('; ') + '.';
    }
    case 'unclaimed':
      return `${it} waits for an engineer to accept it.`;
    case 'unconfirmed':
      return `${it} waits for a second person to confirm the emergency until ${when(state.confirmBy)}.`;
    case 'approved': {
      const by = state.grant.seats.flatMap((s) => (s.given === null ? [] : [s.given.by]));
      return `${it} was approved by ${people(by)} ${when(state.grant.grantedAt)} and is not started yet.`;
    }
    case 'active':
      return `${it} was started by ${who(state.session.startedBy)} ${when(state.session.startedAt)} and runs until ${when(state.session.expiresAt)}.`;
    case 'ended':
    case 'closed':
      return `${it} is over: ${endWords(state.ending)}.`;
    case 'denied':
      return `${it} was denied by ${who(state.verdict.by)} ${when(state.verdict.at)}.`;
    case 'cancelled':
      return `${it} was cancelled by ${who(state.verdict.by)} ${when(state.verdict.at)}.`;
    case 'lapsed':
      return `${it} lapsed ${when(state.at)}: ${lapseWords(state.why)}.`;
  }
}

/** How a session ended, as part of a sentence. */
export function endWords(ending: {
  how: 'ended' | 'expired' | 'revoked';
  by: string;
  endedAt: number;
}): string {
  switch (ending.how) {
    case 'ended':
      return `${who(ending.by)} ended it ${when(ending.endedAt)}`;
    case 'expired':
      return `it expired by itself ${when(ending.endedAt)}`;
    case 'revoked':
      return `${who(ending.by)} revoked it ${when(ending.endedAt)}`;
  }
}

/** Why a request lapsed, as part of a sentence. */
export function lapseWords(why: EventOf<'request.lapsed'>['why']): string {
  switch (why) {
    case 'undecided':
      return 'nobody decided in time';
    case 'not_started':
      return 'the access was not started in time';
    case 'unconfirmed':
      return 'no second person confirmed in time';
    case 'unclaimed':
      return 'nobody accepted it in time';
    case 'restored':
      return 'the ledger was put back to a backup, and what became of it after that is not known';
  }
}

function tooLong(problem: Extract<FieldProblem, { problem: 'too_long'; maxMs: number }>): string {
  const limit = lasting(problem.maxMs);
  switch (problem.set) {
    case 'policy':
      return `At most ${limit}: the policy’s limit for any session.`;
    case 'scope':
      return `At most ${limit}: the limit of this scope.`;
    case 'tenant':
      return `At most ${limit}: the limit of this tenant.`;
    case 'emergency':
      return `At most ${limit}: the limit of an emergency.`;
    case 'extension':
      return `At most ${limit} more at a time.`;
    case 'session':
      return `At most ${limit} more: then the session has lasted as long as it may in all.`;
    case 'asked':
      return `At most ${limit}, as asked for.`;
    case 'consent':
      return `At most ${limit}: the customer’s permission ends then.`;
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

function standingWords(whose: string, standing: Standing): string {
  switch (standing) {
    case 'member':
      return `${whose} is in order.`;
    case 'guest':
      return `${whose} is a guest account.`;
    case 'bot':
      return `${whose} is a bot.`;
    case 'deactivated':
      return `${whose} is deactivated.`;
    case 'external':
      return `${whose} belongs to another workspace.`;
    case 'shared_account':
      return `${whose} is used by more than one person.`;
    case 'not_found':
      return `${whose} is not known to Slack.`;
    case 'cannot_check':
      return `Slack did not answer when asked about ${whose}; try again in a minute.`;
  }
}

function roleWords(needs: Role, state: Access | null): string {
  const grantee = state !== null && 'grant' in state ? ` (${who(state.grant.ask.grantee)})` : '';
  switch (needs) {
    case 'member':
      return 'only members of this workspace can do this.';
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
      return `only the named approver${named.length === 0 ? '' : ` (${people(named)})`} decides about this.`;
    }
    case 'contact':
      return 'only a contact of this tenant can do this.';
    case 'admin':
      return 'only an admin can do this.';
    case 'emergency_person':
      return 'only the people whom the policy lists for emergencies can do this.';
    case 'second_emergency_person':
      return `a second listed person must confirm: neither who declared it nor who reviews it afterwards${state?.review ? ` (${people([state.requester, state.review.reviewer])})` : ''}.`;
    case 'reviewer':
      return `only the named reviewer${state?.review ? ` (${who(state.review.reviewer)})` : ''} can judge this.`;
    case 'offered_owner':
      return 'only the person who was offered the ownership can take it.';
    case 'revoker':
      return 'only the approver, the owner, an admin or the tenant’s contact can stop this. The grantee ends it with End now.';
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
