import { describe, expect, it } from 'vitest';
import { approve, cancel, deny } from '../support/access-commands.ts';
import type { Change } from '../support/access-fixtures.ts';
import {
  ABE,
  ADA,
  ANN,
  carl,
  DAY,
  DEB,
  decidedBy,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  OTTO,
  RITA,
  STANDINGS,
  T0,
  timer,
} from '../support/access-fixtures.ts';
import { active, approved, inPhase, pending } from '../support/access-story.ts';

const question = { type: 'ask_question', text: 'Since when?' } as const;
const answer = { type: 'answer_question', text: 'Since Monday.' } as const;
const replace = (to: string, from = ANN) => ({ type: 'replace_approver', from, to }) as const;

describe('a question of the approver', () => {
  it('is answered by the requester, one at a time', () => {
    const asked = pending()
      .when(ANN, question)
      .thenHappens({ type: 'question.asked', by: ANN, text: 'Since when?' });
    asked.when(ANN, question).thenRefused({ reason: 'question_waits' });
    for (const other of [GUS, OLA, ANN])
      asked.when(other, answer).thenRefused({ reason: 'not_allowed', needs: 'requester' });
    const answered = asked
      .when(RITA, answer)
      .thenHappens({ type: 'question.answered', by: RITA, text: 'Since Monday.' });
    answered.when(RITA, answer).thenRefused({ reason: 'no_question_open' });
    answered.when(ANN, question).thenHappens({ type: 'question.asked' });
    pending().when(RITA, answer).thenRefused({ reason: 'no_question_open' });
  });

  it('is somebody’s who decides here', () => {
    pending().when(ABE, question).thenRefused({ reason: 'not_allowed', needs: 'approver' });
    pending().when(GUS, question).thenRefused({ reason: 'self_approval', role: 'grantee' });
    pending({ tenantId: 'bolt' }).when(carl, question).thenHappens({ type: 'question.asked' });
  });

  it('says something', () => {
    pending()
      .when(ANN, { ...question, text: ' ' })
      .thenInvalid({ field: 'question', problem: 'missing' });
    pending()
      .given(ANN, question)
      .when(RITA, { ...answer, text: '' })
      .thenInvalid({ field: 'question', problem: 'missing' });
  });

  it('is one of ten at most', () => {
    let told = pending();
    for (let i = 0; i < 10; i += 1) told = told.given(ANN, question).given(RITA, answer);
    told.when(ANN, question).thenRefused({ reason: 'too_many_questions', max: 10 });
    expect(inPhase(told, 'pending').questions).toHaveLength(10);
  });

  it('does not stop the clock', () => {
    pending()
      .given(ANN, question)
      .at(T0 + 4 * HOUR)
      .when(RITA, answer)
      .thenRefused({ reason: 'wrong_phase', phase: 'lapsed' }, 'request.lapsed');
  });
});

describe('another approver', () => {
  it('may be asked for by the requester once the first had the time until the first reminder', () => {
    const until = T0 + 15 * MINUTE;
    pending()
      .at(until - 1)
      .when(RITA, replace(ABE))
      .thenRefused({ reason: 'approver_has_time', until });
    pending()
      .at(until)
      .when(RITA, replace(ABE))
      .thenHappens({ type: 'approver.replaced', from: ANN, to: ABE, by: RITA });
  });

  it('is told with the reason why', () => {
    const late = pending().later(HOUR);
    const why = 'An admin chose another approver.';
    late.when(RITA, replace(ABE)).thenHappens({ type: 'approver.replaced', why: 'No answer yet.' });
    late.when(ADA, replace(ABE)).thenHappens({ type: 'approver.replaced', why });
  });

  it('may be chosen by an admin at any time, and by nobody else', () => {
    pending().when(ADA, replace(ABE)).thenHappens({ type: 'approver.replaced', by: ADA });
    for (const other of [OTTO, GUS, ANN])
      pending().when(other, replace(ABE)).thenRefused({ reason: 'not_allowed', needs: 'requester_or_admin' });
  });

  it('may be asked for at once when the first cannot decide any more, but not because Slack cannot tell', () => {
    for (const change of [
      decidedBy(ABE),
      { standing: { [ANN]: 'deactivated' } },
      { policy: { sharedAccounts: [ANN] } },
    ] satisfies Change[])
      pending().in(change).when(RITA, replace(ABE)).thenHappens({ type: 'approver.replaced' });
    pending()
      .in({ standing: { [ANN]: 'cannot_check' } })
      .when(RITA, replace(ABE))
      .thenRefused({ reason: 'cannot_check' });
  });

  it('decides instead, and the first does not any more', () => {
    const other = pending().given(ADA, replace(ABE));
    other.when(ANN, approve()).thenRefused({ reason: 'no_longer_approver' });
    other.when(ANN, deny).thenRefused({ reason: 'no_longer_approver' });
    other
      .later(MINUTE)
      .when(ABE, approve())
      .thenHappens({ type: 'approval.given', seat: ABE, tookMs: MINUTE }, { type: 'grant.issued' });
  });

  it('is somebody who may decide here', () => {
    pending()
      .when(ADA, replace(OTTO))
      .thenInvalid({ field: 'approver', problem: 'not_allowed', instead: [ANN, ABE, DEB, 'UDOT'] });
    for (const [user, role] of [
      [RITA, 'requester'],
      [GUS, 'grantee'],
      [OLA, 'owner'],
    ] as const)
      pending().when(ADA, replace(user)).thenInvalid({ field: 'approver', problem: 'self', role });
    pending({ scopeId: 'admin' }).when(ADA, replace(ABE)).thenRefused({ reason: 'already_given', seat: ABE });
  });

  it.each(STANDINGS)('is not $standing', ({ user, standing }) => {
    const named = pending().when(ADA, replace(user));
    if (standing === 'cannot_check') named.thenRefused({ reason: 'cannot_check' });
    else named.thenInvalid({ field: 'approver', problem: 'not_able', standing });
  });

  it('takes the place of a person who has not answered', () => {
    pending().when(ADA, replace(DEB, ABE)).thenRefused({ reason: 'not_allowed', needs: 'approver' });
    pending({ tenantId: 'bolt' })
      .when(ADA, replace(DEB, 'customer'))
      .thenRefused({ reason: 'not_allowed', needs: 'approver' });
    pending({ scopeId: 'admin' })
      .given(ANN, approve(null, 'acme'))
      .when(ADA, replace(DEB))
      .thenRefused({ reason: 'already_given', seat: ANN });
  });

  it('is never one of those who own it, though they stood in for the absent', () => {
    const absences = { [ABE]: { from: T0, until: T0 + DAY, delegate: OLA } };
    pending()
      .given(ADA, replace(ABE))
      .in({ absences })
      .when(OLA, approve())
      .thenRefused({ reason: 'self_approval', role: 'owner' });
  });
});

