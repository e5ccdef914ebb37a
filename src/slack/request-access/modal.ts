import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { DateTime } from 'luxon';
import { eligibleApprovers } from '../../access/people.ts';
import type { Scope, Tenant, UserId } from '../../access/policy.ts';
import { findScope, longestDuration } from '../../access/policy.ts';
import { fit, OPTION_TEXT_MAX, plain, section } from '../messages/blocks.ts';
import type { SlackContext } from '../context.ts';
import { allowedField, offLimitsField, textField } from '../interactions/forms.ts';
import { tenantOption } from '../interactions/tenant-select.ts';
import { whyUnreadable } from '../../wording/groups.ts';
import { listed } from '../../wording/speaker.ts';
import { lasting } from '../../wording/durations.ts';
import type { Draft } from './draft.ts';
import { BLOCK, dependent, INPUT, REQUEST_MODAL } from './draft.ts';

/** Draws the form of a request. */

const USUAL_MS = [30, 60, 120, 240].map((minutes) => minutes * 60_000);
/** When a working day ends, in the requester's own zone. */
const SHIFT_ENDS_HOUR = 18;

/** Who can be named: by the policy, for this scope and tenant, and with no part of their own in it. */
export function possibleApprovers(context: SlackContext, draft: Draft, me: UserId): readonly UserId[] {
  return eligibleApprovers(context.directory.known(), draft.scopeId, draft.tenantId, [
    me,
    draft.grantee,
    draft.owner,
  ]);
}

/** Draws the form. `problem` is something that belongs to no one field. */
export function requestModal(
  context: SlackContext,
  draft: Draft,
  me: UserId,
  problem: string | null,
): ModalView {
  const tenant = context.policy.tenants.get(draft.tenantId);
  const scope = findScope(context.policy, draft.scopeId);
  const durations = durationOptions(context, scope, tenant, me);
  const { ms, set } = longestDuration(context.policy, scope, tenant);
  const whose = { policy: 'for any session', scope: 'for this scope', tenant: 'for this tenant' }[set];
  const scopes = context.policy.scopes.map(scopeOption);
  const chosenDuration = durations.find((o) => o.value === draft.duration);
  const blocks: KnownBlock[] = [
    ...(problem === null ? [] : [section(`:warning: ${problem}`)]),
    {
      type: 'input',
      block_id: BLOCK.tenant,
      label: plain('Tenant'),
      dispatch_action: true,
      element: {
        type: 'external_select',
        action_id: INPUT.tenant,
        min_query_length: 0,
        placeholder: plain('Type a name, id, environment or region'),
        ...(tenant === undefined ? {} : { initial_option: tenantOption(tenant) }),
      },
    },
    {
      type: 'input',
      block_id: BLOCK.scope,
      label: plain('Scope'),
      dispatch_action: true,
      hint: plain(
        scope === undefined
          ? 'Least first: choose the first that is enough.'
          : `${scope.name}: ${scope.allows}`,
      ),
      element: {
        type: 'static_select',
        action_id: INPUT.scope,
        placeholder: plain('How much access is needed?'),
        options: scopes,
        ...initial(scopes.find((o) => o.value === draft.scopeId)),
      },
    },
    allowedField(BLOCK.allowed, draft.allowedActions),
    offLimitsField(BLOCK.offLimits, draft.offLimits),
    textField(BLOCK.reason, 'Reason', {
      initial: draft.reason,
      hint: 'What fails, for whom, and what you will do: a stranger should understand it in six weeks.',
    }),
    line(BLOCK.case, 'Case', draft.caseRef, 'Link or number of the ticket or incident', true),
    {
      type: 'input',
      block_id: dependent(BLOCK.duration, ...durations.map((option) => option.value ?? '')),
      label: plain('For how long'),
      dispatch_action: true,
      hint: plain(`At most ${lasting(ms)} ${whose}. It ends by itself.`),
      element: {
        type: 'static_select',
        action_id: INPUT.duration,
        placeholder: plain('As short as will do'),
        options: durations,
        ...initial(chosenDuration),
      },
    },
    ...(draft.duration === 'other'
      ? [line(BLOCK.other, 'How long exactly', draft.otherDuration, 'Such as 45m, 2h or 1h 30m', false)]
      : []),
    ...approverInputs(context, draft, me, scope),
    person(BLOCK.grantee, INPUT.grantee, 'Who gets the access', draft.grantee),
    person(BLOCK.owner, INPUT.owner, 'Owner', draft.owner, 'Sees it through until it is closed out.'),
    {
      type: 'input',
      block_id: BLOCK.notBefore,
      label: plain('Not before'),
      optional: true,
      hint: plain('For a planned start. Leave it empty to start as soon as it is approved.'),
      element: {
        type: 'datetimepicker',
        action_id: 'tsa_in_not_before',
        ...(draft.notBefore === '' ? {} : { initial_date_time: Number(draft.notBefore) }),
      },
    },
    textField(BLOCK.roles, 'Extra roles or groups', {
      optional: true,
      initial: draft.roles,
      hint: 'One a line. At the closeout each is checked to be gone.',
    }),
  ];
  return {
    type: 'modal',
    callback_id: REQUEST_MODAL,
    title: plain('Request access'),
    submit: plain('Ask for approval'),
    close: plain('Not now'),
    blocks,
  };
}

