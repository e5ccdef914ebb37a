import { describe, expect, it } from 'vitest';
import type { Command, GlobalCommand } from '../../src/access/command.ts';
import { decideGlobal } from '../../src/access/global.ts';
import type { Counted, Lately } from '../../src/access/hourly.ts';
import { countedAs, countsAs, NOTHING_LATELY } from '../../src/access/hourly.ts';
import type { Actor } from '../../src/access/people.ts';
import {
  approve,
  ask,
  cancel,
  closeOut,
  contest,
  declare,
  deny,
  end,
  extend,
  file,
  revoke,
} from '../support/access-commands.ts';
import type { Change } from '../support/access-fixtures.ts';
import {
  ADA,
  ANN,
  cara,
  CARA,
  carl,
  DAY,
  DEB,
  EVE,
  GUS,
  MINUTE,
  OLA,
  OTTO,
  perHour,
  person,
  RITA,
  T0,
  worldOf,
} from '../support/access-fixtures.ts';
import type { Story } from '../support/access-story.ts';
import { active, closed, ended, pending, story } from '../support/access-story.ts';

const THREE: Change = { limits: { perHour: perHour(3, 5) } };
/** So many within the last hour, the oldest of them 50 minutes ago, one a minute since. */
const done = (times: number): readonly number[] =>
  Array.from({ length: times }, (_, i) => T0 - 50 * MINUTE + i * MINUTE).reverse();
const byThem = (times: number): { lately: Lately } => ({ lately: { person: done(times), tenant: [] } });
const there = (times: number): { lately: Lately } => ({ lately: { person: [], tenant: done(times) } });

describe('What makes messages go to others is done so often within an hour, and no more', () => {
  const counted: readonly (readonly [Counted, Story, Actor | string, Command])[] = [
    ['requests', story(), RITA, file()],
    ['requests', story(), cara, ask()],
    ['emergencies', story(), EVE, declare()],
    ['extensions', active(), GUS, extend()],
    ['questions', pending(), ANN, { type: 'ask_question', text: 'Since when?' }],
    [
      'questions',
      pending().given(ANN, { type: 'ask_question', text: 'Since when?' }),
      RITA,
      { type: 'answer_question', text: 'Since Monday.' },
    ],
    ['questions', closed(), ANN, contest],
    ['handOvers', pending(), OLA, { type: 'offer_ownership', to: OTTO }],
    ['handOvers', pending(), ADA, { type: 'replace_approver', from: ANN, to: DEB }],
  ];

  it.each(counted)('%s: not once more than the policy lets one person', (what, before, actor, command) => {
    const at = before.in(THREE);
    expect(at.beside(byThem(2)).when(actor, command).refusal).toBeNull();
    at.beside(byThem(3))
      .when(actor, command)
      .thenRefused({ reason: 'too_often', what, whose: 'person', max: 3, until: T0 + 10 * MINUTE });
  });

  it.each(counted)('%s: nor than everybody together may about one tenant', (what, before, actor, command) => {
    const at = before.in(THREE);
    expect(at.beside(there(4)).when(actor, command).refusal).toBeNull();
    at.beside(there(5))
      .when(actor, command)
      .thenRefused({ reason: 'too_often', what, whose: 'tenant', max: 5, until: T0 + 10 * MINUTE });
  });

  const global: readonly (readonly [Counted, Actor, GlobalCommand])[] = [
    ['invitations', person(RITA), { type: 'invite', tenantId: 'acme', to: 'contacts' }],
    ['links', cara, { type: 'ask_link', tenantId: 'acme', about: null }],
    [
      'absences',
      person(ANN),
      { type: 'set_absence', approver: ANN, from: T0, until: T0 + DAY, delegate: DEB },
    ],
    ['absences', person(ANN), { type: 'clear_absence', approver: ANN }],
  ];

  it.each(global)('%s, too', (what, actor, command) => {
    const world = worldOf(THREE);
    const tried = (times: number) =>
      decideGlobal(command, { actor, world, now: T0, gap: null, lately: byThem(times).lately });
    expect(tried(2)).toMatchObject({ refusal: null, events: [{}] });
    const until = T0 + 10 * MINUTE;
    expect(tried(3)).toEqual({
      events: [],
      refusal: { reason: 'too_often', what, whose: 'person', max: 3, until },
    });
  });

  it('goes again at the very moment at which the first of them is an hour ago', () => {
    const { lately } = byThem(3);
    const tried = (now: number) => story(THREE).beside({ lately }).at(now).when(RITA, file()).refusal;
    expect(tried(T0 + 10 * MINUTE - 1)).toMatchObject({ reason: 'too_often' });
    expect(tried(T0 + 10 * MINUTE)).toBeNull();
  });
});

