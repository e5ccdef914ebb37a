import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { signingKeysFile } from '../src/key-files.ts';
import { openKeyringFile } from '../src/keys/keyring.ts';
import { GENESIS, linkHash } from '../src/ledger/chain.ts';
import { openForReading } from '../src/ledger/open.ts';
import { verifyDatabase } from '../src/database.ts';
import type { Courier } from '../src/outbox/delivery.ts';
import { createDispatcher } from '../src/outbox/dispatcher.ts';
import { approve, file, start } from './support/access-commands.ts';
import { ANN, DAY, GUS, HOUR, RITA, T0, worldOf } from './support/access-fixtures.ts';
import type { TestLedger } from './support/test-ledger.ts';
import { announceAt, child, folder, testLedger, setClock } from './support/test-ledger.ts';

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const CLI = new URL('../src/cli.ts', import.meta.url).pathname;

/** As an operator calls it: a process of its own, beside the one that has the ledger open. */
async function tsa(database: string, ...args: readonly string[]): Promise<Said> {
  const run = spawn(process.execPath, [CLI, ...args], { env: { TSA_DATABASE: database } });
  const exited = once(run, 'exit');
  const [out, err] = await Promise.all([text(run.stdout), text(run.stderr)]);
  await exited;
  return { code: run.exitCode, out, err };
}

async function lived(g: TestLedger = testLedger()): Promise<TestLedger> {
  const no = await g.given(
    RITA,
    file({ reason: '=HYPERLINK("http://x") invoices show twice, "März", since Monday' }),
  );
  await g.given(ANN, approve(), no);
  await g.given(GUS, start, no);
  await g.given(RITA, file({ tenantId: 'corp' }));
  return g;
}

describe('verify', () => {
  it('says that a ledger is whole, with its head, while the program has it open', async () => {
    const g = await lived();
    const { hash } = await g.views.head();
    const said = await tsa(g.path, 'verify');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toContain('is whole: 5 events, 2 requests.');
    expect(said.out).toContain(`Head: 5:${hash}`);
  });

  it('says where it was tampered with, and fails', async () => {
    const g = await lived();
    g.ledger.raw.exec('drop trigger ledger_event_no_update');
    g.ledger.raw.exec("update ledger_event set actor = 'UEVIL' where seq = 3");
    const said = await tsa(g.path, 'verify');
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/NOT whole at event 3: its content does not match its hash/);
  });
});

describe('verify --against', () => {
  it('finds that all of it was rewritten, or cut off, by the head that somebody kept', async () => {
    const g = await lived();
    const { seq, hash } = await g.views.head();
    const kept = `${seq}:${hash}`;
    await g.given(RITA, file({ tenantId: 'bolt' }));
    expect(await tsa(g.path, 'verify', '--against', kept)).toMatchObject({ code: 0, err: '' });
    // Another ledger, whole in itself, in the place of that one.
    const other = await lived(testLedger(worldOf(), undefined, setClock(T0 + HOUR)));
    expect((await tsa(other.path, 'verify')).code).toBe(0);
    const rewritten = await tsa(other.path, 'verify', '--against', kept);
    expect(rewritten.code).toBe(1);
    expect(rewritten.err).toMatch(/NOT whole at event 5: .*was rewritten/);
    const cut = await tsa(other.path, 'verify', '--against', `9:${hash}`);
    expect(cut.code).toBe(1);
    expect(cut.err).toMatch(/it ends with event 5, but had 9/);
    expect((await tsa(g.path, 'verify', '--against', hash)).code).toBe(2);
  });
});

