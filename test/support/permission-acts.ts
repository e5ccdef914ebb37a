import type { Command } from '../../src/access/command.ts';
import type { AccessEvent } from '../../src/access/event.ts';
import type { Given } from './permission-states.ts';
import {
  active,
  approved,
  asked,
  CAST,
  closed,
  emergency,
  ended,
  next,
  nothing,
  pending,
  pendingFor,
  unconfirmed,
  wantsTime,
} from './permission-states.ts';
import type { Action, Kind } from './permissions.ts';
import { GOOD } from './test-app.ts';

/** How each action of the table is tried: from which state, by which buttons, commands and forms, and what it makes. */

/** One way to try it. Where there is a form, a press or a command opens it. */
export interface Way {
  readonly button?: string;
  /** Which version of the request the button names. */
  readonly to?: number;
  readonly command?: (no: number, tenantId: string) => string;
  readonly form?: { readonly id: string; readonly fills: (tenantId: string) => Record<string, string> };
  /** The command that reaches the command handler, and the fact that it makes. Looking makes none. */
  readonly handled?: readonly [Command['type'], AccessEvent['type']];
  /** What whoever may look sees. */
  readonly sees?: RegExp;
  /** Whoever does it is told what became of it. */
  readonly answers?: true;
}

export interface Act {
  readonly given: Given;
  readonly ways: readonly Way[];
  /** In an emergency whoever declares it is requester and grantee. */
  readonly emergency?: true;
  /** Time that must pass before it is tried. */
  readonly afterMs?: number;
}

const fill = (id: string, fills: Record<string, string>): NonNullable<Way['form']> => ({
  id,
  fills: () => fills,
});
const WORDS = { allowed: 'Look at the import log', reason: GOOD };

/** By the button and by the command of that name. */
const both = (
  button: string,
  name: string,
  handled: NonNullable<Way['handled']>,
  form?: Way['form'],
): readonly Way[] => [
  { button, handled, ...(form === undefined ? {} : { form }) },
  { command: (no) => `${name} TSA-${no}`, handled, ...(form === undefined ? {} : { form }) },
];

