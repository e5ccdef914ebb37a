import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  backUpDatabase,
  createHandler,
  openDatabase,
  restoreDatabase,
  verifyDatabase,
} from '../../src/database.ts';
import type { World } from '../../src/access/people.ts';
import type { Access } from '../../src/access/state.ts';
import type { CommandHandler } from '../../src/ledger/command-handler.ts';
import type { OwnLedger } from '../../src/ledger/open.ts';
import type { Views } from '../../src/ledger/views.ts';
import { createViews } from '../../src/ledger/views.ts';
import { createLog } from '../../src/log.ts';
import type { Courier, Delivery } from '../../src/outbox/delivery.ts';
import { createDispatcher } from '../../src/outbox/dispatcher.ts';
import { MAIL_IN_DOUBT, mailsInDoubt } from '../../src/outbox/restored.ts';
import { catchUp } from '../../src/timers/catching-up.ts';
import { createDigestTimer } from '../../src/timers/digest.ts';
import { createTimers } from '../../src/timers/timers.ts';
import { createVacancies } from '../../src/timers/vacancies.ts';
import { approve, file, start } from '../support/access-commands.ts';
import { ADA, ANN, DAY, GUS, HOUR, MINUTE, person, RITA, worldOf } from '../support/access-fixtures.ts';
import type { Roll } from '../support/random-commands.ts';
import { dice, nextMoment, pick, sensible, wild } from '../support/random-commands.ts';
import type { SetClock } from '../support/test-ledger.ts';
import { announceAt, folder, setClock } from '../support/test-ledger.ts';
import { addressOf } from '../../src/access/ids.ts';

/** Everything that Slack and the mail server ever got, whatever the ledger knows of it. */
interface Outside {
  /** Where which message stands, or went. */
  readonly got: Set<string>;
  /** What came a second time. */
  readonly twice: string[];
  readonly courier: Courier;
}

/** As the real one does it: what may have arrived is looked for by its key. */
function outside(): Outside {
  const got = new Set<string>();
  const twice: string[] = [];
  return {
    got,
    twice,
    courier: {
      deliver({ key, destination, message, inDoubt }: Delivery) {
        // A card is brought up to date where it stands; the rest is looked for where it is in doubt.
        if (message.kind === 'card' || message.kind === 'tidy' || message.kind === 'bookmark')
          return Promise.resolve({ kind: 'sent' });
        const sent = `${key} to ${destination}`;
        if (inDoubt && addressOf(destination) === null && got.has(sent))
          return Promise.resolve({ kind: 'sent' });
        if (got.has(sent)) twice.push(sent);
        got.add(sent);
        return Promise.resolve({ kind: 'sent' });
      },
    },
  };
}

/** The program without its edges, running on a ledger. */
interface Running {
  readonly ledger: OwnLedger;
  readonly handler: CommandHandler;
  readonly views: Views;
  /** Time does what is due, and what is owed is delivered, all or only some of it. */
  tick(deliver: boolean): Promise<void>;
  stop(): Promise<void>;
}

const CALM = { limits: { openRequests: 40, coolDownMs: 0, closeoutOverdueMs: null } };
const EMAILS = worldOf(CALM);

async function run(path: string, clock: SetClock, courier: Courier, world: World = EMAILS): Promise<Running> {
  const ledger = openDatabase(path, clock);
  const handler = createHandler(ledger, clock, { mail: true });
  const views = createViews(ledger.db);
  const log = createLog('fatal', { write: () => undefined });
  const timers = createTimers({ handler, views, clock, log, world: () => world });
  const digest = createDigestTimer({ handler, views, clock, log, policy: world.policy });
  const vacancies = createVacancies({ handler, views, clock, log, asked: () => Promise.resolve(world) });
  const dispatcher = createDispatcher({ ledger, clock, courier, log, announceAt });
  let open = true;
  const stop = async (): Promise<void> => {
    if (!open) return;
    open = false;
    await dispatcher.stop(0);
    await handler.close();
    await ledger.close();
  };
  onTestFinished(stop);
  await catchUp({ handler, views, world: () => world, timers, vacancies, digest });
  await dispatcher.start();
  await dispatcher.settled();
  return {
    ledger,
    handler,
    views,
    stop,
    async tick(deliver) {
      await timers.tick();
      await digest.tick();
      if (!deliver) return;
      dispatcher.wake();
      await dispatcher.settled();
    },
  };
}

