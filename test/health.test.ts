import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Health } from '../src/health.ts';
import { createHealth, whetherWritable } from '../src/health.ts';
import type { Courier, Delivered } from '../src/outbox/delivery.ts';
import { createDispatcher } from '../src/outbox/dispatcher.ts';
import { createTimers } from '../src/timers/timers.ts';
import { file } from './support/access-commands.ts';
import { HOUR, MINUTE, RITA, worldOf } from './support/access-fixtures.ts';
import type { TestLedger } from './support/test-ledger.ts';
import { announceAt, testLedger } from './support/test-ledger.ts';

const body = z.object({
  ok: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), says: z.string() })),
});

interface Probe {
  readonly g: TestLedger;
  /** When Slack was last heard of. */
  seenAt: number;
  /** Since when there is no connection to it. */
  downSince: number | null;
  /** What is said of Slack. */
  ofSlack(): Promise<string>;
  ask(path: string, method?: string): Promise<Response>;
  /** The status, and which checks are not right: looked at anew. */
  ready(): Promise<readonly [number, ...string[]]>;
  /** What is said of the database. */
  ofTheDatabase(): Promise<string>;
}

async function probe(): Promise<Probe> {
  const g = testLedger();
  const { ledger, views, clock } = g;
  const begun = (): Health => createHealth({ ledger, views, clock, slack: () => self });
  let health = begun();
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
    downSince: null,
    ask: (path, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method }),
    async ready() {
      health = begun();
      const response = await self.ask('/readyz');
      const { ok, checks } = body.parse(await response.json());
      expect(ok).toBe(response.status === 200);
      return [response.status, ...Object.keys(checks).filter((name) => checks[name]?.ok !== true)];
    },
    async ofSlack() {
      health = begun();
      return body.parse(await (await self.ask('/readyz')).json()).checks['slack']?.says ?? '';
    },
    async ofTheDatabase() {
      health = begun();
      return body.parse(await (await self.ask('/readyz')).json()).checks['database']?.says ?? '';
    },
  };
  return self;
}

it('Says that it lives as long as it runs, and leaves every other path to others', async () => {
  const p = await probe();
  p.downSince = p.g.clock.now();
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
  p.seenAt = p.g.clock.now();
  expect(await p.ready()).toEqual([200]);
  p.downSince = p.seenAt;
  p.g.clock.turn(5 * MINUTE);
  expect(await p.ready()).toEqual([503, 'slack']);
  expect(await p.ofSlack()).toBe(`down since ${new Date(p.seenAt).toISOString()}`);
  Object.assign(p, { seenAt: p.g.clock.now(), downSince: null });
  expect(await p.ready()).toEqual([200]);
  expect(await p.ofSlack()).toBe('seen 0 s ago');
});

