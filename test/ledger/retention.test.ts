import { expect, it } from 'vitest';
import { cancel, file } from '../support/access-commands.ts';
import { DAY, HOUR, RITA } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** Something happens, by a delivery of Slack's: what is old is cleared away with it. */
async function happens(g: TestLedger): Promise<void> {
  const no = await g.given(RITA, file(), null, { delivery: crypto.randomUUID() });
  await g.given(RITA, cancel, no, { delivery: crypto.randomUUID() });
}
const keys = (g: TestLedger): unknown[] =>
  g.ledger.raw
    .prepare("select key from outbox where key in ('sent', 'moot', 'failed', 'owed') order by key")
    .pluck()
    .all();

it('What was sent, or not needed, is forgotten after 30 days, at most an hour late; what failed, or is still owed, never', async () => {
  const g = testLedger();
  for (const state of ['sent', 'moot', 'failed', 'owed']) {
    await g.handler.owe('greeting', [
      { key: state, destination: 'channel:C', message: { kind: 'greeting' } },
    ]);
    g.ledger.raw
      .prepare('update outbox set state = ?, settled_at = ? where key = ?')
      .run(state, state === 'owed' ? null : g.clock.now(), state);
  }
  g.clock.turn(30 * DAY);
  await happens(g);
  expect(keys(g)).toEqual(['failed', 'moot', 'owed', 'sent']);
  g.clock.turn(HOUR);
  await happens(g);
  expect(keys(g)).toEqual(['failed', 'owed']);
  expect(g.count("select count(*) from ledger_event where type = 'messages.cleared'")).toBe(1);
  expect(await g.verify()).toMatchObject({ ok: true });
});
