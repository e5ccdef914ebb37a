import type { Refusal } from '../access/refusal.ts';
import { tooOftenWords } from './hourly.ts';
import { inUtc } from './instants.ts';
import { tsa } from './numbers.ts';
import { problemWords } from './problems.ts';

/** Why not, for a contact: what is in the way, and what to do. */
export function refusalSentence(refusal: Refusal): string {
  switch (refusal.reason) {
    case 'invalid':
      return refusal.problems.some((problem) => problem.field === 'owner')
        ? TRY_LATER
        : refusal.problems.map(problemWords).join(' ');
    case 'too_many_open':
      return `You already have ${refusal.open.map(tsa).join(', ')} open, and ${refusal.max} at a time is the limit. Cancel one first.`;
    case 'cannot_check':
    case 'group_unreadable':
      return TRY_LATER;
    case 'self_approval':
      return 'You hold or own this access yourself, so somebody else of your company must decide.';
    case 'not_allowed':
      return 'Only the contact who asked can do this.';
    case 'request_changed':
    case 'extension_changed':
      return 'Something else is asked for now. Please use the link in the newer mail.';
    case 'too_often':
      return tooOftenWords(refusal, (until) => `on ${inUtc(until)}`);
    case 'no_such_request':
    case 'lost_in_gap':
    case 'actor_not_able':
    case 'wrong_phase':
    case 'not_before':
    case 'already_given':
    case 'no_longer_approver':
    case 'nobody_can_approve':
    case 'nobody_can_confirm':
    case 'cooling_down':
    case 'overlap':
    case 'closeout_overdue':
    case 'extension_limit':
    case 'session_limit':
    case 'extension_waits':
    case 'no_extension_asked':
    case 'no_extension_in_emergency':
    case 'too_many_notes':
    case 'too_many_questions':
    case 'no_question_open':
    case 'question_waits':
    case 'approver_has_time':
    case 'no_longer_valid':
    case 'gap_not_confirmed':
    case 'opening_already':
    case 'access_not_gone':
    case 'nothing_to_remove':
    case 'not_missing':
    case 'no_gap':
    case 'already_reported':
    case 'already_reviewed':
    case 'not_an_emergency':
    case 'absence_not_possible':
    case 'nothing_due':
      return 'It was too late for this.';
  }
}
const TRY_LATER =
  'We cannot look up who of us takes care of it right now. Please try again in a few minutes, or write to your support team.';
