import { describe, it } from 'vitest';
import { approve, ask, cancel, deny, extend, file, start, takeOn } from '../support/access-commands.ts';
import { ANN, cara, CARA, carl, CARL, GUS, OLA, RITA, TENANTS } from '../support/access-fixtures.ts';
import type { Change } from '../support/access-fixtures.ts';
import { moreTime, story } from '../support/access-story.ts';

/** One human, known to Slack by an id and to the policy by an address, too. */
const one = (slack: string): Change => ({
  tenants: TENANTS.map((tenant) => ({
    ...tenant,
    consent: 'required',
    contacts: [{ name: 'Cara', slack, email: CARA }],
  })),
});

describe('Somebody with two names is one person', () => {
  it.each([
    [RITA, 'requester'],
    [GUS, 'grantee'],
    [OLA, 'owner'],
  ] as const)('who does not consent by mail to what is theirs: %s, the %s', (user, role) => {
    const told = story(one(user)).given(RITA, file());
    told.when(cara, approve()).thenRefused({ reason: 'self_approval', role });
    told.when(cara, deny).thenRefused({ reason: 'self_approval', role });
  });

  it('who does not answer for both the company and its customer', () => {
    story(one(ANN))
      .given(RITA, file())
      .given(ANN, approve())
      .when(cara, approve())
      .thenRefused({ reason: 'already_given', seat: 'customer' });
    story(one(ANN))
      .given(RITA, file())
      .given(cara, approve())
      .when(ANN, approve())
      .thenRefused({ reason: 'already_given', seat: ANN });
  });

  it('who takes back under the one what they asked for under the other', () => {
    const both = one(CARL);
    story(both)
      .given(carl, ask())
      .when(cara, cancel)
      .thenHappens({ type: 'request.cancelled', by: `customer:${CARA}` });
    story(both).given(cara, ask()).when(carl, cancel).thenHappens({ type: 'request.cancelled', by: CARL });
  });

  it('who gives no more time to themselves', () => {
    const more = story(one(CARL)).given(carl, ask()).given(GUS, takeOn()).given(GUS, extend());
    more.in(one(GUS)).when(cara, moreTime(more)).thenRefused({ reason: 'self_approval', role: 'grantee' });
  });

  it('and consents by mail, or in Slack, when nothing of it is theirs', () => {
    for (const actor of [carl, cara])
      story(one(CARL))
        .given(RITA, file())
        .given(ANN, approve())
        .given(actor, approve())
        .when(GUS, start)
        .thenHappens({ type: 'session.started' });
  });
});
