import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  policyChange,
  boundChanges,
  policyChanges,
  settingChanges,
  tenantsChange,
} from '../../src/access/policy-change.ts';
import type { PolicyChange } from '../../src/access/policy-change.ts';
import type { ApproverRule, Policy } from '../../src/access/policy.ts';
import { recordPolicy, recordTenant } from '../../src/access/policy-record.ts';
import {
  ABE,
  ADA,
  ANN,
  DEB,
  DOT,
  EMI,
  EVE,
  GUS,
  HOUR,
  MINUTE,
  OTTO,
  RITA,
  SCOPES,
  TENANTS,
  worldOf,
} from '../support/access-fixtures.ts';
import type { Change } from '../support/access-fixtures.ts';

const BEFORE: Change = {
  policy: { approvers: [{ people: [ANN, ABE], scopes: 'any', tenants: 'any' }], requesters: [RITA, GUS] },
  emergency: { people: [EVE, EMI] },
};

/** What is otherwise once that is changed. */
function changesTo(after: Partial<Policy>, before: Change = BEFORE): readonly PolicyChange[] {
  const was = worldOf(before).policy;
  const changes = policyChanges(recordPolicy(was), recordPolicy({ ...was, ...after }));
  expect(changes.map((change) => policyChange.parse(change))).toEqual(changes);
  return changes;
}

const some = (...named: readonly string[]) => ({ named, more: 0 });
const NONE = some();

