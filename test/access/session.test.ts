import { describe, expect, it } from 'vitest';
import { approve, end, revoke, start } from '../support/access-commands.ts';
import type { Change } from '../support/access-fixtures.ts';
import {
  ABE,
  ADA,
  ANN,
  cara,
  carl,
  DAY,
  DEB,
  decidedBy,
  ENGINEERS,
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
import { active, approved, inPhase, pending } from '../support/access-story.ts';

const askedAgain = { reason: 'no_longer_valid', what: 'approval' } as const;

describe('a start', () => {
  it('begins the session then, for as long as was granted', () => {
    approved()
      .later(20 * MINUTE)
      .when(GUS, start)
      .thenHappens({
        type: 'session.started',
        by: GUS,
        startedAt: T0 + 20 * MINUTE,
        expiresAt: T0 + 80 * MINUTE,
      });
  });

  it('never happens before the approval', () => {
    pending().when(GUS, start).thenRefused({ reason: 'wrong_phase', phase: 'pending' });
  });

  it('is possible until the window closes, and not at that instant', () => {
    const closes = T0 + 30 * MINUTE;
    approved()
      .at(closes - 1)
      .when(GUS, start)
      .thenHappens({ type: 'session.started' });
    for (const at of [closes, closes + 1, closes + DAY])
      approved()
        .at(at)
        .when(GUS, start)
        .thenRefused({ reason: 'wrong_phase', phase: 'lapsed' }, 'request.lapsed');
  });

  it('is open at once but for one that is planned', () => {
    const opened = (notBefore: number | null) => inPhase(approved({ notBefore }), 'approved').opened;
    expect([opened(null), opened(T0), opened(T0 + 1)]).toEqual([true, true, false]);
  });

  it('waits for its planned moment, and is possible at that instant', () => {
    const notBefore = T0 + DAY;
    const planned = approved({ notBefore });
    planned
      .at(notBefore - 1)
      .when(GUS, start)
      .thenRefused({ reason: 'not_before', notBefore });
    planned
      .at(notBefore)
      .when(GUS, start)
      .thenHappens({ type: 'session.started', expiresAt: notBefore + HOUR });
    planned
      .at(notBefore + 1)
      .when(GUS, start)
      .thenHappens({ type: 'session.started', startedAt: notBefore + 1 });
  });

  it('at the very last moment still ends by the end that the approver saw', () => {
    const last = approved()
      .at(T0 + 30 * MINUTE - 1)
      .given(GUS, start);
    const { grant, session } = inPhase(last, 'active');
    expect(session.expiresAt).toBe(grant.latestEndAt - 1);
  });

  it('is the grantee’s alone, and happens once', () => {
    for (const other of [RITA, ANN, OLA, ADA, OTTO])
      approved().when(other, start).thenRefused({ reason: 'not_allowed', needs: 'grantee' });
    approved().when(timer, start).thenRefused({ reason: 'not_allowed', needs: 'member' });
    active().when(GUS, start).thenRefused({ reason: 'wrong_phase', phase: 'active' });
  });

  it.each(STANDINGS)('is refused to a grantee who has become $standing', ({ standing }) => {
    const refusal =
      standing === 'cannot_check' ? { reason: standing } : ({ reason: 'actor_not_able', standing } as const);
    approved()
      .in({ standing: { [GUS]: standing } })
      .when(GUS, start)
      .thenRefused(refusal);
  });

  it('is refused to who may no longer hold access', () => {
    const engineers = (members: string[] | null) => approved().in({ groups: { [ENGINEERS]: members } });
    engineers([EVE]).when(GUS, start).thenRefused({ reason: 'not_allowed', needs: 'grantee' });
    engineers(null).when(GUS, start).thenRefused({ reason: 'cannot_check' });
  });

  it('needs the tenant and the scope to be there still', () => {
    approved()
      .in({ tenants: TENANTS.slice(1) })
      .when(GUS, start)
      .thenRefused({ reason: 'no_longer_valid', what: 'tenant' });
    approved()
      .in({ policy: { scopes: SCOPES.filter(({ id }) => id !== 'support') } })
      .when(GUS, start)
      .thenRefused({ reason: 'no_longer_valid', what: 'scope' });
  });

  it('waits for another session of the same to be over', () => {
    const beside = (phase: 'active' | 'approved') =>
      approved()
        .beside({ siblings: [{ no: 3, phase, until: T0 + HOUR }] })
        .when(GUS, start);
    beside('active').thenRefused({ reason: 'overlap', otherNo: 3, until: T0 + HOUR });
    beside('approved').thenHappens({ type: 'session.started' });
  });
});

describe('an approval whose giver may not approve any more', () => {
  it.each([
    ['left the list', decidedBy(ABE)],
    ['became a guest', { standing: { [ANN]: 'guest' } }],
    ['was deactivated', { standing: { [ANN]: 'deactivated' } }],
    ['turned out to be shared', { policy: { sharedAccounts: [ANN] } }],
  ] satisfies [string, Change][])('is asked again when they %s', (_, change) => {
    const again = approved().in(change).when(GUS, start).thenRefused(askedAgain, 'approval.asked_again');
    expect(inPhase(again, 'pending').seats).toMatchObject([{ holder: ANN, given: null }]);
    again.when(GUS, start).thenRefused({ reason: 'wrong_phase', phase: 'pending' });
  });

  it('can be given by somebody else in their place, at once', () => {
    approved()
      .in(decidedBy(ABE))
      .when(GUS, start)
      .thenRefused(askedAgain, 'approval.asked_again')
      .given(RITA, { type: 'replace_approver', from: ANN, to: ABE })
      .given(ABE, approve())
      .when(GUS, start)
      .thenHappens({ type: 'session.started', by: GUS });
  });

  it('is not doubted while Slack cannot be asked, but nothing starts either', () => {
    approved()
      .in({ standing: { [ANN]: 'cannot_check' } })
      .when(GUS, start)
      .thenRefused({ reason: 'cannot_check' });
    approved()
      .in({ ...decidedBy('SDARK'), groups: { SDARK: null } })
      .when(GUS, start)
      .thenRefused({ reason: 'cannot_check' });
  });

  it('is judged by who gave it: a delegate’s stays when only the absent approver left', () => {
    const absences = { [ANN]: { from: T0, until: T0 + DAY, delegate: DEB } };
    const given = pending().in({ absences }).given(DEB, approve());
    given
      .in({ absences, ...decidedBy(DEB) })
      .when(GUS, start)
      .thenHappens({ type: 'session.started' });
    given
      .in({ absences, ...decidedBy(ANN) })
      .when(GUS, start)
      .thenRefused(askedAgain, 'approval.asked_again');
  });

  it('may be the customer’s', () => {
    const both = pending({ tenantId: 'bolt' }).given(ANN, approve()).given(carl, approve());
    const tenants = TENANTS.map((t) => ({
      ...t,
      contacts: t.contacts.filter(({ email }) => email !== null),
    }));
    both.when(GUS, start).thenHappens({ type: 'session.started' });
    both.in({ tenants }).when(GUS, start).thenRefused(askedAgain, 'approval.asked_again');
  });

  it('is asked for in a time that has not passed already', () => {
    const late = pending()
      .at(T0 + 4 * HOUR - 1)
      .given(ANN, approve());
    const again = late
      .later(10 * MINUTE)
      .in(decidedBy(ABE))
      .when(GUS, start)
      .thenRefused(askedAgain, 'approval.asked_again');
    inPhase(again.tick(), 'pending');
    const closes = T0 + 4 * HOUR - 1 + 30 * MINUTE;
    const given = again.given(RITA, { type: 'replace_approver', from: ANN, to: ABE });
    given
      .at(closes)
      .when(ABE, approve())
      .thenRefused({ reason: 'wrong_phase', phase: 'lapsed' }, 'request.lapsed');
    const last = given
      .at(closes - 1)
      .given(ABE, approve())
      .given(GUS, start);
    expect(inPhase(last, 'active').session.expiresAt).toBe(closes - 1 + HOUR);
    expect(inPhase(last, 'active').grant.latestEndAt).toBeLessThanOrEqual(
      inPhase(pending(), 'pending').terms.latestEndAt,
    );
  });
});

describe('the end of a session', () => {
  it('is never before its start, though the clock was put back', () => {
    for (const [user, command] of [
      [GUS, end],
      [ANN, revoke],
      [ANN, { type: 'report_unexpected' }],
    ] as const) {
      const { state } = active()
        .at(T0 - HOUR)
        .given(user, command);
      expect(state).toMatchObject({ phase: 'ended', ending: { endedAt: T0 } });
    }
  });

  it('comes when the grantee says so, and only once', () => {
    const over = active()
      .later(MINUTE)
      .when(GUS, end)
      .thenHappens({ type: 'session.ended', how: 'ended', by: GUS, endedAt: T0 + MINUTE });
    over.when(GUS, end).thenRefused({ reason: 'wrong_phase', phase: 'ended' });
    over.when(ADA, revoke).thenRefused({ reason: 'wrong_phase', phase: 'ended' });
  });

  it('is not the requester’s or a stranger’s to say', () => {
    for (const other of [RITA, ANN, OLA, OTTO])
      active().when(other, end).thenRefused({ reason: 'not_allowed', needs: 'grantee' });
  });

  it.each([
    ['the approver', ANN],
    ['the owner', OLA],
    ['an admin', ADA],
    ['the contact in Slack', carl],
    ['the contact by mail', cara],
  ])('comes when %s revokes it', (_, who) => {
    active().when(who, revoke).thenHappens({ type: 'session.ended', how: 'revoked', endedAt: T0 });
    approved().when(who, revoke).thenHappens({ type: 'request.cancelled', reason: revoke.reason });
  });

  it('is not revoked by anybody else, nor without a reason', () => {
    for (const other of [RITA, GUS, ABE, OTTO])
      active().when(other, revoke).thenRefused({ reason: 'not_allowed', needs: 'revoker' });
    active()
      .when(ANN, { ...revoke, reason: ' ' })
      .thenInvalid({ field: 'reason', problem: 'missing' });
    active()
      .when({ kind: 'contact', email: 'x@y.example' }, revoke)
      .thenRefused({ reason: 'not_allowed', needs: 'member' });
  });

  it.each(STANDINGS.filter(({ standing }) => standing !== 'cannot_check'))(
    'is not revoked by an approver who has become $standing',
    ({ standing }) => {
      active()
        .in({ standing: { [ANN]: standing } })
        .when(ANN, revoke)
        .thenRefused({ reason: 'actor_not_able', standing });
    },
  );
});
