import type { Button } from '@slack/types';
import { approversOf, ownPart } from '../../access/standing.ts';
import type { RequestCommandType } from '../../access/permits.ts';
import { permits } from '../../access/permits.ts';
import type { Refusal } from '../../access/refusal.ts';
import type { Access } from '../../access/state.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { button, confirmation } from './blocks.ts';
import { contactButtons, customerButtons } from './customer-buttons.ts';
import { moreTimeButtons } from './more-time-buttons.ts';
import { decidesNow, replaceable } from './deciders.ts';
import type { Facts } from './facts.ts';
import { readerOf } from './facts.ts';
import { tsa } from '../../wording/numbers.ts';

/** What a reader can do about a request now: no button is shown that the rules would refuse this reader. */

/** The buttons for one place. A channel is read by many: it gets what anybody there may be right to press. */
export function buttonsFor(facts: Facts): Button[] {
  const reader = readerOf(facts.destination);
  if (reader === null) return inChannel(facts);
  if (facts.audience === 'customer') return contactButtons(facts.no, facts.state, reader);
  return [...deciding(facts, reader), ...holding(facts, reader), ...seeing(facts, reader)];
}

/** Is whoever reads here asked to decide now, about the request or about more time? */
export function decides({
  state,
  destination,
  world,
  now,
}: Pick<Facts, 'state' | 'destination' | 'world' | 'now'>): boolean {
  const reader = readerOf(destination);
  return reader !== null && decidesNow(state, reader, world, now);
}

function inChannel(facts: Facts): Button[] {
  const { no, state } = facts;
  const it = tsa(no);
  if (state.phase === 'unconfirmed' && facts.audience === 'ours')
    return [
      button('Confirm the emergency', ACTION.confirmEmergency, String(no), {
        style: 'danger',
        label: `Confirm the emergency ${it}`,
        confirm: confirmation(
          'Confirm the emergency?',
          `${it} starts at once, and you stand for it with your name.`,
          'Confirm',
          'No',
        ),
      }),
    ];
  const customers = customerButtons(no, state);
  return state.phase === 'active' ? [...customers, unexpected(no)] : customers;
}

/** For those who decide: about the request, about more time, about the closeout, about an emergency. */
function deciding(facts: Facts, reader: string): Button[] {
  const { no, state, world, now } = facts;
  const value = String(no);
  const it = tsa(no);
  const moment = { actor: { kind: 'person', id: reader }, world, now } as const;
  const may = (type: RequestCommandType): boolean => mayBe(permits(type, state, moment));
  const buttons: Button[] = [];
  if (state.phase === 'pending' && decides(facts))
    buttons.push(
      button('Approve', ACTION.approve, value, { style: 'primary', label: `Approve ${it}` }),
      button('Deny', ACTION.deny, value, { style: 'danger', label: `Deny ${it}` }),
      button('Approve less', ACTION.approveLess, value, { label: `Approve less than ${it} asks for` }),
      button('Ask a question', ACTION.ask, value, { label: `Ask a question about ${it}` }),
    );
  if (state.phase === 'active' && decides(facts)) buttons.push(...moreTimeButtons(no, state));
  if (may('accept_closeout'))
    buttons.push(
      button('Accept closeout', ACTION.closeoutYes, value, {
        style: 'primary',
        label: `Accept the closeout of ${it}`,
      }),
      button('Contest', ACTION.closeoutNo, value, { label: `Contest the closeout of ${it}` }),
    );
  if (may('review_emergency'))
    buttons.push(
      button('Justified', ACTION.justified, value, { style: 'primary', label: `${it} was justified` }),
      button('Not justified', ACTION.notJustified, value, {
        style: 'danger',
        label: `${it} was not justified`,
      }),
    );
  const stops = state.phase === 'active' || state.phase === 'approved';
  if (stops && (judges(state, reader) || state.owner === reader) && state.grant.ask.grantee !== reader)
    buttons.push(
      button(state.phase === 'active' ? 'Revoke' : 'Take back', ACTION.revoke, value, {
        style: 'danger',
        label: `Stop ${it}`,
      }),
    );
  if (state.phase === 'active' && judges(state, reader)) buttons.push(unexpected(no));
  return buttons;
}