it('Nobody is kept from ending, stopping, denying, reporting, taking back or closing out, however often they did it', () => {
  const often = { lately: { person: done(9), tenant: done(9) } };
  const none: Change = { limits: { perHour: perHour(1, 1) } };
  const tries: readonly (readonly [Story, Actor | string, Command])[] = [
    [active(), GUS, end],
    [active(), ANN, revoke],
    [active(), carl, revoke],
    [active(), OTTO, { type: 'report_unexpected' }],
    [active().given(GUS, extend()), ANN, { type: 'deny_extension', reason: 'Enough.' }],
    [pending(), ANN, deny],
    [pending(), ANN, approve()],
    [pending(), RITA, cancel],
    [ended(), OLA, closeOut()],
    [closed(), ANN, { type: 'accept_closeout' }],
  ];
  for (const [before, actor, command] of tries)
    expect(before.in(none).beside(often).when(actor, command).refusal).toBeNull();
});

it('Whoever could not do it anyway is told why, and not how often', () => {
  const often = { lately: { person: done(9), tenant: [] } };
  const refusal = story(THREE).beside(often).when(OTTO, file()).refusal;
  expect(refusal).toEqual({ reason: 'not_allowed', needs: 'requester' });
});

it('An invitation is for those whom the policy lists, a link for the contacts of that tenant', () => {
  const context = { world: worldOf(), now: T0, gap: null, lately: NOTHING_LATELY };
  const invite = { type: 'invite', tenantId: 'acme', to: 'channel' } as const;
  expect(decideGlobal(invite, { ...context, actor: person(RITA) }).events).toEqual([
    { type: 'customers.invited', tenant: 'acme', to: 'channel', by: RITA },
  ]);
  expect(decideGlobal(invite, { ...context, actor: person(OTTO) }).refusal).toEqual({
    reason: 'not_allowed',
    needs: 'listed',
  });
  const link = { type: 'ask_link', tenantId: 'acme', about: 7 } as const;
  expect(decideGlobal(link, { ...context, actor: { kind: 'contact', email: CARA } }).events).toEqual([
    { type: 'link.asked', tenant: 'acme', about: 7 },
  ]);
  expect(decideGlobal({ ...link, tenantId: 'corp' }, { ...context, actor: cara }).refusal).toEqual({
    reason: 'not_allowed',
    needs: 'contact',
  });
  for (const command of [
    { ...invite, tenantId: 'none' },
    { ...link, tenantId: 'none' },
  ])
    expect(decideGlobal(command, { ...context, actor: person(RITA) }).refusal).toEqual({
      reason: 'invalid',
      problems: [{ field: 'tenant', problem: 'unknown' }],
    });
});

it('What is counted when it is tried is counted by the event that it leaves', () => {
  expect(countsAs({ type: 'file' })).toBe(countedAs('request.filed'));
  expect(countsAs({ type: 'invite' })).toBe(countedAs('customers.invited'));
  expect(countsAs({ type: 'contest_closeout' })).toBe(countedAs('closeout.contested'));
  expect(countedAs('session.ended')).toBeNull();
  expect(countedAs('toString')).toBeNull();
});
