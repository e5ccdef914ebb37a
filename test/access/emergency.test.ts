import { describe, expect, it } from 'vitest';
import {
  approve,
  cancel,
  closeOut,
  contest,
  declare,
  end,
  review,
  revoke,
} from '../support/access-commands.ts';
import type { Change } from '../support/access-fixtures.ts';
import {
  ABE,
  ADA,
  ANN,
  DAY,
  DEB,
  DOT,
  EMI,
  EVE,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  OTTO,
  RITA,
  STANDINGS,
  T0,
} from '../support/access-fixtures.ts';
import { active, emergency, inPhase, story, TWO_PEOPLE, unconfirmed } from '../support/access-story.ts';
import { reviewOf } from '../../src/access/state.ts';

const confirm = { type: 'confirm_emergency' } as const;
const rule = (people: readonly string[]) => ({
  approvers: [{ people, scopes: 'any', tenants: 'any' } as const],
});

describe('an emergency', () => {
  it('starts at once, says what it is, and owes a review', () => {
    const told = story()
      .when(EVE, declare())
      .thenHappens(
        { type: 'emergency.declared', requester: EVE, reviewer: ANN, reviewDueAt: T0 + DAY, confirmBy: null },
        { type: 'session.started', by: EVE, startedAt: T0, expiresAt: T0 + HOUR },
      );
    expect(inPhase(told, 'active')).toMatchObject({
      origin: { kind: 'emergency', review: { reviewer: ANN, verdict: null } },
      grant: { seats: [] },
    });
    expect(inPhase(told, 'active').session.expiresAt).toBe(inPhase(told, 'active').terms.latestEndAt);
  });

  it('is declared by those whom the policy lists', () => {
    for (const other of [RITA, GUS, ADA, OTTO])
      story().when(other, declare()).thenRefused({ reason: 'not_allowed', needs: 'emergency_person' });
    story({ emergency: { people: ['SDARK'] }, groups: { SDARK: null } })
      .when(EVE, declare())
      .thenRefused({ reason: 'cannot_check' });
  });

  it('is short: the shortest of all limits counts', () => {
    const lasting = (durationMs: number, change: Change = {}, scopeId = 'admin') =>
      story(change).when(EVE, declare({ durationMs, scopeId }));
    lasting(HOUR + 1).thenInvalid({ field: 'duration', problem: 'too_long', maxMs: HOUR, set: 'emergency' });
    const generous = { emergency: { maxDurationMs: 9 * HOUR } };
    lasting(2 * HOUR, generous).thenHappens({ type: 'emergency.declared' }, { type: 'session.started' });
    lasting(2 * HOUR + 1, generous).thenInvalid({
      field: 'duration',
      problem: 'too_long',
      maxMs: 2 * HOUR,
      set: 'scope',
    });
    lasting(MINUTE).thenHappens({ type: 'emergency.declared' }, { type: 'session.started' });
    lasting(MINUTE - 1).thenInvalid({ field: 'duration', problem: 'too_short' });
    for (const ms of [0, -1, Number.NaN, Infinity])
      lasting(ms).thenInvalid({ field: 'duration', problem: 'not_a_time' });
  });

  it('has a reason, actions, a place and able people like any request', () => {
    story()
      .when(EVE, declare({ reason: 'urgent', allowedActions: '', tenantId: 'nowhere' }))
      .thenInvalid(
        { field: 'tenant', problem: 'unknown' },
        { field: 'allowedActions', problem: 'missing' },
        { field: 'reason', problem: 'vague' },
      );
    story()
      .when(EVE, declare({ owner: 'UGUEST' }))
      .thenInvalid({ field: 'owner', problem: 'not_able', standing: 'guest' });
  });

  it('waits for no open request, cool-down or closeout, but for another session of the same', () => {
    const busy = {
      openByRequester: [1, 2, 3],
      lastDenial: { no: 1, at: T0 },
      openCloseouts: [{ no: 2, since: 0 }],
    };
    story()
      .beside(busy)
      .when(EVE, declare())
      .thenHappens({ type: 'emergency.declared' }, { type: 'session.started' });
    const beside = (phase: 'active' | 'unconfirmed' | 'approved') =>
      story()
        .beside({ siblings: [{ no: 8, phase, until: T0 + 1 }] })
        .when(EVE, declare());
    beside('active').thenRefused({ reason: 'overlap', otherNo: 8, until: T0 + 1 });
    beside('unconfirmed').thenRefused({ reason: 'overlap', otherNo: 8, until: T0 + 1 });
    beside('approved').thenHappens({ type: 'emergency.declared' }, { type: 'session.started' });
  });

  it('ends like any session', () => {
    emergency().when(EVE, end).thenHappens({ type: 'session.ended', how: 'ended' });
    for (const who of [ANN, OLA, ADA])
      emergency().when(who, revoke).thenHappens({ type: 'session.ended', how: 'revoked', by: who });
    emergency()
      .at(T0 + HOUR)
      .when(EVE, end)
      .thenRefused({ reason: 'wrong_phase', phase: 'ended' }, 'session.ended');
    emergency().when(ANN, approve()).thenRefused({ reason: 'wrong_phase', phase: 'active' });
    emergency().when(EVE, cancel).thenRefused({ reason: 'wrong_phase', phase: 'active' });
  });
});

