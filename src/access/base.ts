import type { Base, Seat } from './state.ts';

/** What the facts of every phase share. */

/** The ledger holds something that the rules could never have written: stop, do not guess. */
export class CorruptHistory extends Error {
  constructor(phase: string, event: string) {
    super(`history cannot continue: ${event} in phase ${phase}`);
    this.name = 'CorruptHistory';
  }
}

/** That seat, changed so. */
export function filled(seats: readonly Seat[], holder: string, change: Partial<Seat>): readonly Seat[] {
  return seats.map((seat) => (seat.holder === holder ? { ...seat, ...change } : seat));
}

/** What is true in every phase, reminders starting afresh in the next. */
export function baseOf(state: Base): Base {
  const {
    version,
    askedIn,
    origin,
    filedAt,
    requester,
    owner,
    offeredOwner,
    tenant,
    reason,
    caseRef,
    terms,
    roleNotes,
    repeatCount,
    questions,
    formerApprovers,
    formerOwners,
    reporters,
    accesses,
  } = state;
  return {
    version,
    askedIn,
    origin,
    filedAt,
    requester,
    owner,
    offeredOwner,
    tenant,
    reason,
    caseRef,
    terms,
    roleNotes,
    repeatCount,
    questions,
    formerApprovers,
    formerOwners,
    reporters,
    accesses,
    remindedAt: null,
    reminders: 0,
  };
}
