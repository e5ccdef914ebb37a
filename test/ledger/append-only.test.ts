import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../src/database.ts';
import { linkHash } from '../../src/ledger/chain.ts';
import { approve, deny, file, start } from '../support/access-commands.ts';
import type { LedgerRow } from '../../src/ledger/tables.ts';
import { ANN, DAY, DEB, GUS, RITA, T0, person, worldOf } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** Six events: filed, approved, granted, started; filed, denied. */
async function lived(): Promise<TestLedger> {
  const g = testLedger();
  const first = await g.given(RITA, file());
  await g.given(ANN, approve(), first);
  await g.given(GUS, start, first);
  const second = await g.given(RITA, file({ tenantId: 'corp' }));
  await g.given(ANN, deny, second);
  expect(g.count('select max(seq) from ledger_event')).toBe(6);
  return g;
}

const COLUMNS = 'request_no, version, type, actor, at, body, owed, prev_hash, hash';
const LAST = '(select hash from ledger_event order by seq desc limit 1)';

describe('The database itself keeps the ledger append-only, whatever tool writes', () => {
  it.each([
    ['changed', "update ledger_event set actor = 'UEVIL' where seq = 2"],
    ['moved', 'update or replace ledger_event set seq = 3 where seq = 2'],
    ['deleted', 'delete from ledger_event where seq = 2'],
    ['cut off at the end', 'delete from ledger_event where seq = (select max(seq) from ledger_event)'],
    [
      'replaced',
      `replace into ledger_event select seq, request_no, version, type, 'UEVIL', at, body, owed, prev_hash, hash from ledger_event where seq = 2`,
    ],
    [
      'replaced at the end',
      `replace into ledger_event select seq, request_no, version, type, 'UEVIL', at, body, owed, prev_hash, hash from ledger_event where seq = 6`,
    ],
    [
      'pushed out by one with its version',
      `replace into ledger_event select 7, request_no, version, type, 'UEVIL', at, body, owed, ${LAST}, randomblob(32) from ledger_event where seq = 2`,
    ],
    [
      'changed by an upsert',
      `insert into ledger_event select * from ledger_event where seq = 2 on conflict (seq) do update set actor = 'UEVIL'`,
    ],
    [
      'changed by an upsert on its version',
      `insert into ledger_event select 7, request_no, version, type, actor, at, body, owed, ${LAST}, randomblob(32) from ledger_event where seq = 2 on conflict (request_no, version) do update set actor = 'UEVIL'`,
    ],
    [
      'added after a gap',
      `insert into ledger_event select 8, 9, 1, type, actor, at, body, owed, ${LAST}, randomblob(32) from ledger_event where seq = 1`,
    ],
    [
      'added beside the chain',
      `insert into ledger_event select 7, 9, 1, type, actor, at, body, owed, zeroblob(32), randomblob(32) from ledger_event where seq = 1`,
    ],
    [
      'added before the last one in time',
      `insert into ledger_event select 7, 9, 1, type, actor, at - 1, body, owed, ${LAST}, randomblob(32) from ledger_event where seq = 6`,
    ],
  ])('no event is %s', async (_how, sql) => {
    const g = await lived();
    const before = g.ledger.raw.prepare(`select seq, ${COLUMNS} from ledger_event`).all();
    const tool = new Database(g.path);
    try {
      expect(() => tool.prepare(sql).run()).toThrow(/ledger:/);
    } finally {
      tool.close();
    }
    expect(() => g.ledger.raw.prepare(sql).run()).toThrow(/ledger:/);
    expect(g.ledger.raw.prepare(`select seq, ${COLUMNS} from ledger_event`).all()).toEqual(before);
  });
});

it('The program itself writes no event that is earlier than the one before it, and nothing of what came with it', async () => {
  const g = await lived();
  const now = g.clock.now();
  const behind = createHandler(g.ledger, { ...g.clock, now: () => now - 1 });
  const command = { type: 'set_absence', approver: ANN, from: now, until: now + DAY, delegate: DEB } as const;
  const late = behind.handleGlobal({ command, actor: person(ANN), world: worldOf(), delivery: null });
  await expect(late).rejects.toThrow('an event cannot be earlier than the one before it');
  expect(g.count('select max(seq) from ledger_event')).toBe(6);
  expect(g.count('select count(*) from absence')).toBe(0);
});

