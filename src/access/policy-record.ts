import type { ApproverRule, Policy, Tenant } from './policy.ts';

/** What a policy says, in a form that can be kept, hashed and compared: the same policy is always the same record. */

/** A setting's value as it is written in policy.yml; of a list whose order does not matter, sorted. */
export type Value = string | readonly string[];
/** Settings by their place in policy.yml, such as `limits.max_duration`. What is left out is not there. */
export type Settings = Readonly<Record<string, Value>>;

/** All of a policy but its tenants. */
export interface PolicyRecord {
  readonly settings: Settings;
  readonly approvers: readonly ApproverRule[];
}

/** Lists of which the order says something. */
export function isOrdered(setting: string): boolean {
  return setting === 'scopes' || setting.startsWith('people.deputies.');
}

/** The policy without its tenants. Whatever a policy may say some day is in it, too, by its name. */
export function recordPolicy(policy: Policy): PolicyRecord {
  const { tenants, approvers, scopes, deputies, connectors, ...rest } = policy;
  const { requesters, admins, auditors, sharedAccounts, doNotPing, ...others } = rest;
  const people = { requesters, admins, auditors, sharedAccounts, doNotPing };
  const settings: Record<string, Value> = {
    ...settingsOf(others),
    ...settingsOf(people, 'people'),
    scopes: scopes.map((scope) => scope.id),
  };
  for (const { id, ...scope } of scopes) Object.assign(settings, settingsOf(scope, `scopes.${id}`));
  for (const [name, url] of connectors.urls) settings[`connectors.${name}`] = url;
  settings['products.open_within'] = length(connectors.openWithinMs);
  settings['products.reconcile_every'] = length(connectors.reconcileEveryMs);
  settings['products.close_orphans'] = String(connectors.closeOrphans);
  for (const [user, standIns] of deputies) settings[`people.deputies.${user}`] = standIns;
  return { settings: inOrder(settings), approvers: rulesOf(approvers) };
}

/** A tenant, but for its id. What is as it is if nobody says anything is left out. */
export function recordTenant({ id, contacts, consent, customerRequests, ...tenant }: Tenant): Settings {
  const said = contacts.map(({ name, slack, email }) => [name, slack, email].filter(Boolean).join(', '));
  return inOrder({
    ...settingsOf(tenant),
    ...(said.length === 0 ? {} : { contacts: sorted(said) }),
    ...(consent === 'notify' ? {} : { consent }),
    ...(customerRequests ? { customer_requests: 'true' } : {}),
  });
}

function settingsOf(value: object, within = ''): Record<string, Value> {
  const settings: Record<string, Value> = {};
  for (const [key, part] of Object.entries(value) as readonly [string, unknown][]) {
    const name = `${within === '' ? '' : `${within}.`}${inYaml(key)}`;
    if (Array.isArray(part)) settings[name] = sorted(part.map(written));
    else if (typeof part === 'object' && part !== null) Object.assign(settings, settingsOf(part, name));
    else if (part !== null && part !== undefined)
      settings[name] = key.endsWith('Ms') && typeof part === 'number' ? length(part) : written(part);
  }
  return settings;
}

/** As policy.yml calls it: `maxDurationMs` is `max_duration` there. */
function inYaml(key: string): string {
  return key.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** As policy.yml has it: in the largest unit that says it exactly. */
function length(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const;
  const unit = units.find(([, size]) => ms >= size && ms % size === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}

function rulesOf(rules: readonly ApproverRule[]): readonly ApproverRule[] {
  const all = rules.map(({ people, scopes, tenants }) => ({
    people: sorted(people),
    scopes: scopes === 'any' ? scopes : sorted(scopes),
    tenants: tenants === 'any' ? tenants : sorted(tenants),
  }));
  const text = (rule: ApproverRule): string => JSON.stringify(rule);
  return all.sort((a, b) => (text(a) < text(b) ? -1 : Number(text(a) > text(b))));
}

function sorted(list: readonly string[]): readonly string[] {
  return [...new Set(list)].sort();
}

function inOrder(settings: Record<string, Value>): Settings {
  return Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
}
