import type { FilingCommand, GlobalCommand, RequestCommand } from '../access/command.ts';
import type { OfAuthority } from '../access/refusal.ts';

/** What somebody tried who had no right to, for whoever reviews it. */

const TRIED: Readonly<Record<(FilingCommand | RequestCommand | GlobalCommand)['type'], string>> = {
  file: 'ask for access',
  file_customer_request: 'ask for help as the customer',
  declare_emergency: 'declare an emergency',
  confirm_emergency: 'confirm an emergency',
  approve: 'approve',
  deny: 'deny',
  accept: 'take on a customer’s request',
  edit: 'change a request',
  cancel: 'cancel',
  ask_question: 'ask a question about a request',
  answer_question: 'answer a question',
  replace_approver: 'choose another approver',
  start: 'start a session',
  ask_extension: 'ask for more time',
  approve_extension: 'give more time',
  deny_extension: 'refuse more time',
  end: 'end a session',
  revoke: 'revoke',
  report_unexpected: 'report a session as unexpected',
  offer_ownership: 'hand over the ownership',
  accept_ownership: 'take over the ownership',
  close_out: 'close out',
  close_by_hand: 'say that the access is closed',
  open_again: 'open the access again',
  accept_closeout: 'accept a closeout',
  contest_closeout: 'contest a closeout',
  take_note: 'take a note',
  review_emergency: 'judge an emergency',
  set_absence: 'say that somebody is away',
  clear_absence: 'say that somebody is back',
  invite: 'invite a customer',
  ask_link: 'ask for a customer’s link',
  confirm_gap: 'confirm the gap in the ledger',
};

const WHY: Readonly<Record<OfAuthority, string>> = {
  actor_not_able: 'with an account that may do nothing here',
  not_allowed: 'which was not theirs to do',
  self_approval: 'about their own access',
  no_longer_approver: 'when it was no longer theirs to decide',
};

/** What was tried, and why it was not theirs to do. */
export function refusedAttempt(command: string, reason: OfAuthority): string {
  const tried = new Map(Object.entries(TRIED)).get(command) ?? command.replaceAll('_', ' ');
  return `tried to ${tried}, ${WHY[reason]}`;
}
