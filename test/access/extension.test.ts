import { describe, expect, it } from 'vitest';
import { approve, end, extend, start } from '../support/access-commands.ts';
import type { Change } from '../support/access-fixtures.ts';
import {
  ABE,
  ADA,
  ANN,
  cara,
  carl,
  DAY,
  DEB,
  DOT,
  EVE,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  OTTO,
  RITA,
  SCOPES,
  STANDINGS,
  T0,
  TENANTS,
  timer,
} from '../support/access-fixtures.ts';
import type { Story } from '../support/access-story.ts';
import { active, approved, emergency, ended, inPhase, moreTime, pending } from '../support/access-story.ts';

const no = { type: 'deny_extension', reason: 'That is enough for today.' } as const;
const asked = active().given(GUS, extend());
const yes = moreTime(asked);
const away = (delegate: string): Change => ({ absences: { [ANN]: { from: T0, until: T0 + DAY, delegate } } });

describe('more time', () => {
  it('is asked for by the grantee, and until somebody approves, the old end stands', () => {
    const told = active()
      .when(GUS, extend())
      .thenHappens({
        type: 'extension.asked',
        by: GUS,
        approvers: [ANN],
        consent: false,
        highRisk: false,
        newExpiresAt: T0 + 2 * HOUR,
      });
    expect(inPhase(told, 'active').session.expiresAt).toBe(T0 + HOUR);
    for (const other of [RITA, OLA, ANN])
      active().when(other, extend()).thenRefused({ reason: 'not_allowed', needs: 'grantee' });
  });

  it('moves the end to the instant that the approver saw', () => {
    const more = asked
      .later(30 * MINUTE)
      .when(ANN, yes)
      .thenHappens(
        { type: 'extension.agreed', seat: ANN, by: ANN },
        { type: 'extension.approved', newExpiresAt: T0 + 2 * HOUR },
      );
    more
      .at(T0 + 2 * HOUR - 1)
      .when(GUS, end)
      .thenHappens({ type: 'session.ended', how: 'ended' });
    more
      .at(T0 + 2 * HOUR)
      .when(GUS, end)
      .thenRefused({ reason: 'wrong_phase', phase: 'ended' }, 'session.ended');
  });

  it('is bounded in length', () => {
    const more = (ms: number) => active().when(GUS, extend(ms));
    more(HOUR).thenHappens({ type: 'extension.asked' });
    more(HOUR + 1).thenInvalid({ field: 'duration', problem: 'too_long', maxMs: HOUR, set: 'extension' });
    more(MINUTE).thenHappens({ type: 'extension.asked' });
    more(MINUTE - 1).thenInvalid({ field: 'duration', problem: 'too_short' });
    for (const ms of [0, -1, Number.NaN, Infinity])
      more(ms).thenInvalid({ field: 'duration', problem: 'not_a_time' });
  });

  it('is bounded in number, whatever the policy says by now', () => {
    const once = asked.given(ANN, yes).given(GUS, extend());
    const twice = once.given(ANN, moreTime(once));
    expect(inPhase(twice, 'active').session.expiresAt).toBe(T0 + 3 * HOUR);
    twice
      .in({ limits: { extensions: 9 } })
      .when(GUS, extend())
      .thenRefused({ reason: 'extension_limit', max: 2 });
  });

  it('that was denied does not count, and may be asked for again', () => {
    const denied = asked.when(ANN, no).thenHappens({ type: 'extension.denied', by: ANN, reason: no.reason });
    denied.when(ANN, yes).thenRefused({ reason: 'no_extension_asked' });
    denied.when(GUS, extend()).thenHappens({ type: 'extension.asked' });
  });

  it('is asked for one at a time', () => {
    asked.when(GUS, extend()).thenRefused({ reason: 'extension_waits' });
    active().when(ANN, yes).thenRefused({ reason: 'no_extension_asked' });
    asked.given(ANN, yes).when(ANN, yes).thenRefused({ reason: 'no_extension_asked' });
  });

  it('has a reason that a stranger understands', () => {
    active().when(GUS, extend(HOUR, 'need more time')).thenInvalid({ field: 'reason', problem: 'vague' });
    active().when(GUS, extend(HOUR, '')).thenInvalid({ field: 'reason', problem: 'missing' });
    active().when(GUS, extend(HOUR, 'a\u202eb')).thenInvalid({ field: 'reason', problem: 'malformed' });
    asked.when(ANN, { ...no, reason: '' }).thenInvalid({ field: 'reason', problem: 'missing' });
  });

  it('is only for a session that runs', () => {
    const refused = (phase: string) => ({ reason: 'wrong_phase', phase }) as const;
    pending().when(GUS, extend()).thenRefused(refused('pending'));
    approved().when(GUS, extend()).thenRefused(refused('approved'));
    ended().when(GUS, extend()).thenRefused(refused('ended'));
    active()
      .at(T0 + HOUR - 1)
      .when(GUS, extend())
      .thenHappens({ type: 'extension.asked' });
    active()
      .at(T0 + HOUR)
      .when(GUS, extend())
      .thenRefused(refused('ended'), 'session.ended');
  });

  it('that nobody approved in time is not given afterwards', () => {
    asked
      .at(T0 + HOUR - 1)
      .when(ANN, yes)
      .thenHappens({ type: 'extension.agreed' }, { type: 'extension.approved' });
    asked
      .at(T0 + HOUR)
      .when(ANN, yes)
      .thenRefused({ reason: 'wrong_phase', phase: 'ended' }, 'session.ended');
  });

  it('is never given to an emergency', () => {
    emergency().when(EVE, extend()).thenRefused({ reason: 'no_extension_in_emergency' });
  });
});

