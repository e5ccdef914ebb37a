import { describe, expect, it } from 'vitest';
import type { RequestCommand } from '../../src/access/command.ts';
import { dueAt } from '../../src/access/due.ts';
import { accessWord } from '../../src/access/product-access.ts';
import {
  approve,
  cancel,
  closeOut,
  declare,
  end,
  extend,
  revoke,
  start,
  takeOn,
} from '../support/access-commands.ts';
import type { Change } from '../support/access-fixtures.ts';
import {
  ABE,
  ADA,
  ANN,
  EVE,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  OTTO,
  RITA,
  T0,
  timer,
} from '../support/access-fixtures.ts';
import { approved, inPhase, moreTime, pending, story, unclaimed } from '../support/access-story.ts';
import type { Story } from '../support/access-story.ts';
import {
  accessOf,
  answers,
  closes,
  console_,
  inside,
  opens,
  openingStory,
  OPEN_WITHIN_MS,
  WITH_PRODUCT,
} from '../support/product-story.ts';

/** A product lets people in and puts them out; what is said is what it has confirmed. */

const byHand = (note = 'Looked in the console: no session of Gus.'): RequestCommand => ({
  type: 'close_by_hand',
  note,
});
const word = ({ state }: Story): string | null => (state === null ? null : accessWord(state));
const is = (told: Story): string => accessOf(told).is.kind;

describe('A start asks the product first', () => {
  it('fixes the end, which travels with the call, and starts no session', () => {
    const asked = openingStory({ durationMs: HOUR });
    expect(asked.facts.at(-1)?.event).toEqual({
      ...{ type: 'access.asked', by: GUS, connector: 'console' },
      ...{ notBefore: T0, notAfter: T0 + HOUR, openBy: T0 + OPEN_WITHIN_MS },
    });
    inPhase(asked, 'approved');
    expect(is(asked)).toBe('opening');
  });

  it('begins with the product’s receipt, and ends when it was to end', () => {
    const asked = openingStory({ durationMs: HOUR }).later(MINUTE);
    const begun = asked
      .when(console_, opens(asked))
      .thenHappens(
        { type: 'access.opened', receipt: 'opened-1' },
        { type: 'session.started', by: GUS, startedAt: T0 + MINUTE, expiresAt: T0 + HOUR },
      );
    inPhase(begun, 'active');
    expect(word(begun)).toBe('open');
  });

  it('starts at once where people open the access by hand', () => {
    const by_hand: Change = {
      ...WITH_PRODUCT,
      tenants: WITH_PRODUCT.tenants?.map((t) => ({ ...t, access: 'by_hand' })) ?? [],
    };
    approved({}, by_hand).when(GUS, start).thenHappens({ type: 'session.started' });
  });

  it('is not done twice: whom the product is letting in already is told so', () => {
    openingStory().when(GUS, start).thenRefused({ reason: 'opening_already' });
  });

  it('takes the place of another of the same, before anybody is in', () => {
    openingStory()
      .beside({ siblings: [{ no: 7, phase: 'active', until: T0 + HOUR }] })
      .when(GUS, start)
      .thenRefused({ reason: 'opening_already' });
  });

  it('asks for a customer’s request and for an emergency, too', () => {
    const taken = unclaimed({}, WITH_PRODUCT)
      .when(GUS, takeOn())
      .thenHappens({ type: 'customer_request.accepted' }, { type: 'access.asked', by: GUS });
    inPhase(taken.given(console_, opens(taken)), 'active');
    const declared = story(WITH_PRODUCT)
      .when(EVE, declare())
      .thenHappens({ type: 'emergency.declared' }, { type: 'access.asked', by: EVE });
    inPhase(declared.given(console_, opens(declared)), 'active');
  });
});

