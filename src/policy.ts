import { parse as parseCsv } from 'csv-parse/sync';
import { closest, distance } from 'fastest-levenshtein';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import type { Policy, Principal, Tenant } from './access/policy.ts';
import type { PolicyForm, TenantForm } from './policy-file.ts';
import { policyForm, tenantForm } from './policy-file.ts';

/** One thing that is wrong with the policy, and where. */
export interface PolicyProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export type LoadedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** A thousand wrong lines are one mistake made a thousand times. */
const PROBLEMS_MAX = 50;

/** Reads and checks the policy and its tenants; every problem at once, each with its line. */
export function loadPolicy(path: string): LoadedPolicy {
  const text = read(path);
  if (text === null)
    return failed([
      { file: path, line: 1, message: 'cannot be read. Copy policy.example.yml there, or set TSA_POLICY.' },
    ]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0)
    return failed(
      document.errors.map((e) => ({
        file: path,
        line: e.linePos?.[0].line ?? 1,
        message: e.message.split('\n')[0] ?? '',
      })),
    );
  const at = (keys: readonly PropertyKey[]): number => lineOf(document, lines, keys);
  const parsed = policyForm.safeParse(document.toJS());
  if (!parsed.success) return failed(parsed.error.issues.flatMap((issue) => explain(issue, path, at)));
  const form = parsed.data;
  const listed =
    form.tenants_file === undefined
      ? { tenants: [], problems: [] }
      : readTenants(join(dirname(path), form.tenants_file));
  const problems = [...listed.problems, ...crossCheck(form, listed.tenants, path, at)];
  return problems.length > 0 ? failed(problems) : { ok: true, policy: toPolicy(form, listed.tenants) };
}

/** The problems as an operator reads them. */
export function policyWords(problems: readonly PolicyProblem[]): string {
  const all = problems.map(({ file, line, message }) => `  ${file}:${line}: ${message}`);
  return ['TSA cannot start; the policy needs attention:', ...all].join('\n');
}

function failed(problems: readonly PolicyProblem[]): LoadedPolicy {
  const more = problems.length - PROBLEMS_MAX;
  const first = problems.slice(0, PROBLEMS_MAX);
  const last = first.at(-1);
  if (more <= 0 || last === undefined) return { ok: false, problems: first };
  return { ok: false, problems: [...first, { ...last, message: `… and ${more} more problems` }] };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The line of a key, or of the innermost thing around it that is there. */
function lineOf(document: Document, lines: LineCounter, keys: readonly PropertyKey[]): number {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const node = z
      .object({ range: z.tuple([z.number(), z.number(), z.number()]) })
      .safeParse(document.getIn(keys.slice(0, depth), true));
    if (node.success) return lines.linePos(node.data.range[0]).line;
  }
  return 1;
}

function explain(
  issue: z.core.$ZodIssue,
  file: string,
  at: (keys: readonly PropertyKey[]) => number,
): PolicyProblem[] {
  const name = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const known = knownKeys(issue.path);
      const guess = known.length === 0 ? '' : closest(key, known);
      const hint =
        guess !== '' && distance(key, guess) <= 3
          ? ` Did you mean ${guess}?`
          : ` Known here: ${known.join(', ')}.`;
      return {
        file,
        line: at([...issue.path, key]),
        message: `${[name, key].filter(Boolean).join('.')} is not a setting.${hint}`,
      };
    });
  const message =
    issue.code === 'invalid_type' && /undefined/.test(issue.message) ? 'is missing' : issue.message;
  return [{ file, line: at(issue.path), message: `${name || 'the file'}: ${message}` }];
}

/** The keys that the form knows at a place, for "did you mean". */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = z.toJSONSchema(policyForm, { io: 'input', unrepresentable: 'any' });
  const node = z.object({
    properties: z.record(z.string(), z.unknown()).optional(),
    items: z.unknown().optional(),
  });
  for (const key of path) {
    const here = node.safeParse(schema);
    schema = !here.success
      ? undefined
      : typeof key === 'number'
        ? here.data.items
        : here.data.properties?.[String(key)];
  }
  const here = node.safeParse(schema);
  return here.success ? Object.keys(here.data.properties ?? {}) : [];
}

const csvRow = z.strictObject({
  id: z.string(),
  name: z.string(),
  environment: z.string(),
  region: z.string().optional(),
  channel: z.string().optional(),
  max_duration: z.string().optional(),
  consent: z.string().optional(),
  customer_requests: z.enum(['true', 'false', '']).optional(),
});

