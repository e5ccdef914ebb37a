import type { ModalView } from '@slack/types';
import { currentAsk } from '../../access/approving.ts';
import type { RequestCommand } from '../../access/command.ts';
import { LINE_MAX } from '../../access/limits.ts';
import { eligibleApprovers } from '../../access/people.ts';
import type { FieldProblem } from '../../access/refusal.ts';
import type { Access, Pending } from '../../access/state.ts';
import { askOf, CUSTOMER_SEAT } from '../../access/state.ts';
import { parseDuration, lasting } from '../../wording/durations.ts';
import { OPTIONS_MAX, section, sections } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { placeOf } from '../messages/card.ts';
import type { Answered, ActionCall, SlackContext, Slice, SubmitCall, Submitted } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { NOT_READ } from '../context.ts';
import {
  choice,
  choiceField,
  fitsLine,
  form,
  linesField,
  lineValue,
  notRead,
  said,
  submitForm,
  textField,
} from '../interactions/forms.ts';
import { readInputs, readTicked } from '../api/payload.ts';
import { attempt, openForm } from '../interactions/one-request.ts';
import type { Own } from '../interactions/prompts.ts';
import { pick } from '../interactions/prompts.ts';
import { lineByLine, oneLine, people, quote, refusalWords, who } from '../messages/words.ts';
import { approvalValue, readApproval } from '../messages/yes-value.ts';

/** Deciding: approve (also less), deny, ask and answer, name somebody else, take the request back. */

const MODAL = {
  deny: 'tsa_deny_why',
  highRisk: 'tsa_approve_high_risk',
  less: 'tsa_approve_less_form',
  ask: 'tsa_ask_form',
  answer: 'tsa_answer_form',
  replace: 'tsa_replace_form',
} as const;

export function decideRequest(context: SlackContext): Slice {
  return {
    actions: {
      [ACTION.approve]: (call) => approve(context, call),
      [ACTION.deny]: (call) =>
        openForm(context, parseNo(call.value), call, 'deny', denyForm, { whose: 'everybody' }),
      [ACTION.approveLess]: (call) => {
        const yes = readApproval(call.value);
        return openForm(context, yes?.no ?? null, call, 'approve', (no, state) =>
          ifAsRead(no, state, yes?.read ?? 0, () => lessForm(context, no, state)),
        );
      },
      [ACTION.ask]: (call) => openForm(context, parseNo(call.value), call, 'ask_question', askForm),
      [ACTION.answer]: (call) => openForm(context, parseNo(call.value), call, 'answer_question', answerForm),
      [ACTION.replace]: (call) =>
        openForm(context, parseNo(call.value), call, 'replace_approver', (no, state) =>
          replaceForm(context, no, state),
        ),
      [ACTION.cancel]: (call) => attempt(context, parseNo(call.value), call, CANCEL),
    },
    commands: {
      cancel: (call) =>
        pick(context, call, 'cancel', TO_CANCEL, (picked) =>
          attempt(context, picked, call, CANCEL, (no) => `${tsa(no)} is cancelled. Nobody gets access.`),
        ),
    },
    submissions: {
      [MODAL.deny]: (call) => text(context, call, (typed) => ({ type: 'deny', reason: typed })),
      [MODAL.highRisk]: (call) => {
        const yes = readApproval(call.view.private_metadata);
        if (yes === null) return Promise.resolve(notRead());
        const typedTenantId = readInputs(call.view)(TEXT);
        const command = { type: 'approve', read: yes.read, less: null, typedTenantId } as const;
        return submitForm(context, call, command, () => TEXT, yes.no);
      },
      [MODAL.ask]: (call) => text(context, call, (typed) => ({ type: 'ask_question', text: typed })),
      [MODAL.answer]: (call) => text(context, call, (typed) => ({ type: 'answer_question', text: typed })),
      [MODAL.less]: (call) => less(context, call),
      [MODAL.replace]: (call) => replace(context, call),
    },
  };
}

