import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreDatabase } from '../../src/database.ts';
import { backUpDatabase } from '../../src/database.ts';
import { openForReading } from '../../src/ledger/open.ts';
import { twice } from '../support/posted.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, testApp } from '../support/test-app.ts';

/** After a restore, as people in Slack meet it. */

let s: TestApp;
let backup: string;
beforeEach(async () => {
  s = await testApp();
  backup = join(tmpdir(), `tsa-backup-${crypto.randomUUID()}.sqlite`);
});
afterEach(async () => {
  await s.close();
  rmSync(backup, { force: true });
});

const ALERTS = '#support-access-alerts';
const RESTORED = /The ledger was put back to a backup/;
const KNOWN = 'We know what is missing';

/** Sam is in Northwind; a backup is made while Slack takes no more messages; then it goes on without it. */
async function lostPart(): Promise<void> {
  const { sam, ada } = s.cast;
  await file(s);
  await ada.presses('Approve', 'app', /TSA-1/);
  await sam.waitFor('app', /Approved by/);
  s.sandbox.faults.next('chat.postMessage', { kind: 'rate_limited', retryAfterS: 1 }, 12);
  await sam.presses('Start session', 'app', /Approved by/);
  await backUpDatabase(s.database, backup, s.clock.now());
  await s.later(2_000);
  await s.later(31_000);
  await s.later(31_000);
  await sam.presses('End now', 'app', /./);
  await ada.waitFor('app', /left Northwind Traders/);
  await file(s, { tenant: 'Contoso Retail · production' });
  await s.later(0);
}

async function putBack(): Promise<void> {
  await s.restart(undefined, () => restoreDatabase(s.database, backup, s.clock));
  await s.later(0);
  await s.later(31_000);
}

describe('After a restore', () => {
  it('nothing is told twice: what was owed in the backup is looked up, and cards show how it stands now', async () => {
    await lostPart();
    await putBack();
    expect(twice(s.sandbox.workspace)).toEqual([]);
    const reader = openForReading(s.database);
    expect(reader.raw.prepare("select key from outbox where state = 'owed'").all()).toEqual([]);
    await reader.close();
    await s.cast.sam.waitFor('app', /TSA-1.*access to Northwind Traders .*is over/, (seen) => !seen.inThread);
  });

  it('the alert channel hears what is missing, an admin alone confirms it there, and only then sessions start', async () => {
    await lostPart();
    await putBack();
    const { sam, ada, mia } = s.cast;
    const told = await mia.waitFor(ALERTS, RESTORED, (seen) => seen.buttons.includes(KNOWN));
    expect(told.text).toMatch(/\d+ events are missing/);
    expect(told.text).toMatch(/Numbers go on with TSA-3/);
    expect(told.text).toMatch(/No session starts until an admin confirms/);

    // Filing and deciding go on, under a number that nobody has seen.
    await file(s);
    await ada.presses('Approve', 'app', /TSA-3/);
    await sam.presses('Start session', 'app', /TSA-3/);
    await sam.waitFor('app', /Nothing was started: the ledger was put back to a backup.*Ask <@U0MIA>/);

    await ada.presses(KNOWN, ALERTS);
    await ada.waitFor(ALERTS, /only an admin can do this/);
    await mia.presses(KNOWN, ALERTS);
    await mia.waitFor(ALERTS, /It is written down that you know what is missing/);
    await s.later(0);
    await sam.waitFor(
      ALERTS,
      /<@U0MIA> confirmed .* that this is known/,
      (seen) => seen.buttons.length === 0,
    );
    await mia.pressesOld(KNOWN, told);
    await mia.waitFor(ALERTS, /that gap in the ledger was confirmed already/);
    await sam.presses('Start session', 'app', /TSA-3/);
    await sam.waitFor(ALERTS, /is in Northwind Traders/);
    await s.later(0);
    expect(twice(s.sandbox.workspace)).toEqual([]);
  });

  it('Homes say why nothing starts, and an admin’s has the button', async () => {
    await lostPart();
    await putBack();
    const sams = await s.cast.sam.opensHome();
    expect(sams.text).toMatch(RESTORED);
    await expect(sams.presses(KNOWN)).rejects.toThrow();
    const mias = await s.cast.mia.opensHome();
    await mias.presses(KNOWN);
    await s.cast.mia.modal();
    expect((await s.cast.sam.opensHome()).text).not.toMatch(RESTORED);
  });

  it('a request that is lost is not there, and the review tells of the gap', async () => {
    await lostPart();
    await putBack();
    const { mia, ada } = s.cast;
    await mia.types('#support', '/tsa review');
    const review = await mia.waitFor('#support', /The last 7 days/);
    expect(review.text).toMatch(/The ledger was put back to a backup.*nobody has confirmed it yet/s);
    expect(review.text).toMatch(/Ledger head: `\d+:[0-9a-f]{64}`/);
    await ada.presses('Approve', 'app', /TSA-2/);
    await ada.waitFor('app', /There is no TSA-2 any more: it is not in the backup/);
  });

  it('is announced once, however often the program starts', async () => {
    await lostPart();
    await putBack();
    await s.restart();
    await s.later(0);
    // In the channel itself: that a session ended for the same reason stands in its card's thread.
    const told = s.cast.sam.sees(ALERTS).filter(({ text, inThread }) => RESTORED.test(text) && !inThread);
    expect(told).toHaveLength(1);
    expect(s.logged.some((line) => /no session starts until an admin confirms/.test(line))).toBe(true);
  });
});
