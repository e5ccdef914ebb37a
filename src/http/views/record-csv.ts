import type { Tenant } from '../../access/policy.ts';
import { askOf, isOver, isStarted, seatsOf } from '../../access/state.ts';
import type { ReportedActions } from '../../ledger/actions.ts';
import { csvLine } from '../../ledger/export.ts';
import type { Mark, TenantViews } from '../../ledger/tenant-views.ts';
import { tsa } from '../../wording/numbers.ts';
import type { PageContext } from '../page-context.ts';
import type { Name, Theirs } from './words.ts';
import { namesFor } from './words.ts';
import { statusWords } from '../../wording/statuses.ts';

const PAGE = 100;
const COLUMNS = [
  'request',
  'origin',
  'status',
  'tenant',
  'environment',
  'asked_by',
  'asked_at',
  'approved_by',
  'used_by',
  'scope',
  'allowed',
  'off_limits',
  'reason',
  'case',
  'started_at',
  'planned_end',
  'ended_at',
  'ended_how',
  'ended_by',
  'fixed',
  'what_was_done',
  'summary',
  'actions',
] as const;

/** A tenant's whole record as CSV (RFC 4180), newest first. Instants are ISO 8601 in UTC. */
export async function* recordCsv(
  tenant: Tenant,
  {
    tenantViews,
    reported,
  }: { readonly tenantViews: TenantViews; readonly reported: Pick<ReportedActions, 'count'> },
  names: Pick<PageContext, 'read' | 'nameOf'>,
): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  let before: Mark | null = null;
  do {
    const { records, older }: Awaited<ReturnType<TenantViews['history']>> = await tenantViews.history(
      tenant.id,
      before,
      PAGE,
    );
    const read = await names.read(records);
    const name = namesFor(tenant, (user) => names.nameOf(user));
    for (const record of read) {
      const actions = isStarted(record.state) ? String(await reported.count(record.no)) : '';
      yield csvLine([...row(record, name), actions]);
    }
    before = older;
  } while (before !== null);
}

function row({ no, state }: Theirs, name: Name): readonly string[] {
  const ask = askOf(state);
  const session = isStarted(state) ? state.session : null;
  const ending = isOver(state) ? state.ending : null;
  const closeout = isOver(state) ? state.closeout : null;
  const seats = seatsOf(state);
  return [
    tsa(no),
    state.origin.kind,
    statusWords(state),
    state.tenant.name,
    state.tenant.environment,
    name(state.requester),
    iso(state.filedAt),
    seats.flatMap((seat) => (seat.given === null ? [] : [name(seat.given.by)])).join('; '),
    session === null || ask === null ? '' : name(ask.grantee),
    ask?.scope.name ?? '',
    (ask?.allowedActions ?? []).join('\n'),
    (ask?.offLimits ?? []).join('\n'),
    state.reason,
    state.caseRef,
    iso(session?.startedAt),
    iso(session?.expiresAt),
    iso(ending?.endedAt),
    ending?.how ?? '',
    ending === null ? '' : name(ending.by),
    closeout?.fixed ?? '',
    closeout?.changed ?? '',
    closeout?.summary ?? '',
  ];
}

function iso(at: number | undefined): string {
  return at === undefined ? '' : new Date(at).toISOString();
}
