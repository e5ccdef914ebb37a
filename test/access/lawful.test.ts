import { expect, it } from 'vitest';
import type { AccessEvent, EventOf } from '../../src/access/event.ts';
import { evolve } from '../../src/access/evolve.ts';
import { unlawful } from '../../src/access/lawful.ts';
import { edit, extend } from '../support/access-commands.ts';
import { ANN, EVE, GUS, HOUR, OLA, RITA, T0 } from '../support/access-fixtures.ts';
import { active, approved, emergency, pending, unconfirmed } from '../support/access-story.ts';
import type { Story } from '../support/access-story.ts';

const yes = (by: string): AccessEvent => ({
  type: 'approval.given',
  seat: ANN,
  by,
  narrowed: null,
  tookMs: 1,
});
const started = (by: string, lastsMs: number): AccessEvent => {
  return { type: 'session.started', by, startedAt: T0, expiresAt: T0 + lastsMs };
};
const ended = (endedAt: number): AccessEvent => {
  return { type: 'session.ended', how: 'ended', by: GUS, reason: '', endedAt };
};

const edited = (over: Partial<EventOf<'request.edited'>>): AccessEvent => {
  const changed = pending()
    .given(RITA, edit({ durationMs: 2 * HOUR }))
    .facts.at(-1)?.event;
  if (changed?.type !== 'request.edited') throw new Error('it was not changed');
  return { ...changed, ...over };
};

const longer = active().given(GUS, extend());

it.each<[string, Story, AccessEvent, RegExp]>([
  ['somebody else changed it', pending(), edited({ by: GUS }), /not theirs/],
  ['it was changed to last longer than it says', pending(), edited({ latestEndAt: T0 }), /do not follow/],
  ['the requester approved', pending(), yes(RITA), /decided about what they asked for/],
  ['the grantee approved', pending(), yes(GUS), /decided about what they asked for/],
  ['the owner approved', pending(), yes(OLA), /decided about what they asked for/],
  ['somebody else started it', approved(), started(RITA, HOUR), /not theirs/],
  ['it lasts longer than was granted', approved(), started(GUS, 2 * HOUR), /longer than was granted/],
  ['it ended before it began', active(), ended(T0 - 1), /before it began/],
  ['it went on past its end', active(), ended(T0 + 2 * HOUR), /past its end/],
  [
    'they confirmed their own emergency',
    unconfirmed(),
    { type: 'emergency.confirmed', by: EVE },
    /own emergency/,
  ],
  [
    'they judged their own emergency',
    emergency(),
    { type: 'emergency.reviewed', by: EVE, justified: true, note: 'Right.' },
    /decided about what they asked for/,
  ],
  [
    'the grantee gave themselves more time',
    longer,
    { type: 'extension.agreed', seat: ANN, by: GUS },
    /decided about what they asked for/,
  ],
  [
    'more time was given that nobody agreed to',
    longer,
    { type: 'extension.approved', newExpiresAt: T0 + 2 * HOUR },
    /before all had said yes/,
  ],
  [
    'more time was given than all agreed to',
    { ...longer, state: evolve(longer.state, { type: 'extension.agreed', seat: ANN, by: ANN }, T0) },
    { type: 'extension.approved', newExpiresAt: T0 + 3 * HOUR },
    /than was asked for/,
  ],
])('An event that the rules could not have written is found: %s', (_what, { state }, event, complaint) => {
  expect(unlawful(state, event, T0)).toMatch(complaint);
});

it('and what they write is not', () => {
  expect(unlawful(pending().state, yes(ANN), T0)).toBeNull();
  expect(unlawful(approved().state, started(GUS, HOUR), T0)).toBeNull();
  expect(unlawful(active().state, ended(T0 + 1), T0 + 1)).toBeNull();
});
