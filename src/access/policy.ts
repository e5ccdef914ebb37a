/**
 * A Slack user id (`U…`, `W…`): immutable, unlike a display name or an e-mail address. Somebody of another workspace has
 * their team behind it (`U…@T…`): see whose.ts.
 */
export type UserId = string;

/** A person (`U…`, `W…`) or a Slack user group (`S…`). */
export type Principal = string;

/** What the access covers in a tenant. The policy lists scopes least first. */
export interface Scope {
  readonly id: string;
  readonly name: string;
  /** One line: what somebody with this scope can do. Shown to requester and approver. */
  readonly allows: string;
  readonly maxDurationMs: number;
  readonly maxExtendedMs: number | null;
  /** How many distinct named people must approve. */
  readonly approvals: 1 | 2;
  /** The customer's consent is needed whatever the tenant says. */
  readonly consent: boolean;
  /** The approver types the tenant's id to approve. */
  readonly highRisk: boolean;
  /** The connector that opens and closes it, or `by_hand`; `null`: nothing is said. */
  readonly access: string | null;
}

/** The customer's person for a tenant, known by an immutable Slack user and team id, by e-mail address, or both. */
export interface Contact {
  readonly name: string;
  readonly slack: UserId | null;
  readonly email: string | null;
}

/** The customer environment that is reached. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly region: string;
  /** Slack channel id that is told of every session in this tenant, beside the alert channel. */
  readonly channel: string | null;
  readonly maxDurationMs: number | null;
  readonly maxExtendedMs: number | null;
  readonly consent: 'required' | 'notify';
  /** The customer may ask for help by themselves. */
  readonly customerRequests: boolean;
  readonly contacts: readonly Contact[];
  /** SHA-256 (64 hex digits) of the key with which the tenant's product asks who is in; `null`: it cannot. */
  readonly statusKeySha256: string | null;
  /** As of a scope, whose word counts after this one. */
  readonly access: string | null;
}

/** Who may approve what: people × scopes × tenants. `'any'` stands for all of them. */
export interface ApproverRule {
  readonly people: readonly Principal[];
  readonly scopes: readonly string[] | 'any';
  readonly tenants: readonly string[] | 'any';
}

/** Every duration in milliseconds, every number a maximum unless its name says otherwise. */
export interface PolicyLimits {
  readonly maxDurationMs: number;
  /** Longest session of all where more time was given, as scope and tenant may name one too; `null`: no longer than without. */
  readonly maxExtendedMs: number | null;
  /** From filing until an undecided request lapses. */
  readonly lapseAfterMs: number;
  /** From approval (or the planned start, if later) until an unused grant lapses. */
  readonly startWindowMs: number;
  /** How far ahead a start may be planned. */
  readonly planAheadMs: number;
  readonly warnBeforeMs: number;
  readonly openRequests: number;
  /** After a denial, for the same requester, tenant and scope. */
  readonly coolDownMs: number;
  readonly approverReminderFirstMs: number;
  readonly approverReminderEveryMs: number;
  readonly extensionMs: number;
  readonly extensions: number;
  readonly closeoutReminderFirstMs: number;
  readonly closeoutReminderEveryMs: number;
  /** Where the customer who asked says nothing for so long, the closeout counts as accepted. */
  readonly closeoutAcceptedAfterMs: number;
  /** A closeout open longer than this blocks new requests; `null`: it never does. */
  readonly closeoutOverdueMs: number | null;
  readonly customerRequestMs: number;
  /** What makes messages go to others, an hour. */
  readonly perHour: {
    /** Filed, by support or by the customer. */
    readonly requests: HourlyLimit;
    readonly emergencies: HourlyLimit;
    /** More time that is asked for. */
    readonly extensions: HourlyLimit;
    /** Questions, answers, and closeouts that are asked back about. */
    readonly questions: HourlyLimit;
    /** Ownership that is offered, and approvers who are replaced. */
    readonly handOvers: HourlyLimit;
    /** Who answers for whom. */
    readonly absences: HourlyLimit;
    /** Customers who are shown where to ask. */
    readonly invitations: HourlyLimit;
    /** Mails with a link that somebody asks for on a page. */
    readonly links: HourlyLimit;
  };
}

/** How often within an hour: one person, and everybody together about one tenant. `null`: it is about no tenant. */
export interface HourlyLimit {
  readonly person: number;
  readonly tenant: number | null;
}

/** Break-glass: who, how long, and how soon it must be reviewed. */
export interface EmergencyPolicy {
  readonly people: readonly Principal[];
  readonly maxDurationMs: number;
  readonly reviewWithinMs: number;
  /** A second listed person must confirm before the session starts, whoever declares it. */
  readonly twoPeople: boolean;
  /** Whoever has this many emergencies that are not reviewed, or not closed out, needs a second person for the next. */
  readonly secondPersonAfter: number;
  readonly confirmWithinMs: number;
}

/** How access is opened and closed in products. */
export interface ConnectorPolicy {
  /** Where each leads, by its name. */
  readonly urls: ReadonlyMap<string, string>;
  /** Not confirmed within this, a start is called off. */
  readonly openWithinMs: number;
  /** How often what is open in products is held against the ledger. */
  readonly reconcileEveryMs: number;
  /** What no session explains is closed, rather than only told of. */
  readonly closeOrphans: boolean;
}

