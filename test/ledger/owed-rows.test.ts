import { describe, expect, it } from 'vitest';
import { linkHash } from '../../src/ledger/chain.ts';
import { createLinks } from '../../src/ledger/links.ts';
import type { OwedRow } from '../../src/ledger/owed-digest.ts';
import { owedDigests } from '../../src/ledger/owed-digest.ts';
import type { LedgerRow } from '../../src/ledger/tables.ts';
import { verifyDatabase } from '../../src/database.ts';
import { carryOut } from '../../src/outbox/refused.ts';
import { approve, file, start } from '../support/access-commands.ts';
import { ANN, cara, CARA, DAY, GUS, HOUR, RITA, worldOf } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** Filed, approved, granted, started; everything told, but for what a place that is gone did not take. */
async function lived(): Promise<TestLedger> {
  const g = testLedger();
  const no = await g.given(RITA, file());
  await g.given(ANN, approve(), no);
  await g.given(GUS, start, no);
  g.ledger.raw
    .prepare("update outbox set state = 'sent', settled_at = ? where destination <> 'channel:CALERT'")
    .run(g.clock.now());
  g.ledger.raw.exec(
    `update outbox set state = 'failed', settled_at = ${g.clock.now()} where destination = 'channel:CALERT'`,
  );
  expect(await g.verify()).toMatchObject({ ok: true });
  return g;
}
const oneOf = (what: string): string => `(select max(id) from outbox where destination = '${what}')`;
const RITAS = oneOf(`person:${RITA}`);

describe('What the outside world is told is what the events owe it', () => {
  it.each([
    [
      'a message that was taken away',
      `delete from outbox where id = ${RITAS}`,
      /a message that it owes is missing/,
    ],
    [
      'one that goes to somebody else',
      `update outbox set destination = 'person:UEVIL' where id = ${RITAS}`,
      /to person:UEVIL is not what it owes/,
    ],
    [
      'one that says something else',
      `update outbox set body = replace(body, '"no":1', '"no":2') where id = ${RITAS}`,
      /is not what it owes/,
    ],
    [
      'one under another name',
      `update outbox set key = 'other' where id = ${RITAS}`,
      /other .*is not what it owes/,
    ],
    [
      'one that was added, as if it had been sent',
      `insert into outbox (seq, key, destination, body, state, owed_at, next_at, settled_at)
        select seq, 'more', destination, body, 'sent', owed_at, next_at, 1 from outbox where id = ${RITAS}`,
      /more to .* (is not what it owes|is said to be owed)/,
    ],
    [
      'one that no event owes',
      `insert into outbox (seq, key, destination, body, owed_at, next_at)
        select 99, 'more', destination, body, owed_at, next_at from outbox where id = ${RITAS}`,
      /more to person:URITA is owed by no event/,
    ],
    [
      'one that is said to be another event’s',
      `update outbox set seq = 1 where id = ${RITAS}`,
      /missing|is said to be owed by event 1/,
    ],
    [
      'one that was given up without a word',
      `update outbox set state = 'dropped' where id = ${RITAS}`,
      /is dropped, but nobody gave it up/,
    ],
  ])('%s is found', async (_what, sql, wrong) => {
    const g = await lived();
    expect(g.ledger.raw.prepare(sql).run().changes).toBe(1);
    const verdict = await g.verify();
    expect(verdict).toMatchObject({ ok: false, wrong: expect.stringMatching(wrong) as string });
  });

  it('and what an operator gave up or sent elsewhere is, but no further', async () => {
    const g = await lived();
    const by = 'operator:test';
    expect(
      await g.ledger.write((tx) =>
        carryOut(tx, { place: 'channel:CALERT', to: 'channel:COTHER', by }, g.clock.now()),
      ),
    ).toMatchObject({});
    expect(await g.verify()).toMatchObject({ ok: true });
    g.ledger.raw.exec(`update outbox set state = 'failed' where destination = 'channel:COTHER'`);
    await g.ledger.write((tx) =>
      carryOut(tx, { place: 'channel:COTHER', to: 'channel:CTHIRD', by }, g.clock.now()),
    );
    expect(await g.verify()).toMatchObject({ ok: true });
    g.ledger.raw.exec(`update outbox set state = 'failed' where destination = 'channel:CTHIRD'`);
    await g.ledger.write((tx) => carryOut(tx, { place: 'channel:CTHIRD', to: null, by }, g.clock.now()));
    expect(await g.verify()).toMatchObject({ ok: true });
    g.ledger.raw.exec(`update outbox set destination = 'channel:CALERT' where state = 'dropped'`);
    expect(await g.verify()).toMatchObject({
      ok: false,
      wrong: expect.stringContaining('goes to channel:CALERT, not to channel:CTHIRD') as string,
    });
    g.ledger.raw.exec(
      `update outbox set destination = 'channel:CTHIRD', state = 'owed' where destination = 'channel:CALERT'`,
    );
    expect(await g.verify()).toMatchObject({
      ok: false,
      wrong: expect.stringContaining('is owed, but was given up') as string,
    });
  });

  it('what is cleared away after 30 days is not missed, and what is taken away later is', async () => {
    const g = await lived();
    g.clock.turn(31 * DAY);
    await g.given(RITA, file({ tenantId: 'corp', durationMs: HOUR / 2 }), null, { delivery: 'E1' });
    expect(g.count("select count(*) from ledger_event where type = 'messages.cleared'")).toBe(1);
    expect(g.count("select count(*) from outbox where state = 'sent'")).toBe(0);
    expect(await g.verify()).toMatchObject({ ok: true });
    g.ledger.raw.exec("delete from outbox where state = 'owed'");
    expect(await g.verify()).toMatchObject({ ok: false, wrong: 'a message that it owes is missing' });
  });

  it('whoever makes the digests fit is betrayed by the hash, and whoever makes that fit by a head that was kept', async () => {
    const g = await lived();
    const { raw } = g.ledger;
    const { seq, hash } = await g.views.head();
    expect(
      raw.prepare("update outbox set destination = 'person:UEVIL' where seq = ?").run(seq).changes,
    ).toBeGreaterThan(0);
    const rows = raw.prepare('select key, destination, body from outbox where seq = ? order by id').all(seq);
    const owed = owedDigests(rows as OwedRow[]);
    raw.exec('drop trigger ledger_event_no_update');
    raw.prepare('update ledger_event set owed = ? where seq = ?').run(owed, seq);
    expect(await g.verify()).toMatchObject({ ok: false, seq, wrong: 'its content does not match its hash' });
    const last = raw.prepare('select * from ledger_event where seq = ?').get(seq) as LedgerRow;
    const { request_no: requestNo, version, type, actor, at, body } = last;
    raw
      .prepare('update ledger_event set hash = ? where seq = ?')
      .run(linkHash(last.prev_hash, { seq, requestNo, version, type, actor, at, body, owed }), seq);
    expect(await verifyDatabase(g.ledger, { seq, hash })).toMatchObject({
      ok: false,
      seq,
      wrong: expect.stringContaining('was rewritten') as string,
    });
  });
});

