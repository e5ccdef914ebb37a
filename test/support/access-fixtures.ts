import type { Absence, Actor, People, Standing, World } from '../../src/access/people.ts';
import { certain } from '../../src/access/people.ts';
import { NO_CONNECTORS } from '../../src/access/policy.ts';
import { isElsewhere, slackIdOf, userElsewhere, userOf } from '../../src/access/whose.ts';
import type { EmergencyPolicy, Policy, PolicyLimits, Scope, Tenant } from '../../src/access/policy.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday morning. */
export const T0 = Date.UTC(2026, 2, 2, 9);

/** Regular members, by what they are here for; `INELIGIBLE` holds people of every other standing. */
export const RITA = 'URITA';
export const GUS = 'UGUS';
export const OLA = 'UOLA';
export const ANN = 'UANN';
export const ABE = 'UABE';
export const DEB = 'UDEB';
export const DOT = 'UDOT';
export const ADA = 'UADA';
export const EVE = 'UEVE';
export const EMI = 'UEMI';
/** A member whom the policy gives nothing. */
export const OTTO = 'UOTTO';
export const HOME = 'THOME';
export const THEIRS = 'TACME';
/** The customer's contact in Slack, from another workspace, and the one who is only known by e-mail. */
export const CARL = userElsewhere('UCARL', THEIRS);
export const CARA = 'cara@acme.example';

export const INELIGIBLE = {
  UGUEST: 'guest',
  UBOT: 'bot',
  UGONE: 'deactivated',
  UEXT: 'external',
  USHARED: 'shared_account',
  UNOBODY: 'not_found',
  UMIST: 'cannot_check',
} as const satisfies Record<string, Standing>;
export const STANDINGS = Object.entries(INELIGIBLE).map(([user, standing]) => ({ user, standing }));

export const ENGINEERS = 'SENGINEERS';
export const REASON = 'Invoices for March show twice since the 2.14 import; check the import log.';

const scope = (id: string, over: Partial<Scope> = {}): Scope => ({
  id,
  name: `The ${id} scope`,
  allows: `What ${id} allows.`,
  maxDurationMs: 4 * HOUR,
  maxExtendedMs: null,
  approvals: 1,
  consent: false,
  highRisk: false,
  access: null,
  ...over,
});

/** Least first. `read` may last longer than the policy lets anything last. */
export const SCOPES: readonly Scope[] = [
  scope('read', { maxDurationMs: 8 * HOUR }),
  scope('support'),
  scope('consented', { consent: true }),
  scope('admin', { maxDurationMs: 2 * HOUR, approvals: 2, highRisk: true }),
];

const tenant = (id: string, over: Partial<Tenant> = {}): Tenant => ({
  id,
  name: `${id.charAt(0).toUpperCase()}${id.slice(1)} Ltd`,
  environment: 'production',
  region: 'eu-west-1',
  channel: null,
  maxDurationMs: null,
  maxExtendedMs: null,
  consent: 'notify',
  customerRequests: true,
  contacts: [
    { name: 'Carl', slack: CARL, email: null },
    { name: 'Cara', slack: null, email: CARA },
  ],
  statusKeySha256: null,
  access: null,
  ...over,
});

/** `acme` is told, `bolt` must consent, `corp` is short-lived and has nobody to ask. */
export const TENANTS: readonly Tenant[] = [
  tenant('acme'),
  tenant('bolt', { consent: 'required' }),
  tenant('corp', { maxDurationMs: HOUR, customerRequests: false, contacts: [] }),
];

/** So many of each kind within an hour, by one person, and about one tenant. */
export const perHour = (person: number, tenant: number): PolicyLimits['perHour'] => ({
  requests: { person, tenant },
  emergencies: { person, tenant },
  extensions: { person, tenant },
  questions: { person, tenant },
  handOvers: { person, tenant },
  absences: { person, tenant: null },
  invitations: { person, tenant },
  links: { person, tenant },
});

/** Many a test does in one hour what takes people a week. */
export const unhurried = (policy: Policy): Policy => ({
  ...policy,
  limits: { ...policy.limits, perHour: perHour(10_000, 10_000) },
});