/** People do this and that for a while; the numbers that were given. */
async function live(running: Running, clock: SetClock, roll: Roll, steps: number): Promise<number[]> {
  const given: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const last = await running.views.latest(40);
    const no = roll(4) === 0 || last.length === 0 ? null : pick(roll, last).record.no;
    const state: Access | null = no === null ? null : ((await running.views.record(no))?.state ?? null);
    clock.set(nextMoment(state, clock.now(), roll));
    const world = worldOf(CALM);
    const [who, command] =
      roll(8) > 0 ? sensible(state, world, clock.now(), roll) : wild(state, clock.now(), roll);
    const actor = typeof who === 'string' ? person(who) : who;
    const outcome = await running.handler.handle({ command, requestNo: no, actor, world, delivery: null });
    if (no === null && outcome.events.length > 0 && outcome.requestNo !== null) given.push(outcome.requestNo);
    if (roll(3) > 0) await running.tick(roll(3) > 0);
  }
  return given;
}

/** The ways in which a backup comes into the ledger's place. */
const WAYS = [
  'command',
  'command on another machine',
  'backup by hand',
  'by hand elsewhere',
  'bare copy',
] as const;

async function putBack(
  way: (typeof WAYS)[number],
  path: string,
  backup: string,
  copy: string,
  clock: SetClock,
) {
  const away = (...ends: readonly string[]): void => {
    for (const end of ends) rmSync(`${path}${end}`, { force: true });
  };
  switch (way) {
    case 'command':
      await restoreDatabase(path, backup, clock);
      return;
    case 'command on another machine':
      away('', '-wal', '-shm', '.head');
      await restoreDatabase(path, backup, clock);
      return;
    case 'backup by hand':
      away('', '-wal', '-shm');
      copyFileSync(backup, path);
      return;
    case 'by hand elsewhere':
      away('', '-wal', '-shm', '.head');
      copyFileSync(backup, path);
      return;
    case 'bare copy':
      away('', '-wal', '-shm');
      copyFileSync(copy, path);
      return;
  }
}

describe.each(WAYS)('After a backup came back (%s)', (way) => {
  it.each([1, 2, 3])(
    'nobody is told twice, no number is given twice, and nobody is still in (life %i)',
    async (seed) => {
      const roll = dice(seed * 101 + WAYS.indexOf(way));
      const clock = setClock();
      const path = join(folder(), 'tsa.sqlite');
      const [backup, copy] = [join(folder(), 'backup.sqlite'), join(folder(), 'copy.sqlite')];
      const world = outside();

      let running = await run(path, clock, world.courier);
      const before = await live(running, clock, roll, 15 + roll(20));
      await backUpDatabase(path, backup, clock.now());
      await running.stop();
      copyFileSync(path, copy);
      running = await run(path, clock, world.courier);
      const inBackup = (await running.views.head()).seq;
      // The part that is lost: people go on, and are told.
      const lost = await live(running, clock, roll, 10 + roll(20));
      const there = (await running.views.head()).seq;
      await running.stop();
      clock.turn(roll(2) * roll(3 * DAY));

      await putBack(way, path, backup, copy, clock);
      running = await run(path, clock, world.courier);
      const gap = await running.views.gap();
      expect(gap).toMatchObject({ confirmed: null, caughtUp: true, from: { seq: inBackup } });
      const known = way === 'command' || way === 'backup by hand' || way === 'bare copy';
      expect(gap?.missing).toBe(known ? there - inBackup : null);
      // Nobody is in, whatever was going on in the backup.
      expect(await running.views.activeSessions()).toEqual([]);
      expect(await running.views.inDoubt(gap?.restored ?? 0)).toEqual([]);

      const unconfirmed = await live(running, clock, roll, 15);
      expect(await running.views.activeSessions()).toEqual([]);
      const confirm = { type: 'confirm_gap', restored: gap?.restored ?? 0 } as const;
      const attempt = { command: confirm, actor: person(ADA), world: EMAILS, delivery: null };
      expect(await running.handler.handleGlobal(attempt)).toBeNull();
      const after = await live(running, clock, roll, 15);
      await running.tick(true);

      const numbers = [...before, ...lost, ...unconfirmed, ...after];
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(world.twice).toEqual([]);
      expect(await verifyDatabase(running.ledger)).toMatchObject({ ok: true });
    },
  );
});

