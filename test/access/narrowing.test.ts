import { describe, expect, it } from 'vitest';
import { approve, start } from './acts.ts';
import { ABE, ANN, carl, GUS, HOUR, MINUTE, SCOPES, T0 } from './fixtures.ts';
import { inPhase, pending } from './story.ts';

const admin = () => pending({ scopeId: 'admin' });
const typed = approve(null, 'acme');

describe('less than was asked', () => {
  const asked = { scopeId: 'support', allowedActions: 'Look.', offLimits: 'Payment data.', durationMs: HOUR };

  it('is granted as the approver left it', () => {
    const less = {
      ...asked,
      scopeId: 'read',
      offLimits: 'Payment data. And the logs.',
      durationMs: 20 * MINUTE,
    };
    const granted = pending().given(ANN, approve(less));
    expect(inPhase(granted, 'approved').grant).toMatchObject({
      ask: { scope: { id: 'read' }, durationMs: 20 * MINUTE, offLimits: less.offLimits, grantee: GUS },
      asked: { scope: { id: 'support' }, durationMs: HOUR },
      latestEndAt: T0 + 50 * MINUTE,
    });
  });

  it('is never more', () => {
    const left = (over: Partial<typeof asked>) => pending().when(ANN, approve({ ...asked, ...over }));
    left({ durationMs: HOUR }).thenHappens({ type: 'approval.given' }, { type: 'grant.issued' });
    left({ durationMs: HOUR + 1 }).thenInvalid({
      field: 'duration',
      problem: 'too_long',
      maxMs: HOUR,
      set: 'asked',
    });
    left({ durationMs: MINUTE - 1 }).thenInvalid({ field: 'duration', problem: 'too_short' });
    left({ durationMs: Number.NaN }).thenInvalid({ field: 'duration', problem: 'not_a_time' });
    left({ scopeId: 'admin' }).thenInvalid({ field: 'scope', problem: 'not_less' });
    left({ scopeId: 'consented' }).thenInvalid({ field: 'scope', problem: 'not_less' });
    left({ scopeId: 'root' }).thenInvalid({ field: 'scope', problem: 'unknown' });
    left({ offLimits: 'Nothing.' }).thenInvalid({ field: 'offLimits', problem: 'not_less' });
    left({ allowedActions: ' ' }).thenInvalid({ field: 'allowedActions', problem: 'missing' });
  });

  it('never needs somebody who was not asked: a lower scope that wants consent or a second approval is no less', () => {
    const less = { ...asked, scopeId: 'consented' };
    admin().when(ANN, approve(less, 'acme')).thenInvalid({ field: 'scope', problem: 'not_less' });
    const scopes = [...SCOPES.slice(0, 1).map((s) => ({ ...s, approvals: 2 as const })), ...SCOPES.slice(1)];
    pending()
      .in({ policy: { scopes } })
      .when(ANN, approve({ ...asked, scopeId: 'read' }))
      .thenInvalid({ field: 'scope', problem: 'not_less' });
  });

  it('is never a higher scope, though it needs nobody else; nor another one once the asked one is gone', () => {
    const other = (scopeId: string) => approve({ ...asked, scopeId });
    pending({ scopeId: 'read' })
      .when(ANN, other('support'))
      .thenInvalid({ field: 'scope', problem: 'not_less' });
    const gone = pending().in({ policy: { scopes: SCOPES.filter(({ id }) => id !== 'support') } });
    gone.when(ANN, other('read')).thenInvalid({ field: 'scope', problem: 'not_less' });
    gone.when(ANN, other('support')).thenHappens({ type: 'approval.given' }, { type: 'grant.issued' });
  });

  it('is no longer than the lower scope may last', () => {
    const scopes = [
      ...SCOPES.slice(0, 1).map((s) => ({ ...s, maxDurationMs: 30 * MINUTE })),
      ...SCOPES.slice(1),
    ];
    const read = (durationMs: number) =>
      pending()
        .in({ policy: { scopes } })
        .when(ANN, approve({ ...asked, scopeId: 'read', durationMs }));
    read(30 * MINUTE).thenHappens({ type: 'approval.given' }, { type: 'grant.issued' });
    read(30 * MINUTE + 1).thenInvalid({
      field: 'duration',
      problem: 'too_long',
      maxMs: 30 * MINUTE,
      set: 'scope',
    });
  });

  it('is what the second approver starts from', () => {
    const order = { ...asked, scopeId: 'admin' };
    const half = admin().given(ANN, approve({ ...order, durationMs: 30 * MINUTE }, 'acme'));
    half
      .when(ABE, approve({ ...order, durationMs: 30 * MINUTE + 1 }, 'acme'))
      .thenInvalid({ field: 'duration', problem: 'too_long', maxMs: 30 * MINUTE, set: 'asked' });
    half
      .when(ABE, typed)
      .thenHappens({ type: 'approval.given' }, { type: 'grant.issued', latestEndAt: T0 + HOUR });
  });

  it('stays what the last approver left, though all decided within one millisecond', () => {
    const order = { ...asked, scopeId: 'admin' };
    const granted = pending({ scopeId: 'admin', tenantId: 'bolt' })
      .given(ABE, approve({ ...order, durationMs: 30 * MINUTE }, 'bolt'))
      .given(ANN, approve({ ...order, durationMs: 20 * MINUTE }, 'bolt'))
      .given(carl, approve());
    expect(inPhase(granted, 'approved').grant.ask.durationMs).toBe(20 * MINUTE);
  });

  it('does not grow back when one of two approvals has to be given again', () => {
    const order = { ...asked, scopeId: 'admin' };
    const granted = admin()
      .given(ANN, approve({ ...order, durationMs: 30 * MINUTE }, 'acme'))
      .given(ABE, approve({ ...order, durationMs: 20 * MINUTE }, 'acme'));
    const again = granted
      .in({ standing: { [ABE]: 'guest' } })
      .when(GUS, start)
      .thenRefused({ reason: 'no_longer_valid', what: 'approval' }, 'approval.asked_again')
      .in({})
      .given(ABE, typed);
    expect(inPhase(again, 'approved').grant.ask.durationMs).toBe(20 * MINUTE);
  });
});
