import type { Command, FileRequest } from '../../src/access/command.ts';
import type { Kind } from './permissions.ts';
import { GOOD, PEOPLE } from './test-app.ts';

/** The states from which the actions of the table are tried, made through the command handler by a person of each kind. */

/** Who plays which kind. */
export const CAST: Readonly<Record<Kind, string>> = {
  requester: PEOPLE.sam.id,
  grantee: PEOPLE.noor.id,
  owner: 'U0OLA',
  approver: PEOPLE.ada.id,
  deputy: 'U0DEB',
  'former approver': PEOPLE.ben.id,
  contact: PEOPLE.ann.id,
  admin: PEOPLE.mia.id,
  auditor: PEOPLE.otto.id,
  bystander: 'U0BEA',
  guest: PEOPLE.gus.id,
  deactivated: PEOPLE.dora.id,
  bot: PEOPLE.robo.id,
  external: 'U0EVE',
};

/** Where a request is made ready: each in a tenant of its own, through the command handler. */
export interface TestLedger {
  readonly tenantId: string;
  /** Happens, or is refused; the request's number. */
  readonly put: (by: Kind, command: Command, no: number | null) => Promise<number>;
}

/** Makes it ready for this kind to try; the request's number, 0 where there is none yet. */
export type Given = (ledger: TestLedger, kind: Kind) => Promise<number>;

export const nothing = (): Promise<number> => Promise.resolve(0);

/** Asked of Ben first; now Ada decides. */
export const pendingFor =
  (scopeId: string): Given =>
  async ({ put, tenantId }) => {
    const no = await put('requester', { ...order(tenantId), scopeId }, null);
    const replaced = { from: CAST['former approver'], to: CAST.approver };
    return put('admin', { type: 'replace_approver', ...replaced }, no);
  };
export const pending = pendingFor('read');
export const next =
  (before: Given, by: Kind, command: Command): Given =>
  async (ledger, kind) =>
    ledger.put(by, command, await before(ledger, kind));
export const asked = next(pending, 'approver', { type: 'ask_question', text: 'Which invoices?' });
export const approved = next(pending, 'approver', { type: 'approve', less: null, typedTenantId: null });
export const active = next(approved, 'grantee', { type: 'start' });
const MORE = { durationMs: 1_800_000, reason: GOOD };
export const wantsTime = next(active, 'grantee', { type: 'ask_extension', ...MORE });
export const ended = next(active, 'grantee', { type: 'end', reason: '' });
const CLOSEOUT = {
  fixed: 'yes',
  confirmedBy: 'Erika Muster',
  checked: 'The invoices.',
  changed: 'Duplicates.',
  removed: [],
  productProblem: '',
  next: null,
  summary: '',
  notes: '',
} as const;
export const closed = next(ended, 'owner', { type: 'close_out', ...CLOSEOUT });
export const unconfirmed: Given = ({ put, tenantId }) =>
  put(
    'requester',
    {
      ...work(tenantId),
      type: 'declare_emergency',
      owner: CAST.owner,
      reviewer: CAST.approver,
      durationMs: 600_000,
    },
    null,
  );
export const emergency = next(unconfirmed, 'owner', { type: 'confirm_emergency' });

const work = (tenantId: string) => ({
  tenantId,
  scopeId: 'read',
  owner: CAST.owner,
  allowedActions: 'Look at the import log',
  offLimits: '',
  reason: GOOD,
  caseRef: '',
  durationMs: 3_600_000,
  roles: [],
});
const order = (tenantId: string): FileRequest => ({
  ...work(tenantId),
  type: 'file',
  grantee: CAST.grantee,
  approvers: [CAST['former approver']],
  notBefore: null,
});
