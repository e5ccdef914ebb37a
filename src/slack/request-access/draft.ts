import { createHash } from 'node:crypto';
import type { UserId } from '../../access/policy.ts';
import type { View } from '../api/payload.ts';
import { blockNamed, readInputs } from '../api/payload.ts';

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
  /** Seconds since 1970, as Slack's picker gives them; empty: at once. */
  readonly notBefore: string;
  /** One a line. */
  readonly roles: string;
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
  /** And its number. */
  approver: 'approver',
  notBefore: 'not_before',
  roles: 'roles',
} as const;
export const INPUT = {
  tenant: 'tsa_in_tenant',
  grantee: 'tsa_in_grantee',
  scope: 'tsa_in_scope',
  duration: 'tsa_in_duration',
  owner: 'tsa_in_owner',
  approver: 'tsa_in_approver',
} as const;

/** An empty form: whoever opens it gets the access, and owns it. */
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
    notBefore: '',
    roles: '',
  };
}

/** What the form holds now. */
export function readDraft(view: View): Draft {
  const inputs = readInputs(view);
  const read = (name: string): string => inputs(blockNamed(view, name) ?? name);
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
    approvers: [read(`${BLOCK.approver}1`), read(`${BLOCK.approver}2`)].filter((user) => user !== ''),
    notBefore: read(BLOCK.notBefore),
    roles: read(BLOCK.roles),
  };
}

/**
 * A block's id, with what its choice depends on. Slack keeps a choice as long as the id stays, even one that is not
 * possible any more; with another id the choice is what the form says. Ids are short
 * (docs.slack.dev/reference/block-kit/blocks/input-block).
 */
export function dependent(name: string, ...on: readonly string[]): string {
  return `${name}:${createHash('sha256').update(JSON.stringify(on)).digest('base64url').slice(0, 16)}`;
}