describe('who decides about more time', () => {
  it('is the same approver, who answers for them, or a deputy', () => {
    for (const command of [yes, no]) {
      expect(asked.when(ANN, command).refusal).toBeNull();
      expect(asked.when(DOT, command).refusal).toBeNull();
      expect(asked.in(away(DEB)).when(DEB, command).refusal).toBeNull();
    }
  });

  it('is nobody else', () => {
    for (const other of [ABE, DEB, ADA, OTTO])
      asked.when(other, yes).thenRefused({ reason: 'not_allowed', needs: 'approver' });
    asked.when(carl, yes).thenRefused({ reason: 'actor_not_able', standing: 'external' });
  });

  it('is never who asked, holds or owns, though they answer for the approver or are a deputy', () => {
    for (const [user, role] of [
      [RITA, 'requester'],
      [GUS, 'grantee'],
      [OLA, 'owner'],
    ] as const) {
      asked.when(user, yes).thenRefused({ reason: 'self_approval', role });
      asked.in(away(user)).when(user, yes).thenRefused({ reason: 'self_approval', role });
      asked
        .in({ policy: { deputies: new Map([[ANN, [user]]]) } })
        .when(user, no)
        .thenRefused({ reason: 'self_approval', role });
    }
  });

  it.each(STANDINGS)('is not $standing', ({ user, standing }) => {
    const refusal =
      standing === 'cannot_check' ? { reason: standing } : ({ reason: 'actor_not_able', standing } as const);
    asked
      .in({ standing: { [ANN]: standing } })
      .when(ANN, yes)
      .thenRefused(refusal);
    asked.in(away(user)).when(user, yes).thenRefused(refusal);
  });

  it('is somebody whom the current policy lets decide', () => {
    const people = (...list: string[]) => ({
      approvers: [{ people: list, scopes: 'any', tenants: 'any' } as const],
    });
    asked
      .in({ policy: people(ABE) })
      .when(ANN, yes)
      .thenRefused({ reason: 'no_longer_approver' });
    asked
      .in({ policy: people('SDARK'), groups: { SDARK: null } })
      .when(ANN, yes)
      .thenRefused({ reason: 'cannot_check' });
  });

  it('is somebody else where the approver can decide no more, so that nobody waits in vain', () => {
    const gone = (...users: string[]): Change => ({
      standing: Object.fromEntries(users.map((user) => [user, 'deactivated'])),
    });
    for (const [change, approver] of [
      [gone(ANN), DOT],
      [gone(ANN, DOT), ABE],
      [{ ...gone(ANN), ...away(DEB) }, ANN],
      [away(GUS), ANN],
    ] as const) {
      const more = active()
        .in(change)
        .when(GUS, extend())
        .thenHappens({ type: 'extension.asked', approvers: [approver] });
      const by = change.absences?.[ANN]?.delegate === DEB ? DEB : approver;
      more.when(by, yes).thenHappens({ type: 'extension.agreed', by }, { type: 'extension.approved' });
    }
    // Whoever was asked before they left keeps nobody waiting either.
    asked.in(gone(ANN)).when(GUS, extend()).thenRefused({ reason: 'extension_waits' });
    // Of a deputy whom the policy does not let decide, Slack need not be asked.
    const policy = { approvers: [{ people: [ABE], scopes: 'any', tenants: 'any' } as const] };
    asked
      .in({ policy, standing: { [ANN]: 'cannot_check', [DOT]: 'cannot_check' } })
      .when(GUS, extend())
      .thenHappens({ type: 'extension.asked', approvers: [ABE] });
    const again = asked
      .in(gone(ANN, DOT))
      .when(GUS, extend())
      .thenHappens({ type: 'extension.asked', approvers: [ABE] });
    again.given(ABE, moreTime(again));
    // Whoever asks again asks everybody again: a yes to the old ask is none to the new one.
    again.when(ABE, yes).thenRefused({ reason: 'extension_changed' });
    const nobody = { approvers: [{ people: [RITA, GUS, OLA], scopes: 'any', tenants: 'any' } as const] };
    active()
      .in({ policy: nobody })
      .when(GUS, extend())
      .thenRefused({ reason: 'nobody_can_approve', who: 'approver', admins: [ADA] });
    active()
      .in({ standing: { [ANN]: 'cannot_check' } })
      .when(GUS, extend())
      .thenRefused({ reason: 'cannot_check' });
  });
});

