import type { UserId } from './policy.ts';
import type { Access, Closeout, Ended } from './state.ts';

/** What a closeout says, and what is still to be done about it. */

/** Can whoever asked for help hear what came of it: nothing is left behind, whether or not it is fixed? */
export function isTold(state: Access): boolean {
  return state.phase === 'closed' || (state.phase === 'ended' && waitsForFix(state));
}

/** Since when it waits to be closed out: the end, or the time by which what is next was to be done. */
export function waitsSince(state: Ended): number {
  return waitsForFix(state) ? (state.closeout?.next?.until ?? state.ending.endedAt) : state.ending.endedAt;
}

/** Was it closed out but for this: the customer still cannot do what failed? */
export function waitsForFix({ closeout, contested }: Pick<Ended, 'closeout' | 'contested'>): boolean {
  if (closeout === null || contested !== null) return false;
  return closeout.next !== null && closeout.removed.every(({ gone }) => gone);
}

/** Who said that they do what is next, where a problem is not fixed. */
export function nextBy(state: Access): UserId | null {
  return state.phase === 'ended' ? (state.closeout?.next?.by ?? null) : null;
}

/** When a closeout counts as accepted that the customer, whose request it was, says nothing about; `null`: it does not. */
export function countsAsAcceptedAt(state: Access): number | null {
  if (state.phase !== 'closed' || state.origin.kind !== 'customer' || state.accepted !== null) return null;
  return state.closeout.at + state.terms.closeoutAcceptedAfterMs;
}

/** What must be confirmed gone: every role and group that was listed, and those that turned up at an earlier closeout. */
export function rolesToCheck(state: Access): readonly string[] {
  if (state.phase !== 'ended') return [];
  const found = (state.closeout?.removed ?? []).map(({ role }) => role);
  return [...new Set([...state.grant.ask.roles, ...found])];
}

/**
 * The customer reads what was done, who confirmed it, and what is written for them; not our notes, nor which roles of ours
 * it took. That somebody sees to what is not fixed, who, and until when is theirs to know; what they are about to do are
 * our words to each other.
 */
export function theirCloseout<C extends Pick<Closeout, 'removed' | 'notes' | 'productProblem' | 'next'>>(
  closeout: C,
): C {
  return {
    ...closeout,
    removed: closeout.removed.map(({ gone }) =>
      gone ? { role: '', gone, by: '', how: '' } : { role: '', gone },
    ),
    productProblem: '',
    next: closeout.next === null ? null : { ...closeout.next, what: '' },
    notes: '',
  };
}