describe('Who takes the triggers away and changes the ledger is found out, and where', () => {
  async function tampered(sql: string): Promise<TestLedger> {
    const g = await lived();
    expect(await g.verify()).toMatchObject({ ok: true, events: 6, requests: 2 });
    for (const name of ['append', 'no_update', 'no_delete'])
      g.ledger.raw.exec(`drop trigger ledger_event_${name}`);
    expect(g.ledger.raw.prepare(sql).run().changes).toBeGreaterThan(0);
    return g;
  }

  it.each([
    ['the actor', "update ledger_event set actor = 'UEVIL' where seq = 3", 3],
    ['the time', 'update ledger_event set at = at + 1 where seq = 4', 4],
    [
      'the words',
      "update ledger_event set body = cast(replace(cast(body as text), 'staging', 'other') as blob) where seq = 6",
      6,
    ],
    ['the hash', 'update ledger_event set hash = randomblob(32) where seq = 5', 5],
    ['the request', 'update ledger_event set request_no = 7 where seq = 6', 6],
  ])('%s', async (_what, sql, seq) => {
    const g = await tampered(sql);
    expect(await g.verify()).toMatchObject({
      ok: false,
      seq,
      wrong: expect.stringMatching(/hash/) as string,
    });
  });

  it('an event that is missing in the middle', async () => {
    const g = await tampered('delete from ledger_event where seq = 3');
    expect(await g.verify()).toEqual({ ok: false, seq: 4, wrong: 'event 3 is missing' });
  });

  it('an event whose hash was made to fit: the next one does not follow it', async () => {
    const g = await lived();
    const at = g.count('select at from ledger_event where seq = 3');
    const row = g.ledger.raw
      .prepare('select body, owed, prev_hash from ledger_event where seq = 3')
      .get() as {
      body: Buffer;
      owed: Buffer | null;
      prev_hash: Buffer;
    };
    const link = {
      seq: 3,
      requestNo: 1,
      version: 3,
      type: 'grant.issued',
      actor: 'UEVIL',
      at,
      body: row.body,
      owed: row.owed,
    };
    g.ledger.raw.exec('drop trigger ledger_event_no_update');
    g.ledger.raw
      .prepare("update ledger_event set actor = 'UEVIL', hash = ? where seq = 3")
      .run(linkHash(row.prev_hash, link));
    expect(await g.verify()).toMatchObject({ ok: false, seq: 4 });
  });

  it('a last event that was cut off: the request is shown further than its history goes', async () => {
    const g = await tampered('delete from ledger_event where seq = 6');
    expect(await g.verify()).toEqual({
      ok: false,
      seq: null,
      wrong: 'TSA-2 is shown otherwise than the ledger tells',
    });
  });

  it.each([
    ['a request', "update request set reason = 'Other' where request_no = 1", /TSA-1/],
    [
      'a moment at which something is due',
      'update request set due_at = due_at + 1 where request_no = 1',
      /TSA-1/,
    ],
    [
      'a request that never was',
      'insert into request select 3, version, phase, origin, requester, grantee, owner, tenant_id, scope_id, reason, case_ref, filed_at, approved_at, denied_at, over_at, started_at, expires_at, ended_at, end_how, closeout_since, closed_at, review_due_at, reviewed_at, like_it, until_at, due_at, access from request where request_no = 2',
      /3 requests/,
    ],
    ['an answer', "update seat set given_by = 'UEVIL' where request_no = 1", /answers/],
    ['an absence', "insert into absence values ('UANN', 1, 2, 'UDEB')", /absences/],
    ['a digest', "insert into digest_week values ('2026-W10', 1, 2)", /digests/],
  ])('what is shown differs from what happened: %s', async (_what, sql, wrong) => {
    const g = await lived();
    g.ledger.raw.exec(sql);
    expect(await g.verify()).toMatchObject({
      ok: false,
      seq: null,
      wrong: expect.stringMatching(wrong) as string,
    });
  });
});

describe('What keeps the ledger as it is must itself be there', () => {
  it.each([
    [
      'a trigger that was taken away',
      'drop trigger ledger_event_no_update',
      /trigger ledger_event_no_update is missing/,
    ],
    [
      'a trigger that does nothing any more',
      'drop trigger ledger_event_no_delete; create trigger ledger_event_no_delete before delete on ledger_event begin select 1; end',
      /trigger ledger_event_no_delete is not as this program makes it/,
    ],
    ['an index that is gone', 'drop index request_due', /index request_due is missing/],
    [
      'a constraint that was loosened',
      'drop table readiness_probe; create table readiness_probe (filler blob) strict',
      /table readiness_probe is not as this program makes it/,
    ],
    [
      'a trigger of somebody else',
      'create trigger mine after insert on request begin select 1; end',
      /trigger mine is none of this program's/,
    ],
  ])('%s is found', async (_what, sql, wrong) => {
    const g = await lived();
    g.ledger.raw.exec(sql);
    expect(await g.verify()).toMatchObject({ ok: false, wrong: expect.stringMatching(wrong) as string });
  });

  it('an event that is earlier than the one before it is found, though every hash fits', async () => {
    const g = await lived();
    const { raw } = g.ledger;
    const last = raw.prepare('select * from ledger_event where seq = 6').get() as LedgerRow;
    const { request_no: requestNo, version, type, actor, body, owed } = last;
    const link = { seq: 6, requestNo, version, type, actor, at: T0 - 1, body, owed };
    raw.exec('drop trigger ledger_event_no_update');
    raw
      .prepare('update ledger_event set at = ?, hash = ? where seq = 6')
      .run(link.at, linkHash(last.prev_hash, link));
    expect(await g.verify()).toEqual({ ok: false, seq: 6, wrong: 'it is earlier than the event before it' });
  });
});
