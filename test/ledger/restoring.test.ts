import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backUpDatabase, openDatabase, restoreDatabase, verifyDatabase } from '../../src/database.ts';
import { CannotOpen } from '../../src/ledger/cannot-open.ts';
import { openForReading } from '../../src/ledger/open.ts';
import { file } from '../support/access-commands.ts';
import { HOUR, RITA, T0 } from '../support/access-fixtures.ts';
import { dice } from '../support/random-commands.ts';
import { child, folder, testLedger, setClock } from '../support/test-ledger.ts';

const CLI = new URL('../../src/cli.ts', import.meta.url).pathname;

/** A process writes until that many changes are acknowledged, and is killed. */
async function writesAndIsKilled(path: string, changes: number): Promise<void> {
  const writer = child('write', path);
  for (let i = 0; i <= changes; i += 1) expect(await writer.line()).not.toBeNull();
  writer.kill();
  await writer.exited;
}

/** Events that are there, as a reader finds them. */
function eventsOf(path: string): number {
  const raw = new Database(path, { readonly: true });
  try {
    return Number(raw.prepare('select count(*) from ledger_event').pluck().get());
  } finally {
    raw.close();
  }
}

/** A ledger that was killed with changes in its log; backups, and bare copies of its file, from all along its life. */
interface Crashed {
  readonly path: string;
  readonly there: number;
  /** Made by `backup`. */
  readonly backup: string;
  readonly inBackup: number;
  /** The ledger's own file, copied while nobody had it open. */
  readonly copy: string;
}

const ROUNDS = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const store = mkdtempSync(join(tmpdir(), 'tsa-crashed-'));
const kept = (what: string, round: number): string => join(store, `${what}-${round}.sqlite`);

async function live(): Promise<void> {
  const roll = dice(2026);
  const path = join(store, 'tsa.sqlite');
  for (const round of ROUNDS) {
    await writesAndIsKilled(path, 5 + roll(60));
    if (roll(2) === 0) await openDatabase(path).close();
    expect(await backUpDatabase(path, kept('backup', round), Date.now())).toMatchObject({ ok: true });
    copyFileSync(path, kept('copy', round));
    if (roll(2) === 0) await openDatabase(path).close();
  }
  await writesAndIsKilled(path, 40);
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
}
let life: Promise<void> | null = null;
afterAll(() => {
  rmSync(store, { recursive: true, force: true });
});

/** Each test has files of its own. */
async function crashed(round: number): Promise<Crashed> {
  await (life ??= live());
  const path = join(folder(), 'tsa.sqlite');
  for (const end of ['', '-wal', '.head']) copyFileSync(join(store, `tsa.sqlite${end}`), `${path}${end}`);
  const backup = join(folder(), 'backup.sqlite');
  copyFileSync(kept('backup', round), backup);
  const inBackup = eventsOf(backup);
  return { path, there: eventsOf(path), backup, inBackup, copy: kept('copy', round) };
}

function refusalOf(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    if (error instanceof CannotOpen) return error.message;
    throw error;
  }
  throw new Error('it was opened');
}

