import type { Generated, Insertable, Selectable } from 'kysely';

/** The tables of db/migrations, as SQLite gives them back. */
export interface Tables {
  ledger_event: LedgerEventTable;
  request: RequestTable;
  seat: { request_no: number; holder: string; given_by: string | null; took_ms: number | null };
  absence: { approver: string; from_at: number; until_at: number; delegate: string };
  recent_act: { seq: number; what: string; actor: string; tenant_id: string | null; at: number };
  readiness_probe: { filler: Buffer };
  hour_figures: { hour: number; body: string };
  digest_week: { week: string; from_at: number; until_at: number };
  restoration: RestorationTable;
  copy_mark: { only: number; seq: number; hash: Buffer; made_at: number | null };
  kept_policy: { only: number; sha256: string; record: string };
  kept_tenant: { id: string; record: string };
  delivery: { key: string; at: number; outcome: string };
  outbox: OutboxTable;
  link: LinkTable;
  reported_action: ReportedActionTable;
  global_message: { key: string; channel: string; ts: string };
  slack_message: {
    request_no: number;
    destination: string;
    version: number;
    channel: string;
    ts: string;
    shown: string;
  };
}

export interface LedgerEventTable {
  seq: number;
  request_no: number | null;
  version: number | null;
  type: string;
  actor: string;
  at: number;
  body: Buffer;
  owed: Buffer | null;
  prev_hash: Buffer;
  hash: Buffer;
}

export interface RequestTable {
  request_no: number;
  version: number;
  phase: string;
  origin: string;
  requester: string;
  grantee: string | null;
  owner: string;
  tenant_id: string;
  scope_id: string | null;
  reason: string;
  case_ref: string;
  filed_at: number;
  approved_at: number | null;
  denied_at: number | null;
  over_at: number | null;
  started_at: number | null;
  expires_at: number | null;
  ended_at: number | null;
  end_how: string | null;
  closeout_since: number | null;
  closed_at: number | null;
  review_due_at: number | null;
  reviewed_at: number | null;
  like_it: number;
  until_at: number;
  due_at: number | null;
  access: string | null;
}

export interface OutboxTable {
  id: Generated<number>;
  seq: number;
  key: string;
  destination: string;
  body: string;
  state: Generated<'owed' | 'sent' | 'failed' | 'moot' | 'dropped'>;
  attempts: Generated<number>;
  owed_at: number;
  next_at: number;
  claimed_until: number | null;
  in_doubt: Generated<number>;
  refused_since: number | null;
  last_error: string | null;
  settled_at: number | null;
}

export type LedgerRow = Selectable<LedgerEventTable>;
export type RequestRow = Insertable<RequestTable>;

export interface LinkTable {
  hash: string;
  code_hash: string;
  purpose: 'consent' | 'extension' | 'cancel' | 'report' | 'tenant';
  email: string;
  tenant_id: string;
  request_no: number | null;
  version: number | null;
  expires_at: number;
  wrong_codes: number;
  used_at: number | null;
}

export interface RestorationTable {
  seq: number;
  at: number;
  mark: string;
  from_seq: number;
  from_at: number;
  copied_at: number | null;
  missing: number | null;
  exact: number;
  next_no: number;
  confirmed_by: string | null;
  confirmed_at: number | null;
  settled: Generated<number>;
}

export interface ReportedActionTable {
  seq: number;
  place: number;
  request_no: number;
  product: string;
  action_id: string;
  at: number;
  what: string;
  target: string | null;
  level: string;
  outcome: string;
  late: number;
}
