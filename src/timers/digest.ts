import { Cron } from 'croner';
import { DateTime } from 'luxon';
import type { Logger } from 'pino';
import type { Policy } from '../access/policy.ts';
import type { Clock } from '../clock.ts';
import { createAlarm } from '../clock.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import type { Views } from '../ledger/views.ts';
import { inChannel } from '../access/ids.ts';

/** A week's digest: the week it stands for, and the time it covers (half-open, milliseconds since 1970). */
export interface DigestWeek {
  readonly week: string;
  readonly from: number;
  readonly until: number;
}

const WEEK_MS = 7 * 24 * 60 * 60_000;
/** A missed digest is made up for while it is still news. */
const WEEKS_BACK = 2;

/**
 * The digest that should have been posted last, given the schedule: it covers the time from the last one that was
 * posted (or the week before, or the beginning of the ledger) to its own moment. `null` if there is none to post.
 */
export function digestDue(
  { digest, timeZone }: Pick<Policy, 'digest' | 'timeZone'>,
  posted: { readonly last: { week: string; until_at: number } | null; readonly firstEventAt: number | null },
  now: number,
): DigestWeek | null {
  if (posted.firstEventAt === null) return null;
  const moment = lastMoment(digest.cron, timeZone, now);
  if (moment === null || moment <= posted.firstEventAt) return null;
  const week = isoWeek(moment, timeZone);
  if (posted.last !== null && (posted.last.until_at >= moment || posted.last.week === week)) return null;
  return {
    week,
    from: posted.last?.until_at ?? Math.min(posted.firstEventAt, moment - WEEK_MS),
    until: moment,
  };
}

/** When the next digest is scheduled. */
export function nextDigestAt(
  { digest, timeZone }: Pick<Policy, 'digest' | 'timeZone'>,
  now: number,
): number | null {
  return (
    new Cron(digest.cron, { timezone: timeZone, paused: true }).nextRun(new Date(now))?.getTime() ?? null
  );
}

/** The ISO 8601 week of an instant, in a zone: `2026-W53`. */
export function isoWeek(at: number, zone: string): string {
  return DateTime.fromMillis(at, { zone }).toFormat("kkkk-'W'WW");
}

/** The last scheduled moment that is not after `now`; of several in one ISO week, the first. */
function lastMoment(cron: string, timeZone: string, now: number): number | null {
  const schedule = new Cron(cron, { timezone: timeZone, paused: true });
  const thisWeek = DateTime.fromMillis(now, { zone: timeZone }).startOf('week');
  for (let back = 0; back <= WEEKS_BACK; back += 1) {
    const start = thisWeek.minus({ weeks: back }).toMillis();
    const first = schedule.nextRun(new Date(start - 1))?.getTime() ?? Infinity;
    if (first <= now && isoWeek(first, timeZone) === isoWeek(start, timeZone)) return first;
  }
  return null;
}

/** Posts the digest once for each ISO week, also after a stop. */
export function createDigestTimer(deps: {
  handler: CommandHandler;
  views: Views;
  clock: Clock;
  log: Logger;
  policy: Policy;
}): {
  start(): void;
  tick(): Promise<void>;
  stop(): Promise<void>;
} {
  const { handler, views, clock, log, policy } = deps;
  let running = Promise.resolve();
  let stopped = true;
  const alarm = createAlarm(clock, () => {
    running = look();
  });

  async function tick(): Promise<void> {
    const due = digestDue(policy, await views.digests(), clock.now());
    if (due === null) return;
    const destination = inChannel(policy.channels.review);
    await handler.recordDigest(due, {
      key: `digest:${due.week}`,
      destination,
      message: { kind: 'digest', week: due.week },
    });
  }

  async function look(): Promise<void> {
    try {
      await tick();
    } catch (error) {
      log.error({ error }, 'the weekly digest could not be recorded; trying again');
    }
    if (!stopped)
      alarm.set(Math.min(nextDigestAt(policy, clock.now()) ?? Infinity, clock.now() + 60 * 60_000));
  }

  return {
    start() {
      stopped = false;
      running = look();
    },
    tick,
    async stop() {
      stopped = true;
      alarm.clear();
      await running;
    },
  };
}