describe('keys', () => {
  it('makes a key that is shown once, lists it without it, and revokes it', async () => {
    const g = await lived();
    const made = await tsa(g.path, 'keys', 'make', 'the console', '--tenants', 'acme,corp');
    expect(made).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^tsak_\w{12}_[\w-]{43}\n$/) as string,
    });
    expect(made.err).toContain('for the console, tenants acme, corp, to evaluate and report_actions.');
    const [, id = '', secret = ''] = /^tsak_(\w{12})_(.{43})$/.exec(made.out.trim()) ?? [];
    expect(secret).not.toBe('');
    const listed = await tsa(g.path, 'keys', 'list');
    expect(listed.out).toMatch(new RegExp(`^${id}  the console: tenants acme, corp, .*; never used\n$`));
    expect(listed.out + made.err).not.toContain(secret);
    expect(await tsa(g.path, 'keys', 'revoke', id)).toMatchObject({
      code: 0,
      out: `The key ${id} is revoked.\n`,
    });
    expect((await tsa(g.path, 'keys', 'list')).out).toContain('; revoked ');
    expect(await tsa(g.path, 'keys', 'revoke', id)).toMatchObject({ code: 2, out: '' });
  });

  it('makes a key for one kind of question, or for all tenants, where that is said, and never by itself', async () => {
    const g = await lived();
    const one = await tsa(g.path, 'keys', 'make', 'console', '--tenants', 'all', '--for', 'evaluate');
    expect(one.err).toContain('for console, all tenants, to evaluate.');
    const wrong = [
      ['make', 'console'],
      ['make', '--tenants', 'all'],
      ['make', 'console', '--tenants', 'all', '--for', 'everything'],
      ['make', 'console', '--tenants', ','],
      ['make', 'x'.repeat(81), '--tenants', 'all'],
      ['make', 'two', 'words', '--tenants', 'all'],
      ['list', '--compromised'],
      ['revoke'],
      ['rotate', '--tenants', 'all'],
      ['burn'],
      [],
    ];
    const said = await Promise.all(wrong.map((words) => tsa(g.path, 'keys', ...words)));
    for (const one of said)
      expect(one).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('Usage: npm run -s tsa -- keys') as string,
      });
    expect((await tsa(g.path, 'keys', 'list')).out.trim().split('\n')).toHaveLength(1);
  });

  it('puts a new key in the place of the one that signs, which stays published', async () => {
    const g = await lived();
    expect(await tsa(g.path, 'keys', 'rotate')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/cannot be read \(ENOENT\)\. Nothing was changed\.\n$/) as string,
    });
    const opened = await openKeyringFile(signingKeysFile(g.path), g.clock);
    const before = opened.ok ? opened.keyring.published().keys.map(({ kid }) => kid) : [];
    const rotated = await tsa(g.path, 'keys', 'rotate');
    expect(rotated).toMatchObject({ code: 0, err: '' });
    expect(rotated.out).toContain(`The key ${before.join()} stays published until `);
    expect(opened.ok && opened.keyring.published().keys).toHaveLength(2);
    const gone = await tsa(g.path, 'keys', 'rotate', '--compromised');
    expect(gone.out).not.toContain('stays published');
    expect(opened.ok && opened.keyring.published().keys).toHaveLength(1);
  });
});

describe('export', () => {
  it('gives all it takes to recompute every hash, in any language', async () => {
    const g = await lived();
    const said = await tsa(g.path, 'export');
    expect(said.code).toBe(0);
    const line = z.object({
      seq: z.number(),
      request_no: z.number().nullable(),
      version: z.number().nullable(),
      type: z.string(),
      actor: z.string(),
      at: z.number(),
      body: z.string(),
      owed: z.string().nullable(),
      prev_hash: z.string(),
      hash: z.string(),
    });
    const lines = said.out
      .trimEnd()
      .split('\n')
      .map((one) => line.parse(JSON.parse(one)));
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    let prev: Buffer = GENESIS;
    for (const { request_no: requestNo, body, owed: debts, hash, prev_hash, ...row } of lines) {
      const owed = debts === null ? null : Buffer.from(debts, 'hex');
      expect(prev_hash).toBe(prev.toString('hex'));
      prev = linkHash(prev, { ...row, requestNo, body: Buffer.from(body), owed });
      expect(prev.toString('hex')).toBe(hash);
    }
  });

  it('gives every request as a table that no spreadsheet takes for a formula', async () => {
    const g = await lived();
    const said = await tsa(g.path, 'export', '--csv');
    expect(said.code).toBe(0);
    const rows = z.array(z.record(z.string(), z.string())).parse(parse(said.out, { columns: true }));
    expect(rows).toMatchObject([
      { request_no: '1', phase: 'active', started_at: '2026-03-02T09:00:00.000Z', ended_at: '' },
      { request_no: '2', phase: 'pending', started_at: '' },
    ]);
    expect(rows[0]?.['reason']).toBe('\'=HYPERLINK("http://x") invoices show twice, "März", since Monday');
  });

  it('gives the names of the columns also where there is no request yet', async () => {
    const { path } = testLedger();
    const empty = await tsa(path, 'export', '--csv');
    expect(empty).toMatchObject({ code: 0, err: '' });
    const [names] = (await tsa((await lived()).path, 'export', '--csv')).out.split('\r\n');
    expect(empty.out).toBe(`${names ?? ''}\r\n`);
    expect(empty.out).toMatch(/^"request_no","version","phase"/);
  });

  it('stops without complaint when nobody reads on', async () => {
    const g = await lived();
    for (let i = 0; i < 300; i += 1) await g.when(RITA, file({ tenantId: 'corp' }));
    const run = spawn(process.execPath, [CLI, 'export'], { env: { TSA_DATABASE: g.path } });
    const complaint = text(run.stderr);
    const exited = once(run, 'exit');
    run.stdout.destroy();
    await exited;
    expect(await complaint).toBe('');
    expect(run.exitCode).toBe(0);
  });
});

