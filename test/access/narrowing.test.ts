import { describe, expect, it } from 'vitest';
import { approve, start } from '../support/access-commands.ts';
import { ABE, ANN, carl, GUS, HOUR, MINUTE, SCOPES, T0 } from '../support/access-fixtures.ts';
import { inPhase, pending } from '../support/access-story.ts';

const admin = () => pending({ scopeId: 'admin' });
const typed = approve(null, 'acme');
const whole = {
  scopeId: 'support',
  allowedActions: ['Read the import log.'],
  moreOffLimits: '',
  durationMs: HOUR,
};

describe('less than was asked', () => {
  const LINES = ['Read the import log.', 'Look at invoices.', 'Restart the importer.'];
  const order = { allowedActions: LINES.join('\n'), offLimits: 'Payment data.\nUsers.' };
  const asked = { scopeId: 'support', allowedActions: LINES, moreOffLimits: '', durationMs: HOUR };

  it('is granted as the approver left it', () => {
    const less = {
      scopeId: 'read',
      allowedActions: ['Look at invoices.'],
      moreOffLimits: 'The logs.\n\nUsers.\n',
      durationMs: 20 * MINUTE,
    };
    const granted = pending(order).given(ANN, approve(less));
    expect(inPhase(granted, 'approved').grant).toMatchObject({
      ask: {
        scope: { id: 'read' },
        durationMs: 20 * MINUTE,
        allowedActions: ['Look at invoices.'],
        offLimits: ['Payment data.', 'Users.', 'The logs.'],
        grantee: GUS,
      },
      asked: { scope: { id: 'support' }, durationMs: HOUR, allowedActions: LINES },
      latestEndAt: T0 + 50 * MINUTE,
    });
  });

  it('is never more', () => {
    const left = (over: Partial<typeof asked>) => pending(order).when(ANN, approve({ ...asked, ...over }));
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
  });

  it('is lines left out of what was asked to be allowed, never other words', () => {
    const left = (...allowedActions: string[]) =>
      pending(order).when(ANN, approve({ ...asked, allowedActions }));
    left('Look at invoices.').thenHappens({ type: 'approval.given' }, { type: 'grant.issued' });
    for (const words of ['Look at anything.', 'Look at invoices', 'Look at invoices. Delete them.', ''])
      left(...LINES, words).thenInvalid({ field: 'allowedActions', problem: 'not_less' });
    left('Delete invoices.').thenInvalid({ field: 'allowedActions', problem: 'not_less' });
    left().thenInvalid({ field: 'allowedActions', problem: 'missing' });
  });

  it('is lines added to what is off limits, so that none that was asked for is taken away', () => {
    const more = (moreOffLimits: string) => pending(order).given(ANN, approve({ ...asked, moreOffLimits }));
    const offLimits = (words: string) => inPhase(more(words), 'approved').grant.ask.offLimits;
    expect(offLimits('')).toEqual(['Payment data.', 'Users.']);
    expect(offLimits('Nothing.')).toEqual(['Payment data.', 'Users.', 'Nothing.']);
    const wrong = (moreOffLimits: string) => pending(order).when(ANN, approve({ ...asked, moreOffLimits }));
    wrong('a\u202eb').thenInvalid({ field: 'offLimits', problem: 'malformed' });
    wrong('x'.repeat(501)).thenInvalid({ field: 'offLimits', problem: 'too_long', max: 500 });
    wrong('x\ny\n'.repeat(6)).thenHappens({ type: 'approval.given' }, { type: 'grant.issued' });
    wrong(Array.from({ length: 11 }, (_, i) => `Line ${i}`).join('\n')).thenInvalid({
      field: 'offLimits',
      problem: 'too_many_lines',
      max: 10,
    });
  });

  it('is covered by every yes that was given before: the customer’s stands for the words that they read', () => {
    const consented = pending({ ...order, tenantId: 'bolt' }).given(carl, approve());
    consented
      .when(ANN, approve({ ...asked, allowedActions: ['Delete all invoices'] }))
      .thenInvalid({ field: 'allowedActions', problem: 'not_less' });
    const granted = consented.given(ANN, approve({ ...asked, allowedActions: LINES.slice(1) }));
    expect(inPhase(granted, 'approved').grant.ask.allowedActions).toEqual(LINES.slice(1));
  });

  it('takes nothing back that another approver took away', () => {
    const half = pending({ ...order, scopeId: 'admin' }).given(
      ANN,
      approve(
        { ...asked, scopeId: 'admin', allowedActions: LINES.slice(0, 1), moreOffLimits: 'Logs.' },
        'acme',
      ),
    );
    half
      .when(ABE, approve({ ...asked, scopeId: 'admin' }, 'acme'))
      .thenInvalid({ field: 'allowedActions', problem: 'not_less' });
    const granted = half.given(ABE, typed);
    expect(inPhase(granted, 'approved').grant.ask).toMatchObject({
      allowedActions: LINES.slice(0, 1),
      offLimits: ['Payment data.', 'Users.', 'Logs.'],
    });
  });

  it('never needs somebody who was not asked: a lower scope that wants consent or a second approval is no less', () => {
    const less = { ...whole, scopeId: 'consented' };
    admin().when(ANN, approve(less, 'acme')).thenInvalid({ field: 'scope', problem: 'not_less' });
    const scopes = [...SCOPES.slice(0, 1).map((s) => ({ ...s, approvals: 2 as const })), ...SCOPES.slice(1)];
    pending()
      .in({ policy: { scopes } })
      .when(ANN, approve({ ...whole, scopeId: 'read' }))
      .thenInvalid({ field: 'scope', problem: 'not_less' });
  });

  it('is never a higher scope, though it needs nobody else; nor another one once the asked one is gone', () => {
    const other = (scopeId: string) => approve({ ...whole, scopeId });
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
        .when(ANN, approve({ ...whole, scopeId: 'read', durationMs }));
    read(30 * MINUTE).thenHappens({ type: 'approval.given' }, { type: 'grant.issued' });
    read(30 * MINUTE + 1).thenInvalid({
      field: 'duration',
      problem: 'too_long',
      maxMs: 30 * MINUTE,
      set: 'scope',
    });
  });

  it('is what the second approver starts from', () => {
    const admins = { ...whole, scopeId: 'admin' };
    const half = admin().given(ANN, approve({ ...admins, durationMs: 30 * MINUTE }, 'acme'));
    half
      .when(ABE, approve({ ...admins, durationMs: 30 * MINUTE + 1 }, 'acme'))
      .thenInvalid({ field: 'duration', problem: 'too_long', maxMs: 30 * MINUTE, set: 'asked' });
    half
      .when(ABE, typed)
      .thenHappens({ type: 'approval.given' }, { type: 'grant.issued', latestEndAt: T0 + HOUR });
  });

  it('stays what the last approver left, though all decided within one millisecond', () => {
    const admins = { ...whole, scopeId: 'admin' };
    const granted = pending({ scopeId: 'admin', tenantId: 'bolt' })
      .given(ABE, approve({ ...admins, durationMs: 30 * MINUTE }, 'bolt'))
      .given(ANN, approve({ ...admins, durationMs: 20 * MINUTE }, 'bolt'))
      .given(carl, approve());
    expect(inPhase(granted, 'approved').grant.ask.durationMs).toBe(20 * MINUTE);
  });

  it('does not grow back when one of two approvals has to be given again', () => {
    const admins = { ...whole, scopeId: 'admin' };
    const granted = admin()
      .given(ANN, approve({ ...admins, durationMs: 30 * MINUTE }, 'acme'))
      .given(ABE, approve({ ...admins, durationMs: 20 * MINUTE }, 'acme'));
    const again = granted
      .in({ standing: { [ABE]: 'guest' } })
      .when(GUS, start)
      .thenRefused({ reason: 'no_longer_valid', what: 'approval' }, 'approval.asked_again')
      .in({})
      .given(ABE, typed);
    expect(inPhase(again, 'approved').grant.ask.durationMs).toBe(20 * MINUTE);
  });
});
