import type { UserId } from './policy.ts';

/** What one session gives one person in a product, and what is known of it there. A screen says no more than this. */
export interface ProductAccess {
  /** The version of the event that asked for it: the same access for ever. */
  readonly id: number;
  readonly connector: string;
  readonly by: UserId;
  readonly notBefore: number;
  /** Until when the product lets the grantee in, as far as it has confirmed. */
  readonly notAfter: number;
  /** What the product answered when it opened it, to be given back with the next call about it. */
  readonly handle: string | null;
  /** The product’s words of why it did not do what it was asked last; empty where there are none. */
  readonly words: string;
  readonly is: AccessStatus;
}

/** Somebody’s word that they removed it by hand. */
export interface RemovedByHand {
  readonly by: UserId;
  readonly at: number;
  readonly note: string;
}

export type AccessStatus =
  | { readonly kind: 'opening'; readonly openBy: number }
  /** `later`: the end that the product is asked for, and has not confirmed. */
  | { readonly kind: 'open'; readonly at: number; readonly receipt: string; readonly later: number | null }
  | { readonly kind: 'missing'; readonly at: number }
  | { readonly kind: 'closing'; readonly since: number; readonly byHand: readonly RemovedByHand[] }
  | {
      readonly kind: 'not_closed';
      readonly since: number;
      readonly toldAt: number;
      readonly byHand: readonly RemovedByHand[];
    }
  | { readonly kind: 'closed'; readonly at: number; readonly receipt: string }
  | { readonly kind: 'closed_by_hand'; readonly at: number; readonly byHand: readonly RemovedByHand[] };

type Holding = Pick<{ readonly accesses: readonly ProductAccess[] }, 'accesses'>;
type Of<K extends AccessStatus['kind']> = ProductAccess & {
  readonly is: Extract<AccessStatus, { kind: K }>;
};
export type Unclosed = Of<'closing' | 'not_closed'>;

/** The one that counts: of the session that goes on, is being started, or was the last. */
export function lastAccess({ accesses }: Holding): ProductAccess | undefined {
  return accesses.at(-1);
}

/** The one that the product is asked to open. */
export function opening({ accesses }: Holding): Of<'opening'> | undefined {
  return accesses.find((one): one is Of<'opening'> => one.is.kind === 'opening');
}

/** Those of which nobody knows that they are gone. */
export function unclosed({ accesses }: Holding): readonly Unclosed[] {
  return accesses.filter((one): one is Unclosed => one.is.kind === 'closing' || one.is.kind === 'not_closed');
}

/** Those that are late: the loudest thing that there is to say. */
export function notClosed({ accesses }: Holding): readonly Of<'not_closed'>[] {
  return accesses.filter((one): one is Of<'not_closed'> => one.is.kind === 'not_closed');
}

/** Does a product still have to do something? */
export function owesCall({ is }: ProductAccess): boolean {
  switch (is.kind) {
    case 'opening':
    case 'closing':
    case 'not_closed':
      return true;
    case 'open':
      return is.later !== null;
    case 'missing':
    case 'closed':
    case 'closed_by_hand':
      return false;
  }
}

/** What matters most of a request’s accesses, in one word; `null`: no product has to do with it. */
export function accessWord(state: Holding): AccessWord | null {
  const words = state.accesses.map(({ is }): AccessWord => {
    if (is.kind === 'open' && is.later !== null) return 'extending';
    return is.kind === 'closed_by_hand' ? 'closed' : is.kind;
  });
  return ACCESS_WORDS.find((word) => words.includes(word)) ?? null;
}

/** Loudest first. */
export const ACCESS_WORDS = [
  'not_closed',
  'closing',
  'opening',
  'extending',
  'missing',
  'open',
  'closed',
] as const;
export type AccessWord = (typeof ACCESS_WORDS)[number];

/** Nobody may be in with these any more: what may be open is closing from that instant on. */
export function shut(accesses: readonly ProductAccess[], at: number): readonly ProductAccess[] {
  if (!accesses.some(({ is }) => MAY_BE_IN.has(is.kind))) return accesses;
  return accesses.map((one) =>
    MAY_BE_IN.has(one.is.kind) ? { ...one, words: '', is: { kind: 'closing', since: at, byHand: [] } } : one,
  );
}

const MAY_BE_IN: ReadonlySet<AccessStatus['kind']> = new Set(['opening', 'open', 'missing']);

/** As the customer reads it: that it is open or gone is theirs to know; what a product of ours says of itself, and how somebody looked, is not. */
export function withoutWords(access: ProductAccess): ProductAccess {
  const { is } = access;
  const quiet = (byHand: readonly RemovedByHand[]): readonly RemovedByHand[] =>
    byHand.map((word) => ({ ...word, note: '' }));
  return {
    ...access,
    words: '',
    is: 'byHand' in is ? { ...is, byHand: quiet(is.byHand) } : is,
  };
}
