import { describe, expect, it } from 'vitest';
import type { Moment } from '../../src/access/decision.ts';
import type { RequestCommandType } from '../../src/access/permits.ts';
import { permits, PHASES } from '../../src/access/permits.ts';
import type { Refusal } from '../../src/access/refusal.ts';
import type { Access, Phase } from '../../src/access/state.ts';
import { approve, cancel, closeOut, deny, extend, file } from '../support/access-commands.ts';
import { ABE, ADA, ANN, CARL, GUS, HOUR, OLA, OTTO, person, RITA, T0 } from '../support/access-fixtures.ts';
import type { Story } from '../support/access-story.ts';
import {
  active,
  approved,
  closed,
  emergency,
  ended,
  pending,
  unclaimed,
  unconfirmed,
} from '../support/access-story.ts';

/** May they? Answered from who acts, when, and where the request stands; nothing that would be typed. */

const COMMANDS = Object.keys(PHASES) as RequestCommandType[];

function stateOf({ state }: Story): Access {
  if (state === null) throw new Error('nothing was filed');
  return state;
}

function asked(type: RequestCommandType, story: Story, user: string): Refusal | null {
  const moment: Moment = { actor: person(user), world: story.world, now: story.now };
  return permits(type, stateOf(story), moment);
}

const IN: Readonly<Record<Phase, Story>> = {
  pending: pending(),
  unclaimed: unclaimed(),
  unconfirmed: unconfirmed(),
  approved: approved(),
  active: active(),
  // Closed out but for the problem itself, which is not fixed.
  ended: ended().given(
    OLA,
    closeOut({ fixed: 'no', next: { what: 'The import team ships 2.15.', by: OTTO, until: T0 + HOUR } }),
  ),
  closed: closed(),
  denied: pending().given(ANN, deny),
  cancelled: pending().given(RITA, cancel),
  lapsed: pending()
    .at(Number.MAX_SAFE_INTEGER / 2)
    .tick(),
};

describe('What makes no sense where a request stands', () => {
  it.each(Object.entries(IN))('is permitted to nobody who is able to act: %s', (phase, story) => {
    expect(story.state?.phase).toBe(phase);
    for (const type of COMMANDS)
      for (const user of [RITA, GUS, OLA, ANN, ADA, OTTO]) {
        const allowed: readonly Phase[] = PHASES[type];
        const refusal = asked(type, story, user);
        if (allowed.some((one) => one === phase)) expect(refusal?.reason).not.toBe('wrong_phase');
        else expect(refusal).toEqual({ reason: 'wrong_phase', phase });
      }
  });

  it('is not what somebody is told who could not act at all', () => {
    expect(asked('approve', closed(), 'UGONE')).toEqual({
      reason: 'actor_not_able',
      standing: 'deactivated',
    });
    expect(asked('approve', closed(), 'UMIST')).toEqual({ reason: 'cannot_check' });
    // Stopping waits for nobody's word.
    expect(asked('end', closed(), 'UMIST')).toEqual({ reason: 'wrong_phase', phase: 'closed' });
    expect(asked('approve', closed(), CARL)).toEqual({ reason: 'wrong_phase', phase: 'closed' });
  });
});

describe('Who may', () => {
  it('is not somebody whom the policy names no more, whatever they were asked', () => {
    const more = active().given(GUS, extend());
    expect(asked('approve_extension', more, ANN)).toBeNull();
    const dropped = more.in({
      policy: { approvers: [{ people: [ABE], scopes: 'any', tenants: 'any' }] },
    });
    expect(asked('approve_extension', dropped, ANN)).toEqual({ reason: 'no_longer_approver' });
    expect(asked('deny_extension', dropped, ANN)).toEqual({ reason: 'no_longer_approver' });
  });

  it('asks for somebody else where at least one seat may be filled anew', () => {
    const two = pending({ scopeId: 'admin', approvers: [ANN, ABE] });
    const until = two.now + 15 * 60_000;
    expect(asked('replace_approver', two, RITA)).toEqual({ reason: 'approver_has_time', until });
    expect(asked('replace_approver', two, ADA)).toBeNull();
    const half = two.given(ANN, approve(null, 'acme')).at(until);
    expect(asked('replace_approver', half, RITA)).toBeNull();
    expect(asked('replace_approver', half, OTTO)).toEqual({
      reason: 'not_allowed',
      needs: 'requester_or_admin',
    });
  });

  it('starts when the time has come, and not before', () => {
    const planned = pending({ notBefore: pending().now + 3_600_000 }).given(ANN, approve());
    expect(asked('start', planned, GUS)).toMatchObject({ reason: 'not_before' });
    expect(asked('start', planned.later(3_600_000), GUS)).toBeNull();
    expect(asked('start', planned.later(3_600_000), RITA)).toEqual({
      reason: 'not_allowed',
      needs: 'grantee',
    });
  });

  it('judges an emergency that is one, once', () => {
    expect(asked('review_emergency', active(), ANN)).toEqual({ reason: 'not_an_emergency' });
    const broken = emergency();
    expect(asked('review_emergency', broken, ANN)).toBeNull();
    const judged = broken.given(ANN, { type: 'review_emergency', justified: true, note: 'Right to go in.' });
    expect(asked('review_emergency', judged, ANN)).toEqual({ reason: 'already_reviewed' });
  });

  it('takes over when asked to, and not when they have come to decide about it meanwhile', () => {
    const offered = pending().given(OLA, { type: 'offer_ownership', to: ABE });
    expect(asked('accept_ownership', offered, ABE)).toBeNull();
    expect(asked('accept_ownership', offered, OTTO)).toEqual({
      reason: 'not_allowed',
      needs: 'offered_owner',
    });
    const decides = offered.given(ADA, { type: 'replace_approver', from: ANN, to: ABE });
    expect(asked('accept_ownership', decides, ABE)).toMatchObject({ reason: 'invalid' });
  });

  it('ends, stops and reports, by the part that they have', () => {
    const session = active(file());
    expect(COMMANDS.filter((type) => asked(type, session, GUS) === null)).toEqual([
      'ask_extension',
      'end',
      'report_unexpected',
      'take_note',
    ]);
    expect(COMMANDS.filter((type) => asked(type, session, OLA) === null)).toEqual([
      'revoke',
      'report_unexpected',
      'offer_ownership',
      'take_note',
    ]);
    expect(COMMANDS.filter((type) => asked(type, session, OTTO) === null)).toEqual(['report_unexpected']);
    const told = session.given(OTTO, { type: 'report_unexpected' });
    expect(asked('report_unexpected', told, OTTO)).toEqual({ reason: 'already_reported' });
    expect(asked('report_unexpected', told, ANN)).toBeNull();
  });
});
