import { describe, expect, it } from 'vitest';
import { approve, end, extend } from './acts.ts';
import type { Change } from './fixtures.ts';
import {
  ABE,
  ADA,
  ANN,
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
  STANDINGS,
  T0,
} from './fixtures.ts';
import { active, approved, emergency, ended, inPhase, pending } from './story.ts';

const yes = { type: 'approve_extension' } as const;
const no = { type: 'deny_extension', reason: 'That is enough for today.' } as const;
const asked = active().given(GUS, extend());
const away = (delegate: string): Change => ({ absences: { [ANN]: { from: T0, until: T0 + DAY, delegate } } });

describe('more time', () => {
  it('is asked for by the grantee, and until somebody approves, the old end stands', () => {
    const told = active()
      .when(GUS, extend())
      .thenHappens({ type: 'extension.asked', by: GUS, approver: ANN, newExpiresAt: T0 + 2 * HOUR });
    expect(inPhase(told, 'active').session.expiresAt).toBe(T0 + HOUR);
    for (const other of [RITA, OLA, ANN])
      active().when(other, extend()).thenRefused({ reason: 'not_allowed', needs: 'grantee' });
  });

  it('moves the end to the instant that the approver saw', () => {
    const more = asked
      .later(30 * MINUTE)
      .when(ANN, yes)
      .thenHappens({ type: 'extension.approved', by: ANN, newExpiresAt: T0 + 2 * HOUR });
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
    const twice = asked.given(ANN, yes).given(GUS, extend()).given(ANN, yes);
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
      .thenHappens({ type: 'extension.approved' });
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

  it('is somebody whom the policy of now lets decide', () => {
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
      const more = active().in(change).when(GUS, extend()).thenHappens({ type: 'extension.asked', approver });
      const by = change.absences?.[ANN]?.delegate === DEB ? DEB : approver;
      more.when(by, yes).thenHappens({ type: 'extension.approved', by });
    }
    // Whoever was asked before they left keeps nobody waiting either.
    asked.in(gone(ANN)).when(GUS, extend()).thenRefused({ reason: 'extension_waits' });
    // Of a deputy whom the policy does not let decide, Slack need not be asked.
    const policy = { approvers: [{ people: [ABE], scopes: 'any', tenants: 'any' } as const] };
    asked
      .in({ policy, standing: { [ANN]: 'cannot_check', [DOT]: 'cannot_check' } })
      .when(GUS, extend())
      .thenHappens({ type: 'extension.asked', approver: ABE });
    const again = asked.in(gone(ANN, DOT)).when(GUS, extend());
    again.thenHappens({ type: 'extension.asked', approver: ABE }).given(ABE, yes);
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

  it('is the first approver where two approved the access', () => {
    const two = pending({ scopeId: 'admin' })
      .given(ANN, approve(null, 'acme'))
      .given(ABE, approve(null, 'acme'))
      .given(GUS, { type: 'start' }, extend());
    two.when(ABE, yes).thenRefused({ reason: 'not_allowed', needs: 'approver' });
    two.when(ANN, yes).thenHappens({ type: 'extension.approved' });
  });
});