describe('What the policy says otherwise', () => {
  it('is nothing where only the order of names, or of rules, is another', () => {
    expect(
      changesTo({
        requesters: [GUS, RITA, GUS],
        approvers: [
          { people: [ABE], scopes: 'any', tenants: 'any' },
          { people: [ANN], scopes: ['support', 'read', 'consented', 'admin'], tenants: 'any' },
        ],
      }),
    ).toEqual([]);
  });

  it('is who may ask, administer, read, or declare an emergency, by name, who gained it and who lost it', () => {
    const { emergency } = worldOf(BEFORE).policy;
    expect(
      changesTo({
        requesters: [RITA, OTTO],
        admins: [ADA, OTTO],
        auditors: [OTTO],
        sharedAccounts: [],
        emergency: { ...emergency, people: [EVE, OTTO] },
      }),
    ).toEqual([
      { kind: 'list', of: 'people.admins', gained: some(OTTO), lost: NONE },
      { kind: 'list', of: 'people.auditors', gained: some(OTTO), lost: NONE },
      { kind: 'list', of: 'people.requesters', gained: some(OTTO), lost: some(GUS) },
      { kind: 'list', of: 'people.shared_accounts', gained: NONE, lost: some('USHARED') },
      { kind: 'list', of: 'emergency.people', gained: some(OTTO), lost: some(EMI) },
    ]);
  });

  it('is each limit by its name in policy.yml, with its value before and after, as it is written there', () => {
    const { limits, emergency, channels } = worldOf(BEFORE).policy;
    expect(
      changesTo({
        limits: { ...limits, maxDurationMs: 90 * MINUTE, openRequests: 5, closeoutOverdueMs: null },
        emergency: { ...emergency, twoPeople: true },
        channels: { ...channels, security: 'CSECURITY' },
        timeZone: 'Asia/Tokyo',
      }),
    ).toEqual([
      { kind: 'value', of: 'emergency.two_people', from: 'false', to: 'true' },
      { kind: 'value', of: 'limits.closeout_overdue', from: '3d', to: null },
      { kind: 'value', of: 'limits.max_duration', from: '6h', to: '90m' },
      { kind: 'value', of: 'limits.open_requests', from: '3', to: '5' },
      { kind: 'value', of: 'channels.security', from: null, to: 'CSECURITY' },
      { kind: 'value', of: 'time_zone', from: 'Europe/Berlin', to: 'Asia/Tokyo' },
    ]);
  });

  it('is a scope that is new, gone, or allows something else; whoever may approve any scope gains the new one', () => {
    const [read, support, consented, admin] = SCOPES;
    if (!read || !support || !consented || !admin) throw new Error('the fixtures have four scopes');
    const root = { ...admin, id: 'root', name: 'Root' };
    expect(
      changesTo({ scopes: [read, { ...support, approvals: 2, maxDurationMs: HOUR }, admin, root] }),
    ).toEqual([
      { kind: 'approver', people: some(ABE, ANN), scopes: ['consented'], gained: NONE, lost: 'any' },
      { kind: 'approver', people: some(ABE, ANN), scopes: ['root'], gained: 'any', lost: NONE },
      { kind: 'list', of: 'scopes', gained: some('root'), lost: some('consented') },
      ...['allows', 'approvals', 'consent', 'high_risk', 'max_duration', 'name'].map((name) => {
        return expect.objectContaining({ of: `scopes.consented.${name}`, to: null }) as PolicyChange;
      }),
      ...['allows', 'approvals', 'consent', 'high_risk', 'max_duration', 'name'].map((name) => {
        return expect.objectContaining({ of: `scopes.root.${name}`, from: null }) as PolicyChange;
      }),
      { kind: 'value', of: 'scopes.support.approvals', from: '1', to: '2' },
      { kind: 'value', of: 'scopes.support.max_duration', from: '4h', to: '1h' },
    ]);
  });

  it('is the order of what is ordered: scopes from least to most, deputies from first to last', () => {
    const deputies = new Map([[ANN, [DOT, DEB]]]);
    const before = { policy: { ...BEFORE.policy, deputies } };
    expect(
      changesTo({ scopes: SCOPES.toReversed(), deputies: new Map([[ANN, [DEB, DOT]]]) }, before),
    ).toEqual([
      { kind: 'value', of: `people.deputies.${ANN}`, from: `${DOT}, ${DEB}`, to: `${DEB}, ${DOT}` },
      {
        kind: 'value',
        of: 'scopes',
        from: 'read, support, consented, admin',
        to: 'admin, consented, support, read',
      },
    ]);
  });

  it.each<[string, ApproverRule[], ApproverRule[], unknown]>([
    [
      'everywhere at last',
      [],
      [{ people: [DEB], scopes: ['read'], tenants: 'any' }],
      { scopes: ['read'], gained: 'any', lost: NONE },
    ],
    [
      'in more tenants',
      [{ people: [DEB], scopes: ['read'], tenants: ['acme'] }],
      [{ people: [DEB], scopes: ['read'], tenants: ['bolt', 'acme'] }],
      { scopes: ['read'], gained: some('bolt'), lost: NONE },
    ],
    [
      'in another tenant',
      [{ people: [DEB], scopes: ['read', 'admin'], tenants: ['acme'] }],
      [{ people: [DEB], scopes: ['read', 'admin'], tenants: ['bolt'] }],
      { scopes: ['admin', 'read'], gained: some('bolt'), lost: some('acme') },
    ],
    [
      'no longer everywhere',
      [{ people: [DEB], scopes: ['read'], tenants: 'any' }],
      [{ people: [DEB], scopes: ['read'], tenants: ['acme'] }],
      { scopes: ['read'], gained: some('acme'), lost: 'any' },
    ],
    [
      'nowhere any more, though another rule still names them for another scope',
      [{ people: [DEB], scopes: ['read', 'admin'], tenants: 'any' }],
      [{ people: [DEB], scopes: ['read'], tenants: 'any' }],
      { scopes: ['admin'], gained: NONE, lost: 'any' },
    ],
  ])('is where somebody may approve %s', (_, before, after, expected) => {
    const with_ = (more: ApproverRule[]): ApproverRule[] => [
      { people: [ANN], scopes: 'any', tenants: 'any' },
      ...more,
    ];
    expect(changesTo({ approvers: with_(after) }, { policy: { approvers: with_(before) } })).toEqual([
      { kind: 'approver', people: some(DEB), ...(expected as object) },
    ]);
  });

  it('is told of several people at once where it is the same for them', () => {
    const rule = (people: readonly string[]): ApproverRule => ({ people, scopes: 'any', tenants: 'any' });
    expect(changesTo({ approvers: [rule([ANN, DEB, DOT])] })).toEqual([
      {
        kind: 'approver',
        people: some(ABE),
        scopes: ['admin', 'consented', 'read', 'support'],
        gained: NONE,
        lost: 'any',
      },
      {
        kind: 'approver',
        people: some(DEB, DOT),
        scopes: ['admin', 'consented', 'read', 'support'],
        gained: 'any',
        lost: NONE,
      },
    ]);
  });

  it('of a tenant is what its customers would care for: contacts by name and address, consent, limits', () => {
    const [acme] = TENANTS;
    if (acme === undefined) throw new Error('the fixtures have tenants');
    const [carl, cara] = acme.contacts;
    if (carl === undefined || cara === undefined) throw new Error('acme has two contacts');
    const after = recordTenant({
      ...acme,
      consent: 'required',
      customerRequests: false,
      maxDurationMs: HOUR,
      contacts: [cara, { ...carl, email: 'mallory@evil.example' }],
    });
    expect(settingChanges(recordTenant(acme), after, 'tenants.acme.')).toEqual([
      { kind: 'value', of: 'tenants.acme.consent', from: null, to: 'required' },
      {
        kind: 'list',
        of: 'tenants.acme.contacts',
        gained: some(`Carl, ${carl.slack ?? ''}, mallory@evil.example`),
        lost: some(`Carl, ${carl.slack ?? ''}`),
      },
      { kind: 'value', of: 'tenants.acme.customer_requests', from: 'true', to: null },
      { kind: 'value', of: 'tenants.acme.max_duration', from: null, to: '1h' },
    ]);
  });
});