describe('more time needs what the request needed', () => {
  const risky = (ms = HOUR): Story =>
    pending({ scopeId: 'admin', durationMs: ms })
      .given(ANN, approve(null, 'acme'))
      .given(ABE, approve(null, 'acme'))
      .given(GUS, start);
  const consented = (over: Parameters<typeof pending>[0] = { tenantId: 'bolt' }): Story =>
    pending(over).given(ANN, approve()).given(carl, approve()).given(GUS, start);

  it('two people, where two had to approve: one of them alone moves nothing', () => {
    const two = risky().given(GUS, extend());
    const half = two
      .when(ANN, moreTime(two, 'acme'))
      .thenHappens({ type: 'extension.agreed', seat: ANN, by: ANN });
    expect(inPhase(half, 'active').session.expiresAt).toBe(T0 + HOUR);
    half.when(ANN, moreTime(two, 'acme')).thenRefused({ reason: 'already_given', seat: ANN });
    half.when(DEB, moreTime(two, 'acme')).thenRefused({ reason: 'not_allowed', needs: 'approver' });
    // A deputy of Ann's has nothing left to fill in for; nor is anybody two people.
    half.when(DOT, moreTime(two, 'acme')).thenRefused({ reason: 'already_given', seat: ANN });
    half.in(away(ABE)).when(ABE, moreTime(two, 'acme')).thenHappens({}, {});
    half
      .when(ABE, moreTime(two, 'acme'))
      .thenHappens(
        { type: 'extension.agreed', seat: ABE },
        { type: 'extension.approved', newExpiresAt: T0 + 2 * HOUR },
      );
  });

  it('the tenant’s id, typed by each of them, where the scope is high risk', () => {
    const two = risky().given(GUS, extend());
    for (const typed of [null, '', 'bolt', 'Acme'])
      two.when(ANN, moreTime(two, typed)).thenInvalid({ field: 'typedTenantId', problem: 'does_not_match' });
    two.when(ANN, moreTime(two, ' acme ')).thenHappens({ type: 'extension.agreed' });
  });

  it('the customer’s consent, where they had to consent', () => {
    for (const over of [{ tenantId: 'bolt' }, { scopeId: 'consented' }]) {
      const more = consented(over).given(GUS, extend());
      expect(more.facts.at(-1)?.event).toMatchObject({ approvers: [ANN], consent: true });
      const half = more.when(ANN, moreTime(more)).thenHappens({ type: 'extension.agreed', seat: ANN });
      for (const contact of [carl, cara])
        half
          .when(contact, moreTime(more))
          .thenHappens({ type: 'extension.agreed', seat: 'customer' }, { type: 'extension.approved' });
      const theirs = more.given(cara, moreTime(more));
      expect(inPhase(theirs, 'active').session.expiresAt).toBe(T0 + HOUR);
      theirs.when(carl, moreTime(more)).thenRefused({ reason: 'already_given', seat: 'customer' });
      theirs
        .when(ANN, moreTime(more))
        .thenHappens({ type: 'extension.agreed', seat: ANN }, { type: 'extension.approved' });
    }
  });

  it('a contact types nothing, whatever the risk', () => {
    const more = pending({ scopeId: 'admin', tenantId: 'bolt' })
      .given(ANN, approve(null, 'bolt'))
      .given(ABE, approve(null, 'bolt'))
      .given(carl, approve())
      .given(GUS, start, extend());
    more
      .given(ANN, moreTime(more, 'bolt'))
      .given(ABE, moreTime(more, 'bolt'))
      .when(carl, moreTime(more))
      .thenHappens({ type: 'extension.agreed' }, { type: 'extension.approved' });
  });

  it('any one’s no is a no, and a yes that was given before is worth nothing for the next ask', () => {
    const more = consented().given(GUS, extend());
    for (const who of [ANN, carl, cara])
      more.when(who, no).thenHappens({ type: 'extension.denied', reason: no.reason });
    const again = more
      .given(ANN, moreTime(more))
      .given(carl, no)
      .given(GUS, extend(30 * MINUTE));
    again.when(carl, moreTime(more)).thenRefused({ reason: 'extension_changed' });
    again.when(carl, moreTime(again)).thenHappens({ type: 'extension.agreed' });
  });

  it('nobody of ours consents for the customer, and no contact who asked, holds or owns', () => {
    const more = consented().given(GUS, extend());
    more.when(DEB, moreTime(more)).thenRefused({ reason: 'not_allowed', needs: 'approver' });
    const theirs = TENANTS.map((tenant) => ({
      ...tenant,
      contacts: [...tenant.contacts, { name: 'Rita', slack: RITA, email: null }],
    }));
    more
      .in({ tenants: theirs })
      .when(RITA, moreTime(more))
      .thenRefused({ reason: 'self_approval', role: 'requester' });
  });

  it('and whatever the current policy asks beyond that', () => {
    const strict = { scopes: SCOPES.map((s) => ({ ...s, approvals: 2 as const, highRisk: true })) };
    active()
      .in({ policy: strict })
      .when(GUS, extend())
      .thenHappens({ type: 'extension.asked', approvers: [ANN, DOT], highRisk: true });
    active()
      .in({ tenants: TENANTS.map((t) => ({ ...t, consent: 'required' as const })) })
      .when(GUS, extend())
      .thenHappens({ type: 'extension.asked', approvers: [ANN], consent: true });
    // What was fewer since was still so many then.
    risky()
      .in({ policy: { scopes: SCOPES.map((s) => ({ ...s, approvals: 1 as const, highRisk: false })) } })
      .when(GUS, extend())
      .thenHappens({ type: 'extension.asked', approvers: [ANN, ABE], highRisk: true });
    active()
      .in({ tenants: TENANTS.map((t) => ({ ...t, consent: 'required' as const, contacts: [] })) })
      .when(GUS, extend())
      .thenRefused({ reason: 'nobody_can_approve', who: 'contact', admins: [ADA] });
  });

  it('is asked of different people, though one stands in for the other', () => {
    const chosen = (change: Change, ...approvers: string[]) =>
      risky().in(change).when(GUS, extend()).thenHappens({ type: 'extension.asked', approvers });
    chosen({}, ANN, ABE);
    chosen(away(ABE), ABE, DOT);
    chosen({ standing: { [ABE]: 'deactivated' } }, ANN, DOT);
    chosen({ standing: { [ANN]: 'guest', [ABE]: 'guest' } }, DOT, DEB);
    risky()
      .in({ policy: { approvers: [{ people: [ANN, GUS, RITA], scopes: 'any', tenants: 'any' }] } })
      .when(GUS, extend())
      .thenRefused({ reason: 'nobody_can_approve', who: 'approver', admins: [ADA] });
  });

  it('asks again whoever said yes and may not any more by the time of the last yes', () => {
    const two = risky().given(GUS, extend());
    const half = two.given(ANN, moreTime(two, 'acme')).in({ standing: { [ANN]: 'deactivated' } });
    const again = half
      .when(ABE, moreTime(two, 'acme'))
      .thenHappens({ type: 'extension.agreed', seat: ABE }, { type: 'approval.asked_again', approver: ANN });
    expect(inPhase(again, 'active').session.expiresAt).toBe(T0 + HOUR);
    again
      .when(DOT, moreTime(two, 'acme'))
      .thenHappens({ type: 'extension.agreed', seat: ANN, by: DOT }, { type: 'extension.approved' });
    const theirs = consented().given(GUS, extend());
    theirs
      .given(carl, moreTime(theirs))
      .in({ tenants: TENANTS.map((t) => ({ ...t, contacts: t.contacts.slice(1) })) })
      .when(ANN, moreTime(theirs))
      .thenHappens({ type: 'extension.agreed' }, { type: 'approval.asked_again', approver: 'customer' });
  });

  it('tells again of who was asked again, and left again', () => {
    const gone = { type: 'offer_replacement', approver: ANN } as const;
    const left: Change = { standing: { [ANN]: 'deactivated', [DOT]: 'deactivated' } };
    const two = risky().given(GUS, extend());
    two
      .in(left)
      .given(timer, gone)
      .in({})
      .given(ANN, moreTime(two, 'acme'))
      .in(left)
      .given(ABE, moreTime(two, 'acme'))
      .when(timer, gone)
      .thenHappens({ type: 'approver.gone', approver: ANN, why: 'not_able' });
  });

  it('bars whoever is asked, or said yes, from owning it', () => {
    const owns = { type: 'offer_ownership', to: DOT } as const;
    const barred = { field: 'owner', problem: 'is_approver' } as const;
    const gone = active().in({ standing: { [ANN]: 'deactivated' } });
    gone.when(OLA, owns).thenHappens({ type: 'owner.offered' });
    const more = gone.given(GUS, extend());
    more.when(OLA, owns).thenInvalid(barred);
    more.given(DOT, moreTime(more)).when(OLA, owns).thenInvalid(barred);
    gone.given(OLA, owns).given(GUS, extend()).when(DOT, { type: 'accept_ownership' }).thenInvalid(barred);
  });
});