const LIMITS: PolicyLimits = {
  maxDurationMs: 6 * HOUR,
  maxExtendedMs: null,
  lapseAfterMs: 4 * HOUR,
  startWindowMs: 30 * MINUTE,
  planAheadMs: 7 * DAY,
  warnBeforeMs: 10 * MINUTE,
  openRequests: 3,
  coolDownMs: 30 * MINUTE,
  approverReminderFirstMs: 15 * MINUTE,
  approverReminderEveryMs: 30 * MINUTE,
  extensionMs: HOUR,
  extensions: 2,
  closeoutReminderFirstMs: HOUR,
  closeoutReminderEveryMs: DAY,
  closeoutAcceptedAfterMs: 7 * DAY,
  closeoutOverdueMs: 3 * DAY,
  customerRequestMs: DAY,
  perHour: perHour(10_000, 10_000),
};

export interface Change {
  readonly policy?: Partial<Policy>;
  readonly limits?: Partial<PolicyLimits>;
  readonly emergency?: Partial<EmergencyPolicy>;
  readonly tenants?: readonly Tenant[];
  readonly standing?: Readonly<Record<string, Standing>>;
  /** `null`: Slack cannot be asked. */
  readonly groups?: Readonly<Record<string, readonly string[] | null>>;
  readonly absences?: Readonly<Record<string, Absence>>;
}

/** People of every standing are in every list: only what they are keeps the ineligible out. */
export function worldOf(change: Change = {}): World {
  const everybody = Object.keys(INELIGIBLE);
  const standings: Record<string, Standing> = { ...INELIGIBLE, USHARED: 'member', [CARL]: 'external' };
  const groups: Record<string, readonly string[] | null> = {
    [ENGINEERS]: [GUS, EVE, EMI, ...everybody],
    ...change.groups,
  };
  const policy: Policy = {
    timeZone: 'Europe/Berlin',
    channels: { alert: 'CALERT', review: 'CREVIEW', support: null, security: null },
    requesters: [RITA, ENGINEERS],
    admins: [ADA],
    auditors: [],
    leavers: 'revoke',
    sharedAccounts: ['USHARED'],
    approvers: [{ people: [ANN, ABE, DEB, DOT, ...everybody], scopes: 'any', tenants: 'any' }],
    deputies: new Map([[ANN, [DOT]]]),
    doNotPing: [],
    scopes: SCOPES,
    limits: { ...LIMITS, ...change.limits },
    emergency: {
      people: [EVE, EMI, ...everybody],
      maxDurationMs: HOUR,
      reviewWithinMs: DAY,
      twoPeople: false,
      secondPersonAfter: 1,
      confirmWithinMs: 10 * MINUTE,
      ...change.emergency,
    },
    connectors: NO_CONNECTORS,
    digest: { cron: '0 9 * * 1' },
    tenants: new Map((change.tenants ?? TENANTS).map((t) => [t.id, t])),
    ...change.policy,
  };
  const people: People = {
    standing: (user) =>
      change.standing?.[user] ?? standings[user] ?? (isElsewhere(user) ? 'external' : 'member'),
    members(group) {
      const members = groups[group];
      return members === null ? undefined : new Set(members);
    },
    absence: (user) => change.absences?.[user],
  };
  return certain(policy, people);
}

export const person = (id: string): Actor => ({ kind: 'person', id });
/** Somebody of another workspace who goes by that id there, as the edge makes them out. */
export const namesake = (id: string, teamId = 'TEVIL'): Actor =>
  person(userOf({ teamId: HOME, enterpriseId: null }, { id: slackIdOf(id), teamId, enterpriseId: null }));
export const carl = person(CARL);
export const cara: Actor = { kind: 'contact', email: CARA };
export const timer: Actor = { kind: 'timer' };

/** Nobody but these may decide, about anything. */
export const decidedBy = (...people: string[]): Change => ({
  policy: { approvers: [{ people, scopes: 'any', tenants: 'any' }] },
});
