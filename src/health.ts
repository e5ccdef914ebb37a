import { sql } from 'kysely';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
import type { Ledger } from './ledger/open.ts';
import type { Views } from './ledger/views.ts';

/** Is this process of use? Answers `GET /healthz` and `GET /readyz`; everything else is somebody else's. */
export type Health = (request: IncomingMessage, response: ServerResponse) => boolean;

interface Check {
  readonly ok: boolean;
  readonly says: string;
}

/** Slack must have been heard of within this. */
const SLACK_SEEN_MS = 60_000;
/** What is due may be this late before it counts as overdue. */
const GRACE_MS = 60_000;
const OWED_MS = 5 * 60_000;

export function createHealth(deps: {
  ledger: Ledger;
  views: Views;
  clock: Clock;
  /** When Slack last answered or called; `null` if never. */
  slackSeenAt: () => number | null;
}): Health {
  return (request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    if (path === '/healthz') {
      answer(response, true, { alive: { ok: true, says: 'running' } });
      return true;
    }
    if (path !== '/readyz') return false;
    readiness(deps)
      .then((checks) => {
        answer(
          response,
          Object.values(checks).every((check) => check.ok),
          checks,
        );
      })
      .catch(() => {
        answer(response, false, { database: { ok: false, says: 'cannot be read' } });
      });
    return true;
  };
}

/** Everything that must be right for people to rely on this process. */
export async function readiness(deps: Parameters<typeof createHealth>[0]): Promise<Record<string, Check>> {
  const now = deps.clock.now();
  const seen = deps.slackSeenAt();
  const late = await deps.views.overdue(now - GRACE_MS);
  const { db } = deps.ledger;
  const owed = await db
    .selectFrom('outbox')
    // What was put off on purpose is late from its time on, not before.
    .select(sql<number | null>`min(case attempts when 0 then next_at else owed_at end)`.as('oldest'))
    .where('state', '=', 'owed')
    .executeTakeFirst();
  const failed = await db
    .selectFrom('outbox')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'failed')
    .executeTakeFirstOrThrow();
  const waits = now - (owed?.oldest ?? now);
  return {
    database: await writable(deps.ledger),
    slack: {
      ok: seen !== null && now - seen <= SLACK_SEEN_MS,
      says: seen === null ? 'never seen' : `seen ${Math.round((now - seen) / 1_000)} s ago`,
    },
    timers: {
      ok: late === 0,
      says: late === 0 ? 'nothing overdue' : `${late} overdue by more than a minute`,
    },
    messages: {
      ok: waits <= OWED_MS,
      says: `the oldest waits for ${Math.round(waits / 1_000)} s; ${failed.count} can never be delivered`,
    },
  };
}

/** More than any page of the database has left: a full disk shows. */
const FILLER = Buffer.alloc(16_384);

/** Really writes, to the disk, and clears it away again. */
async function writable({ db }: Ledger): Promise<Check> {
  try {
    await db.transaction().execute(async (tx) => {
      await tx.insertInto('readiness_probe').values({ filler: FILLER }).execute();
      await tx.deleteFrom('readiness_probe').execute();
    });
    return { ok: true, says: 'writable' };
  } catch (error) {
    return { ok: false, says: error instanceof Error ? error.message : 'not writable' };
  }
}

function answer(response: ServerResponse, ok: boolean, checks: Record<string, Check>): void {
  response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify({ ok, checks })}\n`);
}