describe('an approver who can no longer decide', () => {
  const gone = { type: 'offer_replacement', approver: ANN } as const;
  const left: Change = { standing: { [ANN]: 'deactivated' } };

  it.each([
    ['left', left, 'not_able'],
    ['became a guest', { standing: { [ANN]: 'guest' } }, 'not_able'],
    ['shares a login', { policy: { sharedAccounts: [ANN] } }, 'not_able'],
    ['is not named by the policy any more', decidedBy(ABE, DEB), 'not_named'],
  ] as const)('is told of at once, and once, who %s', (_, change, why) => {
    const told = pending()
      .in(change)
      .when(timer, gone)
      .thenHappens({ type: 'approver.gone', approver: ANN, why });
    expect(inPhase(told, 'pending').gone).toEqual([ANN]);
    told.when(timer, gone).thenRefused({ reason: 'nothing_due' });
    told.when(RITA, replace(ABE)).thenHappens({ type: 'approver.replaced', from: ANN, to: ABE });
  });

  it('is not one who still can, about whom Slack cannot tell, or in whose place somebody may answer', () => {
    const away = { absences: { [ANN]: { from: T0, until: T0 + DAY, delegate: ABE } } };
    for (const change of [
      {},
      { standing: { [ANN]: 'cannot_check' } },
      { ...left, ...away },
    ] satisfies Change[])
      pending().in(change).when(timer, gone).thenRefused({ reason: 'nothing_due' });
    approved().in(left).when(timer, gone).thenRefused({ reason: 'nothing_due' });
    pending()
      .in(left)
      .when(timer, { ...gone, approver: ABE })
      .thenRefused({ reason: 'nothing_due' });
  });

  it('is noticed by time alone, is reminded of nothing, and lets the request lapse when nobody else is asked', () => {
    pending().in(left).when(ADA, gone).thenRefused({ reason: 'not_allowed', needs: 'timer' });
    const told = pending().in(left).given(timer, gone);
    told
      .later(15 * MINUTE)
      .when(timer, { type: 'remind_approver' })
      .thenHappens({ type: 'approver.reminded', approvers: [] });
    told
      .at(T0 + 4 * HOUR)
      .when(timer, gone)
      .thenRefused({ reason: 'nothing_due' }, 'request.lapsed');
  });

  it('is told of again who was asked again, and left again', () => {
    pending()
      .in(left)
      .given(timer, gone)
      .given(RITA, replace(ABE))
      .in({})
      .given(ADA, replace(ANN, ABE))
      .in(left)
      .when(timer, gone)
      .thenHappens({ type: 'approver.gone', approver: ANN });
  });
});

describe('taking it back', () => {
  it('is the requester’s, until the session starts', () => {
    for (const open of [pending(), approved()]) {
      open.when(RITA, cancel).thenHappens({ type: 'request.cancelled', by: RITA, reason: '' });
      for (const other of [GUS, OLA, ANN, ADA])
        open.when(other, cancel).thenRefused({ reason: 'not_allowed', needs: 'requester' });
    }
    active().when(RITA, cancel).thenRefused({ reason: 'wrong_phase', phase: 'active' });
    pending()
      .given(RITA, cancel)
      .when(RITA, cancel)
      .thenRefused({ reason: 'wrong_phase', phase: 'cancelled' });
    pending()
      .given(RITA, cancel)
      .when(ANN, approve())
      .thenRefused({ reason: 'wrong_phase', phase: 'cancelled' });
  });
});