describe('Where the product does not let anybody in', () => {
  it('in time, the session is called off, closed to be safe, and the grant can be used again', () => {
    const asked = openingStory();
    expect(asked.state === null ? null : dueAt(asked.state)).toBe(T0 + OPEN_WITHIN_MS);
    const off = asked
      .given(console_, answers(asked, 'note_no_answer', { words: 'console answered HTTP 500' }))
      .later(OPEN_WITHIN_MS)
      .when(timer, { type: 'call_off_opening' })
      .thenHappens({ type: 'access.open_failed', why: 'late', words: 'console answered HTTP 500' });
    inPhase(off, 'approved');
    expect(is(off)).toBe('closing');
    const again = off.when(GUS, start).thenHappens({ type: 'access.asked' });
    expect(again.state?.accesses.map(({ is: { kind } }) => kind)).toEqual(['closing', 'opening']);
    expect(accessOf(again).id).not.toBe(accessOf(asked).id);
  });

  it('a receipt at that very instant is too late', () => {
    const asked = openingStory().later(OPEN_WITHIN_MS);
    asked.when(console_, opens(asked)).thenRefused({ reason: 'nothing_due' }, 'access.open_failed');
  });

  it('because it will not, its words are kept, and the grant can be used again', () => {
    const asked = openingStory();
    const off = asked
      .when(console_, answers(asked, 'refuse_open', { words: 'Gus has no seat' }))
      .thenHappens({ type: 'access.open_failed', why: 'refused', words: 'Gus has no seat' });
    inPhase(off, 'approved');
    expect(is(off)).toBe('closing');
  });

  it('what is left of the start window is all that is left', () => {
    const late = openingStory().later(OPEN_WITHIN_MS).tick();
    late
      .at(T0 + 30 * MINUTE)
      .when(GUS, start)
      .thenRefused({ reason: 'wrong_phase', phase: 'lapsed' }, 'request.lapsed');
  });

  it.each([
    ['taken back', (s: Story) => s.given(RITA, cancel), 'cancelled'],
    ['stopped', (s: Story) => s.given(ANN, revoke), 'cancelled'],
    ['doubted after a restore', (s: Story) => s.given(timer, { type: 'end_in_doubt' }), 'lapsed'],
  ] as const)('a request that is %s meanwhile leaves nothing open', (_, stop, phase) => {
    const stopped = stop(openingStory());
    inPhase(stopped, phase);
    expect(is(stopped)).toBe('closing');
    // The receipt that comes then says only that there is something to close.
    stopped.when(console_, opens(stopped)).thenRefused({ reason: 'nothing_due' });
  });
});

describe('Whatever ends the session closes the access with the same fact', () => {
  it.each([
    ['the grantee', (s: Story) => s.given(GUS, end)],
    ['time', (s: Story) => s.later(HOUR).tick()],
    ['somebody with authority', (s: Story) => s.given(ANN, revoke)],
    ['a report', (s: Story) => s.given(OLA, { type: 'report_unexpected' })],
    ['a restore', (s: Story) => s.given(timer, { type: 'end_in_doubt' })],
    [
      'whoever left',
      (s: Story) =>
        s
          .in({ ...WITH_PRODUCT, standing: { [GUS]: 'deactivated' } })
          .given(timer, { type: 'call_off', person: GUS }),
    ],
  ])('%s', (_, stop) => {
    const over = stop(inside({ durationMs: HOUR }));
    inPhase(over, 'ended');
    expect(is(over)).toBe('closing');
    const gone = over
      .when(console_, closes(over))
      .thenHappens({ type: 'access.closed', receipt: 'closed-1' });
    expect(word(gone)).toBe('closed');
  });

  it('and an open access that is over for the timer’s command is over for any', () => {
    const late = inside({ durationMs: HOUR }).later(HOUR);
    const over = late.when(OTTO, end).thenRefused({ reason: 'wrong_phase', phase: 'ended' }, 'session.ended');
    expect(is(over)).toBe('closing');
  });
});

describe('What the product has not confirmed gone', () => {
  const over = (change: Change = WITH_PRODUCT, scopeId = 'support'): Story =>
    inside({ scopeId }, change).given(GUS, end);

  it('is told of after 60 s, and again every 15 minutes, until it is', () => {
    const told = over()
      .later(MINUTE - 1)
      .tick();
    expect(is(told)).toBe('closing');
    const late = told
      .given(console_, answers(told, 'note_no_answer', { words: 'console did not answer within 10 s' }))
      .later(1)
      .when(timer, { type: 'tell_not_closed' })
      .thenHappens({ type: 'access.not_closed', since: T0, words: 'console did not answer within 10 s' });
    expect(word(late)).toBe('not_closed');
    expect(late.state === null ? null : dueAt(late.state)).toBe(T0 + 16 * MINUTE);
    late
      .later(15 * MINUTE)
      .when(timer, { type: 'tell_not_closed' })
      .thenHappens({ type: 'access.not_closed', since: T0 });
    const gone = late.given(console_, closes(late));
    expect(word(gone)).toBe('closed');
    expect(
      gone
        .later(15 * MINUTE)
        .tick()
        .facts.some(({ at }) => at > T0 + MINUTE),
    ).toBe(false);
  });

  it('keeps the closeout from being filed', () => {
    const told = over();
    told.when(OLA, closeOut()).thenRefused({ reason: 'access_not_gone' });
    told.given(console_, closes(told)).given(OLA, closeOut());
  });

  it.each([OLA, ADA])('is removed by hand by %s, who says how they looked', (who) => {
    over().when(who, byHand(' ')).thenInvalid({ field: 'note', problem: 'missing' });
    const gone = over().when(who, byHand()).thenHappens({ type: 'access.closed_by_hand', by: who });
    expect(is(gone)).toBe('closed_by_hand');
    gone.when(OLA, closeOut()).thenHappens({ type: 'closeout.filed' });
  });

  it.each([GUS, RITA, OTTO])('but not by %s', (who) => {
    over().when(who, byHand()).thenRefused({ reason: 'not_allowed', needs: 'owner_or_admin' });
  });

  it('takes two names where the scope is high risk', () => {
    const asked = pending({ scopeId: 'admin', approvers: [ANN, ABE], durationMs: HOUR }, WITH_PRODUCT)
      .given(ANN, approve(null, 'acme'))
      .given(ABE, approve(null, 'acme'))
      .given(GUS, start);
    const ended = asked.given(console_, opens(asked)).given(GUS, end);
    const half = ended.when(OLA, byHand()).thenHappens({ type: 'access.closed_by_hand', by: OLA });
    expect(is(half)).toBe('closing');
    half.when(OLA, byHand()).thenRefused({ reason: 'already_given', seat: OLA });
    half.when(OLA, closeOut()).thenRefused({ reason: 'access_not_gone' });
    expect(is(half.given(ADA, byHand()))).toBe('closed_by_hand');
  });

  it('can be stated only while there is something to remove', () => {
    inside().when(OLA, byHand()).thenRefused({ reason: 'nothing_to_remove' });
  });
});