/** Every file in the folder that holds something, byte for byte, but for the lock and what SQLite shares in memory. */
function holds(path: string): Record<string, string> {
  const files = readdirSync(dirname(path)).filter((name) => !/\.lock|-shm$/.test(name));
  const held = files.map((name) => [name, readFileSync(join(dirname(path), name))] as const);
  return Object.fromEntries(
    held.filter(([, bytes]) => bytes.length > 0).map(([name, bytes]) => [name, sha256(bytes)]),
  );
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('A backup that was copied by hand over a ledger that crashed', () => {
  it.each(ROUNDS)(
    'is not opened with the log of the other, and both are left as they are (%i)',
    async (seed) => {
      const { path, backup } = await crashed(seed);
      copyFileSync(backup, path);
      const before = holds(path);
      for (const open of [() => openDatabase(path), () => openForReading(path)])
        expect(refusalOf(open)).toMatch(/do not belong together.*npm run tsa -- restore FILE/);
      expect(holds(path)).toEqual(before);
    },
  );

  it.each(ROUNDS)(
    'is found out also where it is a bare copy of the ledger’s file: it is refused, or it is whole (%i)',
    async (round) => {
      const { path, copy } = await crashed(round);
      copyFileSync(copy, path);
      let ledger;
      try {
        ledger = openDatabase(path);
      } catch (error) {
        expect(error).toBeInstanceOf(CannotOpen);
        expect(String(error)).toMatch(/restore FILE/);
        return;
      }
      expect(await verifyDatabase(ledger)).toMatchObject({ ok: true });
      await ledger.close();
    },
  );
});

describe('tsa restore', () => {
  it.each(ROUNDS)(
    'puts the backup in the place of a ledger that crashed, and keeps that (%i)',
    async (seed) => {
      const { path, backup, inBackup } = await crashed(seed);
      const before = holds(path);
      const there = eventsOf(path);
      const result = await restoreDatabase(path, backup, setClock(Date.now()));
      // One more: the ledger says itself that it went on from a backup.
      expect(result).toMatchObject({
        done: true,
        verdict: { ok: true, events: inBackup + 1 },
        gap: { missing: there - inBackup, exact: true },
      });
      if (!result.done || result.aside === null) throw new Error('nothing was kept');
      for (const end of ['', '-wal'])
        expect(sha256(readFileSync(`${result.aside}${end}`))).toBe(before[`${basename(path)}${end}`]);
      const kept = openForReading(result.aside);
      expect(await verifyDatabase(kept)).toMatchObject({ ok: true, events: there });
      await kept.close();
      const ledger = openDatabase(path);
      expect(await verifyDatabase(ledger)).toMatchObject({ ok: true, events: inBackup + 1 });
      await ledger.close();
    },
  );

  it('mends what was copied by hand', async () => {
    const { path, backup, inBackup } = await crashed(3);
    copyFileSync(backup, path);
    const result = await restoreDatabase(path, backup, setClock(Date.now()));
    expect(result).toMatchObject({ done: true, verdict: { ok: true, events: inBackup + 1 } });
    await openDatabase(path).close();
    expect(eventsOf(path)).toBe(inBackup + 1);
  });

  it('puts it where the ledger itself is, where the setting names a link to it', async () => {
    const { path, there, backup, inBackup } = await crashed(4);
    const link = join(folder(), 'link.sqlite');
    symlinkSync(path, link);
    copyFileSync(backup, path);
    expect(refusalOf(() => openDatabase(link))).toMatch(/do not belong together/);
    for (const end of ['', '-wal']) copyFileSync(join(store, `tsa.sqlite${end}`), `${path}${end}`);
    expect(await restoreDatabase(link, backup, setClock(Date.now()))).toMatchObject({
      done: true,
      gap: { missing: there - inBackup, exact: true },
    });
    await openDatabase(link).close();
    expect(eventsOf(path)).toBe(inBackup + 1);
    expect(readdirSync(dirname(link)).filter((name) => name.includes('before'))).toEqual([]);
  });

  it('is for a ledger that nobody has open', async () => {
    const { path, backup } = await crashed(0);
    const owner = child('hold', path);
    expect(await owner.line()).toBe('open');
    const before = holds(path);
    await expect(restoreDatabase(path, backup, setClock())).rejects.toThrow(`Process ${owner.pid} on `);
    expect(holds(path)).toEqual(before);
  });

  it('takes no backup that is damaged, was tampered with, is none, or is of a newer program', async () => {
    const { path, backup } = await crashed(1);
    const before = holds(path);
    const bad = join(folder(), 'bad.sqlite');
    const spoilt = async (spoil: () => void): Promise<unknown> => {
      copyFileSync(backup, bad);
      spoil();
      try {
        return await restoreDatabase(path, bad, setClock());
      } catch (error) {
        if (error instanceof Error) return error.message;
        throw error;
      }
    };
    const inside = (sql: string) => (): void => {
      const raw = new Database(bad);
      raw.exec(sql);
      raw.close();
    };
    expect(
      await spoilt(
        inside("drop trigger ledger_event_no_update; update ledger_event set actor = 'UEVIL' where seq = 2"),
      ),
    ).toMatchObject({ done: false, verdict: { seq: 2 } });
    expect(
      await spoilt(() => {
        const bytes = readFileSync(bad);
        bytes.fill(7, 5 * 4_096, 6 * 4_096);
        writeFileSync(bad, bytes);
      }),
    ).toMatchObject({ done: false, verdict: { wrong: expect.stringMatching(/damaged/) as string } });
    expect(
      await spoilt(() => {
        writeFileSync(bad, 'not a database, but long enough to look at '.repeat(100));
      }),
    ).toMatch(/not a database/);
    expect(await spoilt(inside("insert into schema_migration values ('0099_later.sql', 'x')"))).toMatch(
      /newer than this program/,
    );
    await expect(restoreDatabase(path, path, setClock())).rejects.toThrow(/is the ledger itself/);
    await expect(restoreDatabase(path, join(folder(), 'none'), setClock())).rejects.toThrow(
      /There is no backup/,
    );
    expect(holds(path)).toEqual(before);
    await openDatabase(path).close();
  });

  it('leaves all as it was when something goes wrong between', async () => {
    const { path, backup } = await crashed(2);
    const before = holds(path);
    // The log cannot go where it would be kept: the ledger's file itself is out of the way by then.
    const taken = `${path}.before-${new Date(T0).toISOString().replaceAll(':', '-')}-wal`;
    mkdirSync(taken);
    await expect(restoreDatabase(path, backup, setClock(T0))).rejects.toThrow(/There is a file .* already/);
    rmSync(taken, { recursive: true });
    expect(holds(path)).toEqual(before);
    await openDatabase(path).close();
  });

  it.each(ROUNDS)(
    'that is killed leaves the old ledger or the new, or words about what to do, and can be done again (%i)',
    async (round) => {
      const { path, there, backup, inBackup } = await crashed(round);
      const run = spawn(process.execPath, [CLI, 'restore', backup], {
        env: { TSA_DATABASE: path },
        stdio: 'ignore',
      });
      const exited = once(run, 'exit');
      // At whatever step the files in the folder change for the so-and-so-many-th time.
      const steps = dice(round)(7);
      let known = '';
      for (let changes = -1; changes < steps && run.exitCode === null;) {
        const now = readdirSync(dirname(path)).sort().join();
        if (now !== known) changes += 1;
        known = now;
        await new Promise((resolve) => setImmediate(resolve));
      }
      run.kill('SIGKILL');
      await exited;
      try {
        const ledger = openDatabase(path);
        const verdict = await verifyDatabase(ledger);
        expect(verdict).toMatchObject({ ok: true });
        expect([there, inBackup + 1]).toContain(verdict.ok ? verdict.events : 0);
        await ledger.close();
      } catch (error) {
        expect(error).toBeInstanceOf(CannotOpen);
        expect(String(error)).toMatch(/restore FILE/);
      }
      const again = await restoreDatabase(path, backup, setClock(Date.now() + HOUR));
      expect(again).toMatchObject({ done: true, verdict: { ok: true, events: inBackup + 1 } });
      await openDatabase(path).close();
      expect(eventsOf(path)).toBe(inBackup + 1);
    },
  );
});

describe('Before every start', () => {
  it('a ledger whose pages are damaged is refused, and left as it is', async () => {
    const { path } = await crashed(0);
    await openDatabase(path).close();
    const bytes = readFileSync(path);
    bytes.fill(9, 8 * 4_096, 9 * 4_096);
    writeFileSync(path, bytes);
    const before = holds(path);
    expect(refusalOf(() => openDatabase(path))).toMatch(/is damaged: .*npm run tsa -- restore FILE/);
    expect(holds(path)).toEqual(before);
  });

  it.each([
    [
      'an event whose content does not match its hash',
      "drop trigger ledger_event_no_update; update ledger_event set actor = 'UEVIL' where seq = 2",
      /event 2: its content/,
    ],
    [
      'an event that is missing',
      'drop trigger ledger_event_no_delete; delete from ledger_event where seq = 2',
      /event 3: event 2 is missing/,
    ],
    ['a request that is shown otherwise', "update request set owner = 'UEVIL'", /TSA-1 is shown otherwise/],
    ['an answer that is shown otherwise', "update seat set given_by = 'UEVIL'", /TSA-1 is shown otherwise/],
  ])('a ledger is refused for %s', async (_what, sql, words) => {
    const g = testLedger();
    for (const tenantId of ['acme', 'bolt', 'corp']) await g.given(RITA, file({ tenantId }));
    g.ledger.raw.exec(sql);
    await g.ledger.close();
    expect(refusalOf(() => openDatabase(g.path))).toMatch(words);
  });

  it('no new ledger is begun where one is gone, or where only its log is left', async () => {
    const g = testLedger();
    await g.given(RITA, file());
    await g.ledger.close();
    rmSync(g.path);
    expect(refusalOf(() => openDatabase(g.path))).toMatch(/there was one, with 1 events.*restore FILE/);
    expect(statSync(g.path).size).toBe(0);
    rmSync(`${g.path}.head`);
    appendFileSync(`${g.path}-wal`, 'what was written last');
    expect(refusalOf(() => openDatabase(g.path))).toMatch(/do not belong together/);
    rmSync(`${g.path}-wal`);
    await openDatabase(g.path).close();
  });
});
