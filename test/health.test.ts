import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createHealth } from '../src/health.ts';
import { createDispatcher } from '../src/outbox/dispatcher.ts';
import { createTimers } from '../src/timers/timers.ts';
import { file } from './access/acts.ts';
import { HOUR, MINUTE, RITA, worldOf } from './access/fixtures.ts';
import type { Ground } from './ledger/ground.ts';
import { ground } from './ledger/ground.ts';

const body = z.object({
  ok: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), says: z.string() })),
});

interface Probe {
  readonly g: Ground;
  /** When Slack was last heard of. */
  seenAt: number | null;
  ask(path: string, method?: string): Promise<Response>;
  /** The status, and which checks are not right. */
  ready(): Promise<readonly [number, ...string[]]>;
}

async function probe(): Promise<Probe> {
  const g = ground();
  const { ledger, views, clock } = g;
  const health = createHealth({ ledger, views, clock, slackSeenAt: () => self.seenAt });
  const server = createServer((request, response) => {
    if (!health(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const self: Probe = {
    g,
    seenAt: clock.now(),
    ask: (path, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method }),
    async ready() {
      const response = await self.ask('/readyz');
      const { ok, checks } = body.parse(await response.json());
      expect(ok).toBe(response.status === 200);
      return [response.status, ...Object.keys(checks).filter((name) => checks[name]?.ok !== true)];
    },
  };
  return self;
}

it('Says that it lives as long as it runs, and leaves every other path to others', async () => {
  const p = await probe();
  p.seenAt = null;
  expect((await p.ask('/healthz')).status).toBe(200);
  expect((await p.ask('/healthz?x=1', 'HEAD')).status).toBe(200);
  expect((await p.ask('/healthz', 'POST')).status).toBe(404);
  expect((await p.ask('/slack/events')).status).toBe(404);
});

it('Is not ready while Slack was not heard of for more than a minute, and ready again when it is', async () => {
  const p = await probe();
  expect(await p.ready()).toEqual([200]);
  p.g.clock.turn(MINUTE);
  expect(await p.ready()).toEqual([200]);
  p.g.clock.turn(1);
  expect(await p.ready()).toEqual([503, 'slack']);
  p.seenAt = null;
  expect(await p.ready()).toEqual([503, 'slack']);
  p.seenAt = p.g.clock.now();
  expect(await p.ready()).toEqual([200]);
});

it('Is not ready while something is overdue by more than a minute, or a message waits for more than five', async () => {
  const p = await probe();
  const { ledger, views, door, clock, log } = p.g;
  const world = worldOf();
  await p.g.given(RITA, file());
  const turn = (ms: number): void => {
    clock.turn(ms);
    p.seenAt = clock.now();
  };
  turn(5 * MINUTE);
  expect(await p.ready()).toEqual([200]);
  turn(1);
  expect(await p.ready()).toEqual([503, 'messages']);
  const courier = { deliver: () => Promise.resolve({ kind: 'sent' } as const) };
  const dispatcher = createDispatcher({ ledger, clock, courier, log, alertChannel: 'CALERT' });
  onTestFinished(() => dispatcher.stop(0));
  await dispatcher.start();
  await dispatcher.settled();
  expect(await p.ready()).toEqual([200]);

  turn(4 * HOUR);
  expect(await p.ready()).toEqual([503, 'timers']);
  await createTimers({ door, views, clock, log, world: () => world }).tick();
  dispatcher.wake();
  await dispatcher.settled();
  expect(await p.ready()).toEqual([200]);
});

it('Is ready while a message waits for its own time, and not when that has passed by more than five minutes', async () => {
  const p = await probe();
  const { ledger, clock } = p.g;
  const turn = (ms: number): void => {
    clock.turn(ms);
    p.seenAt = clock.now();
  };
  await p.g.given(RITA, file());
  ledger.raw.prepare('update outbox set next_at = owed_at + ?').run(10 * MINUTE);
  turn(15 * MINUTE);
  expect(await p.ready()).toEqual([200]);
  turn(1);
  expect(await p.ready()).toEqual([503, 'messages']);
});

it('Is not ready while nothing can be written', async () => {
  const p = await probe();
  const { raw } = p.g.ledger;
  const fill = raw.prepare('insert into delivery values (hex(randomblob(8)), 0, hex(zeroblob(3000)))');
  raw.pragma(`max_page_count = ${p.g.count('select page_count from pragma_page_count')}`);
  // Full is full: not only for large things.
  expect(() => {
    for (;;) fill.run();
  }).toThrow('full');
  expect(await p.ready()).toEqual([503, 'database']);
  raw.pragma('max_page_count = 1073741823');
  expect(await p.ready()).toEqual([200]);
  raw.pragma('query_only = on');
  expect(await p.ready()).toEqual([503, 'database']);
  raw.pragma('query_only = off');
  expect(await p.ready()).toEqual([200]);
  expect(raw.inTransaction).toBe(false);
});

it('Is not ready when the database cannot even be read', async () => {
  const p = await probe();
  p.g.ledger.raw.exec('drop table outbox');
  expect(await p.ready()).toEqual([503, 'database']);
});