describe('the reviewer named', () => {
  it('is an approver or an admin, and neither declared nor owns it', () => {
    const named = (reviewer: string) => story().when(EVE, declare({ reviewer }));
    for (const reviewer of [ANN, ADA])
      named(reviewer).thenHappens({ type: 'emergency.declared', reviewer }, { type: 'session.started' });
    named(EVE).thenInvalid({ field: 'reviewer', problem: 'self', role: 'requester' });
    named(OLA).thenInvalid({ field: 'reviewer', problem: 'self', role: 'owner' });
    named(OTTO).thenInvalid({ field: 'reviewer', problem: 'not_allowed', instead: [ANN, ABE, DEB, DOT] });
  });

  it.each(STANDINGS)('is not $standing', ({ user, standing }) => {
    const named = story().when(EVE, declare({ reviewer: user }));
    if (standing === 'cannot_check') named.thenRefused({ reason: 'cannot_check' });
    else named.thenInvalid({ field: 'reviewer', problem: 'not_able', standing });
  });

  it('exists, or nobody can declare one', () => {
    story({ policy: { ...rule([EVE]), admins: [OLA] } })
      .when(EVE, declare())
      .thenRefused({ reason: 'nobody_can_approve', who: 'reviewer', admins: [OLA] });
    story({ policy: { ...rule(['SDARK']), admins: [] }, groups: { SDARK: null } })
      .when(EVE, declare())
      .thenRefused({ reason: 'cannot_check' });
  });
});

