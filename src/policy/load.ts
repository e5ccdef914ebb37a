import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import { plainly } from '../access/lettering.ts';
import { NO_CONNECTORS } from '../access/policy.ts';
import type { Policy, PolicyLimits, Principal, Tenants } from '../access/policy.ts';
import type { PolicyForm } from './form.ts';
import { policyForm } from './form.ts';
import type { PolicyProblem } from './problems.ts';
import { complaintsOf } from './problems.ts';
import type { Line } from './tenants.ts';
import { accessProblem, readText, takeTenants } from './tenants.ts';
import type { TenantCatalogue } from './tenant-index.ts';

export type LoadedPolicy =
  | {
      readonly ok: true;
      readonly policy: Policy;
      readonly tenants: TenantCatalogue;
      readonly connectors: PolicyForm['connectors'];
    }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** A thousand wrong lines are one mistake made a thousand times. */
const PROBLEMS_MAX = 50;

/**
 * Reads and checks the policy and its tenants; every problem at once, each with its line. `catalogue`: where the tenants
 * are kept, so that an unchanged list is not read again at the next start; `null`: in memory.
 */
export function loadPolicy(path: string, catalogue: string | null = null): LoadedPolicy {
  const text = readText(path);
  if (text === null)
    return failed([
      { file: path, line: 1, message: 'cannot be read. Copy policy.example.yml there, or set TSA_POLICY.' },
    ]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const broken = brokenYaml(document, lines);
  if (broken.length > 0) return failed(broken.map((problem) => ({ file: path, ...problem })));
  const at = (keys: readonly PropertyKey[]): number => lineOf(document, lines, keys);
  const parsed = policyForm.safeParse(document.toJS());
  if (!parsed.success)
    return failed(
      parsed.error.issues
        .flatMap((issue) => complaintsOf(issue, policyForm))
        .map((complaint) => ({ file: path, line: at(complaint.path), message: complaint.message })),
    );
  const form = parsed.data;
  const tenants = takeTenants(form, { path, at }, catalogue);
  const problems = [
    ...tenants.problems,
    ...ruleProblems(form, { path, at }, tenants.catalogue),
    ...crossCheck(form, path, at),
  ];
  if (problems.length === 0 && tenants.catalogue !== null)
    return {
      ok: true,
      policy: toPolicy(form, tenants.catalogue),
      tenants: tenants.catalogue,
      connectors: form.connectors,
    };
  tenants.catalogue?.close();
  return failed(problems);
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

/** What keeps the text from being read at all; an alias without its anchor too, such as a cron of stars without quotes. */
function brokenYaml(document: Document.Parsed, lines: LineCounter): { line: number; message: string }[] {
  const problems = document.errors.map(({ linePos, message }) => ({
    line: linePos?.[0].line ?? 1,
    message: yamlWords(message),
  }));
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) !== undefined) return;
      const line = lineAt(node, lines) ?? 1;
      problems.push({ line, message: `*${node.source} stands for nothing. Put quotes around it.` });
    },
  });
  if (problems.length > 0) return problems;
  try {
    document.toJS();
    return [];
  } catch (error) {
    return [{ line: 1, message: error instanceof Error ? error.message : 'cannot be read' }];
  }
}

function yamlWords(message: string): string {
  const words = (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:$/, '');
  return /alias/i.test(words) ? `${words} (put quotes around a text that begins with *)` : words;
}

/** The line of a key, or of the innermost thing around it that is there. */
function lineOf(document: Document.Parsed, lines: LineCounter, keys: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let line = 1;
  for (const key of keys) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) return line;
      line = lineAt(pair.key, lines) ?? line;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      line = lineAt(node, lines) ?? line;
    } else return line;
  }
  return line;
}

function lineAt(node: unknown, lines: LineCounter): number | null {
  const start = isNode(node) ? node.range?.[0] : undefined;
  return start === undefined ? null : lines.linePos(start).line;
}

/** There are tenants, and the rules name no other. A list that is not right would make every tenant in it look unknown. */
function ruleProblems(
  form: PolicyForm,
  { path, at }: { readonly path: string; readonly at: Line },
  tenants: TenantCatalogue | null,
): PolicyProblem[] {
  if (tenants === null) return [];
  const say = (keys: readonly PropertyKey[], message: string): PolicyProblem => ({
    file: path,
    line: at(keys),
    message: `${keys.map(String).join('.')}: ${message}`,
  });
  const none =
    tenants.size === 0 ? [say(['tenants'], 'there is no tenant; list them here or in tenants_file')] : [];
  const unknown = form.approvers.flatMap((rule, i) =>
    (rule.tenants === 'any' ? [] : rule.tenants)
      .filter((id) => !tenants.has(id))
      .map((id) => say(['approvers', i, 'tenants'], `there is no tenant ${id}`)),
  );
  return [...none, ...unknown];
}

