import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../src/database.ts';
import type { World } from '../src/access/people.ts';
import type { Policy } from '../src/access/policy.ts';
import { createTenantIndex } from '../src/policy/tenant-catalogue.ts';
import { found, TENANTS, worldOf } from './company.ts';
import { bytesPerChange, changesRig, plainRows } from './changes.ts';
import { endAtOnce } from './due.ts';
import { fill } from './fill.ts';
import type { Burst } from './http.ts';
import { createClient, launchApp, launchBare, slackTold } from './live.ts';
import type { Program } from './live.ts';
import { typedWords } from './payloads.ts';
import { launch } from './processes.ts';
import { soak } from './soak.ts';
import type { Pair, Row } from './stats.ts';
import { alternate, quantile, tableOf, toRow } from './stats.ts';

/**
 * `npm run bench`: every row against a baseline measured in the same run, in alternation; figures are medians over the
 * rounds. `--quick` does the same with less of everything, in under a minute. `soak [minutes]` is something else: whether
 * it is as quick after half an hour as it was at the beginning.
 */

const QUICK = process.argv.includes('--quick');
const SIZE = QUICK
  ? {
      rounds: 3,
      lives: 40,
      rows: 400,
      acks: 500,
      filings: 60,
      typed: 30,
      events: 20_000,
      due: 300,
      starts: 1,
    }
  : {
      rounds: 5,
      lives: 200,
      rows: 1_500,
      acks: 3_000,
      filings: 400,
      typed: 120,
      events: 1_000_000,
      due: 2_000,
      starts: 5,
    };
const IN_FLIGHT = 32;
/** People who type at the very same moment. */
const TYPING = 4;
const SLOWER_AT_MOST = 1.1;
const IDLE_AFTER_MS = 1_500;
const SOAK_MINUTES = 30;

