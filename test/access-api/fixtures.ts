import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Action } from '../../src/access/actions.ts';
import { isAfterEnd } from '../../src/access/actions.ts';
import type { Batch, RecordActions } from '../../src/access-api/actions.ts';
import type { Question } from '../../src/access-api/api-key.ts';
import { createAccessApi } from '../../src/access-api/app.ts';
import type { Session } from '../../src/access-api/covering.ts';
import type { KeyBook, NewKey } from '../../src/access-api/key-book.ts';
import { openKeyBook } from '../../src/access-api/key-book.ts';
import type { Keyring } from '../../src/keys/keyring.ts';
import { createLog } from '../../src/log.ts';
import { clockAt, keyringOf, MINUTE, NOW } from '../keys/fixtures.ts';
import type { TestClock } from '../keys/fixtures.ts';

/** The whole of what products ask, over sessions that a test puts there; keys are in a real file. */

export const BASE = 'https://tsa.example.com';

/** Sam's session in Northwind: support, for an hour. */
export const SAMS: Session = {
  no: 42,
  tenantId: 'northwind',
  grantee: { slackId: 'U0SAM', email: 'sam@harbor.example', name: 'Sam Rivera' },
  scopeName: 'Support',
  covers: ['read', 'support'],
  reason: 'Login fails for all users since 16:00; reset the login cache.',
  startedAt: NOW,
  expiresAt: NOW + 60 * MINUTE,
};

export const SAM = { type: 'user', id: 'sam@harbor.example' };
export const NORTHWIND = { type: 'tenant', id: 'northwind' };
export const ENTER = { name: 'enter' };

export interface TestAccessApi {
  readonly clock: TestClock;
  readonly sessions: Session[];
  readonly keys: KeyBook;
  readonly keyFile: string;
  readonly keyring: Keyring;
  /** A key of the product for both questions and all tenants. */
  readonly key: string;
  /** What was recorded, by session. */
  readonly recorded: Map<number, Action[]>;
  readonly batches: Batch[];
  /** When a session ended, for those that did. */
  readonly ended: Map<number, number>;
  readonly lines: string[];
  readonly app: ReturnType<typeof createAccessApi>;
  readonly newKey: (what?: Partial<NewKey>) => { readonly id: string; readonly key: string };
  readonly get: (path: string) => Promise<Response>;
  readonly post: (path: string, body: unknown, how?: How) => Promise<Response>;
  /** The sessions cannot be read from now on. */
  readonly breaks: () => void;
}

interface How {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly from?: string;
}

export async function testAccessApi(): Promise<TestAccessApi> {
  const folder = mkdtempSync(join(tmpdir(), 'tsa-test-'));
  const keyFile = join(folder, 'data', 'api-keys.sqlite');
  const keys = openKeyBook(keyFile);
  onTestFinished(() => {
    keys.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const clock = clockAt(NOW + 10 * MINUTE);
  const sessions: Session[] = [SAMS];
  const recorded = new Map<number, Action[]>();
  const batches: Batch[] = [];
  const ended = new Map<number, number>();
  const lines: string[] = [];
  let broken = false;
  let from = '192.0.2.1';
  const recordActions: RecordActions = (batch) => {
    const session = sessions.find(({ no }) => no === batch.requestNo);
    if (session === undefined || !batch.mayAskAbout(session.tenantId)) return Promise.resolve(null);
    const before = recorded.get(batch.requestNo) ?? [];
    const fresh = batch.actions.filter(({ id }) => !before.some((one) => one.id === id));
    recorded.set(batch.requestNo, [...before, ...fresh]);
    batches.push(batch);
    const endAt = ended.get(batch.requestNo) ?? session.expiresAt;
    return Promise.resolve({
      stored: fresh.length,
      repeated: batch.actions.length - fresh.length,
      afterEnd: fresh.filter((action) => isAfterEnd(action, endAt, clock.at)).length,
    });
  };
  const keyring = await keyringOf(clock);
  const app = createAccessApi({
    baseUrl: BASE,
    keys,
    sessionsIn: (tenantId) =>
      broken
        ? Promise.reject(new Error('the disk is gone'))
        : Promise.resolve(sessions.filter((session) => session.tenantId === tenantId)),
    recordActions,
    keyring,
    clock,
    log: createLog('trace', { write: (line: string) => void lines.push(line) }),
    client: () => from,
  });
  const questions: readonly Question[] = ['evaluate', 'report_actions'];
  const newKey: TestAccessApi['newKey'] = (what = {}) =>
    keys.make({ name: 'the console', tenants: 'any', questions, ...what }, clock.at);
  const { key } = newKey();
  return {
    app,
    clock,
    sessions,
    keys,
    keyFile,
    keyring,
    key,
    recorded,
    batches,
    ended,
    lines,
    newKey,
    get: async (path) => app.request(`${BASE}${path}`),
    post: async (path, body, how = {}) => {
      const mine = how.key === undefined ? key : how.key;
      from = how.from ?? '192.0.2.1';
      return app.request(`${BASE}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(mine === null ? {} : { authorization: `Bearer ${mine}` }),
          ...how.headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    },
    breaks: () => {
      broken = true;
    },
  };
}