export const ACTS: Readonly<Record<Action, Act>> = {
  request: {
    given: nothing,
    ways: [
      {
        command: (_, tenantId) => `request ${tenantId}`,
        form: {
          id: 'tsa_request',
          fills: (tenant) => ({
            ...WORDS,
            tenant,
            scope: 'read',
            duration: '3600000',
            approver1: CAST.approver,
            grantee: CAST.grantee,
            owner: CAST.owner,
          }),
        },
        handled: ['file', 'request.filed'],
      },
    ],
  },
  approve: { given: pending, ways: [{ button: 'tsa_approve', handled: ['approve', 'approval.given'] }] },
  'approve less': {
    given: pending,
    ways: [
      {
        button: 'tsa_approve_less',
        form: fill('tsa_approve_less_form', { scope: 'read', duration: '20m' }),
        handled: ['approve', 'approval.given'],
      },
    ],
  },
  deny: {
    given: pending,
    ways: [
      {
        button: 'tsa_deny',
        form: fill('tsa_deny_why', { typed: 'Please use the staging tenant.' }),
        handled: ['deny', 'request.denied'],
      },
    ],
  },
  'ask a question': {
    given: pending,
    ways: [
      {
        button: 'tsa_ask',
        form: fill('tsa_ask_form', { typed: 'Which invoices?' }),
        handled: ['ask_question', 'question.asked'],
      },
    ],
  },
  answer: {
    given: asked,
    ways: [
      {
        button: 'tsa_answer',
        form: fill('tsa_answer_form', { typed: 'Those of March 3.' }),
        handled: ['answer_question', 'question.answered'],
      },
    ],
  },
  'ask somebody else': {
    given: pending,
    afterMs: 16 * 60_000,
    ways: [
      {
        button: 'tsa_replace',
        form: fill('tsa_replace_form', { from: CAST.approver, to: CAST.deputy }),
        handled: ['replace_approver', 'approver.replaced'],
      },
    ],
  },
  edit: {
    given: pending,
    ways: [
      {
        button: 'tsa_edit',
        form: {
          id: 'tsa_edit_form',
          fills: () => ({
            scope: 'read',
            allowed: 'Look at the import log',
            reason: GOOD,
            duration: '20m',
          }),
        },
        handled: ['edit', 'request.edited'],
      },
    ],
  },
  cancel: { given: pending, ways: both('tsa_cancel', 'cancel', ['cancel', 'request.cancelled']) },
  start: { given: approved, ways: both('tsa_start', 'start', ['start', 'session.started']) },
  end: { given: active, ways: both('tsa_end', 'end', ['end', 'session.ended']) },
  'ask for more time': {
    given: active,
    ways: both(
      'tsa_extend',
      'extend',
      ['ask_extension', 'extension.asked'],
      fill('tsa_extend_form', { duration: '30m', reason: GOOD }),
    ),
  },
  'give or refuse time': {
    given: wantsTime,
    ways: [
      // The sixth fact of such a request is that more time was asked for: that is what the button says yes to.
      { button: 'tsa_extend_yes', to: 6, handled: ['approve_extension', 'extension.approved'] },
      {
        button: 'tsa_extend_no',
        form: fill('tsa_extend_no_form', { reason: 'That is enough for today.' }),
        handled: ['deny_extension', 'extension.denied'],
      },
    ],
  },
  revoke: {
    given: active,
    ways: both(
      'tsa_revoke',
      'revoke',
      ['revoke', 'session.ended'],
      fill('tsa_revoke_form', { why: 'They called.' }),
    ),
  },
  'I didn’t expect this': {
    given: active,
    ways: [{ button: 'tsa_unexpected', handled: ['report_unexpected', 'session.reported'], answers: true }],
  },
  'take a note': {
    given: active,
    ways: both(
      'tsa_note',
      'note',
      ['take_note', 'note.taken'],
      fill('tsa_note_form', { note: 'The importer was restarted twice.' }),
    ),
  },
  'close out': {
    given: ended,
    ways: both(
      'tsa_close_out',
      'closeout',
      ['close_out', 'closeout.filed'],
      fill('tsa_close_out_form', {
        fixed: 'yes',
        confirmed_by: 'Erika Muster',
        checked: 'The invoices.',
        changed: 'Removed the duplicates.',
      }),
    ),
  },
  'accept or contest the closeout': {
    given: closed,
    ways: [
      { button: 'tsa_closeout_yes', handled: ['accept_closeout', 'closeout.accepted'] },
      {
        button: 'tsa_closeout_no',
        form: fill('tsa_contest_form', { question: 'Did you tell them?' }),
        handled: ['contest_closeout', 'closeout.contested'],
      },
    ],
  },
  'hand over': {
    given: active,
    ways: [
      {
        button: 'tsa_hand_over',
        form: fill('tsa_hand_over_form', { to: CAST.bystander }),
        handled: ['offer_ownership', 'owner.offered'],
      },
    ],
  },
  'take over, when asked to': {
    given: (ledger, kind) => next(active, 'owner', { type: 'offer_ownership', to: CAST[kind] })(ledger, kind),
    ways: [{ button: 'tsa_take_over', handled: ['accept_ownership', 'owner.changed'] }],
  },
  'declare an emergency': {
    given: nothing,
    ways: [
      {
        command: (_, tenantId) => `emergency ${tenantId}`,
        form: {
          id: 'tsa_emergency_form',
          fills: (tenant) => ({
            ...WORDS,
            tenant,
            scope: 'read',
            duration: '20m',
            reviewer: CAST.approver,
          }),
        },
        handled: ['declare_emergency', 'emergency.declared'],
      },
    ],
  },
  'confirm an emergency': {
    given: unconfirmed,
    emergency: true,
    ways: [{ button: 'tsa_confirm_emergency', handled: ['confirm_emergency', 'emergency.confirmed'] }],
  },
  'judge an emergency': {
    given: emergency,
    emergency: true,
    ways: [
      {
        button: 'tsa_justified',
        form: fill('tsa_review_form_yes', { note: 'Right to go in.' }),
        handled: ['review_emergency', 'emergency.reviewed'],
      },
      {
        button: 'tsa_not_justified',
        form: fill('tsa_review_form_no', { note: 'It could wait.' }),
        handled: ['review_emergency', 'emergency.reviewed'],
      },
    ],
  },
  show: {
    given: active,
    ways: [
      { command: (no) => `show TSA-${no}`, sees: /Invoices for March/ },
      { button: 'tsa_show', sees: /Invoices for March/ },
    ],
  },
  history: {
    given: pending,
    ways: [{ command: (_, tenantId) => `history ${tenantId} 7d`, sees: /1 request in 7 days/ }],
  },
  active: {
    given: active,
    ways: [
      { command: () => 'active', sees: /sessions? right now/ },
      { button: 'tsa_active', sees: /sessions? right now/ },
    ],
  },
  queue: {
    given: pending,
    ways: [{ command: () => 'queue', sees: /^(?:Waiting for|Nothing waits)/ }],
  },
  review: { given: active, ways: [{ command: () => 'review', sees: /The last 7 days/ }] },
};

const CONSENT = ['approver', 'contact'] as const;

/** What the table leaves to a sentence below it: the same acts, about other scopes. */
export const SPECIAL: Readonly<Record<string, { readonly act: Act; readonly may: readonly Kind[] }>> = {
  'approve high risk': {
    may: ['approver'],
    act: {
      given: pendingFor('risky'),
      ways: [
        {
          button: 'tsa_approve',
          form: { id: 'tsa_approve_high_risk', fills: (typed) => ({ typed }) },
          handled: ['approve', 'approval.given'],
        },
      ],
    },
  },
  'approve where the customer must consent': {
    may: CONSENT,
    act: { ...ACTS.approve, given: pendingFor('consented') },
  },
  'deny where the customer must consent': {
    may: CONSENT,
    act: { ...ACTS.deny, given: pendingFor('consented') },
  },
};