describe('the whole session', () => {
  const corp = active({ tenantId: 'corp', durationMs: 40 * MINUTE });

  it('stays within the smallest limit: scope’s, tenant’s or the global one', () => {
    const over = { field: 'duration', problem: 'too_long', set: 'session' } as const;
    corp.when(GUS, extend(20 * MINUTE)).thenHappens({ type: 'extension.asked', newExpiresAt: T0 + HOUR });
    corp.when(GUS, extend(20 * MINUTE + 1)).thenInvalid({ ...over, maxMs: 20 * MINUTE });
    active({ durationMs: 210 * MINUTE })
      .when(GUS, extend(30 * MINUTE + 1))
      .thenInvalid({ ...over, maxMs: 30 * MINUTE });
    active({ scopeId: 'read', durationMs: 330 * MINUTE })
      .when(GUS, extend(30 * MINUTE + 1))
      .thenInvalid({ ...over, maxMs: 30 * MINUTE });
    // Time that was given before counts.
    const more = corp.given(GUS, extend(15 * MINUTE));
    const longer = more.given(ANN, moreTime(more));
    longer.when(GUS, extend(5 * MINUTE + 1)).thenInvalid({ ...over, maxMs: 5 * MINUTE });
    longer.when(GUS, extend(5 * MINUTE)).thenHappens({ type: 'extension.asked' });
  });

  it('gets no more where less than a minute is left of that', () => {
    const full = { reason: 'session_limit', maxMs: HOUR, set: 'tenant' } as const;
    active({ tenantId: 'corp', durationMs: HOUR }).when(GUS, extend(MINUTE)).thenRefused(full);
    active({ tenantId: 'corp', durationMs: 59 * MINUTE + 1 })
      .when(GUS, extend(MINUTE))
      .thenRefused(full);
    active({ tenantId: 'corp', durationMs: 59 * MINUTE })
      .when(GUS, extend(MINUTE))
      .thenHappens({ type: 'extension.asked' });
  });

  it('may last longer where the policy says so of that very limit, and of no other', () => {
    const tenants = (maxExtendedMs: number) =>
      TENANTS.map((t) => (t.id === 'corp' ? { ...t, maxExtendedMs } : t));
    const whole = active({ tenantId: 'corp', durationMs: HOUR });
    whole
      .in({ tenants: tenants(90 * MINUTE) })
      .when(GUS, extend(30 * MINUTE))
      .thenHappens({ type: 'extension.asked', newExpiresAt: T0 + 90 * MINUTE });
    whole
      .in({ tenants: tenants(90 * MINUTE) })
      .when(GUS, extend(31 * MINUTE))
      .thenInvalid({ field: 'duration', problem: 'too_long', maxMs: 30 * MINUTE, set: 'session' });
    const full = { reason: 'session_limit', maxMs: HOUR, set: 'tenant' } as const;
    whole
      .in({
        limits: { maxExtendedMs: 9 * HOUR },
        policy: { scopes: SCOPES.map((s) => ({ ...s, maxExtendedMs: 9 * HOUR })) },
      })
      .when(GUS, extend())
      .thenRefused(full);
    // One that a policy names for less than a session may last anyway shortens none that runs.
    whole
      .in({ limits: { maxExtendedMs: MINUTE } })
      .when(GUS, extend(MINUTE))
      .thenRefused({
        reason: 'session_limit',
        maxMs: MINUTE,
        set: 'policy',
      });
  });

  it('is not extended in a tenant, or with a scope, that the policy has no more', () => {
    active()
      .in({ tenants: TENANTS.slice(1) })
      .when(GUS, extend())
      .thenRefused({ reason: 'no_longer_valid', what: 'tenant' });
    active()
      .in({ policy: { scopes: SCOPES.filter(({ id }) => id !== 'support') } })
      .when(GUS, extend())
      .thenRefused({ reason: 'no_longer_valid', what: 'scope' });
  });
});