describe('an emergency for two', () => {
  it('starts when a second listed person confirms, and lasts as long from then', () => {
    const told = story(TWO_PEOPLE)
      .when(EVE, declare())
      .thenHappens({ type: 'emergency.declared', confirmBy: T0 + 10 * MINUTE });
    inPhase(told, 'unconfirmed');
    told
      .later(5 * MINUTE)
      .when(EMI, confirm)
      .thenHappens(
        { type: 'emergency.confirmed', by: EMI },
        { type: 'session.started', by: EVE, startedAt: T0 + 5 * MINUTE, expiresAt: T0 + 65 * MINUTE },
      );
  });

  it('is confirmed in time or not at all', () => {
    const by = T0 + 10 * MINUTE;
    const last = unconfirmed()
      .at(by - 1)
      .given(EMI, confirm);
    expect(inPhase(last, 'active').session.expiresAt).toBeLessThan(inPhase(last, 'active').terms.latestEndAt);
    for (const at of [by, by + 1])
      unconfirmed()
        .at(at)
        .when(EMI, confirm)
        .thenRefused({ reason: 'wrong_phase', phase: 'lapsed' }, 'request.lapsed');
  });

  it('is confirmed by a different person, whom the policy lists', () => {
    unconfirmed().when(EVE, confirm).thenRefused({ reason: 'not_allowed', needs: 'second_emergency_person' });
    for (const other of [RITA, ANN, OLA, ADA, OTTO])
      unconfirmed().when(other, confirm).thenRefused({ reason: 'not_allowed', needs: 'emergency_person' });
    unconfirmed()
      .given(EMI, confirm)
      .when(EMI, confirm)
      .thenRefused({ reason: 'wrong_phase', phase: 'active' });
  });

  it('is judged by nobody who confirmed it, and confirmed by nobody who is to judge it', () => {
    const people = { emergency: { twoPeople: true, people: [EVE, EMI, ANN, DOT] } };
    const two = story(people).given(EVE, declare());
    two.when(ANN, confirm).thenRefused({ reason: 'not_allowed', needs: 'second_emergency_person' });
    const confirmed = two.given(DOT, confirm);
    confirmed.when(DOT, review).thenRefused({ reason: 'not_allowed', needs: 'reviewer' });
    confirmed.when(ANN, review).thenHappens({ type: 'emergency.reviewed', by: ANN });
  });

  it('starts in no place that is gone, and beside no session of the same', () => {
    const policy = (gone: object) => unconfirmed().in({ ...TWO_PEOPLE, ...gone });
    policy({ tenants: [] }).when(EMI, confirm).thenRefused({ reason: 'no_longer_valid', what: 'tenant' });
    unconfirmed()
      .beside({ siblings: [{ no: 7, phase: 'active', until: T0 + HOUR }] })
      .when(EMI, confirm)
      .thenRefused({ reason: 'overlap', otherNo: 7, until: T0 + HOUR });
    unconfirmed()
      .beside({ siblings: [{ no: 7, phase: 'approved', until: T0 + HOUR }] })
      .when(EMI, confirm)
      .thenHappens({ type: 'emergency.confirmed' }, { type: 'session.started' });
  });

  it.each(STANDINGS)('is neither confirmed by $standing nor started for them', ({ user, standing }) => {
    const unknown = standing === 'cannot_check';
    const refusal = unknown ? { reason: standing } : ({ reason: 'actor_not_able', standing } as const);
    unconfirmed().in(TWO_PEOPLE).when(user, confirm).thenRefused(refusal);
    unconfirmed()
      .in({ ...TWO_PEOPLE, standing: { [EVE]: standing } })
      .when(EMI, confirm)
      .thenRefused(unknown ? { reason: 'cannot_check' } : { reason: 'no_longer_valid', what: 'grantee' });
  });

  it('is not started for somebody whom the policy lists no more', () => {
    unconfirmed()
      .in({ emergency: { people: [EMI] } })
      .when(EMI, confirm)
      .thenRefused({ reason: 'no_longer_valid', what: 'grantee' });
  });

  it('can be taken back until then', () => {
    unconfirmed().when(EVE, cancel).thenHappens({ type: 'request.cancelled', by: EVE });
    unconfirmed().when(EMI, cancel).thenRefused({ reason: 'not_allowed', needs: 'requester' });
    unconfirmed().when(ANN, review).thenRefused({ reason: 'wrong_phase', phase: 'unconfirmed' });
  });
});

