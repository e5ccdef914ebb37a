import { describe, it } from 'vitest';
import { CARL, cara, carl, ANN, OLA, OTTO, RITA } from '../support/access-fixtures.ts';
import { active, approved, inPhase } from '../support/access-story.ts';

describe('“I did not expect this”', () => {
  const report = { type: 'report_unexpected' } as const;

  it('ends the session at once when somebody with authority says it', () => {
    for (const who of [carl, cara])
      active()
        .when(who, report)
        .thenHappens({ type: 'session.reported', standing: true }, { type: 'session.ended', how: 'revoked' });
    active()
      .when(OLA, report)
      .thenHappens({ type: 'session.reported', by: OLA, standing: true }, { type: 'session.ended' });
  });

  it('from anybody else is passed on, once each, while the session goes on', () => {
    const reported = active()
      .when(OTTO, report)
      .thenHappens({ type: 'session.reported', by: OTTO, standing: false });
    inPhase(reported, 'active');
    reported.when(OTTO, report).thenRefused({ reason: 'already_reported' });
    reported.when(RITA, report).thenHappens({ type: 'session.reported', by: RITA, standing: false });
  });

  it('is passed on for guests and for people of other workspaces too, who see the alert; not for programs', () => {
    for (const who of ['UGUEST', 'UEXT', 'USHARED'])
      active().when(who, report).thenHappens({ type: 'session.reported', by: who, standing: false });
    for (const [who, standing] of [
      ['UBOT', 'bot'],
      ['UGONE', 'deactivated'],
      ['UNOBODY', 'not_found'],
    ] as const)
      active().when(who, report).thenRefused({ reason: 'actor_not_able', standing });
  });

  it('is about a session that runs', () => {
    approved().when(ANN, report).thenRefused({ reason: 'wrong_phase', phase: 'approved' });
    active()
      .in({ standing: { [CARL]: 'deactivated' } })
      .when(carl, report)
      .thenRefused({ reason: 'actor_not_able', standing: 'deactivated' });
  });
});
