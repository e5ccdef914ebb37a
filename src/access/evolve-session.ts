import { baseOf, CorruptHistory, filled } from './base.ts';
import type { AccessEvent, EventOf } from './event.ts';
import type { Access, Active, Extension } from './state.ts';
import { CUSTOMER_SEAT } from './state.ts';

/** What becomes of a session in use. */

/** The state after one more fact about a session that runs. */
export function evolveActive(
  state: Active,
  event: EventOf<
    | 'approver.gone'
    | 'approval.asked_again'
    | 'note.taken'
    | 'session.warned'
    | 'extension.asked'
    | 'extension.agreed'
    | 'extension.approved'
    | 'extension.denied'
    | 'grantee.gone'
    | 'session.ended'
  >,
  at: number,
): Access {
  switch (event.type) {
    case 'approver.gone':
      return withExtension(state, event.type, ({ gone }) => ({ gone: [...gone, event.approver] }));
    case 'approval.asked_again': {
      const again = { given: null, askedAt: at };
      return withExtension(state, event.type, ({ seats, gone }) => ({
        seats: filled(seats, event.approver, again),
        gone: gone.filter((user) => user !== event.approver),
      }));
    }
    case 'note.taken': {
      const { notes, ...session } = state.session;
      return { ...state, session: { ...session, notes: [...notes, { by: event.by, text: event.text, at }] } };
    }
    case 'session.warned':
      return { ...state, warnedFor: event.expiresAt };
    case 'extension.asked': {
      const { type, approvers, consent, ...asked } = event;
      const holders = [...approvers, ...(consent ? [CUSTOMER_SEAT] : [])];
      const seats = holders.map((holder) => ({ holder, given: null, askedAt: at }));
      const extension = { ...asked, at, version: state.version, seats, gone: [] };
      return { ...state, extension, ...UNREMINDED };
    }
    case 'extension.agreed': {
      const given = { by: event.by, at, version: state.version, narrowed: null };
      return withExtension(state, event.type, ({ seats }) => ({
        seats: filled(seats, event.seat, { given }),
      }));
    }
    case 'extension.approved': {
      if (state.extension === null) throw new CorruptHistory(state.phase, event.type);
      const extensions = [...state.session.extensions, state.extension];
      const session = { ...state.session, expiresAt: event.newExpiresAt, extensions };
      return { ...state, extension: null, session, ...UNREMINDED };
    }
    case 'extension.denied':
      return { ...state, extension: null, ...UNREMINDED };
    case 'grantee.gone':
      return { ...state, granteeGone: true };
    case 'session.ended': {
      const { type, ...ending } = event;
      return {
        ...baseOf(state),
        phase: 'ended',
        grant: state.grant,
        session: state.session,
        ending,
        closeout: null,
        contested: null,
      };
    }
  }
}

/** Reminders start afresh with what is asked. */
const UNREMINDED = { remindedAt: null, reminders: 0 } as const;

function withExtension(
  state: Active,
  event: AccessEvent['type'],
  change: (extension: Extension) => Partial<Extension>,
): Active {
  if (state.extension === null) throw new CorruptHistory(state.phase, event);
  return { ...state, extension: { ...state.extension, ...change(state.extension) } };
}