describe('while more time waits', () => {
  it('the silent of our people are reminded, as about a request', () => {
    const reminded = asked.at(T0 + 15 * MINUTE).tick();
    expect(reminded.facts.at(-1)?.event).toMatchObject({ type: 'approver.reminded', approvers: [ANN] });
    const again = reminded.at(T0 + 45 * MINUTE).tick();
    expect(again.facts.slice(-2).map(({ event }) => event.type)).toEqual([
      'approver.reminded',
      'approver.reminded',
    ]);
    const answered = asked
      .given(ANN, no)
      .at(T0 + 15 * MINUTE)
      .tick();
    expect(answered.facts.at(-1)?.event.type).toBe('extension.denied');
    // The next ask is a new one.
    const next = reminded.given(ANN, no).given(GUS, extend());
    expect(
      next
        .at(T0 + 29 * MINUTE)
        .tick()
        .facts.at(-1)?.event.type,
    ).toBe('extension.asked');
    expect(
      next
        .at(T0 + 30 * MINUTE)
        .tick()
        .facts.at(-1)?.event.type,
    ).toBe('approver.reminded');
  });

  it('the grantee hears once that somebody can answer no more, and can ask again at once', () => {
    const gone = { type: 'offer_replacement', approver: ANN } as const;
    asked.when(timer, gone).thenRefused({ reason: 'nothing_due' });
    const left = asked.in({ standing: { [ANN]: 'deactivated', [DOT]: 'guest' } });
    const told = left
      .when(timer, gone)
      .thenHappens({ type: 'approver.gone', approver: ANN, why: 'not_able' });
    told.when(timer, gone).thenRefused({ reason: 'nothing_due' });
    told.when(GUS, extend()).thenHappens({ type: 'extension.asked', approvers: [ABE] });
    // A deputy who can still answer keeps it waiting.
    asked
      .in({ standing: { [ANN]: 'deactivated' } })
      .when(timer, gone)
      .thenRefused({ reason: 'nothing_due' });
  });
});
