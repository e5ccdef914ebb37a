import { describe, expect, it } from 'vitest';
import { decideGlobal } from '../../src/access/global.ts';
import { NOTHING_LATELY } from '../../src/access/hourly.ts';
import type { Refusal } from '../../src/access/refusal.ts';
import { IN_DOUBT } from '../../src/access/session.ts';
import type { Actor } from '../../src/access/people.ts';
import { approve, cancel, end, file, start, takeOn, ask, declare } from '../support/access-commands.ts';
import {
  ADA,
  ANN,
  cara,
  carl,
  EMI,
  EVE,
  GUS,
  HOUR,
  person,
  RITA,
  STANDINGS,
  T0,
  timer,
  worldOf,
} from '../support/access-fixtures.ts';
import {
  active,
  approved,
  closed,
  ended,
  pending,
  story,
  unclaimed,
  unconfirmed,
} from '../support/access-story.ts';

const gap = { restored: 7, at: T0 };
const refusal: Refusal = { reason: 'gap_not_confirmed', since: T0, admins: [ADA] };

describe('While nobody has confirmed that the gap after a restore is known', () => {
  it('no session starts, whatever the way in', () => {
    approved().beside({ gap }).when(GUS, start).thenRefused(refusal);
    unclaimed().beside({ gap }).when(GUS, takeOn()).thenRefused(refusal);
    story().beside({ gap }).when(EVE, declare()).thenRefused(refusal);
    unconfirmed().beside({ gap }).when(EMI, { type: 'confirm_emergency' }).thenRefused(refusal);
  });

  it('everything else goes on: filing, deciding, taking back, ending', () => {
    story().beside({ gap }).given(RITA, file()).given(ANN, approve()).given(RITA, cancel);
    story().beside({ gap }).given(carl, ask());
    active().beside({ gap }).given(GUS, end);
  });

  it('and once it is confirmed, sessions start', () => {
    approved().beside({ gap }).beside({ gap: null }).given(GUS, start);
  });
});

it('A request that is lost is said to be lost, not unknown', () => {
  story().beside({ lostAt: T0 }).when(ANN, approve()).thenRefused({ reason: 'lost_in_gap', at: T0 });
  story().when(ANN, approve()).thenRefused({ reason: 'no_such_request' });
});

describe('What nobody knows after a restore', () => {
  const inDoubt = { type: 'end_in_doubt' } as const;

  it('a session whose end has passed is over since its end, and says why it is told now', () => {
    active()
      .later(3 * HOUR)
      .when(timer, inDoubt)
      .thenHappens({
        type: 'session.ended',
        how: 'expired',
        by: 'system:timer',
        reason: IN_DOUBT,
        endedAt: T0 + HOUR,
      });
  });

  it('a session whose end has not passed may have been ended in what was lost: it is over now', () => {
    active()
      .later(60_000)
      .when(timer, inDoubt)
      .thenHappens({
        type: 'session.ended',
        how: 'revoked',
        by: 'system:restore',
        reason: IN_DOUBT,
        endedAt: T0 + 60_000,
      });
  });

  it('a grant may have been used, a customer’s request taken back, an emergency confirmed: each lapses', () => {
    for (const one of [approved(), unclaimed(), unconfirmed()])
      one.when(timer, inDoubt).thenHappens({ type: 'request.lapsed', why: 'restored' });
  });

  it('what needs a person’s decision, or is over, is left as it is', () => {
    for (const one of [pending(), ended(), closed(), pending().given(RITA, cancel)])
      one.when(timer, inDoubt).thenRefused({ reason: 'nothing_due' });
  });

  it('is nobody’s to say but the program’s own', () => {
    for (const who of [RITA, GUS, ADA])
      active().when(who, inDoubt).thenRefused({ reason: 'not_allowed', needs: 'timer' });
  });
});

describe('The gap', () => {
  const confirm = (actor: Actor, restored = gap.restored, open: typeof gap | null = gap) =>
    decideGlobal(
      { type: 'confirm_gap', restored },
      { actor, world: worldOf(), now: T0, gap: open, lately: NOTHING_LATELY },
    );

  it('is confirmed by an admin', () => {
    expect(confirm(person(ADA))).toEqual({
      events: [{ type: 'gap.confirmed', restored: 7, by: ADA }],
      refusal: null,
    });
  });

  it('is nobody else’s to confirm', () => {
    for (const actor of [RITA, GUS, ANN, EVE].map((id) => person(id)))
      expect(confirm(actor)).toEqual({ events: [], refusal: { reason: 'not_allowed', needs: 'admin' } });
    for (const actor of [carl, cara, timer]) expect(confirm(actor).events).toEqual([]);
    for (const { user } of STANDINGS) expect(confirm(person(user)).events).toEqual([]);
  });

  it('is confirmed once, and only the one that was shown', () => {
    expect(confirm(person(ADA), 7, null)).toEqual({ events: [], refusal: { reason: 'no_gap' } });
    expect(confirm(person(ADA), 6)).toEqual({ events: [], refusal: { reason: 'no_gap' } });
  });
});
