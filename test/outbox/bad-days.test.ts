import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../sandbox/faults.ts';
import { openForReading } from '../../src/ledger/open.ts';
import type { TestApp } from '../support/test-app.ts';
import { CHANNELS, file, testApp } from '../support/test-app.ts';
import { topLevel, twice } from '../support/posted.ts';

let s: TestApp;
afterEach(async () => {
  await s.close();
});

async function approved(): Promise<void> {
  await file(s);
  await s.cast.ada.presses('Approve', 'app', /TSA-1/);
  await s.cast.sam.waitFor('app', /Approved by/);
  await s.later(0);
}

async function owed(): Promise<unknown[]> {
  const reader = openForReading(s.database);
  const rows = reader.raw.prepare("select key, last_error from outbox where state <> 'sent'").all();
  await reader.close();
  return rows;
}

describe('On Slack’s bad days everything arrives once in the end', () => {
  it.each<[string, Fault, number]>([
    ['it limits the rate', { kind: 'rate_limited', retryAfterS: 30 }, 3],
    ['it fails', { kind: 'server_error' }, 4],
    ['it cuts the connection', { kind: 'reset' }, 4],
    ['it does what was asked, but the answer is lost', { kind: 'lost_answer' }, 6],
    ['it refuses for a while', { kind: 'refuse', error: 'internal_error' }, 5],
    ['it does not answer at all', { kind: 'hang' }, 2],
  ])('%s', async (_what, fault, times) => {
    s = await testApp();
    await approved();
    s.sandbox.faults.next('chat.postMessage', fault, times);
    s.sandbox.faults.next('chat.update', fault, 1);
    await s.cast.sam.presses('Start session', 'app', /Approved by/);
    for (let i = 0; i < 8 && (i === 0 || (await owed()).length > 0); i += 1) await s.later(31_000);
    expect(await owed()).toEqual([]);
    expect(twice(s.sandbox.workspace)).toEqual([]);
    expect(topLevel(s.sandbox.workspace, CHANNELS.alerts)).toEqual(['card:1']);
    expect(topLevel(s.sandbox.workspace, CHANNELS.northwind)).toEqual(['card:1']);
  });

  it('a channel that is gone is told to the alert channel, once', async () => {
    s = await testApp();
    await approved();
    const channel = s.sandbox.workspace.conversations.get(CHANNELS.northwind);
    if (channel !== undefined) channel.archived = true;
    await s.cast.sam.presses('Start session', 'app', /Approved by/);
    await s.later(0);
    await s.later(31_000);
    const told = s.cast.sam
      .sees('#support-access-alerts')
      .filter(({ text }) => /was refused for good/.test(text));
    expect(told).toHaveLength(1);
    expect(told[0]?.text).toContain(CHANNELS.northwind);
  });
});