/** What no single key can tell: that the parts fit together, and that every scope has somebody to approve it. */
function crossCheck(form: PolicyForm, file: string, at: Line): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const say = (keys: readonly PropertyKey[], message: string): void => {
    problems.push({ file, line: at(keys), message: `${keys.map(String).join('.')}: ${message}` });
  };
  const able = (people: readonly Principal[], count: number): boolean => {
    const able = people.filter((person) => !form.people.shared_accounts.includes(person));
    return new Set(able).size >= count || able.some((person) => person.startsWith('S'));
  };
  const scopes = new Set<string>();
  form.scopes.forEach((scope, i) => {
    if (scopes.has(scope.id)) say(['scopes', i, 'id'], `the scope ${scope.id} is there twice`);
    scopes.add(scope.id);
  });
  form.approvers.forEach((rule, i) => {
    for (const id of rule.scopes === 'any' ? [] : rule.scopes)
      if (!scopes.has(id)) say(['approvers', i, 'scopes'], `there is no scope ${id}`);
  });
  form.scopes.forEach((scope, i) => {
    const people = form.approvers
      .filter((rule) => rule.scopes === 'any' || rule.scopes.includes(scope.id))
      .flatMap((rule) => rule.people);
    if (!able(people, scope.approvals))
      say(
        ['scopes', i],
        `nobody could approve ${scope.id}: add approvers for it (it needs ${scope.approvals}; shared accounts do not count)`,
      );
  });
  form.scopes.forEach((scope, i) => {
    const unconnected = accessProblem(scope.access, [scope], form.connectors);
    if (unconnected !== null) say(['scopes', i, 'access'], unconnected);
  });
  const { emergency, limits } = form;
  if (emergency.max_duration > limits.max_duration)
    say(['emergency', 'max_duration'], 'must not be longer than limits.max_duration (it is 1h if left out)');
  if (emergency.two_people && emergency.people.length > 0 && !able(emergency.people, 2))
    say(['emergency', 'two_people'], 'nobody could confirm: list a second person in emergency.people');
  return problems;
}

function toPolicy(form: PolicyForm, tenants: Tenants): Policy {
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
    leavers: people.leavers,
    sharedAccounts: people.shared_accounts,
    doNotPing: people.do_not_ping,
    deputies: new Map(Object.entries(people.deputies)),
    approvers: form.approvers,
    scopes: form.scopes.map((scope) => ({
      id: scope.id,
      name: plainly(scope.name),
      allows: scope.allows,
      maxDurationMs: scope.max_duration,
      maxExtendedMs: scope.max_extended ?? null,
      approvals: scope.approvals,
      consent: scope.consent,
      highRisk: scope.high_risk,
      access: scope.access ?? null,
    })),
    limits: {
      maxDurationMs: limits.max_duration,
      maxExtendedMs: limits.max_extended ?? null,
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
      closeoutAcceptedAfterMs: limits.closeout_accepted_after,
      closeoutOverdueMs: limits.closeout_overdue ?? null,
      customerRequestMs: limits.customer_request,
      perHour: perHourOf(limits.per_hour),
    },
    emergency: {
      people: emergency.people,
      maxDurationMs: emergency.max_duration,
      reviewWithinMs: emergency.review_within,
      twoPeople: emergency.two_people,
      secondPersonAfter: emergency.second_person_after,
      confirmWithinMs: emergency.confirm_within,
    },
    connectors: {
      ...NO_CONNECTORS,
      urls: new Map([...form.connectors].map(([name, { url }]) => [name, url])),
      openWithinMs: form.products.open_within,
      reconcileEveryMs: form.products.reconcile_every,
      closeOrphans: form.products.close_orphans,
    },
    digest: form.digest,
    tenants,
  };
}

function perHourOf(form: PolicyForm['limits']['per_hour']): PolicyLimits['perHour'] {
  const { hand_overs: handOvers, absences, ...same } = form;
  return { ...same, handOvers, absences: { ...absences, tenant: null } };
}