describe('another emergency of the same person', () => {
  const behind = (...openEmergencies: readonly number[]) => story().beside({ openEmergencies });

  it('waits for a second person while one of theirs is not reviewed, or not closed out', () => {
    const second = behind(7)
      .when(EVE, declare())
      .thenHappens({ type: 'emergency.declared', confirmBy: T0 + 10 * MINUTE, unfinished: [7] });
    expect(reviewOf(inPhase(second, 'unconfirmed'))).toMatchObject({ unfinished: [7], confirmedBy: null });
    second
      .when(EMI, confirm)
      .thenHappens({ type: 'emergency.confirmed', by: EMI }, { type: 'session.started', by: EVE });
    for (const themselves of [EVE, ANN])
      second
        .in({ emergency: { people: [EVE, EMI, ANN] } })
        .when(themselves, confirm)
        .thenRefused({
          reason: 'not_allowed',
          needs: 'second_emergency_person',
        });
    behind()
      .when(EVE, declare())
      .thenHappens(
        { type: 'emergency.declared', confirmBy: null, unfinished: [] },
        { type: 'session.started' },
      );
  });

  it('needs one after as many as the policy says', () => {
    const after = (secondPersonAfter: number, ...openEmergencies: readonly number[]) =>
      story({ emergency: { secondPersonAfter } }).beside({ openEmergencies }).when(EVE, declare());
    const starts = [{ type: 'emergency.declared', confirmBy: null }, { type: 'session.started' }] as const;
    after(3, 1, 2).thenHappens(...starts);
    after(3, 1, 2, 3).thenHappens({ type: 'emergency.declared', unfinished: [1, 2, 3] });
    inPhase(after(3, 1, 2, 3).thenHappens({ type: 'emergency.declared' }), 'unconfirmed');
  });

  it('is not declared where nobody is there who could confirm it', () => {
    const alone = (people: readonly string[], more: Change = {}) =>
      story({ emergency: { people }, ...more })
        .beside({ openEmergencies: [7] })
        .when(EVE, declare());
    const nobody = { reason: 'nobody_can_confirm', unfinished: [7] } as const;
    alone([EVE]).thenRefused(nobody);
    alone([EVE, ANN]).thenRefused(nobody);
    alone([EVE, EMI], { standing: { [EMI]: 'deactivated' } }).thenRefused(nobody);
    alone([EVE, EMI], { standing: { [EMI]: 'cannot_check' } }).thenHappens({ type: 'emergency.declared' });
    alone([EVE, 'SDARK'], { groups: { SDARK: null } }).thenHappens({ type: 'emergency.declared' });
    story({ emergency: { people: [EVE] } })
      .when(EVE, declare())
      .thenHappens({ type: 'emergency.declared' }, { type: 'session.started' });
  });
});

