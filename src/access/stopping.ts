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

/** In doubt it is stopped: that Slack does not say who somebody is keeps nobody from it. */
export function exceptSilence(refusal: Refusal | null): Refusal | null {
  return refusal?.reason === 'cannot_check' ? null : refusal;
}