const CANCEL: RequestCommand = { type: 'cancel', reason: '' };
const TO_CANCEL: Own = {
  parts: ['requester'],
  phases: ['pending', 'unclaimed', 'unconfirmed', 'approved'],
  none: 'You have no open request to cancel.',
};

const TEXT = 'typed';

function text(
  context: SlackContext,
  call: SubmitCall,
  command: (typed: string) => Parameters<typeof submitForm>[2],
): Promise<Submitted> {
  return submitForm(context, call, command(readInputs(call.view)(TEXT)), () => TEXT);
}

/** High risk is typed, not clicked. Whether this person may is judged when they submit, like everything else. */
async function approve(context: SlackContext, call: ActionCall): Promise<Answered> {
  const yes = readApproval(call.value);
  if (yes === null) return NOT_READ;
  const { no, read } = yes;
  const about = (await context.views.record(no)) ?? no;
  const typed =
    typeof about === 'object' && about.state.phase === 'pending' && currentAsk(about.state).scope.highRisk;
  return typed
    ? openForm(
        context,
        about,
        call,
        'approve',
        (_, state) => ifAsRead(no, state, read, () => highRiskForm(no, state)),
        { whose: 'everybody' },
      )
    : attempt(context, about, call, { type: 'approve', read, less: null, typedTenantId: null });
}

/** The form, unless something else is asked for than they read. */
function ifAsRead(no: number, state: Pending, read: number, draw: () => ModalView): ModalView | string {
  return read < state.askedIn ? refusalWords({ reason: 'request_changed' }, no, state) : draw();
}

function summary(no: number, state: Access): string {
  return `*${tsa(no)}*: ${who(state.requester)} asks for ${oneLine(askOf(state)?.scope.name ?? '')} in ${placeOf(state)}.`;
}

function denyForm(no: number, state: Pending): ModalView {
  return form(MODAL.deny, no, 'Deny request', 'Deny', [
    section(summary(no, state)),
    textField(TEXT, 'Why not? The requester reads this'),
  ]);
}

function highRiskForm(no: number, state: Pending): ModalView {
  const { grantee, scope } = currentAsk(state);
  const words = `*${tsa(no)}* gives ${who(grantee)} *${oneLine(scope.name)}* in ${placeOf(state)}.\n:warning: It allows: ${oneLine(scope.allows)}`;
  return form(MODAL.highRisk, approvalValue(no, state), 'Approve high risk', 'Approve', [
    section(words),
    textField(TEXT, `Type the tenant’s id to approve: ${state.tenant.id}`, { long: false }),
  ]);
}

function askForm(no: number, state: Pending): ModalView {
  return form(MODAL.ask, no, 'Ask a question', 'Ask', [
    section(summary(no, state)),
    textField(TEXT, 'What do you need to know?', { hint: 'The time to decide goes on meanwhile.' }),
  ]);
}

function answerForm(no: number, state: Pending): ModalView | null {
  const open = state.questions.at(-1);
  if (open === undefined || open.answer !== null) return null;
  return form(MODAL.answer, no, 'Answer', 'Answer', [
    section(`*${tsa(no)}*: ${who(open.by)} asks:\n${quote(open.text, 2_500)}`),
    textField(TEXT, 'Your answer'),
  ]);
}

const LESS = {
  scope: 'scope',
  duration: 'duration',
  allowed: 'allowed',
  offLimits: 'off_limits',
  typed: TEXT,
} as const;

