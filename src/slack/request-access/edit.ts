import type { ModalView } from '@slack/types';
import type { FieldProblem } from '../../access/refusal.ts';
import type { Pending } from '../../access/state.ts';
import { lasting, parseDuration } from '../../wording/durations.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import type { ActionCall, Answered, SlackContext, SubmitCall, Submitted } from '../context.ts';
import { readInputs } from '../api/payload.ts';
import {
  allowedField,
  choice,
  choiceField,
  form,
  offLimitsField,
  submitForm,
  textField,
} from '../interactions/forms.ts';
import { openForm } from '../interactions/one-request.ts';
import { section } from '../messages/blocks.ts';
import { placeOf } from '../messages/card.ts';

/** Changing what a request asks for, before it is decided. */

export const EDIT_MODAL = 'tsa_edit_form';
const FIELD = {
  scope: 'scope',
  allowed: 'allowed',
  offLimits: 'off_limits',
  reason: 'reason',
  case: 'case',
  duration: 'duration',
  notBefore: 'not_before',
  roles: 'roles',
} as const;

/** Opens the form with all that the request asks for now. */
export function openEdit(context: SlackContext, call: ActionCall): Promise<Answered> {
  return openForm(context, parseNo(call.value), call, 'edit', (no, state) => editForm(context, no, state));
}

function editForm(context: SlackContext, no: number, state: Pending): ModalView {
  const { ask } = state;
  const words = `*${tsa(no)}* in ${placeOf(state)}. Whoever decides sees what you changed; who said yes already is asked again. It lapses when it would have.`;
  const scopes = context.policy.scopes.map((scope) => choice(scope.id, scope.name));
  return form(EDIT_MODAL, no, 'Edit request', 'Change it', [
    section(words),
    choiceField(FIELD.scope, 'Scope', scopes, { initial: ask.scope.id }),
    allowedField(FIELD.allowed, ask.allowedActions.join('\n')),
    offLimitsField(FIELD.offLimits, ask.offLimits.join('\n')),
    textField(FIELD.reason, 'Reason', { initial: state.reason }),
    textField(FIELD.case, 'Case', { long: false, optional: true, initial: state.caseRef }),
    textField(FIELD.duration, 'For how long', {
      long: false,
      initial: lasting(ask.durationMs),
      hint: 'Such as 45m, 2h or 1h 30m',
    }),
    {
      type: 'input',
      block_id: FIELD.notBefore,
      label: { type: 'plain_text', text: 'Not before' },
      optional: true,
      element: {
        type: 'datetimepicker',
        action_id: `tsa_in_${FIELD.notBefore}`,
        ...(ask.notBefore === null ? {} : { initial_date_time: Math.floor(ask.notBefore / 1_000) }),
      },
    },
    textField(FIELD.roles, 'Extra roles or groups', { optional: true, initial: ask.roles.join('\n') }),
  ]);
}

/** Puts what the form says; each problem goes to its field. */
export function submitEdit(context: SlackContext, call: SubmitCall): Promise<Submitted> {
  const read = readInputs(call.view);
  const notBefore = read(FIELD.notBefore);
  const command = {
    type: 'edit',
    scopeId: read(FIELD.scope),
    allowedActions: read(FIELD.allowed),
    offLimits: read(FIELD.offLimits),
    reason: read(FIELD.reason),
    caseRef: read(FIELD.case),
    durationMs: parseDuration(read(FIELD.duration)) ?? NaN,
    notBefore: notBefore === '' ? null : Number(notBefore) * 1_000,
    roles: read(FIELD.roles)
      .split('\n')
      .map((role) => role.trim())
      .filter((role) => role !== ''),
  } as const;
  const blocks: Partial<Record<FieldProblem['field'], string>> = {
    scope: FIELD.scope,
    allowedActions: FIELD.allowed,
    offLimits: FIELD.offLimits,
    caseRef: FIELD.case,
    duration: FIELD.duration,
    notBefore: FIELD.notBefore,
    roles: FIELD.roles,
  };
  return submitForm(context, call, command, ({ field }) => blocks[field] ?? FIELD.reason);
}
