import type { ModalView } from '@slack/types';
import { TEXT_MAX } from '../../access/limits.ts';
import { askOf } from '../../access/state.ts';
import { plain, section } from '../blocks.ts';
import { ACTION, placeOf } from '../card.ts';
import type { ActionCall, Desk, Slice, SubmitCall, Submitted } from '../desk.ts';
import { attempt, parseNo, sayRefusal } from '../desk.ts';
import { readInputs } from '../payload.ts';
import { problemWords, refusalWords, whatHappened } from '../refusals.ts';
import { escape, oneLine, tsa, who } from '../words.ts';

const DENY_MODAL = 'tsa_deny_why';
const HIGH_RISK_MODAL = 'tsa_approve_high_risk';
const REASON = 'reason';
const TYPED = 'typed';

/** Deciding: Approve and Deny from the approver's direct message, and the requester's Cancel. */
export function decideRequest(desk: Desk): Slice {
  return {
    actions: {
      [ACTION.approve]: (call) => approve(desk, call),
      [ACTION.deny]: (call) => askWhy(desk, call),
      [ACTION.cancel]: async (call) => {
        const no = parseNo(call.value);
        return no === null ? {} : sayRefusal(await attempt(desk, { type: 'cancel', reason: '' }, no, call));
      },
    },
    submissions: {
      [DENY_MODAL]: (call) => submit(desk, call, REASON, (typed) => ({ type: 'deny', reason: typed })),
      [HIGH_RISK_MODAL]: (call) =>
        submit(desk, call, TYPED, (typed) => ({ type: 'approve', less: null, typedTenantId: typed })),
    },
  };
}

async function approve(desk: Desk, call: ActionCall): ReturnType<NonNullable<Slice['actions']>[string]> {
  const no = parseNo(call.value);
  if (no === null) return {};
  const record = await desk.views.record(no);
  // High risk is typed, not clicked. Whether this person may is judged when they submit, like everything else.
  if (record?.state.phase === 'pending' && record.state.ask.scope.highRisk) {
    const { ask, tenant } = record.state;
    const words = `*${tsa(no)}* gives ${who(ask.grantee)} *${oneLine(ask.scope.name)}* in ${placeOf(record.state)}.\n:warning: ${oneLine(ask.scope.name)} allows: ${oneLine(ask.scope.allows)}`;
    const view = oneInput(
      HIGH_RISK_MODAL,
      no,
      'Approve high risk',
      'Approve',
      words,
      TYPED,
      `Type the tenant’s id to approve: ${tenant.id}`,
      false,
    );
    return { after: opens(desk, call.triggerId, view) };
  }
  return sayRefusal(await attempt(desk, { type: 'approve', less: null, typedTenantId: null }, no, call));
}

async function askWhy(desk: Desk, call: ActionCall): ReturnType<NonNullable<Slice['actions']>[string]> {
  const no = parseNo(call.value);
  const record = no === null ? null : await desk.views.record(no);
  if (no === null || record === null) return {};
  const { state } = record;
  if (state.phase !== 'pending')
    return { say: { text: `Nothing was changed: ${whatHappened(tsa(no), state)}` } };
  const words = `*${tsa(no)}*: ${who(state.requester)} asks for ${oneLine(askOf(state)?.scope.name ?? '')} in ${placeOf(state)}.`;
  const view = oneInput(
    DENY_MODAL,
    no,
    'Deny request',
    'Deny',
    words,
    REASON,
    'Why not? The requester reads this',
    true,
  );
  return { after: opens(desk, call.triggerId, view) };
}

async function submit(
  desk: Desk,
  { caller, view, delivery }: SubmitCall,
  blockId: string,
  command: (typed: string) => Parameters<typeof attempt>[1],
): Promise<Submitted> {
  const no = parseNo(view.private_metadata);
  if (no === null) return { kind: 'close' };
  const { refusal, state } = await attempt(desk, command(readInputs(view)(blockId)), no, {
    caller,
    delivery,
  });
  if (refusal === null) return { kind: 'close' };
  if (refusal.reason === 'invalid')
    return { kind: 'errors', errors: { [blockId]: refusal.problems.map(problemWords).join(' ') } };
  return { kind: 'show', view: said(refusalWords(refusal, no, state)) };
}

function opens(desk: Desk, triggerId: string, view: ModalView) {
  return async (): Promise<void> => {
    await desk.client.views.open({ trigger_id: triggerId, view });
  };
}

/** Something to read, with nothing to do but close it. */
export function said(words: string): ModalView {
  return {
    type: 'modal',
    title: plain('Nothing was changed'),
    close: plain('Close'),
    blocks: [section(words)],
  };
}

function oneInput(
  callbackId: string,
  no: number,
  title: string,
  submitText: string,
  words: string,
  blockId: string,
  label: string,
  multiline: boolean,
): ModalView {
  return {
    type: 'modal',
    callback_id: callbackId,
    private_metadata: String(no),
    title: plain(title),
    submit: plain(submitText),
    close: plain('Back'),
    blocks: [
      section(words),
      {
        type: 'input',
        block_id: blockId,
        label: plain(escape(label) === label ? label : label.replaceAll(/[<>&]/g, ' ')),
        element: {
          type: 'plain_text_input',
          action_id: `tsa_in_${blockId}`,
          multiline,
          max_length: TEXT_MAX,
        },
      },
    ],
  };
}