describe('More time', () => {
  const agreed = (): Story => {
    const asked = inside({ durationMs: HOUR }).given(GUS, extend(HOUR));
    return asked
      .when(ANN, moreTime(asked))
      .thenHappens({ type: 'extension.agreed' }, { type: 'access.extension_asked', notAfter: T0 + 2 * HOUR });
  };

  it('is there when the product has confirmed it; until then the old end stands', () => {
    const waits = agreed();
    expect(inPhase(waits, 'active').session.expiresAt).toBe(T0 + HOUR);
    expect(word(waits)).toBe('extending');
    const more = waits
      .when(console_, answers(waits, 'confirm_extension', { notAfter: T0 + 2 * HOUR, receipt: 'r2' }))
      .thenHappens({ type: 'access.extended' }, { type: 'extension.approved', newExpiresAt: T0 + 2 * HOUR });
    expect(inPhase(more, 'active').session.expiresAt).toBe(T0 + 2 * HOUR);
    expect(accessOf(more)).toMatchObject({ notAfter: T0 + 2 * HOUR, is: { kind: 'open', later: null } });
  });

  it('that the product refuses is not given, and can be asked for again', () => {
    const waits = agreed();
    const no = waits
      .when(console_, answers(waits, 'refuse_extension', { words: 'too long' }))
      .thenHappens({ type: 'access.extension_refused', words: 'too long' });
    expect(inPhase(no, 'active').extension).toBeNull();
    no.when(GUS, extend(HOUR)).thenHappens({ type: 'extension.asked' });
  });

  it('that is confirmed too late is over: the access is closed', () => {
    const late = agreed().later(HOUR);
    const over = late
      .when(console_, answers(late, 'confirm_extension', { notAfter: T0 + 2 * HOUR, receipt: 'r2' }))
      .thenRefused({ reason: 'nothing_due' }, 'session.ended');
    expect(is(over)).toBe('closing');
  });
});

describe('An access that the product has lost', () => {
  const lost = (): Story => {
    const open = inside({ durationMs: HOUR });
    return open.when(console_, answers(open, 'miss_access', {})).thenHappens({ type: 'access.missing' });
  };

  it('is opened again by the grantee as another one, until the same end', () => {
    const again = lost()
      .later(MINUTE)
      .when(GUS, { type: 'open_again' })
      .thenHappens({ type: 'access.asked', notBefore: T0 + MINUTE, notAfter: T0 + HOUR });
    expect(again.state?.accesses.map((one) => one.is.kind)).toEqual(['closing', 'opening']);
    const open = again.when(console_, opens(again)).thenHappens({ type: 'access.opened' });
    expect(inPhase(open, 'active').session.startedAt).toBe(T0);
    lost().when(RITA, { type: 'open_again' }).thenRefused({ reason: 'not_allowed', needs: 'grantee' });
    inside().when(GUS, { type: 'open_again' }).thenRefused({ reason: 'not_missing' });
  });
});

describe('Nobody speaks for a product but its own connector', () => {
  it.each([GUS, ADA])('not %s', (who) => {
    const asked = openingStory();
    asked.when(who, opens(asked)).thenRefused({ reason: 'not_allowed', needs: 'product' });
  });

  it('nor another product, nor one that speaks of another access', () => {
    const asked = openingStory();
    asked.when({ kind: 'product', name: 'other' }, opens(asked)).thenRefused({ reason: 'nothing_due' });
    asked
      .when(console_, answers(asked, 'confirm_open', { receipt: 'r', handle: null }, 1))
      .thenRefused({ reason: 'nothing_due' });
  });

  it('and what it says twice happens once', () => {
    const open = inside();
    open.when(console_, opens(open)).thenRefused({ reason: 'nothing_due' });
    const over = open.given(GUS, end);
    const gone = over.given(console_, closes(over));
    gone.when(console_, closes(gone)).thenRefused({ reason: 'nothing_due' });
  });
});