describe('backup', () => {
  it('copies a ledger into one file while it is being written, and nothing acknowledged before is missing', async () => {
    const path = join(folder(), 'tsa.sqlite');
    const writer = child('write', path);
    let last = '';
    for (let i = 0; i < 60; i += 1) last = (await writer.line()) ?? '';
    const to = folder();
    const said = await tsa(path, 'backup', join(to, 'copy.sqlite'));
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/copy\.sqlite is whole: \d+ events/);
    expect(readdirSync(to)).toEqual(['copy.sqlite']);
    writer.kill();
    const copy = openForReading(join(to, 'copy.sqlite'));
    expect(await verifyDatabase(copy)).toMatchObject({ ok: true });
    const [no, version] = last.split(' ').map(Number);
    const row = copy.raw.prepare('select version from request where request_no = ?').pluck().get(no);
    expect(Number(row)).toBeGreaterThanOrEqual(version ?? 0);
    await copy.close();
  });

  it('is a ledger that the program can go on with', async () => {
    const g = await lived();
    const to = join(folder(), 'copy.sqlite');
    expect((await tsa(g.path, 'backup', to)).code).toBe(0);
    const again = testLedger(worldOf(), to);
    await again.given(RITA, file({ tenantId: 'bolt' }));
    expect(await again.verify()).toMatchObject({ ok: true, requests: 3 });
  });

  it('never writes over a file, and copies a damaged ledger but says so', async () => {
    const g = await lived();
    const to = folder();
    writeFileSync(join(to, 'there'), 'precious');
    const refused = await tsa(g.path, 'backup', join(to, 'there'));
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/There is a file .* already/);
    expect((await tsa(g.path, 'backup', join(to, 'no', 'such', 'folder'))).code).toBe(2);
    g.ledger.raw.exec('drop trigger ledger_event_no_update');
    g.ledger.raw.exec("update ledger_event set actor = 'UEVIL' where seq = 2");
    const said = await tsa(g.path, 'backup', join(to, 'copy'));
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/NOT whole at event 2/);
    expect(readdirSync(to).sort()).toEqual(['copy', 'there']);
  });
});

describe('restore', () => {
  it('puts a backup back, says what is missing and what is kept, and the doctor says what to do next', async () => {
    const g = await lived();
    const backup = join(folder(), 'backup.sqlite');
    expect((await tsa(g.path, 'backup', backup)).code).toBe(0);
    await g.given(RITA, file({ tenantId: 'bolt' }));
    const owned = await tsa(g.path, 'restore', backup);
    expect(owned.code).toBe(2);
    expect(owned.err).toMatch(new RegExp(`^Process ${process.pid} on .* has the ledger .* open`));
    await g.ledger.close();

    const said = await tsa(g.path, 'restore', backup);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(
      /put back to .*backup\.sqlite\. What was there before is kept as .*tsa\.sqlite\.before-/,
    );
    expect(said.out).toMatch(
      /1 event is missing\. The next request is TSA-4\. .*an admin must confirm in Slack/,
    );
    expect(said.out).toMatch(/The ledger is whole: 6 events, 2 requests\./);
    const doctor = await tsa(g.path, 'doctor');
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(/Put back to a backup .* 1 event is missing\./);
    expect(doctor.out).toMatch(/no session starts until an admin confirms in Slack/);
  });

  it('puts nothing back that is not whole, or not there', async () => {
    const g = await lived();
    const backup = join(folder(), 'backup.sqlite');
    await tsa(g.path, 'backup', backup);
    await g.ledger.close();
    const raw = new Database(backup);
    raw.exec("drop trigger ledger_event_no_update; update ledger_event set actor = 'UEVIL' where seq = 2");
    raw.close();
    const bad = await tsa(g.path, 'restore', backup);
    expect(bad.code).toBe(1);
    expect(bad.err).toMatch(/^Nothing was changed: the backup .*backup\.sqlite is NOT whole at event 2/);
    const none = await tsa(g.path, 'restore', join(folder(), 'none'));
    expect(none.code).toBe(2);
    expect(none.err).toMatch(/^There is no backup at /);
    expect((await tsa(g.path, 'verify')).out).toContain('5 events, 2 requests');
  });
});