function readTenants(path: string): { tenants: readonly TenantForm[]; problems: readonly PolicyProblem[] } {
  const text = read(path);
  if (text === null) return { tenants: [], problems: [{ file: path, line: 1, message: 'cannot be read' }] };
  let rows: unknown;
  try {
    rows = parseCsv(text, { bom: true, columns: true, info: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    const line = z.object({ lines: z.number() }).safeParse(error);
    const message = error instanceof Error ? error.message : 'is not a CSV file';
    return { tenants: [], problems: [{ file: path, line: line.success ? line.data.lines : 1, message }] };
  }
  const tenants: TenantForm[] = [];
  const problems: PolicyProblem[] = [];
  for (const { record, info } of z
    .array(z.object({ record: z.unknown(), info: z.object({ lines: z.number() }) }))
    .parse(rows)) {
    const cells = csvRow.safeParse(record);
    const full = cells.success ? Object.entries(cells.data).filter(([, value]) => value !== '') : [];
    const typed = full.map(([key, value]) => [key, key === 'customer_requests' ? value === 'true' : value]);
    const tenant = cells.success ? tenantForm.safeParse(Object.fromEntries(typed)) : cells;
    if (tenant.success && 'contacts' in tenant.data) tenants.push(tenant.data);
    else if (!tenant.success)
      for (const issue of tenant.error.issues)
        problems.push({
          file: path,
          line: info.lines,
          message: `${issue.path.join('.') || 'columns'}: ${issue.message}`,
        });
  }
  return { tenants, problems };
}

/** What no single key can tell: that the parts fit together, and that every scope has somebody to approve it. */
function crossCheck(
  form: PolicyForm,
  listed: readonly TenantForm[],
  file: string,
  at: (keys: readonly PropertyKey[]) => number,
): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const say = (keys: readonly PropertyKey[], message: string): void => {
    problems.push({ file, line: at(keys), message: `${keys.map(String).join('.')}: ${message}` });
  };
  const tenants = [...form.tenants, ...listed];
  if (tenants.length === 0) say(['tenants'], 'there is no tenant; list them here or in tenants_file');
  const seen = new Set<string>();
  tenants.forEach((tenant, i) => {
    if (seen.has(tenant.id)) say(['tenants', i], `the tenant ${tenant.id} is there twice`);
    seen.add(tenant.id);
  });
  const scopes = new Set<string>();
  form.scopes.forEach((scope, i) => {
    if (scopes.has(scope.id)) say(['scopes', i, 'id'], `the scope ${scope.id} is there twice`);
    scopes.add(scope.id);
  });
  form.approvers.forEach((rule, i) => {
    if (rule.scopes !== 'any')
      for (const id of rule.scopes)
        if (!scopes.has(id)) say(['approvers', i, 'scopes'], `there is no scope ${id}`);
    if (rule.tenants !== 'any')
      for (const id of rule.tenants)
        if (!seen.has(id)) say(['approvers', i, 'tenants'], `there is no tenant ${id}`);
  });
  form.scopes.forEach((scope, i) => {
    const people: Principal[] = form.approvers
      .filter((rule) => rule.scopes === 'any' || rule.scopes.includes(scope.id))
      .flatMap((rule) => rule.people);
    const enough = new Set(people).size >= scope.approvals || people.some((p) => p.startsWith('S'));
    if (!enough)
      say(
        ['scopes', i],
        `nobody could approve ${scope.id}: add approvers for it (it needs ${scope.approvals})`,
      );
  });
  if (form.emergency.max_duration > form.limits.max_duration)
    say(['emergency', 'max_duration'], 'must not be longer than limits.max_duration');
  return problems;
}

function toPolicy(form: PolicyForm, listed: readonly TenantForm[]): Policy {
  const { limits, emergency, people } = form;
  return {
    timeZone: form.time_zone,
    channels: {
      alert: form.channels.alert,
      review: form.channels.review,
      support: form.channels.support ?? null,
      security: form.channels.security ?? null,
    },
    requesters: people.requesters,
    admins: people.admins,
    auditors: people.auditors,
    sharedAccounts: people.shared_accounts,
    doNotPing: people.do_not_ping,
    deputies: new Map(Object.entries(people.deputies)),
    approvers: form.approvers,
    scopes: form.scopes.map((scope) => ({
      id: scope.id,
      name: scope.name,
      allows: scope.allows,
      maxDurationMs: scope.max_duration,
      approvals: scope.approvals,
      consent: scope.consent,
      highRisk: scope.high_risk,
    })),
    limits: {
      maxDurationMs: limits.max_duration,
      lapseAfterMs: limits.lapse_after,
      startWindowMs: limits.start_window,
      planAheadMs: limits.plan_ahead,
      warnBeforeMs: limits.warn_before,
      openRequests: limits.open_requests,
      coolDownMs: limits.cool_down,
      approverReminderFirstMs: limits.approver_reminder_first,
      approverReminderEveryMs: limits.approver_reminder_every,
      extensionMs: limits.extension,
      extensions: limits.extensions,
      closeoutReminderFirstMs: limits.closeout_reminder_first,
      closeoutReminderEveryMs: limits.closeout_reminder_every,
      closeoutOverdueMs: limits.closeout_overdue ?? null,
      customerRequestMs: limits.customer_request,
    },
    emergency: {
      people: emergency.people,
      maxDurationMs: emergency.max_duration,
      reviewWithinMs: emergency.review_within,
      twoPeople: emergency.two_people,
      confirmWithinMs: emergency.confirm_within,
    },
    digest: form.digest,
    tenants: new Map([...form.tenants, ...listed].map((tenant) => [tenant.id, toTenant(tenant)])),
  };
}

function toTenant(form: TenantForm): Tenant {
  return {
    id: form.id,
    name: form.name,
    environment: form.environment,
    region: form.region,
    channel: form.channel ?? null,
    maxDurationMs: form.max_duration ?? null,
    consent: form.consent,
    customerRequests: form.customer_requests,
    contacts: form.contacts.map((c) => ({
      name: c.name,
      slack:
        c.slack_user === undefined || c.slack_team === undefined
          ? null
          : { userId: c.slack_user, teamId: c.slack_team },
      email: c.email ?? null,
    })),
  };
}
