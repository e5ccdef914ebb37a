import { describe, expect, it } from 'vitest';
import type { Standing } from '../../src/access/people.ts';
import { ask, closeOut, extend, start, takeOn } from '../support/access-commands.ts';
import type { Change } from '../support/access-fixtures.ts';
import { ANN, cara, CARL, carl, EVE, GUS, MINUTE, OLA, RITA, T0, timer } from '../support/access-fixtures.ts';
import {
  active,
  approved,
  closed,
  emergency,
  ended,
  inPhase,
  pending,
  story,
  unclaimed,
  unconfirmed,
} from '../support/access-story.ts';
import { OPEN_WITHIN_MS, WITH_PRODUCT } from '../support/product-story.ts';

/** Who leaves, or may hold and ask for nothing any more, takes no access along. */

const callOff = (person: string) => ({ type: 'call_off', person }) as const;
const SYSTEM = 'system:timer';
const OUT = ['deactivated', 'guest', 'bot', 'external', 'not_found'] as const satisfies readonly Standing[];
const is = (person: string, standing: Standing, more: Change = {}): Change => ({
  ...more,
  standing: { [person]: standing },
});
const TELL: Change = { policy: { leavers: 'tell' } };

describe('The session of somebody who leaves', () => {
  it.each(OUT)('is revoked at once when they are %s', (standing) => {
    const told = active()
      .in(is(GUS, standing))
      .later(MINUTE)
      .when(timer, callOff(GUS))
      .thenHappens({ type: 'session.ended', how: 'revoked', by: SYSTEM, endedAt: T0 + MINUTE });
    expect(inPhase(told, 'ended').ending.reason).toMatch(/^Whoever held the access may do so no more: /);
    emergency()
      .in(is(EVE, standing))
      .when(timer, callOff(EVE))
      .thenHappens({ type: 'session.ended', how: 'revoked', by: SYSTEM });
  });

  it('is revoked too when the policy calls their login a shared one', () => {
    active()
      .in({ policy: { sharedAccounts: [GUS] } })
      .when(timer, callOff(GUS))
      .thenHappens({ type: 'session.ended', how: 'revoked' });
  });

  it('goes on where the policy says to tell only, and is told of once', () => {
    const told = active()
      .in(is(GUS, 'deactivated', TELL))
      .when(timer, callOff(GUS))
      .thenHappens({ type: 'grantee.gone', grantee: GUS, standing: 'deactivated' });
    expect(inPhase(told, 'active').granteeGone).toBe(true);
    told.when(timer, callOff(GUS)).thenRefused({ reason: 'nothing_due' });
    // The policy of another day.
    told.in(is(GUS, 'deactivated')).when(timer, callOff(GUS)).thenHappens({ type: 'session.ended' });
  });

  it('goes on while Slack does not say, and while they are what they were', () => {
    for (const standing of ['cannot_check', 'member'] as const)
      active().in(is(GUS, standing)).when(timer, callOff(GUS)).thenRefused({ reason: 'nothing_due' });
  });

  it('is theirs alone: whoever asked, owns or approved it may leave', () => {
    for (const other of [RITA, OLA, ANN])
      active()
        .in(is(other, 'deactivated'))
        .when(timer, callOff(other))
        .thenRefused({ reason: 'nothing_due' });
  });

  it('is over at its end whatever they are, and stays over', () => {
    const late = active()
      .in(is(GUS, 'deactivated'))
      .later(60 * MINUTE);
    late.when(timer, callOff(GUS)).thenRefused({ reason: 'nothing_due' }, 'session.ended');
    for (const over of [ended(), closed()])
      over.in(is(GUS, 'deactivated')).when(timer, callOff(GUS)).thenRefused({ reason: 'nothing_due' });
  });

  it('is closed out by its owner as any other', () => {
    active()
      .in(is(GUS, 'deactivated'))
      .given(timer, callOff(GUS))
      .when(OLA, closeOut())
      .thenHappens({ type: 'closeout.filed', by: OLA });
  });

  it('has nothing that waits left in it', () => {
    const told = active().given(GUS, extend()).in(is(GUS, 'deactivated')).given(timer, callOff(GUS));
    told
      .when(ANN, { type: 'approve_extension', version: 5, typedTenantId: null })
      .thenRefused({ reason: 'wrong_phase', phase: 'ended' });
  });
});

