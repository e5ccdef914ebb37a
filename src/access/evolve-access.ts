import { CorruptHistory } from './base.ts';
import type { AccessEvent, EventOf } from './event.ts';
import type { AccessStatus, ProductAccess } from './product-access.ts';
import { wordsNeeded } from './removing.ts';
import type { Access } from './state.ts';

/** What becomes of what products were asked for. */

export type ProductFact = EventOf<
  | 'access.asked'
  | 'access.not_answered'
  | 'access.opened'
  | 'access.open_failed'
  | 'access.extension_asked'
  | 'access.extended'
  | 'access.extension_refused'
  | 'access.closed'
  | 'access.not_closed'
  | 'access.closed_by_hand'
  | 'access.missing'
>;

/** Is it about what a product was asked for? */
export function isProductFact(event: AccessEvent): event is ProductFact {
  return event.type.startsWith('access.');
}

/** The state after one more fact about an access. */
export function evolveAccess(state: Access, event: ProductFact, at: number): Access {
  if (event.type === 'access.asked') {
    if (state.phase !== 'approved' && state.phase !== 'active')
      throw new CorruptHistory(state.phase, event.type);
    const { by, connector, notBefore, notAfter, openBy } = event;
    const asked: ProductAccess = {
      ...{ id: state.version, connector, by, notBefore, notAfter, handle: null, words: '' },
      is: { kind: 'opening', openBy },
    };
    // What the product had lost is closed as well: it may only have been slow to say so.
    const before = state.accesses.map((one) => (one.is.kind === 'missing' ? closing(one, at) : one));
    return { ...state, accesses: [...before, asked] };
  }
  const known = state.accesses.find(({ id }) => id === event.access);
  if (known === undefined) throw new CorruptHistory(state.phase, event.type);
  const changed = after(known, event, state, at);
  const next: Access = { ...state, accesses: state.accesses.map((one) => (one === known ? changed : one)) };
  // More time that the product does not give is not given.
  if (event.type === 'access.extension_refused' && next.phase === 'active')
    return { ...next, extension: null, remindedAt: null, reminders: 0 };
  return next;
}

function after(
  access: ProductAccess,
  event: Exclude<ProductFact, { type: 'access.asked' }>,
  state: Access,
  at: number,
): ProductAccess {
  const { is } = access;
  const wrong = (): never => {
    throw new CorruptHistory(`${state.phase}, access ${is.kind}`, event.type);
  };
  const to = (next: AccessStatus, words = ''): ProductAccess => ({ ...access, words, is: next });
  switch (event.type) {
    case 'access.not_answered':
      return { ...access, words: event.words };
    case 'access.opened': {
      if (is.kind !== 'opening') return wrong();
      const { receipt, handle } = event;
      // Opened anew, while the end was moved.
      const end = state.phase === 'active' ? state.session.expiresAt : access.notAfter;
      const later = end > access.notAfter ? end : null;
      return { ...to({ kind: 'open', at, receipt, later }), handle };
    }
    case 'access.open_failed':
      return is.kind === 'opening' ? closing(access, at) : wrong();
    case 'access.extension_asked':
      return is.kind === 'open' ? to({ ...is, later: event.notAfter }) : wrong();
    case 'access.extended':
      if (is.kind !== 'open') return wrong();
      return { ...to({ kind: 'open', at, receipt: event.receipt, later: null }), notAfter: event.notAfter };
    case 'access.extension_refused':
      return is.kind === 'open' ? to({ ...is, later: null }) : wrong();
    case 'access.closed':
      if (is.kind !== 'closing' && is.kind !== 'not_closed') return wrong();
      return to({ kind: 'closed', at, receipt: event.receipt });
    case 'access.not_closed': {
      if (is.kind !== 'closing' && is.kind !== 'not_closed') return wrong();
      const { since, byHand } = is;
      return to({ kind: 'not_closed', since, toldAt: at, byHand });
    }
    case 'access.closed_by_hand': {
      if (is.kind !== 'closing' && is.kind !== 'not_closed') return wrong();
      const byHand = [...is.byHand, { by: event.by, at, note: event.note }];
      const enough = new Set(byHand.map(({ by }) => by)).size >= wordsNeeded(state);
      return enough ? to({ kind: 'closed_by_hand', at, byHand }) : to({ ...is, byHand }, access.words);
    }
    case 'access.missing':
      return is.kind === 'open' ? to({ kind: 'missing', at }) : wrong();
  }
}

function closing(access: ProductAccess, at: number): ProductAccess {
  return { ...access, words: '', is: { kind: 'closing', since: at, byHand: [] } };
}
