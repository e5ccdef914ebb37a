import type { CustomerFile, EventOf } from './event.ts';
import type { UserId } from './policy.ts';

/** What somebody (or time) wants to happen to a request. Edges build these from parsed input; the rules judge them. */

export interface FileRequest {
  readonly type: 'file';
  readonly tenantId: string;
  readonly scopeId: string;
  readonly grantee: UserId;
  readonly owner: UserId;
  readonly approvers: readonly UserId[];
  readonly allowedActions: string;
  readonly offLimits: string;
  readonly reason: string;
  readonly caseRef: string;
  readonly durationMs: number;
  readonly notBefore: number | null;
  readonly roles: readonly string[];
}

export interface FileCustomerRequest {
  readonly type: 'file_customer_request';
  readonly tenantId: string;
  readonly owner: UserId;
  readonly reason: string;
  readonly tried: string;
  readonly expected: string;
  readonly urgency: 'low' | 'normal' | 'high';
  readonly files: readonly CustomerFile[];
  readonly caseRef: string;
}

export interface DeclareEmergency {
  readonly type: 'declare_emergency';
  readonly tenantId: string;
  readonly scopeId: string;
  readonly owner: UserId;
  readonly reviewer: UserId;
  readonly allowedActions: string;
  readonly offLimits: string;
  readonly reason: string;
  readonly caseRef: string;
  readonly durationMs: number;
  readonly roles: readonly string[];
}

/** The three ways in. They make a request; all other commands need one. */
export type FilingCommand = FileRequest | FileCustomerRequest | DeclareEmergency;

export type RequestCommand =
  | { readonly type: 'confirm_emergency' }
  | {
      readonly type: 'approve';
      /** As which version the request was read that this is a yes to; left out: as it was filed. */
      readonly read?: number;
      /** Less than asked; `null`: as asked. */
      readonly less: {
        readonly scopeId: string;
        /** The lines that stay. Words cannot be proved to be less than others: lines can only be left out. */
        readonly allowedActions: readonly string[];
        /** What is off limits beside what was asked to be, one a line: nothing that was asked to be is taken away. */
        readonly moreOffLimits: string;
        readonly durationMs: number;
      } | null;
      /** What the approver typed where a high-risk scope asks for the tenant's id; `null` elsewhere. */
      readonly typedTenantId: string | null;
    }
  | { readonly type: 'deny'; readonly reason: string }
  | {
      readonly type: 'accept';
      readonly scopeId: string;
      readonly allowedActions: string;
      readonly offLimits: string;
      readonly durationMs: number;
      readonly roles: readonly string[];
    }
  | { readonly type: 'cancel'; readonly reason: string }
  | {
      readonly type: 'edit';
      readonly scopeId: string;
      readonly allowedActions: string;
      readonly offLimits: string;
      readonly reason: string;
      readonly caseRef: string;
      readonly durationMs: number;
      readonly notBefore: number | null;
      readonly roles: readonly string[];
    }
  | { readonly type: 'ask_question'; readonly text: string }
  | { readonly type: 'answer_question'; readonly text: string }
  | { readonly type: 'replace_approver'; readonly from: UserId; readonly to: UserId }
  | { readonly type: 'start' }
  | { readonly type: 'ask_extension'; readonly durationMs: number; readonly reason: string }
  | {
      readonly type: 'approve_extension';
      /** Which ask this is a yes to: the version of the request at which it was asked. */
      readonly version: number;
      /** What was typed where the ask is high risk; `null` elsewhere. */
      readonly typedTenantId: string | null;
    }
  | { readonly type: 'deny_extension'; readonly reason: string }
  | { readonly type: 'take_note'; readonly text: string }
  | { readonly type: 'end'; readonly reason: string }
  | { readonly type: 'revoke'; readonly reason: string }
  | { readonly type: 'report_unexpected' }
  | { readonly type: 'offer_ownership'; readonly to: UserId }
  | { readonly type: 'accept_ownership' }
  | {
      readonly type: 'close_out';
      readonly fixed: 'yes' | 'no' | 'not_yet';
      readonly confirmedBy: string;
      readonly checked: string;
      readonly changed: string;
      /** First those that were listed, in their order; then what turned up later. */
      readonly removed: readonly EventOf<'closeout.filed'>['removed'][number][];
      readonly productProblem: string;
      readonly summary: string;
      readonly notes: string;
      /** Where it is not fixed; `until` is `NaN` where no time was chosen. */
      readonly next: { readonly what: string; readonly by: UserId; readonly until: number } | null;
    }
  /** Nobody is in any more, on the word of whoever removed them: how they looked. */
  | { readonly type: 'close_by_hand'; readonly note: string }
  /** What the product has lost is opened anew, until the same end. */
  | { readonly type: 'open_again' }
  | { readonly type: 'accept_closeout' }
  | { readonly type: 'contest_closeout'; readonly question: string }
  | { readonly type: 'review_emergency'; readonly justified: boolean; readonly note: string };