/** People open and remove all access themselves. */
export const NO_CONNECTORS: ConnectorPolicy = {
  urls: new Map(),
  openWithinMs: 2 * 60_000,
  reconcileEveryMs: 10 * 60_000,
  closeOrphans: false,
};

/** Access that people open and remove themselves, in the product. */
export const BY_HAND = 'by_hand';

/** Which connector gives access of that scope in that tenant; `null`: people do, by hand. */
export function connectorFor(
  tenant: Pick<Tenant, 'access'> | undefined,
  scope: Pick<Scope, 'access'> | undefined,
): string | null {
  const name = tenant?.access ?? scope?.access ?? BY_HAND;
  return name === BY_HAND ? null : name;
}

/** The whole policy as the rules see it. Parsed and checked from `policy.yml` by src/policy/load.ts. */
export interface Policy {
  /** IANA zone of the digest's week and of "end of my shift" where a person has none. */
  readonly timeZone: string;
  readonly channels: {
    readonly alert: string;
    readonly review: string;
    /** Where customers' requests are offered to engineers; the alert channel if not set. */
    readonly support: string | null;
    /** Where unexpected sessions are reported; the alert channel if not set. */
    readonly security: string | null;
  };
  readonly requesters: readonly Principal[];
  readonly admins: readonly Principal[];
  readonly auditors: readonly Principal[];
  /** What becomes of the session of somebody who leaves: it is revoked, or told of only. */
  readonly leavers: 'revoke' | 'tell';
  /** Logins used by more than one human: they hold nothing and approve nothing. */
  readonly sharedAccounts: readonly UserId[];
  readonly approvers: readonly ApproverRule[];
  /** Who stands in for whom, best first. */
  readonly deputies: ReadonlyMap<UserId, readonly UserId[]>;
  /** Allowed to approve, but never suggested first or reminded. */
  readonly doNotPing: readonly UserId[];
  /** Least first. */
  readonly scopes: readonly Scope[];
  readonly limits: PolicyLimits;
  readonly emergency: EmergencyPolicy;
  readonly connectors: ConnectorPolicy;
  readonly digest: { readonly cron: string };
  readonly tenants: Tenants;
}

/** The tenants of a policy, however many: looked up, never held all at once. A map of them by id is one, too. */
export interface Tenants {
  get(id: string): Tenant | undefined;
  has(id: string): boolean;
  readonly size: number;
  values(): Iterable<Tenant>;
  [Symbol.iterator](): Iterator<[string, Tenant]>;
}

/**
 * The policy with only those contacts whom anything can reach: without mail, nobody who is not in Slack. Nothing waits
 * for the word of somebody who is never asked.
 */
export function reachable(policy: Policy, { mail }: { readonly mail: boolean }): Policy {
  if (mail) return policy;
  return withTenants(policy, (tenant) =>
    tenant.contacts.every(({ slack }) => slack !== null)
      ? tenant
      : { ...tenant, contacts: tenant.contacts.filter(({ slack }) => slack !== null) },
  );
}

/** The policy with each of its tenants seen this way; none is looked at before it is asked for. */
export function withTenants(policy: Policy, seen: (tenant: Tenant) => Tenant): Policy {
  const all = policy.tenants;
  return {
    ...policy,
    tenants: {
      size: all.size,
      has: (id) => all.has(id),
      get(id) {
        const tenant = all.get(id);
        return tenant === undefined ? undefined : seen(tenant);
      },
      *values() {
        for (const tenant of all.values()) yield seen(tenant);
      },
      *[Symbol.iterator]() {
        for (const [id, tenant] of all) yield [id, seen(tenant)];
      },
    },
  };
}

/** The scope of that id, if the policy has it. */
export function findScope(policy: Policy, id: string): Scope | undefined {
  return policy.scopes.find((scope) => scope.id === id);
}

/** How long a session may last, and whose limit that is. */
export interface Longest {
  readonly ms: number;
  readonly set: 'policy' | 'scope' | 'tenant';
}

/** The longest session that the global, the scope's and the tenant's limits allow. */
export function longestDuration(
  policy: Policy,
  scope: Scope | undefined,
  tenant: Tenant | undefined,
): Longest {
  return smallest(policy.limits, scope, tenant, ({ maxDurationMs }) => maxDurationMs);
}

/** How long it may last in all where more time is given: no longer, but where a limit says so of itself. */
export function longestExtended(policy: Policy, scope: Scope, tenant: Tenant): Longest {
  const whole = (limit: Limit): number | null => limit.maxExtendedMs ?? limit.maxDurationMs;
  return smallest(policy.limits, scope, tenant, whole);
}

type Limit = Pick<Tenant, 'maxDurationMs' | 'maxExtendedMs'>;

function smallest(
  global: PolicyLimits,
  scope: Limit | undefined,
  tenant: Limit | undefined,
  of: (limit: Limit) => number | null,
): Longest {
  const limits = [
    { ms: of(global), set: 'policy' as const },
    { ms: scope === undefined ? null : of(scope), set: 'scope' as const },
    { ms: tenant === undefined ? null : of(tenant), set: 'tenant' as const },
  ];
  const named = limits.flatMap(({ ms, set }): Longest[] => (ms === null ? [] : [{ ms, set }]));
  return named.reduce((least, limit) => (limit.ms < least.ms ? limit : least));
}
