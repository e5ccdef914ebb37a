import { describe, expect, it } from 'vitest';
import { approve, deny, edit } from '../support/access-commands.ts';
import {
  ABE,
  ADA,
  ANN,
  carl,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  REASON,
  RITA,
  STANDINGS,
  T0,
} from '../support/access-fixtures.ts';
import { approved, pending } from '../support/access-story.ts';

const OTHER = 'The nightly export of Acme fails since Monday; read its log and restart it once.';

describe('A request that nobody decided yet', () => {
  it('is changed by its requester: what it asked for and what it asks for are one fact', () => {
    const before = pending().state;
    const changed = pending()
      .later(MINUTE)
      .when(RITA, edit({ reason: OTHER, durationMs: 2 * HOUR, allowedActions: 'Read the export log.' }))
      .thenHappens({ type: 'request.edited', by: RITA, reason: OTHER });
    const { state } = changed;
    expect(state).toMatchObject({
      phase: 'pending',
      reason: OTHER,
      askedIn: 2,
      ask: { durationMs: 2 * HOUR, allowedActions: ['Read the export log.'], grantee: GUS },
      seats: [{ holder: ANN, given: null, askedAt: T0 + MINUTE }],
    });
    expect(changed.facts.at(-1)?.event).toMatchObject({ was: { reason: REASON } });
    // It lapses when it would have, and its latest end is that of what it asks for now.
    expect(state?.terms.lapseAt).toBe(before?.terms.lapseAt);
    expect(state?.terms.latestEndAt).toBe((before?.terms.latestEndAt ?? 0) + HOUR);
  });

  it('is nobody else’s to change, and nobody’s once it is decided', () => {
    for (const other of [GUS, OLA, ANN, ADA])
      pending()
        .when(other, edit({ durationMs: MINUTE }))
        .thenRefused({ reason: 'not_allowed', needs: 'requester' });
    for (const { standing } of STANDINGS.filter((one) => one.standing !== 'cannot_check').slice(0, 2))
      pending()
        .in({ standing: { [RITA]: standing } })
        .when(RITA, edit({ durationMs: MINUTE }))
        .thenRefused({ reason: 'actor_not_able', standing });
    approved().when(RITA, edit()).thenRefused({ reason: 'wrong_phase', phase: 'approved' });
    pending().given(ANN, deny).when(RITA, edit()).thenRefused({ reason: 'wrong_phase', phase: 'denied' });
  });

  it('asks those who said yes again', () => {
    const half = pending({ scopeId: 'admin' }).given(ANN, approve(null, 'acme'));
    const changed = half.given(RITA, edit({ scopeId: 'admin', reason: OTHER }));
    expect(changed.state).toMatchObject({
      seats: [
        { holder: ANN, given: null },
        { holder: ABE, given: null },
      ],
    });
    const read = { ...approve(null, 'acme'), read: 3 };
    changed
      .given(ABE, read)
      .when(ANN, read)
      .thenHappens({ type: 'approval.given' }, { type: 'grant.issued' });
  });

  it('takes no yes to what it asked for before', () => {
    const changed = pending().given(RITA, edit({ durationMs: 2 * HOUR }));
    changed.when(ANN, approve()).thenRefused({ reason: 'request_changed' });
    changed.when(ANN, { ...approve(), read: 1 }).thenRefused({ reason: 'request_changed' });
    changed
      .when(ANN, { ...approve(), read: 2 })
      .thenHappens({ type: 'approval.given' }, { type: 'grant.issued' });
    // A no needs no second look.
    changed.when(ANN, deny).thenHappens({ type: 'request.denied' });
    pending({ tenantId: 'bolt' })
      .given(RITA, edit({ durationMs: 50 * MINUTE }))
      .when(carl, approve())
      .thenRefused({ reason: 'request_changed' });
  });

  it('is held to the same as a new one', () => {
    const wrong = (over: Parameters<typeof edit>[0]) => pending().when(RITA, edit(over));
    wrong({ reason: 'need access' }).thenInvalid({ field: 'reason', problem: 'vague' });
    wrong({ scopeId: 'nothing' }).thenInvalid({ field: 'scope', problem: 'unknown' });
    wrong({ durationMs: 0 }).thenInvalid({ field: 'duration', problem: 'not_a_time' });
    wrong({ notBefore: T0 - 1 }).thenInvalid({ field: 'notBefore', problem: 'past' });
    wrong({}).thenInvalid({ field: 'reason', problem: 'unchanged' });
    pending()
      .beside({ lastDenial: { no: 7, at: T0 } })
      .when(RITA, edit({ scopeId: 'read' }))
      .thenRefused({ reason: 'cooling_down', until: T0 + 30 * MINUTE, deniedNo: 7 });
    pending()
      .beside({ siblings: [{ no: 7, phase: 'active', until: T0 + HOUR }] })
      .when(RITA, edit({ scopeId: 'read' }))
      .thenRefused({ reason: 'overlap', otherNo: 7, until: T0 + HOUR });
  });

  it('keeps those who decide: a scope that others decide about is another request', () => {
    for (const scopeId of ['admin', 'consented'])
      pending().when(RITA, edit({ scopeId })).thenInvalid({ field: 'scope', problem: 'other_deciders' });
    pending()
      .in({ policy: { approvers: [{ people: [ABE], scopes: 'any', tenants: 'any' }] } })
      .when(RITA, edit({ scopeId: 'read' }))
      .thenInvalid({ field: 'scope', problem: 'other_deciders' });
  });
});
