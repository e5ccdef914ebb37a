import type { Owed } from './message.ts';

/**
 * What must be brought up to date beside what is owed already: a request is also shown where it has no place any more.
 * Whoever stood in for a week, was offered what another took, or left the policy, keeps no button that does nothing. Pure.
 */
export function oweTidying(
  no: number,
  version: number,
  shownAt: readonly string[],
  owed: readonly Owed[],
): readonly Owed[] {
  const served = new Set(owed.filter(({ message }) => message.kind === 'card').map((one) => one.destination));
  return shownAt.filter((place) => !served.has(place)).map((place) => tidyAt(no, String(version), place));
}

/** The delivery to tidy up there; the same occasion once. */
export function tidyAt(no: number, occasion: string, destination: string): Owed {
  return { key: `tidy:${no}:${occasion}:${destination}`, destination, message: { kind: 'tidy', no } };
}
