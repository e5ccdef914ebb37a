import type {
  DeclareEmergency,
  FileCustomerRequest,
  FileRequest,
  RequestCommand,
} from '../../src/access/command.ts';
import { ANN, ABE, GUS, HOUR, OLA, REASON } from './access-fixtures.ts';

/** The acts that are asked for again and again. */
export const file = (over: Partial<FileRequest> = {}): FileRequest => ({
  type: 'file',
  tenantId: 'acme',
  scopeId: 'support',
  grantee: GUS,
  owner: OLA,
  approvers: over.scopeId === 'admin' ? [ANN, ABE] : [ANN],
  allowedActions: 'Read the import log.',
  offLimits: 'Payment data.',
  reason: REASON,
  caseRef: 'CASE-7',
  durationMs: HOUR,
  notBefore: null,
  roles: ['billing-readers'],
  ...over,
});
export const FILE = {
  id: 'F1',
  name: 'screen.png',
  kind: 'image/png',
  bytes: 20_000,
  link: 'https://harbor.example/files/F1',
};
export const ask = (over: Partial<FileCustomerRequest> = {}): FileCustomerRequest => ({
  type: 'file_customer_request',
  tenantId: 'acme',
  owner: OLA,
  reason: REASON,
  tried: 'Ran it again.',
  expected: 'One invoice each.',
  urgency: 'normal',
  files: [FILE],
  caseRef: '',
  ...over,
});
export const declare = (over: Partial<DeclareEmergency> = {}): DeclareEmergency => ({
  type: 'declare_emergency',
  tenantId: 'acme',
  scopeId: 'admin',
  owner: OLA,
  reviewer: ANN,
  allowedActions: 'Restart the importer.',
  offLimits: '',
  reason: REASON,
  caseRef: '',
  durationMs: HOUR,
  roles: [],
  ...over,
});
type Of<T extends RequestCommand['type']> = Extract<RequestCommand, { type: T }>;
export const approve = (less: Of<'approve'>['less'] = null, typed: string | null = null): Of<'approve'> => ({
  type: 'approve',
  less,
  typedTenantId: typed,
});
export const deny: Of<'deny'> = { type: 'deny', reason: 'Please use the staging tenant.' };
export const start: Of<'start'> = { type: 'start' };
export const end: Of<'end'> = { type: 'end', reason: '' };
export const edit = (over: Partial<Of<'edit'>> = {}): Of<'edit'> => ({
  type: 'edit',
  scopeId: 'support',
  allowedActions: 'Read the import log.',
  offLimits: 'Payment data.',
  reason: REASON,
  caseRef: 'CASE-7',
  durationMs: HOUR,
  notBefore: null,
  roles: ['billing-readers'],
  ...over,
});
export const revoke: Of<'revoke'> = { type: 'revoke', reason: 'The customer asked us to stop.' };
export const cancel: Of<'cancel'> = { type: 'cancel', reason: '' };
export const takeOn = (over: Partial<Of<'accept'>> = {}): Of<'accept'> => ({
  type: 'accept',
  scopeId: 'support',
  allowedActions: 'Read the import log.',
  offLimits: '',
  durationMs: HOUR,
  roles: [],
  ...over,
});
export const extend = (durationMs = HOUR, reason = REASON): Of<'ask_extension'> => ({
  type: 'ask_extension',
  durationMs,
  reason,
});
/** That role is gone: who made sure, and how. */
export const gone = (role: string) =>
  ({ role, gone: true, by: OLA, how: 'Opened the list of its members.' }) as const;
export const closeOut = (over: Partial<Of<'close_out'>> = {}): Of<'close_out'> => ({
  type: 'close_out',
  fixed: 'yes',
  confirmedBy: 'Erika Muster, of their accounting',
  checked: 'The invoices of March.',
  changed: 'Removed 14 duplicates.',
  removed: [gone('billing-readers')],
  productProblem: '',
  summary: 'Each invoice shows once again.',
  notes: 'Their import ran twice.',
  next: null,
  ...over,
});
export const contest: Of<'contest_closeout'> = {
  type: 'contest_closeout',
  question: 'Which 14 were they?',
};
export const review: Of<'review_emergency'> = {
  type: 'review_emergency',
  justified: true,
  note: 'Nothing else would have helped.',
};
