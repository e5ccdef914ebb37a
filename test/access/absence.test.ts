import { describe, expect, it } from 'vitest';
import type { GlobalCommand } from '../../src/access/command.ts';
import { decideGlobal } from '../../src/access/global.ts';
import { NOTHING_LATELY } from '../../src/access/hourly.ts';
import { globalEvent } from '../../src/access/event.ts';
import type { Refusal } from '../../src/access/refusal.ts';
import type { Change } from '../support/access-fixtures.ts';
import {
  ADA,
  ANN,
  carl,
  cara,
  DAY,
  DEB,
  INELIGIBLE,
  OTTO,
  person,
  STANDINGS,
  T0,
  timer,
  worldOf,
} from '../support/access-fixtures.ts';

const away = (over: Partial<Extract<GlobalCommand, { type: 'set_absence' }>> = {}): GlobalCommand => ({
  type: 'set_absence',
  approver: ANN,
  from: T0,
  until: T0 + DAY,
  delegate: DEB,
  ...over,
});
const back: GlobalCommand = { type: 'clear_absence', approver: ANN };

function when(who: Parameters<typeof person>[0] | typeof timer, command: GlobalCommand, change: Change = {}) {
  const actor = typeof who === 'string' ? person(who) : who;
  return decideGlobal(command, { actor, world: worldOf(change), now: T0, gap: null, lately: NOTHING_LATELY });
}
function refused(decision: ReturnType<typeof when>, refusal: Refusal): void {
  expect(decision).toEqual({ events: [], refusal });
}
const not = (why: Extract<Refusal, { reason: 'absence_not_possible' }>['why']) =>
  ({ reason: 'absence_not_possible', why }) as const;

describe('an absence', () => {
  it('is set and cleared by the approver or an admin', () => {
    for (const who of [ANN, ADA]) {
      const { events, refusal } = when(who, away());
      expect(refusal).toBeNull();
      expect(events).toEqual([
        { type: 'absence.set', approver: ANN, from: T0, until: T0 + DAY, delegate: DEB },
      ]);
      expect(events.map((event) => globalEvent.parse(event))).toEqual(events);
      expect(when(who, back)).toEqual({
        events: [{ type: 'absence.cleared', approver: ANN }],
        refusal: null,
      });
    }
  });

  it('is nobody else’s to set or clear', () => {
    for (const command of [away(), back]) {
      for (const other of [DEB, OTTO])
        refused(when(other, command), { reason: 'not_allowed', needs: 'admin' });
      for (const other of [cara, timer])
        refused(when(other, command), { reason: 'not_allowed', needs: 'member' });
      refused(when(carl, command), { reason: 'actor_not_able', standing: 'external' });
      refused(when(OTTO, command, { policy: { admins: ['SDARK'] }, groups: { SDARK: null } }), {
        reason: 'cannot_check',
      });
    }
  });

  it.each(STANDINGS)('is neither set by $standing nor handed to them', ({ user, standing }) => {
    refused(
      when(user, away({ approver: user })),
      standing === 'cannot_check' ? { reason: standing } : { reason: 'actor_not_able', standing },
    );
    refused(
      when(ANN, away({ delegate: user })),
      standing === 'cannot_check' ? { reason: standing } : not('delegate_not_able'),
    );
  });

  it('is not handed to oneself', () => {
    refused(when(ANN, away({ delegate: ANN })), not('self'));
  });

  it('ends after now and after it begins', () => {
    refused(when(ANN, away({ from: T0 - DAY, until: T0 })), not('past'));
    expect(when(ANN, away({ from: T0 - DAY, until: T0 + 1 })).refusal).toBeNull();
    refused(when(ANN, away({ from: T0 + DAY, until: T0 + DAY })), not('past'));
    expect(when(ANN, away({ from: T0 + DAY, until: T0 + DAY + 1 })).refusal).toBeNull();
    for (const nonsense of [Number.NaN, Infinity, 0.5]) {
      refused(when(ANN, away({ from: nonsense })), not('past'));
      refused(when(ANN, away({ until: nonsense })), not('past'));
    }
  });

  it('lasts at most ninety days', () => {
    expect(when(ANN, away({ until: T0 + 90 * DAY })).refusal).toBeNull();
    refused(when(ANN, away({ until: T0 + 90 * DAY + 1 })), not('too_long'));
  });

  it('may be set for anybody whom the list names, for the list has people of every standing', () => {
    for (const approver of Object.keys(INELIGIBLE)) expect(when(ADA, away({ approver })).refusal).toBeNull();
  });
});