/** What time itself does. Only the timer may send these. */
export type TimerCommand =
  | { readonly type: 'lapse' }
  | { readonly type: 'remind_approver' }
  /** This approver can no longer decide: the requester is asked to name another. */
  | { readonly type: 'offer_replacement'; readonly approver: UserId }
  /** This person may be no member any more: what is theirs is called off. */
  | { readonly type: 'call_off'; readonly person: UserId }
  | { readonly type: 'open_start' }
  /** The product has not let anybody in, in time. */
  | { readonly type: 'call_off_opening' }
  /** The product has not confirmed that access is gone. */
  | { readonly type: 'tell_not_closed' }
  | { readonly type: 'warn' }
  | { readonly type: 'expire' }
  | { readonly type: 'remind_closeout' }
  /** The customer who asked was silent about what came of it. */
  | { readonly type: 'accept_unanswered' }
  | { readonly type: 'remind_review' }
  /** What may have been used, ended or taken back in events that were lost is over. */
  | { readonly type: 'end_in_doubt' };

/** What a product answered, about one access of a request. Only its connector may send these. */
export type ProductCommand = { readonly access: number } & (
  | { readonly type: 'confirm_open'; readonly receipt: string; readonly handle: string | null }
  | { readonly type: 'refuse_open'; readonly words: string }
  | { readonly type: 'confirm_extension'; readonly notAfter: number; readonly receipt: string }
  | { readonly type: 'refuse_extension'; readonly words: string }
  | { readonly type: 'confirm_close'; readonly receipt: string }
  /** It did not do it, or nobody knows. */
  | { readonly type: 'note_no_answer'; readonly words: string }
  | { readonly type: 'miss_access' }
);

/** Commands about people rather than a request. */
export type GlobalCommand =
  | {
      readonly type: 'set_absence';
      readonly approver: UserId;
      readonly from: number;
      readonly until: number;
      readonly delegate: UserId;
    }
  | { readonly type: 'clear_absence'; readonly approver: UserId }
  /** The customer is shown where to ask for help: in the tenant's channel, or each contact by themselves. */
  | { readonly type: 'invite'; readonly tenantId: string; readonly to: 'channel' | 'contacts' }
  /** A contact asks on a page for a mail with a link: to the tenant's page, or to that request once more. */
  | { readonly type: 'ask_link'; readonly tenantId: string; readonly about: number | null }
  /** The gap that this event of the ledger tells of is known. */
  | { readonly type: 'confirm_gap'; readonly restored: number };

export type Command = FilingCommand | RequestCommand | TimerCommand | ProductCommand;

type KindOf<T extends { readonly type: string }, K extends string> = Readonly<Record<T['type'], K>>;

/** Who may send each: people, time or a product; and which of them make a request. */
const KINDS = {
  file: 'filing',
  file_customer_request: 'filing',
  declare_emergency: 'filing',
  confirm_emergency: 'request',
  approve: 'request',
  deny: 'request',
  accept: 'request',
  edit: 'request',
  cancel: 'request',
  ask_question: 'request',
  answer_question: 'request',
  replace_approver: 'request',
  start: 'request',
  ask_extension: 'request',
  approve_extension: 'request',
  deny_extension: 'request',
  end: 'request',
  revoke: 'request',
  report_unexpected: 'request',
  offer_ownership: 'request',
  accept_ownership: 'request',
  take_note: 'request',
  close_out: 'request',
  close_by_hand: 'request',
  open_again: 'request',
  accept_closeout: 'request',
  contest_closeout: 'request',
  review_emergency: 'request',
  lapse: 'timer',
  remind_approver: 'timer',
  offer_replacement: 'timer',
  call_off: 'timer',
  open_start: 'timer',
  call_off_opening: 'timer',
  tell_not_closed: 'timer',
  warn: 'timer',
  expire: 'timer',
  remind_closeout: 'timer',
  accept_unanswered: 'timer',
  remind_review: 'timer',
  end_in_doubt: 'timer',
  confirm_open: 'product',
  refuse_open: 'product',
  confirm_extension: 'product',
  refuse_extension: 'product',
  confirm_close: 'product',
  note_no_answer: 'product',
  miss_access: 'product',
} as const satisfies KindOf<FilingCommand, 'filing'> &
  KindOf<RequestCommand, 'request'> &
  KindOf<TimerCommand, 'timer'> &
  KindOf<ProductCommand, 'product'>;

/** Does it make a request? */
export function isFiling(command: Command): command is FilingCommand {
  return KINDS[command.type] === 'filing';
}

/** Only time itself sends these. */
export function isTimer(command: Command): command is TimerCommand {
  return KINDS[command.type] === 'timer';
}

/** Only a connector sends these. */
export function isProduct(command: Command): command is ProductCommand {
  return KINDS[command.type] === 'product';
}
