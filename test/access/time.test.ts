import { describe, expect, it } from 'vitest';
import { dueAt, dueCommand } from '../../src/access/due.ts';
import { approve, closeOut, contest, end, extend, review } from '../support/access-commands.ts';
import { ABE, ANN, DAY, DEB, GUS, HOUR, MINUTE, OLA, RITA, T0, timer } from '../support/access-fixtures.ts';
import type { Story } from '../support/access-story.ts';
import {
  active,
  approved,
  closed,
  emergency,
  ended,
  moreTime,
  pending,
  unclaimed,
  unconfirmed,
} from '../support/access-story.ts';

/** The instants at which time has something to do, one after the other, until it has nothing or this many were seen. */
function moments(from: Story, count: number): readonly (readonly [string, number])[] {
  const seen: (readonly [string, number])[] = [];
  let told = from;
  for (let i = 0; i < count && told.state !== null; i += 1) {
    const at = dueAt(told.state);
    if (at === null) break;
    expect(dueCommand(told.state, at - 1)).toBeNull();
    const command = dueCommand(told.state, at);
    if (command === null) throw new Error('due, and nothing to do');
    seen.push([command.type, at - T0]);
    told = told.at(at).given(timer, command);
  }
  return seen;
}

describe('time', () => {
  it('reminds a silent approver four times, then lets the request lapse', () => {
    expect(moments(pending(), 9)).toEqual([
      ['remind_approver', 15 * MINUTE],
      ['remind_approver', 45 * MINUTE],
      ['remind_approver', 75 * MINUTE],
      ['remind_approver', 105 * MINUTE],
      ['lapse', 4 * HOUR],
    ]);
  });

  it('opens a planned start, and lets an unused grant lapse', () => {
    expect(moments(approved(), 9)).toEqual([['lapse', 30 * MINUTE]]);
    expect(moments(approved({ notBefore: T0 + DAY }), 9)).toEqual([
      ['open_start', DAY],
      ['lapse', DAY + 30 * MINUTE],
    ]);
  });

  it('warns before the end and ends the session; then it asks for the closeout, first soon, then daily', () => {
    expect(moments(active(), 5)).toEqual([
      ['warn', 50 * MINUTE],
      ['expire', HOUR],
      ['remind_closeout', 2 * HOUR],
      ['remind_closeout', DAY + 2 * HOUR],
      ['remind_closeout', 2 * DAY + 2 * HOUR],
    ]);
  });

  it('warns half-way through a session shorter than twice the warning', () => {
    expect(moments(active({ durationMs: 10 * MINUTE }), 2)).toEqual([
      ['warn', 5 * MINUTE],
      ['expire', 10 * MINUTE],
    ]);
    expect(moments(active({ durationMs: 20 * MINUTE }), 1)).toEqual([['warn', 10 * MINUTE]]);
  });

  it('warns again of a later end', () => {
    const warned = active()
      .at(T0 + 50 * MINUTE)
      .tick();
    const asked = warned.given(GUS, extend());
    expect(moments(asked.given(ANN, moreTime(asked)), 2)).toEqual([
      ['warn', 110 * MINUTE],
      ['expire', 2 * HOUR],
    ]);
  });

  it('reminds once of a customer’s request that nobody took on', () => {
    expect(moments(unclaimed(), 9)).toEqual([
      ['remind_approver', 12 * HOUR],
      ['lapse', DAY],
    ]);
  });

  it('reminds of an emergency’s review half-way, when it is due, and daily from then on', () => {
    const reminders = moments(emergency().given(EVE_ENDS.by, EVE_ENDS.command), 30).filter(
      ([type]) => type === 'remind_review',
    );
    expect(reminders.slice(0, 4).map(([, at]) => at)).toEqual([12 * HOUR, DAY, 2 * DAY, 3 * DAY]);
    expect(moments(unconfirmed(), 9)).toEqual([['lapse', 10 * MINUTE]]);
  });

  it('has nothing more to do where nothing is owed', () => {
    expect(moments(closed(), 9)).toEqual([]);
    expect(moments(pending().given(RITA, { type: 'cancel', reason: '' }), 9)).toEqual([]);
    const reviewed = emergency().given(EVE_ENDS.by, EVE_ENDS.command).given(ANN, review);
    expect(moments(reviewed.given(OLA, closeOut({ removed: [] })), 9)).toEqual([]);
  });

  it('starts the reminders afresh for another approver, and for a contested closeout', () => {
    const late = pending()
      .at(T0 + 45 * MINUTE)
      .tick();
    const other = late.given(RITA, { type: 'replace_approver', from: ANN, to: ABE });
    expect(moments(other, 1)).toEqual([['remind_approver', 60 * MINUTE]]);
    const contested = ended()
      .at(T0 + 5 * HOUR)
      .tick()
      .given(OLA, closeOut())
      .given(ANN, contest);
    expect(moments(contested, 1)).toEqual([['remind_closeout', 6 * HOUR]]);
    const left = closeOut({ removed: [{ role: 'billing-readers', gone: false }] });
    expect(
      moments(
        ended()
          .at(T0 + 5 * HOUR)
          .tick()
          .given(OLA, left),
        1,
      ),
    ).toEqual([['remind_closeout', 6 * HOUR]]);
  });
});