describe('Where something is shown, and what was mailed, follows from what was owed', () => {
  it.each([
    [
      'a card in a place to which it was never owed',
      "insert into slack_message values (1, 'channel:CEVIL', 0, 'CEVIL', '1.1', '')",
      /channel:CEVIL is said to show TSA-1/,
    ],
    [
      'a notice of what never was',
      "insert into slack_message values (1, 'person:URITA', 99, 'D1', '1.1', '')",
      /said to show what never was/,
    ],
    ['a message about nothing', "insert into global_message values ('restored:x', 'C', '1.1')", /restored:x/],
  ])('%s is found', async (_what, sql, wrong) => {
    const g = await lived();
    g.ledger.raw.exec("insert into slack_message values (1, 'channel:CALERT', 0, 'CALERT', '1.1', '')");
    expect(await g.verify()).toMatchObject({ ok: true });
    g.ledger.raw.exec(sql);
    expect(await g.verify()).toMatchObject({ ok: false, wrong: expect.stringMatching(wrong) as string });
  });

  it('a link for an address to which none was owed is found, and so is one for another tenant', async () => {
    const g = await lived();
    const links = createLinks(g.ledger.db, g.clock);
    const expiresAt = g.clock.now() + HOUR;
    const command = { type: 'ask_link', tenantId: 'acme', about: null } as const;
    const message = { kind: 'tenant_mail', tenantId: 'acme' } as const;
    const owed = [{ key: 'asked', destination: `mail:${CARA}`, message }];
    await g.handler.handleGlobal({ command, actor: cara, world: worldOf(), delivery: null }, owed);
    const page = {
      purpose: 'tenant',
      email: CARA,
      tenantId: 'acme',
      requestNo: null,
      version: null,
    } as const;
    await links.issue({ ...page, expiresAt });
    expect(await g.verify()).toMatchObject({ ok: true });
    await links.issue({ ...page, email: 'eve@evil.example', expiresAt });
    expect(await g.verify()).toMatchObject({
      ok: false,
      wrong: 'a link to the page of acme was never owed to eve@evil.example',
    });
    g.ledger.raw.exec("delete from link where email like 'eve%'");
    const request = { purpose: 'report', email: CARA, tenantId: 'acme', requestNo: 1, version: 4 } as const;
    await links.issue({ ...request, expiresAt });
    expect(await g.verify()).toMatchObject({
      ok: false,
      wrong: `a link that opens TSA-1 was never owed to ${CARA}`,
    });
    g.ledger.raw.exec("update link set tenant_id = 'bolt' where request_no = 1");
    expect(await g.verify()).toMatchObject({
      ok: false,
      wrong: 'a link opens TSA-1 for bolt, where it never was',
    });
  });
});