it('Is not ready while something is overdue by more than a minute, or a message waits for more than five', async () => {
  const p = await probe();
  const { ledger, views, handler, clock, log } = p.g;
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
  const dispatcher = createDispatcher({ ledger, clock, courier, log, announceAt });
  onTestFinished(() => dispatcher.stop(0));
  await dispatcher.start();
  await dispatcher.settled();
  expect(await p.ready()).toEqual([200]);

  turn(4 * HOUR);
  expect(await p.ready()).toEqual([503, 'timers']);
  await createTimers({ handler, views, clock, log, world: () => world }).tick();
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

it('Is not ready while its time is ahead of the machine’s clock by more than five seconds, and says since when', async () => {
  const p = await probe();
  const { machine } = p.g.clock;
  // It is looked at anew after a second.
  const says = async (): Promise<string> => {
    p.g.clock.turn(1_000);
    p.seenAt = p.g.clock.now();
    const response = await p.ask('/readyz');
    return body.parse(await response.json()).checks['clock']?.says ?? '';
  };
  expect(await says()).toBe('in step with this machine’s clock');
  machine.isSet(-5_000);
  expect(await says()).toBe('in step with this machine’s clock');
  machine.isSet(5_000);
  p.g.clock.now();
  machine.isSet(-HOUR);
  expect(await says()).toBe(
    '1 h ahead of this machine’s clock; it goes on by the time that passes; this machine’s clock went back 1 h at 2 Mar 09:00 UTC',
  );
  expect(await p.ready()).toEqual([503, 'clock']);
  machine.isSet(HOUR);
  expect(await says()).toBe(
    'in step with this machine’s clock; this machine’s clock went forward 1 h at 2 Mar 09:00 UTC',
  );
  expect(await p.ready()).toEqual([200]);
});

it('Is ready again although a place takes nothing, or is gone: that is told to people, and said here', async () => {
  const p = await probe();
  const { ledger, clock, log } = p.g;
  const no = await p.g.given(RITA, file());
  const answers: Delivered[] = [
    { kind: 'failed', why: 'user_disabled' },
    { kind: 'refused', why: 'channel_not_found' },
  ];
  const courier: Courier = { deliver: () => Promise.resolve(answers.shift() ?? { kind: 'sent' }) };
  const dispatcher = createDispatcher({ ledger, clock, courier, log, announceAt });
  onTestFinished(() => dispatcher.stop(0));
  await p.g.handler.owe('greeting', [
    { key: 'c', destination: 'channel:CGONE', message: { kind: 'card', no } },
  ]);
  await dispatcher.start();
  await dispatcher.settled();
  expect(p.g.count("select count(*) from outbox where state = 'owed'")).toBe(1);
  clock.turn(6 * MINUTE);
  p.seenAt = clock.now();
  expect(await p.ready()).toEqual([200]);
  const said = body.parse(await (await p.ask('/readyz')).json()).checks['messages']?.says;
  expect(said).toBe('the oldest waits for 0 s; places that take none: 1; refused for good: 1');
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
  expect(await p.ofTheDatabase()).toMatch(/^the disk is full: the ledger cannot grow/);
  const greetings = async (): Promise<void> => {
    for (let n = 0; ; n += 1)
      await p.g.handler.owe('greeting', [
        { key: `hello:${n}`, destination: 'channel:C1', message: { kind: 'greeting' } },
      ]);
  };
  // The cause is told, not that there was nothing left to take back.
  await expect(greetings()).rejects.toMatchObject({ code: 'SQLITE_FULL' });
  raw.pragma('max_page_count = 1073741823');
  expect(await p.ready()).toEqual([200]);
  raw.pragma('query_only = on');
  expect(await p.ready()).toEqual([503, 'database']);
  expect(await p.ofTheDatabase()).toMatch(/readonly/);
  raw.pragma('query_only = off');
  expect(await p.ready()).toEqual([200]);
  expect(raw.inTransaction).toBe(false);
});

it('Is not ready when the database cannot even be read', async () => {
  const p = await probe();
  p.g.ledger.raw.exec('drop table outbox');
  expect(await p.ready()).toEqual([503, 'database']);
});

it('Is looked at once a second at most and once at a time, however many ask', async () => {
  const p = await probe();
  const looks = (): number => p.g.count('select total_changes()');
  const before = looks();
  const answers = await Promise.all(Array.from({ length: 128 }, () => p.ask('/readyz')));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 128 }, () => 200));
  // Written, and cleared away.
  expect(looks() - before).toBe(2);
  p.downSince = p.g.clock.now();
  p.g.clock.turn(999);
  expect((await p.ask('/readyz')).status).toBe(200);
  expect(looks() - before).toBe(2);
  p.g.clock.turn(1);
  expect((await p.ask('/readyz')).status).toBe(503);
  expect(looks() - before).toBe(4);
});

it('Says that the disk is full before the last of it is written, and whatever the error is called', () => {
  const little = whetherWritable(12_000_000, null);
  expect(little.ok).toBe(false);
  expect(little.says).toMatch(/^the disk is full: 11\.4 MB/);
  const none = whetherWritable(0, new Error('disk I/O error'));
  expect(none.says).toMatch(/^the disk is full: 0 MB/);
  const quota = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  expect(whetherWritable(5e9, quota).says).toMatch(
    /^the disk is full: the ledger cannot grow, though 4,768\.4 MB/,
  );
  expect(whetherWritable(5e9, new Error('disk I/O error'))).toEqual({ ok: false, says: 'disk I/O error' });
  expect(whetherWritable(5e9, null)).toEqual({ ok: true, says: 'writable' });
});