describe('A backup that comes back', () => {
  async function filed(): Promise<{ path: string; backup: string; clock: SetClock; world: Outside }> {
    const clock = setClock();
    const [path, backup] = [join(folder(), 'tsa.sqlite'), join(folder(), 'backup.sqlite')];
    const world = outside();
    const running = await run(path, clock, world.courier);
    const put = async (
      by: string,
      command: Parameters<CommandHandler['handle']>[0]['command'],
      no: number | null,
    ) => running.handler.handle({ command, requestNo: no, actor: person(by), world: EMAILS, delivery: null });
    await put(RITA, file(), null);
    await put(ANN, approve(), 1);
    await put(GUS, start, 1);
    await put(RITA, file({ tenantId: 'bolt' }), null);
    await backUpDatabase(path, backup, clock.now());
    await put(RITA, file({ tenantId: 'corp' }), null);
    await running.stop();
    return { path, backup, clock, world };
  }

  it('with nothing missing leaves no gap, and nothing is over', async () => {
    const { path, clock, world } = await filed();
    const backup = join(folder(), 'last.sqlite');
    await backUpDatabase(path, backup, clock.now());
    const result = await restoreDatabase(path, backup, clock);
    expect(result).toMatchObject({ done: true, gap: null });
    const running = await run(path, clock, world.courier);
    expect(await running.views.gap()).toBeNull();
    expect(await running.views.activeSessions()).toHaveLength(1);
  });

  it('goes on with the number after the last, where that is known, and leaves many out where it is not', async () => {
    const { path, backup, clock } = await filed();
    expect(await restoreDatabase(path, backup, clock)).toMatchObject({
      gap: { missing: 1, exact: true, nextNo: 4 },
    });
    clock.turn(HOUR);
    for (const end of ['', '.head']) rmSync(`${path}${end}`);
    expect(await restoreDatabase(path, backup, clock)).toMatchObject({
      gap: { missing: null, exact: false, nextNo: 1_002 },
    });
  });

  it('twice is two gaps, and the numbers of both are left out', async () => {
    const { path, backup, clock, world } = await filed();
    await restoreDatabase(path, backup, clock);
    let running = await run(path, clock, world.courier);
    const next = { command: file({ tenantId: 'corp' }), requestNo: null, actor: person(RITA) };
    const given = await running.handler.handle({ ...next, world: EMAILS, delivery: null });
    expect(given.requestNo).toBe(4);
    await running.stop();
    clock.turn(MINUTE);
    expect(await restoreDatabase(path, backup, clock)).toMatchObject({ gap: { nextNo: 5 } });
    running = await run(path, clock, world.courier);
    expect((await running.handler.handle({ ...next, world: EMAILS, delivery: null })).requestNo).toBe(5);
    expect(world.twice).toEqual([]);
  });

  it('is told of once, also where the program dies before all is done', async () => {
    const { path, backup, clock, world } = await filed();
    await restoreDatabase(path, backup, clock);
    const ledger = openDatabase(path, clock);
    const [mark] = ledger.raw.prepare('select mark from restoration').pluck().all();
    await ledger.close();
    const running = await run(path, clock, world.courier);
    expect(running.ledger.raw.prepare('select mark, settled from restoration').all()).toEqual([
      { mark, settled: 1 },
    ]);
    expect(await running.views.activeSessions()).toEqual([]);
  });

  it('sends no mail of which nobody knows whether it was sent, and keeps each for the doctor', async () => {
    const { path, backup, clock, world } = await filed();
    const mails = [...world.got].filter((sent) => sent.includes('to mail:'));
    await restoreDatabase(path, backup, clock);
    const running = await run(path, clock, world.courier);
    expect([...world.got].filter((sent) => sent.includes('to mail:'))).toEqual(mails);
    const doubted = running.ledger.raw
      .prepare('select destination from outbox where last_error = ?')
      .pluck()
      .all(MAIL_IN_DOUBT);
    expect(doubted.length).toBeGreaterThan(0);
    expect(await mailsInDoubt(running.ledger.db, (await running.views.gap())?.at ?? 0)).toBe(doubted.length);
  });
});