describe('doctor', () => {
  it('is content with a ledger where nothing waits', async () => {
    const g = await lived(testLedger(worldOf(), undefined, setClock(Date.now())));
    const { ledger, clock, log } = g;
    const courier = { deliver: () => Promise.resolve({ kind: 'sent' } as const) };
    const dispatcher = createDispatcher({ ledger, clock, courier, log, announceAt });
    await dispatcher.start();
    await dispatcher.settled();
    await dispatcher.stop(0);
    const said = await tsa(g.path, 'doctor');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(new RegExp(`5 events; last opened by process ${process.pid} on `));
    expect(said.out).toMatch(
      /Overdue by more than a minute: nothing\nOwed: nothing\nCould not be delivered: nothing\nPlaces that take no messages: nothing\nAll is well\./,
    );
  });

  it('says how far the last event is ahead of this machine’s clock, and judges by the later of the two', async () => {
    // Half a day past whole days, so that the seconds of a slow machine change no word of the sentence.
    const g = await lived(testLedger(worldOf(), undefined, setClock(Date.now() + 10 * DAY + 12 * HOUR)));
    g.ledger.raw.exec("update outbox set state = 'sent', settled_at = owed_at");
    const said = await tsa(g.path, 'doctor');
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/^The last event is 10 d (?:11|12) h ahead of this machine’s clock\.$/m);
    expect(said.out).toMatch(/Overdue by more than a minute: nothing/);
    expect(said.out).toMatch(/Needs attention: the clock is wrong, or was when the last event was written/);
  });

  it('lists what is overdue, what is owed with the last answer, and what could not be delivered', async () => {
    const g = await lived();
    g.ledger.raw.exec(
      "update outbox set state = 'failed', last_error = 'user_not_found', settled_at = unixepoch() * 1000 where id = 1",
    );
    g.ledger.raw.exec("update outbox set attempts = 3, last_error = 'ratelimited' where id = 2");
    const said = await tsa(g.path, 'doctor');
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/Overdue by more than a minute: 2\n {2}TSA-\d: \w+\n {2}TSA-\d: \w+/);
    expect(said.out).toMatch(/TSA-1: expire/);
    expect(said.out).toMatch(/TSA-2: lapse/);
    expect(said.out).toMatch(/tried 3 times, the last answer: ratelimited/);
    expect(said.out).toMatch(
      /Could not be delivered: 1\n {2}card:1:1:person:\w+ to person:\w+, .*: user_not_found/,
    );
    expect(said.out).toMatch(/Needs attention: time did not do what was due; .*five minutes; .*seven days\./);
  });

  it('lists what was not sent because nobody needed it any more, which is no trouble', async () => {
    const g = await lived(testLedger(worldOf(), undefined, setClock(Date.now())));
    g.ledger.raw.exec("update outbox set state = 'sent', settled_at = owed_at");
    g.ledger.raw.exec("update outbox set state = 'moot', last_error = 'answered already' where id = 1");
    const said = await tsa(g.path, 'doctor');
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/Not sent, because not needed any more: 1\n.*: answered already\nAll is well\./);
  });

  it('names a request whose history cannot be read, and goes on', async () => {
    const g = await lived();
    g.ledger.raw.exec('drop trigger ledger_event_no_update');
    g.ledger.raw.exec("update ledger_event set body = cast('{}' as blob) where seq = 1");
    const said = await tsa(g.path, 'doctor');
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/TSA-1: its history cannot be read/);
    expect(said.out).toMatch(/TSA-2: lapse/);
  });
});

