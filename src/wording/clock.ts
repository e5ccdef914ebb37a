import type { Timekeeper } from '../clock.ts';
import { JUMP_MS } from '../clock.ts';
import { lasting } from './durations.ts';
import { inUtc } from './instants.ts';

/** How the app's time and the machine's clock stand, and what is known of it. */
export function clockSays(clock: Pick<Timekeeper, 'ahead' | 'lastJump'>): {
  readonly ok: boolean;
  readonly says: string;
} {
  const ahead = clock.ahead();
  const ok = ahead <= JUMP_MS;
  const stands = ok
    ? 'in step with this machine’s clock'
    : `${span(ahead)} ahead of this machine’s clock; it goes on by the time that passes`;
  const jump = clock.lastJump();
  const jumped =
    jump === null ? '' : `; this machine’s clock went ${jumpWords(jump.byMs)} at ${inUtc(jump.at)}`;
  return { ok, says: `${stands}${jumped}` };
}

/** "back 1 h", "forward 30 s". */
export function jumpWords(byMs: number): string {
  return `${byMs < 0 ? 'back' : 'forward'} ${span(Math.abs(byMs))}`;
}

/** To the second: two clocks are not read at the same millisecond. */
export function span(ms: number): string {
  return lasting(Math.round(ms / 1_000) * 1_000);
}
