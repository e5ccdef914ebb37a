import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import { CannotOpen } from '../../src/ledger/cannot-open.ts';
import { openForReading } from '../../src/ledger/open.ts';
import type { Ledger } from '../../src/ledger/open.ts';
import { file } from '../support/access-commands.ts';
import { RITA } from '../support/access-fixtures.ts';
import { child, folder, testLedger } from '../support/test-ledger.ts';

function refusalOf(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    if (error instanceof CannotOpen) return error.message;
    throw error;
  }
  throw new Error('it was opened');
}

function settings({ raw }: Ledger): unknown[] {
  return ['journal_mode', 'synchronous', 'foreign_keys', 'recursive_triggers'].map((name) =>
    raw.pragma(name, { simple: true }),
  );
}

describe('Opening the ledger', () => {
  it('sets on every open what an acknowledged commit relies on, also where the file was in WAL mode already', async () => {
    const path = join(folder(), 'deep', 'down', 'tsa.sqlite');
    for (let time = 0; time < 3; time += 1) {
      const ledger = openDatabase(path);
      expect(settings(ledger)).toEqual(['wal', 2, 1, 1]);
      await ledger.close();
    }
  });

  it('does so too where a killed process left its WAL behind', async () => {
    const path = join(folder(), 'tsa.sqlite');
    const killed = child('write', path);
    for (let i = 0; i < 5; i += 1) expect(await killed.line()).not.toBeNull();
    killed.kill();
    await killed.exited;
    const ledger = openDatabase(path);
    expect(settings(ledger)).toEqual(['wal', 2, 1, 1]);
    await ledger.close();
  });

  it('is for one process: a second one is refused and told which has it, until that one is gone', async () => {
    const path = join(folder(), 'tsa.sqlite');
    const owner = child('hold', path);
    expect(await owner.line()).toBe('open');
    expect(refusalOf(() => openDatabase(path))).toContain(`Process ${owner.pid} on `);
    owner.kill();
    await owner.exited;
    const ledger = openDatabase(path);
    expect(refusalOf(() => openDatabase(path))).toContain(`Process ${process.pid} on `);
    await ledger.close();
    await openDatabase(path).close();
  });

  it('is for one process by whatever name it is opened', () => {
    const g = testLedger();
    const link = join(folder(), 'link.sqlite');
    symlinkSync(g.path, link);
    expect(refusalOf(() => openDatabase(link))).toContain(`Process ${process.pid} on `);
  });

  it('refuses a ledger that a newer program wrote, and names what it does not know', async () => {
    const g = testLedger();
    g.ledger.raw.exec("insert into schema_migration values ('0099_later.sql', 'x')");
    await g.ledger.close();
    expect(refusalOf(() => openDatabase(g.path))).toMatch(/newer than this program.*0099_later\.sql/);
  });

  it('refuses a ledger whose migration was changed since, and lets go of the lock', async () => {
    const g = testLedger();
    const sha = String(g.ledger.raw.prepare('select sha256 from schema_migration').pluck().get());
    g.ledger.raw.exec("update schema_migration set sha256 = 'x'");
    await g.ledger.close();
    expect(refusalOf(() => openDatabase(g.path))).toMatch(/0001_ledger\.sql was changed/);
    const tool = openForReading(g.path);
    await tool.close();
    expect(sha).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says in words that a file is no database, or cannot be there', () => {
    const path = join(folder(), 'tsa.sqlite');
    writeFileSync(path, 'not a database, but long enough to look at '.repeat(100));
    expect(refusalOf(() => openDatabase(path))).toMatch(/file is not a database/);
    const taken = join(folder(), 'taken');
    mkdirSync(taken);
    expect(refusalOf(() => openDatabase(taken))).toMatch(/unable to open database file/);
    expect(refusalOf(() => openForReading(join(taken, 'none.sqlite')))).toMatch(/Cannot read the ledger/);
  });

  it('lets others read beside its owner, and change nothing', async () => {
    const g = testLedger();
    await g.given(RITA, file());
    const reader = openForReading(g.path);
    await g.given(RITA, file({ tenantId: 'corp' }));
    expect(reader.raw.prepare('select count(*) from request').pluck().get()).toBe(2);
    expect(() => reader.raw.exec('delete from outbox')).toThrow(/readonly/);
    await reader.close();
  });
});
