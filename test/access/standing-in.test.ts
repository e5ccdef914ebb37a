import { describe, expect, it } from 'vitest';
import {
  approve,
  ask,
  closeOut,
  declare,
  end,
  extend,
  file,
  review,
  start,
  takeOn,
} from '../support/access-commands.ts';
import {
  ABE,
  ANN,
  carl,
  DAY,
  DOT,
  EVE,
  GUS,
  CARL,
  HOUR,
  OLA,
  OTTO,
  RITA,
  T0,
  TENANTS,
  timer,
} from '../support/access-fixtures.ts';
import type { Change } from '../support/access-fixtures.ts';
import { active, moreTime, story } from '../support/access-story.ts';

/** Where one person comes to stand in two places: by standing in for another, or as what they are changes. */

/** The policy calls that colleague the customer's person. */
const contactIs = (slack: string): Change => ({
  tenants: TENANTS.map((tenant) => ({
    ...tenant,
    contacts: [{ name: 'Contact', slack, email: null }],
  })),
});

describe('who stands in for another approver', () => {
  const abeIsAway: Change = { absences: { [ABE]: { from: T0, until: T0 + DAY, delegate: ANN } } };
  const two = story(abeIsAway).given(RITA, file({ scopeId: 'admin', approvers: [ABE, ANN] }));

  it('fills their own seat first, so that the absent one can still fill theirs', () => {
    two
      .when(ANN, approve(null, 'acme'))
      .thenHappens({ type: 'approval.given', seat: ANN, by: ANN })
      .when(ABE, approve(null, 'acme'))
      .thenHappens({ type: 'approval.given', seat: ABE, by: ABE }, { type: 'grant.issued' });
  });

  it('is asked for nothing that they could not give: theirs is asked of the absent one after all', () => {
    two
      .later(HOUR)
      .when(timer, { type: 'remind_approver' })
      .thenHappens({ type: 'approver.reminded', approvers: [ABE, ANN] });
    two
      .given(ANN, approve(null, 'acme'))
      .later(HOUR)
      .when(timer, { type: 'remind_approver' })
      .thenHappens({ type: 'approver.reminded', approvers: [ABE] });
    for (const delegate of [RITA, GUS, OLA]) {
      const away = { absences: { [ANN]: { from: T0, until: T0 + DAY, delegate } } };
      const one = story(away).given(RITA, file());
      one
        .later(HOUR)
        .when(timer, { type: 'remind_approver' })
        .thenHappens({ type: 'approver.reminded', approvers: [ANN] });
      // And where the absent one can decide no more, nobody is left to wait for.
      one
        .in({ ...away, standing: { [ANN]: 'deactivated' } })
        .when(timer, { type: 'offer_replacement', approver: ANN })
        .thenHappens({ type: 'approver.gone', approver: ANN });
    }
  });

  it('is still one person, and cannot say yes twice', () => {
    two
      .given(ANN, approve(null, 'acme'))
      .when(ANN, approve(null, 'acme'))
      .thenRefused({ reason: 'already_given', seat: ABE });
  });
});

describe('an engineer who is, or was, the customer’s person', () => {
  it('cannot accept what they asked for as the customer', () => {
    story(contactIs(GUS))
      .given(GUS, ask())
      .in({})
      .when(GUS, takeOn())
      .thenRefused({ reason: 'self_approval', role: 'requester' });
  });

  it('cannot give themselves more time', () => {
    const more = story().given(carl, ask()).given(GUS, takeOn()).given(GUS, extend(HOUR));
    more
      .in(contactIs(GUS))
      .when(GUS, moreTime(more))
      .thenRefused({ reason: 'self_approval', role: 'grantee' });
  });

  it('leaves the customer’s own contact free to give more time to what they asked for', () => {
    const more = story().given(carl, ask()).given(GUS, takeOn()).given(GUS, extend(HOUR));
    more
      .when(carl, moreTime(more))
      .thenHappens({ type: 'extension.agreed', by: CARL }, { type: 'extension.approved' });
  });
});

describe('a colleague who asked as the customer, and came to own it', () => {
  it('gives no more time to it', () => {
    const more = story(contactIs(OTTO)).given(OTTO, ask()).given(GUS, takeOn()).given(GUS, extend(HOUR));
    more.when(OTTO, moreTime(more)).thenHappens({ type: 'extension.agreed' }, { type: 'extension.approved' });
    more
      .given(GUS, { type: 'offer_ownership', to: OTTO })
      .given(OTTO, { type: 'accept_ownership' })
      .when(OTTO, moreTime(more))
      .thenRefused({ reason: 'self_approval', role: 'owner' });
  });

  it('does not judge their own closeout of it', () => {
    const used = story(contactIs(OTTO)).given(OTTO, ask()).given(GUS, takeOn());
    const judges = { type: 'accept_closeout' } as const;
    used.given(GUS, end).given(GUS, closeOut()).when(OTTO, judges).thenHappens({ type: 'closeout.accepted' });
    used
      .given(GUS, { type: 'offer_ownership', to: OTTO })
      .given(OTTO, { type: 'accept_ownership' })
      .given(GUS, end)
      .given(OTTO, closeOut())
      .when(OTTO, judges)
      .thenRefused({ reason: 'self_approval', role: 'owner' });
  });
});

describe('saying that a session was not expected', () => {
  it('counts from any colleague', () => {
    active()
      .when(OTTO, { type: 'report_unexpected' })
      .thenHappens({ type: 'session.reported', by: OTTO, standing: false });
  });

  it.each([
    ['somebody outside whom the tenant does not know', { kind: 'contact', email: 'x@elsewhere.example' }],
    ['the timer', timer],
  ] as const)('does not count from %s', (_, actor) => {
    active()
      .when(actor, { type: 'report_unexpected' })
      .thenRefused({ reason: 'not_allowed', needs: 'member' });
  });
});

describe('a deputy who judged an emergency', () => {
  it('cannot own it afterwards', () => {
    story()
      .given(EVE, declare())
      .given(DOT, review)
      .when(OLA, { type: 'offer_ownership', to: DOT })
      .thenInvalid({ field: 'owner', problem: 'is_approver' });
  });
});

describe('an approval that must be given again', () => {
  it('never brings back what a later approver took away', () => {
    const less = (minutes: number): ReturnType<typeof approve> =>
      approve(
        {
          scopeId: 'admin',
          allowedActions: ['Read the import log.'],
          moreOffLimits: '',
          durationMs: minutes * 60_000,
        },
        'acme',
      );
    const withoutAbe: Change = {
      policy: { approvers: [{ people: [ANN, DOT], scopes: 'any', tenants: 'any' }] },
    };
    const { events } = story()
      .given(RITA, file({ scopeId: 'admin', approvers: [ANN, ABE] }))
      .given(ANN, less(40))
      .later(1)
      .given(ABE, less(20))
      .in(withoutAbe)
      .when(GUS, start)
      .thenRefused({ reason: 'no_longer_valid', what: 'approval' }, 'approval.asked_again')
      .given(RITA, { type: 'replace_approver', from: ABE, to: DOT })
      .when(DOT, approve(null, 'acme'));
    expect(events[1]).toMatchObject({ type: 'grant.issued', ask: { durationMs: 20 * 60_000 } });
  });
});
