import { describe, expect, it } from 'vitest';
import type { Offer } from '../../src/access/offers.ts';
import { offersIn, offersTo } from '../../src/access/offers.ts';
import type { Audience } from '../../src/access/reading.ts';
import type { Access } from '../../src/access/state.ts';
import { approve, extend } from '../support/access-commands.ts';
import {
  ABE,
  ADA,
  ANN,
  CARL,
  DOT,
  EMI,
  EVE,
  GUS,
  OLA,
  person,
  RITA,
  TENANTS,
} from '../support/access-fixtures.ts';
import type { Change } from '../support/access-fixtures.ts';
import type { Story } from '../support/access-story.ts';
import {
  active,
  approved,
  closed,
  emergency,
  ended,
  pending,
  TWO_PEOPLE,
  unclaimed,
  unconfirmed,
} from '../support/access-story.ts';

/** Of what somebody may, what they are offered, and where. */

function stateOf({ state }: Story): Access {
  if (state === null) throw new Error('nothing was filed');
  return state;
}

function to(
  story: Story,
  user: string,
  as: { audience?: Audience; place?: 'messages' | 'record' } = {},
): readonly Offer[] {
  const { world, now } = story;
  const reads = { audience: 'ours', place: 'messages', ...as } as const;
  return [...offersTo(stateOf(story), reads, { actor: person(user), world, now }).keys()];
}

function inside(story: Story, channel: string): readonly (readonly [Offer, Audience])[] {
  return [...offersIn(channel, stateOf(story), story.world, story.now)];
}

/** Slack has said nothing of anybody. */
const SILENT: Change = {
  standing: Object.fromEntries(
    [RITA, GUS, OLA, ANN, ABE, ADA, EVE, EMI].map((user) => [user, 'cannot_check']),
  ),
  groups: { SENGINEERS: null },
};

describe('In their own messages', () => {
  it('everybody is offered what is theirs to do, and nobody what would be refused them', () => {
    expect(to(pending(), ANN)).toEqual(['approve', 'approve_less', 'deny', 'ask_question']);
    expect(to(pending(), RITA)).toEqual(['edit', 'cancel']);
    expect(to(approved(), GUS)).toEqual(['start']);
    expect(to(active(), GUS)).toEqual(['ask_extension', 'end', 'take_note']);
    expect(to(active(), ANN)).toEqual(['revoke', 'report_unexpected']);
    expect(to(active(), OLA)).toEqual(['revoke', 'offer_ownership', 'take_note']);
    expect(to(ended(), OLA)).toEqual(['offer_ownership', 'close_out']);
    expect(to(closed(), ANN)).toEqual(['accept_closeout', 'contest_closeout']);
    expect(to(emergency(), ANN)).toContain('review_emergency');
    expect(to(unconfirmed(), EMI)).toEqual(['confirm_emergency']);
    expect(to(unclaimed(), CARL, { audience: 'customer' })).toEqual([]);
  });

  it('nobody whom the policy names no more is offered a decision', () => {
    const only = (user: string): Change => ({
      policy: { approvers: [{ people: [user], scopes: 'any', tenants: 'any' }] },
    });
    const more = active().given(GUS, extend());
    expect(to(more, ANN)).toContain('approve_extension');
    expect(to(more.in(only(ABE)), ANN)).not.toContain('approve_extension');
    expect(to(pending().in(only(ABE)), ANN)).toEqual([]);
    expect(to(closed().in(only(ABE)), ANN)).toEqual([]);
  });

  it('whoever has said yes is not asked once more', () => {
    const half = pending({ scopeId: 'admin', approvers: [ANN, ABE] }).given(ANN, approve(null, 'acme'));
    expect(to(half, ANN)).toEqual([]);
    expect(to(half, ABE)).toContain('approve');
  });

  it('where Slack has not said who somebody is, they are offered what is theirs, and no more', () => {
    expect(to(pending().in(SILENT), ANN)).toContain('approve');
    expect(to(pending().in(SILENT), RITA)).toEqual(['edit', 'cancel']);
    expect(to(approved().in(SILENT), GUS)).toEqual(['start']);
    const admins: Change = { ...SILENT, policy: { admins: ['SADMINS'] }, groups: { SADMINS: null } };
    expect(to(active().in(admins), RITA)).toEqual([]);
    expect(to(active().in(admins), RITA, { place: 'record' })).toEqual([]);
  });
});

describe('In the record that they looked up', () => {
  it('an admin finds what they may do for others', () => {
    expect(to(pending(), ADA)).toEqual([]);
    expect(to(pending(), ADA, { place: 'record' })).toEqual(['replace_approver']);
    expect(to(active(), ADA, { place: 'record' })).toEqual([
      'revoke',
      'report_unexpected',
      'offer_ownership',
    ]);
  });

  it('a deputy finds the time that is asked of whom they stand in for', () => {
    const more = active().given(GUS, extend());
    expect(to(more, DOT, { place: 'record' })).toEqual(['approve_extension', 'deny_extension']);
  });
});

describe('In a channel', () => {
  const acme = (channel: string): Change => ({ tenants: TENANTS.map((tenant) => ({ ...tenant, channel })) });

  it('stands what anybody there may be right to press, and nothing that is asked of a named person', () => {
    expect(inside(pending(), 'CALERT')).toEqual([]);
    expect(inside(approved(), 'CALERT')).toEqual([]);
    expect(inside(active(), 'CALERT')).toEqual([['report_unexpected', 'ours']]);
    expect(inside(unconfirmed(), 'CALERT')).toEqual([['confirm_emergency', 'ours']]);
    expect(inside(unclaimed(), 'CALERT')).toEqual([['accept', 'ours']]);
    expect(inside(active().in(SILENT), 'CALERT')).toEqual([['report_unexpected', 'ours']]);
    expect(inside(unconfirmed().in(SILENT), 'CALERT')).toEqual([['confirm_emergency', 'ours']]);
  });

  it('of the customer’s stands what a contact may, and nothing of ours', () => {
    const asked = pending({ scopeId: 'consented' }, acme('CTHEIRS'));
    expect(inside(asked, 'CTHEIRS')).toEqual([
      ['approve', 'customer'],
      ['deny', 'customer'],
    ]);
    expect(inside(asked, 'CALERT')).toEqual([]);
    expect(inside(emergency({ ...TWO_PEOPLE, ...acme('CTHEIRS') }), 'CTHEIRS')).toEqual([]);
  });

  it('nothing stands that would be refused to anybody', () => {
    const gone = unconfirmed().in({ standing: { [EVE]: 'deactivated' } });
    expect(inside(gone, 'CALERT')).toEqual([]);
    expect(inside(unclaimed().in({ tenants: [] }), 'CALERT')).toEqual([]);
    expect(to(pending().given(ADA, { type: 'replace_approver', from: ANN, to: ABE }), ANN)).toEqual([]);
  });
});