describe('owed', () => {
  /** One place refuses for good, one lets nobody in, and a mail server knows nobody of that name. */
  async function refusing(): Promise<TestLedger> {
    const g = await lived(testLedger(worldOf(), undefined, setClock(Date.now())));
    g.ledger.raw.exec("update outbox set state = 'sent', settled_at = owed_at");
    const { ledger, clock, log } = g;
    const card = { kind: 'card', no: 1 } as const;
    await g.handler.owe('greeting', [
      { key: 'lost', destination: 'channel:C0OLD', message: card },
      { key: 'first', destination: 'channel:C0PRIVATE', message: card },
      { key: 'second', destination: 'channel:C0PRIVATE', message: { kind: 'greeting' } },
      {
        key: 'mailed',
        destination: 'mail:nobody@fabrikam.example',
        message: { kind: 'mail', no: 1, version: 1 },
      },
      { key: 'fine', destination: 'person:U0HERE', message: card },
    ]);
    const courier: Courier = {
      deliver: ({ destination }) =>
        Promise.resolve(
          destination === 'channel:C0OLD'
            ? { kind: 'failed', why: 'is_archived' }
            : destination === 'channel:C0PRIVATE'
              ? { kind: 'refused', why: 'channel_not_found' }
              : destination.startsWith('mail:')
                ? { kind: 'failed', why: '550 no such user' }
                : { kind: 'sent' },
        ),
    };
    const dispatcher = createDispatcher({ ledger, clock, courier, log, announceAt });
    await dispatcher.start();
    await dispatcher.settled();
    await dispatcher.stop(0);
    return g;
  }
  const rows = (g: TestLedger): unknown[] =>
    g.ledger.raw
      .prepare(
        "select key, destination, state from outbox where key in ('lost', 'first', 'second', 'mailed') order by id",
      )
      .raw()
      .all();
  const facts = (g: TestLedger): unknown[] =>
    g.ledger.raw
      .prepare("select actor, cast(body as text) from ledger_event where type like 'owed.%' order by seq")
      .raw()
      .all()
      .map((row) => z.tuple([z.string(), z.string()]).parse(row))
      .map(([actor, told]) => [actor.split(':')[0], JSON.parse(told) as unknown]);

  it('lists the places that take no messages, as the doctor does', async () => {
    const g = await refusing();
    const said = await tsa(g.path, 'owed', 'list');
    expect(said).toMatchObject({ code: 1, err: '' });
    expect(said.out).toMatch(
      /^Places that take no messages: 3\n {2}channel:C0PRIVATE: 2 wait since \S+ \(channel_not_found\)\n/,
    );
    expect(said.out).toMatch(/ {2}channel:C0OLD: 1 refused for good, the last \S+ \(is_archived\)\n/);
    const doctor = await tsa(g.path, 'doctor');
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(/Places that take no messages: 3\n {2}channel:C0PRIVATE: 2 wait/);
    expect(doctor.out).toMatch(/places take no messages; see what to do: npm run -s tsa -- owed list/);
    expect(doctor.out).not.toContain('wait for more than five minutes');
  });

  it('gives up or sends elsewhere what a place refused, once the program is stopped, and the ledger says so', async () => {
    const g = await refusing();
    const running = await tsa(g.path, 'owed', 'drop', 'channel:C0OLD');
    expect(running.code).toBe(2);
    expect(running.err).toMatch(/^Process \d+ .* has the ledger .* stop that one first/);
    await g.handler.close();
    await g.ledger.close();
    expect(await tsa(g.path, 'owed', 'drop', 'channel:C0OLD')).toMatchObject({ code: 0, err: '' });
    const sent = await tsa(g.path, 'owed', 'redirect', 'channel:C0PRIVATE', 'channel:C0NEW');
    expect(sent).toMatchObject({ code: 0, err: '' });
    expect(sent.out).toMatch(/^2 messages to channel:C0PRIVATE are owed to channel:C0NEW now/);
    expect((await tsa(g.path, 'owed', 'drop', 'mail:nobody@fabrikam.example')).code).toBe(0);
    expect(await tsa(g.path, 'owed', 'list')).toMatchObject({
      code: 0,
      out: 'Places that take no messages: none\n',
    });
    expect((await tsa(g.path, 'doctor')).out).toMatch(/Places that take no messages: nothing\n/);

    const after = testLedger(worldOf(), g.path, g.clock);
    expect(rows(after)).toEqual([
      ['lost', 'channel:C0OLD', 'dropped'],
      ['first', 'channel:C0NEW', 'owed'],
      ['second', 'channel:C0NEW', 'owed'],
      ['mailed', 'mail:nobody@fabrikam.example', 'dropped'],
    ]);
    expect(facts(after)).toEqual([
      ['operator', { keys: ['lost'], place: 'channel:C0OLD', type: 'owed.dropped' }],
      [
        'operator',
        {
          keys: ['first', 'second'],
          place: 'channel:C0PRIVATE',
          to: 'channel:C0NEW',
          type: 'owed.redirected',
        },
      ],
      ['operator', { keys: ['mailed'], place: 'mail:nobody@fabrikam.example', type: 'owed.dropped' }],
    ]);
    expect(await after.verify()).toMatchObject({ ok: true });
    const courier: Courier = { deliver: () => Promise.resolve({ kind: 'sent' }) };
    const { ledger, clock, log } = after;
    const dispatcher = createDispatcher({ ledger, clock, courier, log, announceAt });
    await dispatcher.start();
    await dispatcher.settled();
    await dispatcher.stop(0);
    expect(after.count("select count(*) from outbox where state = 'owed'")).toBe(0);
  });

  it.each([
    [['drop', 'person:U0HERE'], /person:U0HERE did not refuse anything/],
    [['redirect', 'channel:C0OLD', 'somewhere'], /somewhere is no place in Slack/],
    [['redirect', 'channel:C0OLD', 'mail:eve@evil.example'], /is no place in Slack/],
    [['redirect', 'channel:C0OLD', 'channel:C0OLD'], /that is the same place/],
    [['redirect', 'channel:C0OLD', 'channel:C0PRIVATE'], /channel:C0PRIVATE takes no messages either/],
    [['redirect', 'mail:nobody@fabrikam.example', 'person:U0HERE'], /is for nobody else.*drop/],
  ])('%j changes nothing, and says why not', async (words, expected) => {
    const g = await refusing();
    const before = rows(g);
    await g.handler.close();
    await g.ledger.close();
    const said = await tsa(g.path, 'owed', ...words);
    expect(said.code).toBe(2);
    expect(said.err).toMatch(expected);
    const after = testLedger(worldOf(), g.path, g.clock);
    expect(rows(after)).toEqual(before);
    expect(facts(after)).toEqual([]);
  });
});

