import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { DateTime } from 'luxon';
import { LINE_MAX, TEXT_MAX } from '../../access/limits.ts';
import { eligibleApprovers } from '../../access/people.ts';
import type { Scope, Tenant, UserId } from '../../access/policy.ts';
import { findScope, longestDuration } from '../../access/policy.ts';
import { plain, section } from '../blocks.ts';
import type { Desk } from '../desk.ts';
import type { View } from '../payload.ts';
import { readInputs } from '../payload.ts';
import { lasting } from '../words.ts';

/** The form of a request. What was typed lives in the draft, so that redrawing it loses nothing. */
export interface Draft {
  readonly tenantId: string;
  readonly scopeId: string;
  readonly grantee: UserId;
  readonly owner: UserId;
  readonly allowedActions: string;
  readonly offLimits: string;
  readonly reason: string;
  readonly caseRef: string;
  /** A number of milliseconds, `shift` or `other`. */
  readonly duration: string;
  readonly otherDuration: string;
  readonly approvers: readonly UserId[];
}

export const REQUEST_MODAL = 'tsa_request';
/** Inputs, by block id; each holds one element whose action id is `tsa_in_` and the block's name. */
export const BLOCK = {
  tenant: 'tenant',
  grantee: 'grantee',
  scope: 'scope',
  allowed: 'allowed',
  offLimits: 'off_limits',
  reason: 'reason',
  case: 'case',
  duration: 'duration',
  other: 'other',
  owner: 'owner',
} as const;
export const INPUT = {
  tenant: 'tsa_in_tenant',
  grantee: 'tsa_in_grantee',
  scope: 'tsa_in_scope',
  duration: 'tsa_in_duration',
  owner: 'tsa_in_owner',
  approver: 'tsa_in_approver',
} as const;

/** Slack shows at most this much of an option (docs.slack.dev/reference/block-kit/composition-objects/option-object). */
const OPTION_TEXT_MAX = 75;
/** Most options in a list (docs.slack.dev/reference/block-kit/block-elements/select-menu-element). */
export const OPTIONS_MAX = 100;
const USUAL_MS = [30, 60, 120, 240].map((minutes) => minutes * 60_000);
/** When a working day ends, in the requester's own zone. */
const SHIFT_ENDS_HOUR = 18;

/** An empty form: for me, mine. */
export function emptyDraft(me: UserId, tenantId = ''): Draft {
  return {
    tenantId,
    scopeId: '',
    grantee: me,
    owner: me,
    allowedActions: '',
    offLimits: '',
    reason: '',
    caseRef: '',
    duration: '',
    otherDuration: '',
    approvers: [],
  };
}

/** What stands in the form now. */
export function readDraft(view: View): Draft {
  const read = readInputs(view);
  const seats = Object.keys(view.state.values)
    .filter((id) => id.startsWith('approver'))
    .sort();
  return {
    tenantId: read(BLOCK.tenant),
    scopeId: read(BLOCK.scope),
    grantee: read(BLOCK.grantee),
    owner: read(BLOCK.owner),
    allowedActions: read(BLOCK.allowed),
    offLimits: read(BLOCK.offLimits),
    reason: read(BLOCK.reason),
    caseRef: read(BLOCK.case),
    duration: read(BLOCK.duration),
    otherDuration: read(BLOCK.other),
    approvers: seats.map(read).filter((user) => user !== ''),
  };
}

/** The block of the n-th approver. It changes with what the choice depends on, so that a choice no longer possible is cleared. */
export function approverBlock({ tenantId, scopeId }: Draft, n: number): string {
  return `approver${n}:${tenantId}:${scopeId}`;
}

/** Who can be named: by the policy, for this scope and tenant, and with no part of their own in it. */
export function possibleApprovers(desk: Desk, draft: Draft, me: UserId): readonly UserId[] {
  return eligibleApprovers(desk.directory.known(), draft.scopeId, draft.tenantId, [
    me,
    draft.grantee,
    draft.owner,
  ]);
}

