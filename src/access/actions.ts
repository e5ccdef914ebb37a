/** What a product says was done in a session. It is kept as it was told, and never changed. */

export const LEVELS = ['read', 'change', 'admin', 'danger'] as const;
export const OUTCOMES = ['done', 'failed', 'denied'] as const;

/** One action, as a product tells of it. */
export interface Action {
  /** The product's id of it: told again, it has no second effect. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly what: string;
  readonly on: string | null;
  /** How far it went. */
  readonly level: (typeof LEVELS)[number];
  readonly outcome: (typeof OUTCOMES)[number];
}

/**
 * Was that done when the session was over, half-open? Then access was still open. What is told of was done by the time
 * that it is told, whatever the product's clock says.
 */
export function isAfterEnd({ at }: Pick<Action, 'at'>, endAt: number, toldAt: number): boolean {
  return Math.min(at, toldAt) >= endAt;
}