describe('The tool', () => {
  it('says how it is used when it is not understood, and does nothing', async () => {
    for (const args of [
      [],
      ['destroy'],
      ['verify', 'more'],
      ['backup'],
      ['restore'],
      ['restore', 'a', 'b'],
      ['doctor', '--csv'],
      ['verify', '--force'],
      ['owed'],
      ['owed', 'list', 'more'],
      ['owed', 'drop'],
      ['owed', 'redirect', 'channel:C0OLD'],
      ['owed', 'list', '--csv'],
    ]) {
      const said = await tsa('none', ...args);
      expect(said.code, args.join(' ')).toBe(2);
      expect(said.err).toMatch(/^Usage: npm run -s tsa/);
      expect(said.out).toBe('');
    }
    expect(await tsa('none', '--help')).toMatchObject({ code: 0, err: '' });
  });

  it('reads the same .env as the program, so that both mean the same ledger', () => {
    const { scripts } = z
      .object({ scripts: z.object({ start: z.string(), tsa: z.string() }) })
      .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));
    for (const script of [scripts.start, scripts.tsa])
      expect(script).toMatch(/^(?:exec )?node (?:--max-\S+ )?--env-file-if-exists=\.env src\//);
  });

  it('says in words that there is no ledger, or that the file is none', async () => {
    const missing = await tsa(join(folder(), 'none.sqlite'), 'verify');
    expect(missing.code).toBe(2);
    expect(missing.err).toMatch(/^Cannot read the ledger at .*none\.sqlite/);
    const other = join(folder(), 'other.txt');
    writeFileSync(other, 'not a database, but long enough to look at '.repeat(100));
    const said = await tsa('elsewhere', 'doctor', '--database', other);
    expect(said.code).toBe(2);
    expect(said.err).toMatch(/^Cannot read the ledger at .*other\.txt: file is not a database/);
    expect(said.err).not.toMatch(/\n\s+at /);
  });
});