const people = fc.subarray([RITA, GUS, ANN, ABE, DEB, OTTO]);
const scopes = fc.oneof(
  fc.constant('any' as const),
  fc.subarray(['read', 'support', 'admin'], { minLength: 1 }),
);
const tenants = fc.oneof(
  fc.constant('any' as const),
  fc.subarray(['acme', 'bolt', 'corp'], { minLength: 1 }),
);
const approvers = fc.array(fc.record({ people, scopes, tenants }), { maxLength: 4 });
const policies = fc.record({ requesters: people, admins: people, approvers, doNotPing: people });

it('Whoever may approve something now that they could not before is named, and nobody else is, whatever the rules', () => {
  const may = (rules: readonly ApproverRule[], who: string, scope: string, tenant: string): boolean =>
    rules.some(
      (rule) =>
        rule.people.includes(who) &&
        (rule.scopes === 'any' || rule.scopes.includes(scope)) &&
        (rule.tenants === 'any' || rule.tenants.includes(tenant)),
    );
  fc.assert(
    fc.property(policies, policies, (before, after) => {
      const changes = changesTo(after, { policy: before });
      const named = (who: string, scope: string, tenant: string, side: 'gained' | 'lost'): boolean =>
        changes.some((change) => {
          if (
            change.kind !== 'approver' ||
            !change.people.named.includes(who) ||
            !change.scopes.includes(scope)
          )
            return false;
          const [there, other] =
            side === 'gained' ? [change.gained, change.lost] : [change.lost, change.gained];
          if (there !== 'any') return other !== 'any' && there.named.includes(tenant);
          return side === 'gained' || other === 'any' || !other.named.includes(tenant);
        });
      for (const who of [RITA, GUS, ANN, ABE, DEB, OTTO])
        for (const scope of ['read', 'support', 'admin'])
          for (const tenant of ['acme', 'bolt', 'corp']) {
            const [could, can] = [before, after].map((policy) => may(policy.approvers, who, scope, tenant));
            if (could !== can) expect(named(who, scope, tenant, can === true ? 'gained' : 'lost')).toBe(true);
            if (could === can && can === false) expect(named(who, scope, tenant, 'gained')).toBe(false);
          }
      expect(changesTo(before, { policy: before })).toEqual([]);
    }),
  );
});

describe('However much is otherwise, what is kept of it is bounded', () => {
  it('of a list twenty are named and the rest is counted', () => {
    const many = Array.from({ length: 1_260 }, (_, i) => `tenant-${i}`);
    const [change] = tenantsChange('added', many);
    expect(change).toMatchObject({ change: 'added', tenants: { more: 1_240 } });
    expect(change?.kind === 'tenants' ? change.tenants.named : []).toEqual(many.slice(0, 20));
  });

  it('all together it is 32,000 characters at most, and the rest is counted', () => {
    const people = Array.from({ length: 3_000 }, (_, i) => `U0PERSON${i}`);
    const rules = people.map((one, i): ApproverRule => {
      return { people: [one], scopes: ['read'], tenants: [`tenant-${i}`] };
    });
    const { changes, more } = boundChanges(changesTo({ admins: people, approvers: rules }));
    expect(JSON.stringify(changes).length).toBeLessThan(32_000 + changes.length + 2);
    expect(changes.length).toBeGreaterThan(100);
    // Two who lost everything, everybody who gained something, and the admins.
    expect(changes.length + more).toBe(3_000 + 1 + 1);
    expect(changes[0]).toMatchObject({ of: 'people.admins', gained: { more: 2_980 } });
  });
});