describe('What somebody asked for who leaves', () => {
  it.each(OUT)('and what they were to hold is called off when they are %s', (standing) => {
    for (const person of [RITA, GUS])
      for (const before of [pending(), approved()]) {
        const told = before
          .in(is(person, standing))
          .when(timer, callOff(person))
          .thenHappens({ type: 'request.cancelled', by: SYSTEM });
        const { reason } = inPhase(told, 'cancelled').verdict;
        expect(reason).toMatch(
          person === RITA
            ? /^Whoever asked for it may do so no more: /
            : /^Whoever was to hold the access may do so no more: /,
        );
        told
          .when(GUS, start)
          .thenRefused(
            person === GUS
              ? { reason: 'actor_not_able', standing }
              : { reason: 'wrong_phase', phase: 'cancelled' },
          );
      }
    unconfirmed().in(is(EVE, standing)).when(timer, callOff(EVE)).thenHappens({ type: 'request.cancelled' });
  });

  it('is called off where the policy says to tell only, too', () => {
    approved()
      .in(is(GUS, 'deactivated', TELL))
      .when(timer, callOff(GUS))
      .thenHappens({ type: 'request.cancelled', by: SYSTEM });
  });

  it('waits on while Slack does not say, and while they are what they were', () => {
    for (const standing of ['cannot_check', 'member'] as const)
      for (const before of [pending(), approved()])
        before.in(is(RITA, standing)).when(timer, callOff(RITA)).thenRefused({ reason: 'nothing_due' });
    pending().in(is(OLA, 'deactivated')).when(timer, callOff(OLA)).thenRefused({ reason: 'nothing_due' });
  });

  it('as a customer is called off when their account is gone, and stays theirs where they are from', () => {
    const asked = story().given(carl, ask());
    for (const standing of ['deactivated', 'bot', 'not_found'] as const)
      asked
        .in(is(CARL, standing))
        .when(timer, callOff(CARL))
        .thenHappens({ type: 'request.cancelled', by: SYSTEM });
    for (const standing of ['external', 'guest', 'member', 'cannot_check'] as const)
      asked.in(is(CARL, standing)).when(timer, callOff(CARL)).thenRefused({ reason: 'nothing_due' });
    // A product that is asked to let the engineer in, or was too slow to, changes nothing of that.
    const opening = story(WITH_PRODUCT).given(carl, ask()).given(GUS, takeOn());
    for (const waits of [opening, opening.later(OPEN_WITHIN_MS).tick()]) {
      inPhase(waits, 'approved');
      for (const standing of ['external', 'guest'] as const)
        waits
          .in(is(CARL, standing, WITH_PRODUCT))
          .when(timer, callOff(CARL))
          .thenRefused({ reason: 'nothing_due' });
      for (const [person, standing] of [
        [CARL, 'deactivated'],
        [GUS, 'guest'],
      ] as const)
        waits
          .in(is(person, standing, WITH_PRODUCT))
          .when(timer, callOff(person))
          .thenHappens({ type: 'request.cancelled' });
    }
    // An address is no account.
    unclaimed().when(timer, callOff('customer:cara@acme.example')).thenRefused({ reason: 'nothing_due' });
    story().given(cara, ask()).when(timer, callOff(CARL)).thenRefused({ reason: 'nothing_due' });
  });
});

it('Nobody but time calls anything off', () => {
  for (const who of [GUS, OLA, ANN])
    active()
      .in(is(GUS, who === GUS ? 'member' : 'deactivated'))
      .when(who, callOff(GUS))
      .thenRefused({ reason: 'not_allowed', needs: 'timer' });
  story().when(timer, callOff(GUS)).thenRefused({ reason: 'no_such_request' });
});