/** What was asked for, to be reduced: nothing else can be written in its place. */
function lessForm(context: SlackContext, no: number, state: Pending): ModalView {
  const ask = currentAsk(state);
  const rank = context.policy.scopes.findIndex((scope) => scope.id === ask.scope.id);
  const scopes = context.policy.scopes
    .slice(0, Math.max(rank, 0) + 1)
    .map((scope) => choice(scope.id, scope.name));
  const several = ask.allowedActions.length > 1;
  return form(MODAL.less, approvalValue(no, state), 'Approve less', 'Approve this', [
    section(`${summary(no, state)} You can only take away; the requester sees old and new.`),
    choiceField(LESS.scope, 'Scope', scopes, { initial: ask.scope.id }),
    textField(LESS.duration, 'For how long', {
      long: false,
      initial: lasting(ask.durationMs),
      hint: `At most ${lasting(ask.durationMs)}, as asked for.`,
    }),
    ...(several && ask.allowedActions.every(fitsLine)
      ? []
      : sections(`*Allowed* ${lineByLine(ask.allowedActions, Infinity)}`)),
    ...(several ? [linesField(LESS.allowed, 'What stays allowed', ask.allowedActions)] : []),
    ...sections(`*Off limits* ${lineByLine(ask.offLimits, Infinity)}`),
    textField(LESS.offLimits, 'What else is off limits', {
      max: LINE_MAX,
      optional: true,
      hint: 'One a line. What is off limits already stays so.',
    }),
    ...(ask.scope.highRisk
      ? [textField(LESS.typed, `Type the tenant’s id: ${state.tenant.id}`, { long: false })]
      : []),
  ]);
}

async function less(context: SlackContext, call: SubmitCall): Promise<Submitted> {
  const read = readInputs(call.view);
  const ticked = readTicked(call.view, LESS.allowed);
  const yes = readApproval(call.view.private_metadata);
  if (yes === null) return notRead();
  const record = await context.views.record(yes.no);
  const lines = record?.state.phase === 'pending' ? currentAsk(record.state).allowedActions : [];
  const command = {
    type: 'approve',
    read: yes.read,
    less: {
      scopeId: read(LESS.scope),
      durationMs: parseDuration(read(LESS.duration)) ?? NaN,
      allowedActions: lines.filter((line) => ticked === null || ticked.includes(lineValue(line))),
      moreOffLimits: read(LESS.offLimits),
    },
    typedTenantId: read(LESS.typed) === '' ? null : read(LESS.typed),
  } as const;
  const blocks: Partial<Record<FieldProblem['field'], string>> = {
    duration: LESS.duration,
    allowedActions: ticked === null ? LESS.scope : LESS.allowed,
    offLimits: LESS.offLimits,
    typedTenantId: LESS.typed,
  };
  return submitForm(context, call, command, ({ field }) => blocks[field] ?? LESS.scope, record ?? yes.no);
}

const REPLACE = { from: 'from', to: 'to' } as const;

/** Who is silent, and who could decide instead: deputies first. */
function replaceForm(context: SlackContext, no: number, state: Pending): ModalView | null {
  const open = state.seats
    .filter((seat) => seat.given === null && seat.holder !== CUSTOMER_SEAT)
    .map((seat) => seat.holder);
  const own = [state.requester, state.ask.grantee, state.owner, ...state.seats.map((seat) => seat.holder)];
  const able = eligibleApprovers(context.directory.known(), state.ask.scope.id, state.tenant.id, own);
  const deputies = open.flatMap((holder) => context.policy.deputies.get(holder) ?? []);
  const ordered = [
    ...able.filter((user) => deputies.includes(user)),
    ...able.filter((user) => !deputies.includes(user)),
  ];
  const [first] = open;
  if (first === undefined) return null;
  if (ordered.length === 0)
    return said(
      `Nobody else may decide about ${tsa(no)} now. Ask ${people(context.policy.admins)} to name more approvers in the policy.`,
    );
  const named = (user: string): ReturnType<typeof choice> =>
    choice(user, context.directory.profile(user)?.name ?? user);
  return form(MODAL.replace, no, 'Ask somebody else', 'Ask', [
    section(summary(no, state)),
    choiceField(REPLACE.from, 'In place of', open.map(named), { initial: first }),
    choiceField(REPLACE.to, 'Who decides instead', ordered.slice(0, OPTIONS_MAX).map(named)),
  ]);
}

function replace(context: SlackContext, call: SubmitCall): Promise<Submitted> {
  const read = readInputs(call.view);
  const command = { type: 'replace_approver', from: read(REPLACE.from), to: read(REPLACE.to) } as const;
  return submitForm(context, call, command, () => REPLACE.to);
}