const EVE_ENDS = { by: 'UEVE', command: end } as const;

describe('a reminder', () => {
  const due = { type: 'remind_approver' } as const;
  const at = T0 + 15 * MINUTE;

  it('goes to those who have not answered, or who answer for them', () => {
    const two = pending({ scopeId: 'admin' });
    two
      .at(at)
      .when(timer, due)
      .thenHappens({ type: 'approver.reminded', approvers: [ANN, ABE], at });
    two
      .given(ANN, approve(null, 'acme'))
      .at(at)
      .when(timer, due)
      .thenHappens({ type: 'approver.reminded', approvers: [ABE] });
    const absences = { [ANN]: { from: T0, until: T0 + DAY, delegate: DEB } };
    two
      .in({ absences })
      .at(at)
      .when(timer, due)
      .thenHappens({ type: 'approver.reminded', approvers: [DEB, ABE] });
  });

  it('never pings whom the policy leaves in peace', () => {
    pending()
      .in({ policy: { doNotPing: [ANN] } })
      .at(at)
      .when(timer, due)
      .thenHappens({ type: 'approver.reminded', approvers: [] });
  });
});

describe('a deadline', () => {
  const expiresAt = T0 + HOUR;

  it('is half-open: a millisecond before it all is possible, at it nothing is', () => {
    active()
      .at(expiresAt - 1)
      .when(GUS, end)
      .thenHappens({ type: 'session.ended', how: 'ended', endedAt: expiresAt - 1 });
    for (const at of [expiresAt, expiresAt + 1, expiresAt + 10 * DAY]) {
      const late = active().at(at).when(GUS, end);
      late.thenRefused({ reason: 'wrong_phase', phase: 'ended' }, 'session.ended');
      expect(late.events).toEqual([
        { type: 'session.ended', how: 'expired', by: 'system:timer', reason: '', endedAt: expiresAt },
      ]);
    }
  });

  it('lapses a request at its instant', () => {
    const lapse = T0 + 4 * HOUR;
    pending()
      .at(lapse - 1)
      .when(timer, { type: 'lapse' })
      .thenRefused({ reason: 'nothing_due' });
    pending()
      .at(lapse)
      .when(timer, { type: 'lapse' })
      .thenHappens({ type: 'request.lapsed', why: 'undecided' });
    pending()
      .at(lapse + 1)
      .when(timer, { type: 'lapse' })
      .thenHappens({ type: 'request.lapsed' });
  });

  it('says what it was that nobody did in time', () => {
    approved()
      .at(T0 + 30 * MINUTE)
      .when(timer, { type: 'lapse' })
      .thenHappens({ type: 'request.lapsed', why: 'not_started' });
    unclaimed()
      .at(T0 + DAY)
      .when(timer, { type: 'lapse' })
      .thenHappens({ type: 'request.lapsed', why: 'unclaimed' });
    unconfirmed()
      .at(T0 + 10 * MINUTE)
      .when(timer, { type: 'lapse' })
      .thenHappens({ type: 'request.lapsed', why: 'unconfirmed' });
  });

  it('that passed long ago goes before the reminders that were missed', () => {
    const command = active().at(expiresAt).state;
    expect(command === null ? null : dueCommand(command, expiresAt)).toEqual({ type: 'expire' });
    const facts = active()
      .at(expiresAt + 5 * HOUR)
      .tick()
      .facts.map(({ event }) => event.type);
    expect(facts.slice(-2)).toEqual(['session.ended', 'closeout.reminded']);
    expect(
      pending()
        .at(T0 + DAY)
        .tick()
        .facts.map(({ event }) => event.type),
    ).toEqual(['request.filed', 'request.lapsed']);
  });

  it('is kept whatever comes by, though it be the wrong timer or no timer at all', () => {
    const late = active().at(expiresAt);
    late.when(timer, { type: 'warn' }).thenRefused({ reason: 'nothing_due' }, 'session.ended');
    late.when(timer, { type: 'expire' }).thenHappens({ type: 'session.ended', endedAt: expiresAt });
    late
      .when(GUS, { type: 'expire' })
      .thenRefused({ reason: 'not_allowed', needs: 'timer' }, 'session.ended');
    late.when(OLA, closeOut()).thenHappens({ type: 'session.ended' }, { type: 'closeout.filed' });
    late
      .given(timer, { type: 'expire' })
      .when(timer, { type: 'expire' })
      .thenRefused({ reason: 'nothing_due' });
  });

  it('is nobody’s to bring about early', () => {
    active()
      .at(expiresAt - 1)
      .when(timer, { type: 'expire' })
      .thenRefused({ reason: 'nothing_due' });
    active().when(GUS, { type: 'expire' }).thenRefused({ reason: 'not_allowed', needs: 'timer' });
    pending().when(RITA, { type: 'lapse' }).thenRefused({ reason: 'not_allowed', needs: 'timer' });
    active()
      .at(T0 + 50 * MINUTE - 1)
      .when(timer, { type: 'warn' })
      .thenRefused({ reason: 'nothing_due' });
  });
});
