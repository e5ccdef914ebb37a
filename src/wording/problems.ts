import { REASON_MIN_CHARACTERS, REASON_MIN_WORDS } from '../access/limits.ts';
import { GOOD_REASON } from '../access/reason.ts';
import type { FieldProblem } from '../access/refusal.ts';
import { lasting } from './durations.ts';
import { standingWords } from './standing.ts';

/** What is wrong with what somebody filled in. */

/** What is wrong with a field, and what to put there. Shown below the field, where Slack renders plain text only. */
export function problemWords(problem: FieldProblem): string {
  switch (problem.problem) {
    case 'unknown':
      return problem.field === 'tenant' ? 'Choose a tenant from the list.' : 'Choose a scope from the list.';
    case 'no_customer_requests':
      return 'Requests by customers are not switched on for this tenant.';
    case 'needs_own_request':
      return 'This scope is more than a customer’s request covers. File a request of your own with /tsa request.';
    case 'other_deciders':
      return 'Others than those who were asked would have to decide about this scope. Cancel this request, and file a new one.';
    case 'unchanged':
      return 'Nothing is different yet. Change something, or leave it as it is.';
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
    case 'twice':
      return 'One of these roles is there twice.';
    case 'not_accounted_for':
      return 'Say for each of the listed roles whether it is gone.';
    case 'does_not_match':
      return 'Type the tenant’s id exactly as it is shown.';
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

const EXAMPLE =
  'For example: Invoices for March show twice in the billing list since Tuesday, for all of our stores.';

/** What is wrong with what the customer wrote, and what to write. */
export function issueWords(problem: FieldProblem): string {
  const { field, problem: what } = problem;
  if (field !== 'reason' || what === 'too_long' || what === 'malformed') return problemWords(problem);
  if (what === 'missing') return `Say what is wrong. ${EXAMPLE}`;
  return `We could not tell from this what is wrong. Say what fails, where, since when and for whom. ${EXAMPLE}`;
}