/** Draws the form. `problem` is something that belongs to no one field. */
export function requestModal(desk: Desk, draft: Draft, me: UserId, problem: string | null): ModalView {
  const tenant = desk.policy.tenants.get(draft.tenantId);
  const scope = findScope(desk.policy, draft.scopeId);
  const durations = durationOptions(desk, scope, tenant, me);
  const { ms, set } = longestDuration(desk.policy, scope, tenant);
  const whose = { policy: 'for any session', scope: 'for this scope', tenant: 'for this tenant' }[set];
  const scopes = desk.policy.scopes.map(scopeOption);
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
    line(
      BLOCK.allowed,
      'Allowed actions',
      draft.allowedActions,
      'What you will do there, in one line',
      false,
    ),
    line(BLOCK.offLimits, 'Off limits', draft.offLimits, 'What must be left alone', true),
    {
      type: 'input',
      block_id: BLOCK.reason,
      label: plain('Reason'),
      hint: plain(
        'What fails, for whom, and what you will do: a stranger should understand it in six weeks.',
      ),
      element: {
        type: 'plain_text_input',
        action_id: 'tsa_in_reason',
        multiline: true,
        max_length: TEXT_MAX,
        ...typed(draft.reason),
      },
    },
    line(BLOCK.case, 'Case', draft.caseRef, 'Link or number of the ticket or incident', true),
    {
      type: 'input',
      block_id: BLOCK.duration,
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
    ...approverInputs(desk, draft, me, scope),
    person(BLOCK.grantee, INPUT.grantee, 'Who gets the access', draft.grantee),
    person(BLOCK.owner, INPUT.owner, 'Owner', draft.owner, 'Sees it through until it is closed out.'),
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

/** A tenant in the list, its environment in sight. */
export function tenantOption(tenant: Tenant): PlainTextOption {
  const text = `${tenant.name} · ${tenant.environment} · ${tenant.region}`;
  return { text: plain(fit(text)), value: tenant.id, description: plain(fit(tenant.id)) };
}

/** A person in a list. */
export function personOption(desk: Desk, user: UserId): PlainTextOption {
  return { text: plain(fit(desk.directory.profile(user)?.name ?? user)), value: user };
}

/** How long the chosen duration is, in milliseconds; NaN for what is no time. */
export function chosenMs(
  desk: Desk,
  draft: Draft,
  parse: (text: string) => number | null,
  me: UserId,
): number {
  if (draft.duration === 'other') return parse(draft.otherDuration) ?? NaN;
  if (draft.duration === 'shift') return untilShiftEnds(desk, me) ?? NaN;
  return draft.duration === '' ? NaN : Number(draft.duration);
}

function approverInputs(desk: Desk, draft: Draft, me: UserId, scope: Scope | undefined): KnownBlock[] {
  const possible = draft.tenantId === '' || scope === undefined ? [] : possibleApprovers(desk, draft, me);
  const needed = scope?.approvals ?? 1;
  return Array.from({ length: needed }, (_, i): KnownBlock => {
    const kept = draft.approvers[i] ?? (possible.length === needed ? possible[i] : undefined);
    const chosen = kept !== undefined && possible.includes(kept) ? personOption(desk, kept) : undefined;
    return {
      type: 'input',
      block_id: approverBlock(draft, i + 1),
      label: plain(needed === 1 ? 'Approver' : `Approver ${i + 1} of ${needed}`),
      hint: plain('One person, who decides from a direct message. Nobody decides about their own access.'),
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
  desk: Desk,
  scope: Scope | undefined,
  tenant: Tenant | undefined,
  me: UserId,
): PlainTextOption[] {
  const { ms } = longestDuration(desk.policy, scope, tenant);
  const usual = USUAL_MS.filter((length) => length <= ms);
  const lengths = usual.includes(ms) || ms > (USUAL_MS.at(-1) ?? 0) ? usual : [...usual, ms];
  const shift = untilShiftEnds(desk, me);
  return [
    ...lengths.map((length) => ({ text: plain(lasting(length)), value: String(length) })),
    ...(shift !== null && shift <= ms
      ? [{ text: plain(`End of my shift (${SHIFT_ENDS_HOUR}:00)`), value: 'shift' }]
      : []),
    { text: plain('Other …'), value: 'other' },
  ];
}

/** Whole minutes until the end of this person's working day, in milliseconds; `null` when it is over. */
function untilShiftEnds(desk: Desk, me: UserId): number | null {
  const zone = desk.directory.profile(me)?.timeZone ?? desk.policy.timeZone;
  const now = DateTime.fromMillis(desk.clock.now(), { zone });
  const end = now.set({ hour: SHIFT_ENDS_HOUR, minute: 0, second: 0, millisecond: 0 });
  const minutes = Math.floor(end.diff(now).as('minutes'));
  return minutes < 1 ? null : minutes * 60_000;
}

function scopeOption(scope: Scope): PlainTextOption {
  const more = [scope.approvals === 2 ? 'two approvers' : '', scope.highRisk ? 'high risk' : '']
    .filter(Boolean)
    .join(', ');
  return {
    text: plain(fit(more === '' ? scope.name : `${scope.name} (${more})`)),
    description: plain(fit(scope.allows)),
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
  value: string,
  placeholder: string,
  optional: boolean,
): KnownBlock {
  return {
    type: 'input',
    block_id: blockId,
    label: plain(label),
    optional,
    element: {
      type: 'plain_text_input',
      action_id: `tsa_in_${blockId}`,
      max_length: LINE_MAX,
      placeholder: plain(placeholder),
      ...typed(value),
    },
  };
}

function typed(value: string): { initial_value?: string } {
  return value === '' ? {} : { initial_value: value };
}

function initial(chosen: PlainTextOption | undefined): { initial_option?: PlainTextOption } {
  return chosen === undefined ? {} : { initial_option: chosen };
}

function fit(text: string): string {
  return text.length <= OPTION_TEXT_MAX ? text : `${text.slice(0, OPTION_TEXT_MAX - 1)}…`;
}
