import { describe, it } from 'vitest';
import { cancel, end, revoke } from '../support/access-commands.ts';
import type { Change } from '../support/access-fixtures.ts';
import { ADA, ANN, CARL, carl, cara, EVE, GUS, OLA, OTTO, RITA } from '../support/access-fixtures.ts';
import {
  active,
  approved,
  emergency,
  inPhase,
  pending,
  story,
  unclaimed,
  unconfirmed,
} from '../support/access-story.ts';
import { ask } from '../support/access-commands.ts';

/** Ending and stopping wait for no word of Slack: in doubt it is over. */

const report = { type: 'report_unexpected' } as const;
const silentAbout = (...users: readonly string[]): Change => ({
  standing: Object.fromEntries(users.map((user) => [user, 'cannot_check'])),
});
const DARK: Change = { policy: { admins: ['SDARK'] }, groups: { SDARK: null } };

describe('While Slack does not say who somebody is', () => {
  it('the grantee ends the session all the same', () => {
    active().in(silentAbout(GUS)).when(GUS, end).thenHappens({ type: 'session.ended', how: 'ended' });
    emergency().in(silentAbout(EVE)).when(EVE, end).thenHappens({ type: 'session.ended', how: 'ended' });
  });

  it.each([ANN, OLA, ADA, CARL])('%s revokes it, and stops it as unexpected', (who) => {
    const mist = active().in(silentAbout(who));
    const actor = who === CARL ? carl : who;
    mist.when(actor, revoke).thenHappens({ type: 'session.ended', how: 'revoked', by: who });
    mist
      .when(actor, report)
      .thenHappens({ type: 'session.reported', standing: true }, { type: 'session.ended', how: 'revoked' });
    approved().in(silentAbout(who)).when(actor, revoke).thenHappens({ type: 'request.cancelled', by: who });
  });

  it('the reviewer of an emergency stops it', () => {
    emergency().in(silentAbout(ANN)).when(ANN, revoke).thenHappens({ type: 'session.ended', by: ANN });
  });

  it('whoever may be an admin stops it: in doubt it is over', () => {
    active().in(DARK).when(OTTO, revoke).thenHappens({ type: 'session.ended', how: 'revoked', by: OTTO });
  });

  it('but only the word of somebody who is known to have a say is told as such', () => {
    const passedOn = active()
      .in(DARK)
      .when(OTTO, report)
      .thenHappens({ type: 'session.reported', by: OTTO, standing: false });
    inPhase(passedOn, 'active');
    active()
      .in(silentAbout(OTTO))
      .when(OTTO, report)
      .thenHappens({ type: 'session.reported', by: OTTO, standing: false });
  });

  it('whoever asked takes it back before it starts', () => {
    for (const before of [pending(), approved()])
      before.in(silentAbout(RITA)).when(RITA, cancel).thenHappens({ type: 'request.cancelled', by: RITA });
    unconfirmed().in(silentAbout(EVE)).when(EVE, cancel).thenHappens({ type: 'request.cancelled' });
    story().given(carl, ask()).in(silentAbout(CARL)).when(carl, cancel).thenHappens({
      type: 'request.cancelled',
      by: CARL,
    });
    unclaimed().when(cara, cancel).thenHappens({ type: 'request.cancelled' });
  });

  it('whoever comes too late is told where it stands', () => {
    active()
      .given(GUS, end)
      .in(silentAbout(GUS, ANN))
      .when(GUS, end)
      .thenRefused({ reason: 'wrong_phase', phase: 'ended' });
  });

  it('nobody stops anything who has no say in it, or who is known to be no member any more', () => {
    for (const command of [end, revoke] as const)
      active()
        .in(silentAbout(OTTO))
        .when(OTTO, command)
        .thenRefused({ reason: 'not_allowed', needs: command.type === 'end' ? 'grantee' : 'revoker' });
    for (const standing of ['guest', 'bot', 'deactivated', 'not_found'] as const)
      active()
        .in({ standing: { [ANN]: standing } })
        .when(ANN, revoke)
        .thenRefused({ reason: 'actor_not_able', standing });
  });
});
