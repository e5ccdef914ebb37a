import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import { verifyDatabase } from '../../src/database.ts';
import { child, folder } from '../support/test-ledger.ts';

it('A process killed in the middle of writing loses nothing that it acknowledged, and leaves nothing half written', async () => {
  const path = join(folder(), 'tsa.sqlite');
  const acknowledged: string[] = [];
  for (const after of [7, 40, 95]) {
    const writer = child('write', path);
    expect(await writer.line()).toBe('open');
    for (let i = 0; i < after; i += 1) acknowledged.push((await writer.line()) ?? '');
    writer.kill();
    await writer.exited;
    for (let line = await writer.line(); line !== null; line = await writer.line()) acknowledged.push(line);

    const ledger = openDatabase(path);
    expect(await verifyDatabase(ledger)).toMatchObject({ ok: true });
    const version = ledger.raw.prepare('select version from request where request_no = ?').pluck();
    for (const line of acknowledged) {
      const [no, least] = line.split(' ').map(Number);
      expect(Number(version.get(no)), line).toBeGreaterThanOrEqual(least ?? 0);
    }
    // Every fact has its debts, and no debt is without its fact.
    const cards = ledger.raw
      .prepare(
        "select count(distinct substr(key, 1, instr(substr(key, 6), ':') + 7)) from outbox where key like 'card:%'",
      )
      .pluck()
      .get();
    expect(cards).toBe(ledger.raw.prepare('select count(*) from ledger_event').pluck().get());
    await ledger.close();
  }
});