/** A person in a list. */
export function personOption(context: SlackContext, user: UserId): PlainTextOption {
  return { text: plain(fit(context.directory.profile(user)?.name ?? user, OPTION_TEXT_MAX)), value: user };
}

/** The chosen length of time in milliseconds; NaN if it is none. */
export function chosenMs(
  context: SlackContext,
  draft: Draft,
  parse: (text: string) => number | null,
  me: UserId,
): number {
  if (draft.duration === 'other') return parse(draft.otherDuration) ?? NaN;
  if (draft.duration === 'shift') return untilShiftEnds(context, me) ?? NaN;
  return draft.duration === '' ? NaN : Number(draft.duration);
}

function approverInputs(
  context: SlackContext,
  draft: Draft,
  me: UserId,
  scope: Scope | undefined,
): KnownBlock[] {
  const possible = draft.tenantId === '' || scope === undefined ? [] : possibleApprovers(context, draft, me);
  const needed = scope?.approvals ?? 1;
  const unreadable = context.directory.unreadable().map(whyUnreadable);
  const nobody =
    scope === undefined || draft.tenantId === '' || possible.length > 0 || unreadable.length === 0
      ? null
      : `Nobody can be offered: ${listed(unreadable)}. Tell an admin.`;
  return Array.from({ length: needed }, (_, i): KnownBlock => {
    const kept = draft.approvers[i] ?? (possible.length === needed ? possible[i] : undefined);
    const chosen = kept !== undefined && possible.includes(kept) ? personOption(context, kept) : undefined;
    return {
      type: 'input',
      block_id: dependent(`${BLOCK.approver}${i + 1}`, ...possible, draft.tenantId, draft.scopeId),
      label: plain(needed === 1 ? 'Approver' : `Approver ${i + 1} of ${needed}`),
      hint: plain(
        nobody ?? 'One person, who decides from a direct message. Nobody decides about their own access.',
      ),
      element: {
        type: 'external_select',
        action_id: INPUT.approver,
        min_query_length: 0,
        placeholder: plain(
          scope === undefined || draft.tenantId === '' ? 'First choose tenant and scope' : 'Who decides?',
        ),
        ...initial(chosen),
      },
    };
  });
}

function durationOptions(
  context: SlackContext,
  scope: Scope | undefined,
  tenant: Tenant | undefined,
  me: UserId,
): PlainTextOption[] {
  const { ms } = longestDuration(context.policy, scope, tenant);
  const usual = USUAL_MS.filter((length) => length <= ms);
  const lengths = usual.includes(ms) || ms > (USUAL_MS.at(-1) ?? 0) ? usual : [...usual, ms];
  const shift = untilShiftEnds(context, me);
  return [
    ...lengths.map((length) => ({ text: plain(lasting(length)), value: String(length) })),
    ...(shift !== null && shift <= ms
      ? [{ text: plain(`End of my shift (${SHIFT_ENDS_HOUR}:00)`), value: 'shift' }]
      : []),
    { text: plain('Other …'), value: 'other' },
  ];
}

/** Whole minutes until the end of this person's working day, in milliseconds; `null` when it is over. */
function untilShiftEnds(context: SlackContext, me: UserId): number | null {
  const zone = context.directory.profile(me)?.timeZone ?? context.policy.timeZone;
  const now = DateTime.fromMillis(context.clock.now(), { zone });
  const end = now.set({ hour: SHIFT_ENDS_HOUR, minute: 0, second: 0, millisecond: 0 });
  const minutes = Math.floor(end.diff(now).as('minutes'));
  return minutes < 1 ? null : minutes * 60_000;
}

function scopeOption(scope: Scope): PlainTextOption {
  const more = [scope.approvals === 2 ? 'two approvers' : '', scope.highRisk ? 'high risk' : '']
    .filter(Boolean)
    .join(', ');
  return {
    text: plain(fit(more === '' ? scope.name : `${scope.name} (${more})`, OPTION_TEXT_MAX)),
    description: plain(fit(scope.allows, OPTION_TEXT_MAX)),
    value: scope.id,
  };
}

function person(blockId: string, actionId: string, label: string, user: UserId, hint?: string): KnownBlock {
  return {
    type: 'input',
    block_id: blockId,
    label: plain(label),
    dispatch_action: true,
    ...(hint === undefined ? {} : { hint: plain(hint) }),
    element: { type: 'users_select', action_id: actionId, ...(user === '' ? {} : { initial_user: user }) },
  };
}

function line(
  blockId: string,
  label: string,
  initial: string,
  placeholder: string,
  optional: boolean,
): KnownBlock {
  return textField(blockId, label, { long: false, optional, placeholder, initial });
}

function initial(chosen: PlainTextOption | undefined): { initial_option?: PlainTextOption } {
  return chosen === undefined ? {} : { initial_option: chosen };
}