/** For whoever asked, and whoever holds the access. */
function holding({ no, state, now, world }: Facts, reader: string): Button[] {
  const value = String(no);
  const it = tsa(no);
  const buttons: Button[] = [];
  if (
    state.phase === 'approved' &&
    state.grant.ask.grantee === reader &&
    (state.grant.ask.notBefore ?? 0) <= now
  )
    buttons.push(
      button('Start session', ACTION.start, value, { style: 'primary', label: `Start the session of ${it}` }),
    );
  if (state.phase === 'active' && state.grant.ask.grantee === reader) {
    buttons.push(
      button('End now', ACTION.end, value, {
        style: 'danger',
        label: `End the session of ${it} now`,
        confirm: confirmation(
          'End the session?',
          `${it} ends at once. To get in again you need a new request.`,
          'End now',
          'Keep it',
        ),
      }),
    );
    if (mayBe(permits('ask_extension', state, { actor: { kind: 'person', id: reader }, world, now })))
      buttons.push(
        button('Ask for more time', ACTION.extend, value, { label: `Ask for more time in ${it}` }),
      );
  }
  if (state.requester !== reader) return buttons;
  if (state.phase === 'pending' && state.questions.at(-1)?.answer === null)
    buttons.push(
      button('Answer', ACTION.answer, value, { style: 'primary', label: `Answer the question about ${it}` }),
    );
  if (state.phase === 'pending' && state.seats.some((seat) => replaceable(state, seat, world, now)))
    buttons.push(
      button('Ask somebody else', ACTION.replace, value, {
        label: `Ask somebody else to decide about ${it}`,
      }),
    );
  if (state.phase === 'pending' || state.phase === 'approved' || state.phase === 'unconfirmed')
    buttons.push(
      button('Cancel request', ACTION.cancel, value, {
        label: `Cancel ${it}`,
        confirm: confirmation(
          'Cancel the request?',
          `${it} is taken back. Nobody gets access.`,
          'Cancel it',
          'Keep it',
        ),
      }),
    );
  if ((state.phase === 'lapsed' || state.phase === 'cancelled') && state.way === 'support')
    buttons.push(button('File again', ACTION.fileAgain, value, { label: `File ${it} again` }));
  return buttons;
}

/** For whoever sees it through. */
function seeing({ no, state }: Facts, reader: string): Button[] {
  const value = String(no);
  const it = tsa(no);
  const buttons: Button[] = [];
  if (state.phase === 'ended' && (state.owner === reader || state.grant.ask.grantee === reader))
    buttons.push(button('Close out', ACTION.closeOut, value, { style: 'primary', label: `Close out ${it}` }));
  if (
    (state.phase === 'active' || state.phase === 'ended') &&
    state.owner === reader &&
    state.offeredOwner === null
  )
    buttons.push(button('Hand over', ACTION.handOver, value, { label: `Hand over the ownership of ${it}` }));
  if (
    state.offeredOwner === reader &&
    (state.phase === 'pending' ||
      state.phase === 'approved' ||
      state.phase === 'active' ||
      state.phase === 'ended')
  )
    buttons.push(
      button('Take over', ACTION.takeOver, value, {
        style: 'primary',
        label: `Take over the ownership of ${it}`,
      }),
    );
  return buttons;
}

function unexpected(no: number): Button {
  return button('I didn’t expect this', ACTION.unexpected, String(no), {
    label: `I did not expect ${tsa(no)}`,
    confirm: confirmation(
      'You did not expect this?',
      'If you have a say in this tenant, the session is stopped at once. Otherwise the approver is told.',
      'Report it',
      'It is fine',
    ),
  });
}

/** As far as is known without asking Slack, it would not be refused. */
function mayBe(refusal: Refusal | null): boolean {
  return refusal === null || refusal.reason === 'cannot_check';
}

/** Did this person decide about it, or must they review it? */
function judges(state: Extract<Access, { grant: unknown }>, reader: string): boolean {
  return (
    !isOwn(state, reader) &&
    (approversOf(state.grant.seats).includes(reader) || state.review?.reviewer === reader)
  );
}

/** Nobody decides about what they asked for, hold, or own. */
function isOwn(state: Access, reader: string): boolean {
  return ownPart(state, reader) !== null;
}
