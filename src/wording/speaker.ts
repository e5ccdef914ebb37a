/**
 * How one place speaks of what the shared wording cannot spell out by itself: Slack mentions people and shows each
 * reader their own time, a page and a mail give names and UTC.
 */
export interface Speaker {
  /** An actor as the ledger names it, as a reader knows them. */
  readonly who: (actor: string) => string;
  /** An instant. */
  readonly when: (at: number) => string;
  /** A command that the reader can type. */
  readonly command: (words: string) => string;
}

/** Several things: "A", "A and B", "A, B and C". */
export function listed(names: readonly string[], none = 'nobody'): string {
  const last = names.at(-1) ?? none;
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** Several people: "A", "A and B", "A, B and C". */
export function people(users: readonly string[], who: Speaker['who']): string {
  return listed(users.map(who));
}

/** A reason, where there is one, as the end of a sentence. */
export function because(why: string | null): string {
  return why === null ? '' : `, because ${why}`;
}
