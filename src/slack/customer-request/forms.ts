import type { KnownBlock, ModalView } from '@slack/types';
import { FILES_MAX, LINE_MAX } from '../../access/limits.ts';
import type { Tenant } from '../../access/policy.ts';
import { longestDuration } from '../../access/policy.ts';
import type { FieldProblem } from '../../access/refusal.ts';
import type { Access } from '../../access/state.ts';
import { plain, section } from '../messages/blocks.ts';
import { placeOf } from '../messages/card.ts';
import type { SlackContext } from '../context.ts';
import { allowedField, choice, choiceField, form, offLimitsField, textField } from '../interactions/forms.ts';
import { lasting } from '../../wording/durations.ts';
import { oneLine, quote, when, who } from '../messages/words.ts';
import { tsa } from '../../wording/numbers.ts';

/** What the customer fills in to ask for help, and what an engineer fills in to take it on. */

export const ASK_MODAL = 'tsa_customer_request';
export const ASK = {
  issue: 'issue',
  tried: 'tried',
  expected: 'expected',
  urgency: 'urgency',
  files: 'files',
  case: 'case',
} as const;
export const URGENCIES = ['low', 'normal', 'high'] as const;

/** File extensions that Slack's picker offers; what was chosen is checked again when it is submitted. */
const EXTENSIONS = ['png', 'jpg', 'jpeg', 'gif', 'webp', 'mp4', 'mov', 'webm', 'pdf'];

/** The customer's form. Its first lines say what submitting means. */
export function askForm(tenant: Tenant, until: number, forMs: number): ModalView {
  return {
    type: 'modal',
    callback_id: ASK_MODAL,
    private_metadata: tenant.id,
    title: plain('Ask for help'),
    submit: plain('Ask for help'),
    close: plain('Not now'),
    blocks: [
      section(
        `*${oneLine(tenant.name)}* (${oneLine(tenant.environment)})\nBy submitting you let our support team enter it for this issue, until ${when(until)} at the latest (${lasting(forMs)} from now). You are told when they do, and can cancel before, or stop them.`,
      ),
      textField(ASK.issue, 'What is wrong?', {
        hint: 'What fails, for whom, and since when: somebody who has never seen it should understand it.',
      }),
      textField(ASK.tried, 'What did you already try?', { optional: true }),
      textField(ASK.expected, 'What do you expect to happen?', { optional: true }),
      choiceField(
        ASK.urgency,
        'How urgent is it?',
        [
          choice('low', 'Low: it can wait'),
          choice('normal', 'Normal: it is in the way'),
          choice('high', 'High: work is standing still'),
        ],
        { initial: 'normal' },
      ),
      filesInput(),
      textField(ASK.case, 'Case', {
        long: false,
        optional: true,
        hint: 'Link or number, if there is one already.',
      }),
    ],
  };
}

function filesInput(): KnownBlock {
  return {
    type: 'input',
    block_id: ASK.files,
    optional: true,
    label: plain('Screenshots, short videos or PDF'),
    hint: plain('They stay in Slack. At most 10 MB each; please show no passwords.'),
    element: {
      type: 'file_input',
      action_id: 'tsa_in_files',
      filetypes: EXTENSIONS,
      max_files: FILES_MAX,
    },
  };
}

/** At which field of the customer's form a problem is shown. */
export function askField({ field }: FieldProblem): string {
  const fields: Partial<Record<FieldProblem['field'], string>> = {
    tried: ASK.tried,
    expected: ASK.expected,
    files: ASK.files,
    caseRef: ASK.case,
  };
  return fields[field] ?? ASK.issue;
}

export const ACCEPT_MODAL = 'tsa_accept';
export const ACCEPT = {
  scope: 'scope',
  duration: 'duration',
  allowed: 'allowed',
  offLimits: 'off_limits',
  roles: 'roles',
} as const;
const HOUR_MS = 60 * 60_000;

/** The engineer's form: within the policy, inside the customer's time; it starts at once. */
export function acceptForm(context: SlackContext, no: number, state: Access): ModalView | null {
  const { policy } = context;
  const left = state.terms.latestEndAt - context.clock.now();
  const scopes = policy.scopes.filter((scope) => !scope.highRisk && scope.approvals === 1);
  const [least] = scopes;
  if (least === undefined) return null;
  const longest = Math.min(longestDuration(policy, undefined, policy.tenants.get(state.tenant.id)).ms, left);
  const words = [
    `*${tsa(no)}*: ${who(state.requester)} asks for help in ${placeOf(state)}. They agreed to it until ${when(state.terms.latestEndAt)}.`,
    quote(state.reason, 1_500),
    'The session starts *at once*, in your own name, and you see it through until it is closed out.',
  ];
  return form(ACCEPT_MODAL, no, 'Take it on', 'Start session', [
    section(words.join('\n')),
    choiceField(
      ACCEPT.scope,
      'Scope',
      scopes.map((scope) => choice(scope.id, `${scope.name}: ${scope.allows}`)),
      { initial: least.id, hint: 'Least first: choose the first that is enough.' },
    ),
    textField(ACCEPT.duration, 'For how long', {
      long: false,
      initial: lasting(Math.min(HOUR_MS, Math.floor(longest / 60_000) * 60_000)),
      hint: `Such as 45m or 2h; at most ${lasting(longest)}. It ends by itself.`,
    }),
    allowedField(ACCEPT.allowed),
    offLimitsField(ACCEPT.offLimits),
    textField(ACCEPT.roles, 'Extra roles or groups', {
      optional: true,
      hint: `One a line, at most ${LINE_MAX} characters each. At the closeout each is checked to be gone.`,
    }),
  ]);
}

/** At which field of the engineer's form a problem is shown. */
export function acceptField({ field }: FieldProblem): string {
  const fields: Partial<Record<FieldProblem['field'], string>> = {
    duration: ACCEPT.duration,
    allowedActions: ACCEPT.allowed,
    offLimits: ACCEPT.offLimits,
    roles: ACCEPT.roles,
  };
  return fields[field] ?? ACCEPT.scope;
}