describe('the review', () => {
  it('is the reviewer’s, who answers for them or a deputy’s, once', () => {
    const reviewed = emergency()
      .when(ANN, review)
      .thenHappens({ type: 'emergency.reviewed', by: ANN, justified: true, note: review.note });
    reviewed.when(ANN, review).thenRefused({ reason: 'already_reviewed' });
    emergency().when(DOT, review).thenHappens({ type: 'emergency.reviewed', by: DOT });
    const absences = { [ANN]: { from: T0, until: T0 + HOUR, delegate: DEB } };
    emergency().in({ absences }).when(DEB, review).thenHappens({ type: 'emergency.reviewed', by: DEB });
    emergency()
      .in({ absences })
      .at(T0 + HOUR)
      .when(DEB, review)
      .thenRefused({ reason: 'not_allowed', needs: 'reviewer' }, 'session.ended');
  });

  it('comes while it runs, when it is over, or when it is closed', () => {
    const over = emergency().given(EVE, end);
    over
      .when(ANN, { ...review, justified: false })
      .thenHappens({ type: 'emergency.reviewed', justified: false });
    over
      .given(OLA, closeOut({ removed: [] }))
      .when(ANN, review)
      .thenHappens({ type: 'emergency.reviewed' });
  });

  it('is nobody else’s, least of all who declared or owns it', () => {
    for (const other of [ABE, ADA, OTTO, EMI])
      emergency().when(other, review).thenRefused({ reason: 'not_allowed', needs: 'reviewer' });
    emergency().when(EVE, review).thenRefused({ reason: 'self_approval', role: 'requester' });
    emergency().when(OLA, review).thenRefused({ reason: 'self_approval', role: 'owner' });
    const absences = { [ANN]: { from: T0, until: T0 + HOUR, delegate: OLA } };
    emergency().in({ absences }).when(OLA, review).thenRefused({ reason: 'self_approval', role: 'owner' });
    active().when(ANN, review).thenRefused({ reason: 'not_an_emergency' });
  });

  it('is nobody’s whom the policy does not let judge there, whoever named them', () => {
    for (const bystander of [OTTO, RITA, EMI]) {
      const absences = { [ANN]: { from: T0, until: T0 + HOUR, delegate: bystander } };
      emergency().in({ absences }).when(bystander, review).thenRefused({ reason: 'no_longer_approver' });
    }
    const policy = { deputies: new Map([[ANN, [OTTO]]]) };
    emergency().in({ policy }).when(OTTO, review).thenRefused({ reason: 'no_longer_approver' });
    const absences = { [ANN]: { from: T0, until: T0 + HOUR, delegate: ADA } };
    emergency().in({ absences }).when(ADA, review).thenHappens({ type: 'emergency.reviewed', by: ADA });
  });

  it('is not said by a reviewer whom the current policy does not name for that scope and tenant', () => {
    const named = (over: object): Change => ({
      policy: { approvers: [{ people: [ANN, ABE], scopes: 'any', tenants: 'any', ...over }] },
    });
    const dropped = { reason: 'no_longer_approver' } as const;
    const reviewedBy = (who: string, change: Change) => emergency().in(change).when(who, review);
    reviewedBy(ANN, named({ people: [ABE] })).thenRefused(dropped);
    reviewedBy(ANN, named({ scopes: ['read'] })).thenRefused(dropped);
    reviewedBy(ANN, named({ tenants: ['bolt'] })).thenRefused(dropped);
    reviewedBy(ANN, named({ scopes: ['admin'], tenants: ['acme'] })).thenHappens({
      type: 'emergency.reviewed',
    });
    // An admin who was named reviewer, and is one no more.
    const byAdmin = story().given(EVE, declare({ reviewer: ADA }));
    byAdmin
      .in({ policy: { admins: [OTTO] } })
      .when(ADA, review)
      .thenRefused(dropped);
    byAdmin.when(ADA, review).thenHappens({ type: 'emergency.reviewed', by: ADA });
    reviewedBy(ANN, { ...named({ people: ['SDARK'] }), groups: { SDARK: null } }).thenRefused({
      reason: 'cannot_check',
    });
  });

  it('is an admin’s where whoever was to judge it can do so no more', () => {
    const left: Change = { standing: { [ANN]: 'deactivated' } };
    // The deputy is still there.
    emergency().in(left).when(ADA, review).thenRefused({ reason: 'not_allowed', needs: 'reviewer' });
    emergency().in(left).when(DOT, review).thenHappens({ type: 'emergency.reviewed', by: DOT });
    const alone: Change = { ...left, policy: { deputies: new Map() } };
    emergency().in(alone).when(ADA, review).thenHappens({ type: 'emergency.reviewed', by: ADA });
    for (const other of [ABE, OTTO, EMI])
      emergency().in(alone).when(other, review).thenRefused({ reason: 'not_allowed', needs: 'reviewer' });
    const mist: Change = { standing: { [ANN]: 'cannot_check' }, policy: { deputies: new Map() } };
    emergency().in(mist).when(ADA, review).thenRefused({ reason: 'cannot_check' });
    story(alone)
      .in({})
      .given(EVE, declare({ owner: ADA }))
      .in(alone)
      .when(ADA, review)
      .thenRefused({
        reason: 'self_approval',
        role: 'owner',
      });
  });

  it.each(STANDINGS)('is not said by a reviewer who has become $standing', ({ standing }) => {
    const refusal =
      standing === 'cannot_check' ? { reason: standing } : ({ reason: 'actor_not_able', standing } as const);
    emergency()
      .in({ standing: { [ANN]: standing } })
      .when(ANN, review)
      .thenRefused(refusal);
  });

  it('has a note; and the reviewer is who may contest the closeout', () => {
    emergency()
      .when(ANN, { ...review, note: ' ' })
      .thenInvalid({ field: 'note', problem: 'missing' });
    emergency()
      .given(EVE, end, closeOut({ removed: [] }))
      .when(ANN, contest)
      .thenHappens({ type: 'closeout.contested', by: ANN });
  });
});
