import type { EventOf } from '../access/event.ts';
import { lasting } from './durations.ts';
import type { Speaker } from './speaker.ts';

/** What is different in a request that was edited: each part as it was, and as it is. */

/** How one who speaks writes what somebody typed. */
interface Writer extends Pick<Speaker, 'when'> {
  readonly text: (said: string) => string;
}

/** A line for each part that is not as it was. */
export function changedParts(
  { was, ...is }: Pick<EventOf<'request.edited'>, 'ask' | 'reason' | 'caseRef' | 'was'>,
  { when, text }: Writer,
): readonly string[] {
  const start = (at: number | null): string => (at === null ? 'at once' : when(at));
  const lines = (all: readonly string[]): string =>
    all.length === 0 ? 'nothing named' : text(all.join('; '));
  const parts: readonly (readonly [string, string, string])[] = [
    ['Scope', text(was.ask.scope.name), text(is.ask.scope.name)],
    ['For', lasting(was.ask.durationMs), lasting(is.ask.durationMs)],
    ['Not before', start(was.ask.notBefore), start(is.ask.notBefore)],
    ['Allowed', lines(was.ask.allowedActions), lines(is.ask.allowedActions)],
    ['Off limits', lines(was.ask.offLimits), lines(is.ask.offLimits)],
    ['Roles', lines(was.ask.roles), lines(is.ask.roles)],
    ['Case', lines([was.caseRef].filter(Boolean)), lines([is.caseRef].filter(Boolean))],
    ['Reason', text(was.reason), text(is.reason)],
  ];
  return parts
    .filter(([, before, after]) => before !== after)
    .map(([name, before, after]) => `${name}: ${before} → ${after}`);
}
