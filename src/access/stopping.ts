import type { Command } from './command.ts';
import type { Refusal } from './refusal.ts';

/** Ending and stopping: what must never wait for Slack. */

const STOPPING: ReadonlySet<Command['type']> = new Set<Command['type']>([
  'end',
  'revoke',
  'report_unexpected',
  'cancel',
]);

/** Does this only ever take access away? Then what was last known of people will do, where Slack is silent. */
export function isStopping({ type }: Pick<Command, 'type'>): boolean {
  return STOPPING.has(type);
}

/**
 * What Slack must have said of people for this: a filing gives nobody anything, and all who act on it are asked about
 * anew, so its word of a few minutes ago will do; stopping goes by its last word where it is silent; anything else takes its
 * current word, or nothing happens.
 */
export function wordNeeded(command: Pick<Command, 'type'>): 'now' | 'lately' | 'last_known' {
  if (command.type === 'file') return 'lately';
  return isStopping(command) ? 'last_known' : 'now';
}

/** In doubt it is stopped: that Slack does not say who somebody is keeps nobody from it. */
export function exceptSilence(refusal: Refusal | null): Refusal | null {
  return refusal?.reason === 'cannot_check' ? null : refusal;
}
