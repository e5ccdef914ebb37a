import { statfs } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { clockSays } from './wording/clock.ts';
import type { Clock, Timekeeper } from './clock.ts';
import type { Ledger } from './ledger/open.ts';
import { WAL_BYTES } from './ledger/open.ts';
import { numbersNotClosed } from './ledger/product-accesses.ts';
import type { Views } from './ledger/views.ts';
import { readFigures } from './outbox/look.ts';

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
/** However many ask, it is looked at once in so long: each look writes. */
const LOOK_EVERY_MS = 1_000;

export function createHealth(deps: {
  ledger: Ledger;
  views: Views;
  clock: Timekeeper;
  /** When Slack last answered or called, and since when there is no connection to it; `null` while there is. */
  slack: () => { readonly seenAt: number; readonly downSince: number | null };
}): Health {
  const look = onceInAWhile(deps.clock, () => readiness(deps));
  return (request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    if (path === '/healthz') {
      answer(response, true, { alive: { ok: true, says: 'running' } });
      return true;
    }
    if (path !== '/readyz') return false;
    look()
      .then((checks) => {
        answer(
          response,
          Object.values(checks).every((check) => check.ok),
          checks,
        );
      })
      .catch((error: unknown) => {
        answer(response, false, { database: { ok: false, says: `cannot be read: ${wordsOf(error)}` } });
      });
    return true;
  };
}

/** Whoever asks while it is being looked at, or just after, is given that answer. */
function onceInAWhile<T>(clock: Clock, look: () => Promise<T>): () => Promise<T> {
  let last: { readonly answer: Promise<T>; doneAt: number } | null = null;
  return () => {
    const now = clock.now();
    if (last !== null && now - last.doneAt < LOOK_EVERY_MS) return last.answer;
    const current = { answer: look(), doneAt: Infinity };
    const done = (): void => {
      current.doneAt = clock.now();
    };
    current.answer.then(done, done);
    last = current;
    return current.answer;
  };
}

/** Everything that must be right for people to rely on this process. */
export async function readiness(deps: Parameters<typeof createHealth>[0]): Promise<Record<string, Check>> {
  const now = deps.clock.now();
  const { seenAt, downSince } = deps.slack();
  const unseenMs = now - seenAt;
  const late = await deps.views.overdue(now - GRACE_MS);
  const { waitsSince, refusing, failed, untold } = await readFigures(deps.ledger.db);
  const waits = now - (waitsSince ?? now);
  const notGone = await numbersNotClosed(deps.ledger.reader);
  return {
    database: await writable(deps.ledger),
    slack: {
      ok: downSince === null && unseenMs <= SLACK_SEEN_MS,
      says:
        downSince === null
          ? `seen ${Math.round(unseenMs / 1_000)} s ago`
          : `down since ${new Date(downSince).toISOString()}`,
    },
    timers: {
      ok: late === 0,
      says: late === 0 ? 'nothing overdue' : `${late} overdue by more than a minute`,
    },
    products: {
      ok: notGone.length === 0,
      says:
        notGone.length === 0
          ? 'nothing is open that should be gone'
          : `not confirmed gone: ${notGone.map((no) => `TSA-${no}`).join(', ')}`,
    },
    clock: clockSays(deps.clock),
    messages: {
      // What was refused for good is told to people; where nobody could be told, this is where it shows.
      ok: waits <= OWED_MS && untold === 0,
      says: `the oldest waits for ${Math.round(waits / 1_000)} s; places that take none: ${refusing}; refused for good: ${failed}${untold === 0 ? '' : ', and nobody could be told'}`,
    },
  };
}

/** More than any page of the database has left: a full disk shows. */
const FILLER = Buffer.alloc(16_384);
const MEGABYTE = 1_048_576;

/** Really writes, to the disk, and clears it away again. */
async function writable({ db, path }: Ledger): Promise<Check> {
  const { bavail, bsize } = await statfs(dirname(path));
  try {
    await db.transaction().execute(async (tx) => {
      await tx.insertInto('readiness_probe').values({ filler: FILLER }).execute();
      await tx.deleteFrom('readiness_probe').execute();
    });
    return whetherWritable(bavail * bsize, null);
  } catch (error) {
    return whetherWritable(bavail * bsize, error);
  }
}

/** What a try to write amounts to, with so many bytes left on the disk. */
export function whetherWritable(left: number, error: unknown): Check {
  const megabytes = (left / MEGABYTE).toLocaleString('en', { maximumFractionDigits: 1 });
  const full = (why: string): Check => ({
    ok: false,
    says: `the disk is full: ${why}. Make room; it goes on by itself`,
  });
  // A little can still be written where the file has room already, but not for long.
  if (left < WAL_BYTES) return full(`${megabytes} MB are left where the ledger is`);
  if (FULL.has(codeOf(error)))
    return full(`the ledger cannot grow, though ${megabytes} MB are left; is there a quota?`);
  return error === null ? { ok: true, says: 'writable' } : { ok: false, says: wordsOf(error) };
}

/** What SQLite, and what the system, say when there is no room left (sqlite.org/rescode.html). */
const FULL: ReadonlySet<string> = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT']);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}

function answer(response: ServerResponse, ok: boolean, checks: Record<string, Check>): void {
  response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify({ ok, checks })}\n`);
}