const build = new URL('../build/', import.meta.url).pathname;
mkdirSync(build, { recursive: true });
// Beside the sources, not in a temporary folder: that may be memory, where a flush costs nothing.
const folder = mkdtempSync(join(build, 'bench-'));
const rows: Row[] = [];
const soaking = process.argv.indexOf('soak');
try {
  if (soaking === -1) await everything();
  else rows.push(...(await soak(folder, Number(process.argv[soaking + 1] ?? SOAK_MINUTES))));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
rows.sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
console.log(tableOf(rows));
const about = {
  at: new Date().toISOString(),
  quick: QUICK,
  node: process.version,
  cpus: cpus().map((cpu) => cpu.model),
};
const report = soaking === -1 ? 'bench.json' : 'soak.json';
writeFileSync(join(build, report), `${JSON.stringify({ ...about, rows }, null, 2)}\n`);

async function everything(): Promise<void> {
  const { path, policy } = found(folder);
  const world = worldOf(policy);
  say('writing the old ledger');
  const full = join(folder, 'full.sqlite');
  const began = performance.now();
  const events = await fill(full, SIZE.events, policy);
  say(`${events.toLocaleString('en')} events in ${Math.round((performance.now() - began) / 1_000)} s`);
  await benchChanges(world, full, events);
  await benchDue(world);
  benchIndex(policy);
  await benchHttp(path, full, events);
}

async function benchChanges(world: World, full: string, events: number): Promise<void> {
  say('(a) the handler');
  const young = openDatabase(join(folder, 'young.sqlite'));
  const old = openDatabase(full);
  const rigs = { young: changesRig(young, world), old: changesRig(old, world) };
  await rigs.young.run(SIZE.lives, IN_FLIGHT);
  await rigs.old.run(SIZE.lives, IN_FLIGHT);
  const bytes = bytesPerChange(young);
  const plain = plainRows(folder, bytes);
  plain.run(SIZE.rows);
  const against = `plain rows of ${bytes} B, a FULL transaction each`;
  const unit = 'changes/s';
  for (const [inFlight, what, target] of [
    [IN_FLIGHT, `changes through the handler, ${IN_FLIGHT} in flight`, { ratioAtLeast: 0.45 }],
    [1, 'changes through the handler, one at a time', null],
  ] as const) {
    const lives = inFlight === 1 ? Math.ceil(SIZE.lives / 3) : SIZE.lives;
    const pairs = await alternate(
      SIZE.rounds,
      () => rigs.young.run(lives, inFlight),
      () => Promise.resolve(plain.run(SIZE.rows)),
    );
    rows.push(toRow({ id: `a${inFlight}`, what, unit, against }, pairs, target));
  }
  const aged = await alternate(
    SIZE.rounds,
    () => rigs.old.run(SIZE.lives, IN_FLIGHT),
    () => rigs.young.run(SIZE.lives, IN_FLIGHT),
  );
  rows.push(older('f-a', `(a) after ${count(events)} events: time per change`, aged.map(inverse), 'ms'));
  plain.close();
  await young.close();
  await old.close();
}

async function benchDue(world: World): Promise<void> {
  say('(d) many ends at one instant');
  const plain = plainRows(mkdtempSync(join(folder, 'plain-')), 1_000);
  const runs = await alternate(
    Math.min(SIZE.rounds, 5),
    () => endAtOnce(folder, world, SIZE.due),
    () => Promise.resolve((SIZE.due * 1_000) / plain.run(SIZE.due)),
  );
  plain.close();
  const early = runs.flatMap(([late]) => late).filter((late) => late < 0).length;
  const against = `as many plain rows, a FULL transaction each`;
  for (const [n, name, of] of [
    [1, 'p50', (late: readonly number[]) => quantile(late, 0.5)],
    [2, 'p99', (late: readonly number[]) => quantile(late, 0.99)],
    [3, 'latest', (late: readonly number[]) => Math.max(...late)],
  ] as const) {
    const what = `${count(SIZE.due)} sessions end at one instant: lateness, ${name}`;
    const pairs = runs.map(([late, ms]): Pair => [of(late), ms]);
    const target = n === 3 ? { says: `none early (${early} were)`, holds: early === 0 } : null;
    rows.push(toRow({ id: `d${n}`, what, unit: 'ms', against }, pairs, target));
  }
}

function benchIndex(policy: Policy): void {
  say('(e) the index of tenants');
  const tenants = [...policy.tenants.values()];
  const index = createTenantIndex(tenants);
  const words = typedWords(SIZE.typed);
  const names = tenants.map((tenant) => tenant.name.toLowerCase());
  const time = (work: (typed: string) => unknown): number =>
    quantile(
      words.map((typed) => {
        const from = performance.now();
        work(typed);
        return performance.now() - from;
      }),
      0.99,
    );
  const pairs = Array.from({ length: SIZE.rounds }, (): Pair => [
    time((typed) => index.search(typed, 100)),
    time((typed) => names.filter((name) => name.includes(typed))),
  ]);
  const what = `search among ${count(TENANTS)} tenants, p99`;
  rows.push(
    toRow({ id: 'e1', what, unit: 'ms', against: 'name.includes over all of them' }, pairs, { below: 50 }),
  );
}

async function benchHttp(policy: string, full: string, events: number): Promise<void> {
  say('(g) starting');
  const slack = await launch('./slack.ts', [], {}, slackTold);
  const small = new URL('../sandbox/policy.yml', import.meta.url).pathname;
  const born = async (start: () => Promise<Program>): Promise<{ ready: number; rss: number }> => {
    const program = await start();
    await sleep(IDLE_AFTER_MS);
    const rss = program.rss();
    await program.stop();
    return { ready: program.readyMs, rss };
  };
  let n = 0;
  const fresh = (): string => join(folder, `start-${(n += 1)}.sqlite`);
  for (const [id, which, most, start] of [
    ['1', 'example policy, new ledger', [2, 1.4], () => launchApp(slack.told, small, fresh())],
    [
      '2',
      `${count(TENANTS)} tenants, ${count(events)} events`,
      [3, 1.8],
      () => launchApp(slack.told, policy, full),
    ],
  ] as const) {
    const pairs = await alternate(
      SIZE.starts,
      () => born(start),
      () => born(() => launchBare(slack.told)),
    );
    const against = 'bare Bolt app';
    rows.push(
      toRow(
        { id: `g${id}a`, what: `start to ready: ${which}`, unit: 'ms', against },
        pairs.map(([a, b]): Pair => [a.ready, b.ready]),
        { ratioAtMost: most[0] },
      ),
      toRow(
        { id: `g${id}b`, what: `memory, idle: ${which}`, unit: 'MB', against },
        pairs.map(([a, b]): Pair => [a.rss, b.rss]),
        { ratioAtMost: most[1] },
      ),
    );
  }

  const client = createClient(slack);
  const youngDb = join(folder, 'served.sqlite');
  const bare = await launchBare(slack.told);
  const young = await launchApp(slack.told, policy, youngDb);
  const old = await launchApp(slack.told, policy, full);
  const { rounds, acks, filings, typed } = SIZE;
  const against = 'bare Bolt app that only acks';
  const at = `${IN_FLIGHT} in flight`;

  say('(b) slash commands');
  for (const program of [young, bare]) await client.commands(program, acks, IN_FLIGHT, '');
  const b = await alternate(
    rounds,
    () => client.commands(young, acks, IN_FLIGHT, 'Temporary support access'),
    () => client.commands(bare, acks, IN_FLIGHT, ''),
  );
  rows.push(
    toRow({ id: 'b1', what: `/tsa help acked, ${at}`, unit: 'acks/s', against }, b.map(rate), {
      ratioAtLeast: 0.8,
    }),
    toRow({ id: 'b2', what: `/tsa help acked, ${at}, p99`, unit: 'ms', against }, b.map(p99), {
      ratioAtMost: 1.5,
    }),
  );

  say('(c) modal submissions');
  await client.filings(young, youngDb, filings, IN_FLIGHT);
  await client.bareFilings(bare, acks, IN_FLIGHT);
  const c = await alternate(
    rounds,
    () => client.filings(young, youngDb, filings, IN_FLIGHT),
    () => client.bareFilings(bare, filings, IN_FLIGHT),
  );
  rows.push(
    toRow({ id: 'c1', what: `request filed and acked, ${at}`, unit: 'acks/s', against }, c.map(rate), {
      ratioAtLeast: 0.4,
    }),
    toRow({ id: 'c2', what: `request filed and acked, ${at}, p99`, unit: 'ms', against }, c.map(p99), {
      ratioAtMost: 2,
    }),
  );

  say('(e) typing over HTTP');
  await client.typing(young, typed, TYPING, '"options"');
  await client.typing(bare, typed, TYPING, '"options"');
  const e = await alternate(
    rounds,
    () => client.typing(young, typed, TYPING, '"options"'),
    () => client.typing(bare, typed, TYPING, '"options"'),
  );
  rows.push(
    toRow(
      { id: 'e2', what: `typeahead over HTTP, ${TYPING} in flight, p99`, unit: 'ms', against },
      e.map(p99),
      { below: 8 },
    ),
  );

  say('(f) again on the old ledger');
  await client.filings(old, full, filings, IN_FLIGHT);
  await client.typing(old, typed, TYPING, '"options"');
  const fc = await alternate(
    rounds,
    () => client.filings(old, full, filings, IN_FLIGHT),
    () => client.filings(young, youngDb, filings, IN_FLIGHT),
  );
  const fe = await alternate(
    rounds,
    () => client.typing(old, typed, TYPING, '"options"'),
    () => client.typing(young, typed, TYPING, '"options"'),
  );
  rows.push(
    older('f-c', `(c) after ${count(events)} events: time per request`, fc.map(rate).map(inverse), 'ms'),
    older('f-e', `(e) after ${count(events)} events: p99`, fe.map(p99), 'ms'),
  );
  for (const program of [young, old, bare, slack]) await program.stop();
}

function older(id: string, what: string, pairs: readonly Pair[], unit: string): Row {
  return toRow({ id, what, unit, against: 'the same, new ledger' }, pairs, { ratioAtMost: SLOWER_AT_MOST });
}

function rate([one, other]: readonly [Burst, Burst]): Pair {
  return [one.perSecond, other.perSecond];
}

function p99([one, other]: readonly [Burst, Burst]): Pair {
  return [one.p99, other.p99];
}

/** A rate per second as milliseconds each. */
function inverse([one, other]: Pair): Pair {
  return [1_000 / one, 1_000 / other];
}

function count(many: number): string {
  return many.toLocaleString('en');
}

function say(what: string): void {
  console.error(`bench: ${what}`);
}
