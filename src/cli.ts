import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { dueCommand } from './access/due.ts';
import { span } from './clock-words.ts';
import { JUMP_MS, systemClock } from './clock.ts';
import { readDatabasePath } from './config.ts';
import { keysTool } from './keys-tool.ts';
import { backUp } from './ledger/backup.ts';
import { CannotOpen } from './ledger/cannot-open.ts';
import { exportActions, exportEvents, exportRequests } from './ledger/export.ts';
import { missingWords } from './ledger/gap-words.ts';
import type { Ledger } from './ledger/open.ts';
import { lastOwner, openForReading } from './ledger/open.ts';
import { openToOthers } from './ledger/private-files.ts';
import { restore } from './ledger/restore.ts';
import type { Head } from './ledger/verify.ts';
import { readHead, verifyLedger } from './ledger/verify.ts';
import { createViews } from './ledger/views.ts';
import { ATTENTION, NOT_DONE, restored, told, WELL } from './outcome.ts';

/** The operator's tool: looks at the ledger beside the program that runs, and changes nothing in it. */

const USAGE = `Usage: npm run -s tsa -- COMMAND [--database FILE]

  doctor        tells what is overdue, owed, or could not be delivered
  verify        checks every hash of the ledger, and everything that is shown against what happened
  verify --against N:HASH  … and that it still has the head that stood in a digest
  export        writes every event as a line of JSON, with all it takes to recompute its hash
  export --csv  writes every request as it stands now
  export --actions  writes every action that products told of, as a line of JSON
  backup FILE   makes a copy and checks it; the program may go on meanwhile
  restore FILE  puts a backup in the ledger's place, once the program is stopped; what was there is kept
  keys          makes, lists and revokes the keys by which products ask, and changes those that sign

With -s npm writes nothing of its own into what is written.
The ledger is TSA_DATABASE (data/tsa.sqlite if that is not set), or the file given with --database.
The exit code is 0 when all is well, 1 when something needs attention, 2 when it could not be done.`;

const COMMANDS = ['doctor', 'verify', 'export', 'backup', 'restore'] as const;

/** What is due may be this late, and what is owed this old, before somebody should look. */
const DUE_GRACE_MS = 60_000;
const OWED_GRACE_MS = 5 * 60_000;
/** What could not be delivered is news for this long. */
const FAILED_NEWS_MS = 7 * 24 * 60 * 60_000;
const LIST_MAX = 20;

const outboxRow = z.object({
  key: z.string(),
  destination: z.string(),
  owed_at: z.number(),
  attempts: z.number(),
  next_at: z.number(),
  last_error: z.string().nullable(),
  settled_at: z.number().nullable(),
});

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  if (args[0] === 'keys') return keysTool(args.slice(1), systemClock.now());
  const asked = read(args);
  if (asked === null) {
    console.error(USAGE);
    return NOT_DONE;
  }
  if (asked.help) {
    console.log(USAGE);
    return WELL;
  }
  const { command, file, csv, actions, database, against } = asked;
  try {
    switch (command) {
      case 'doctor':
        return await looking(database, doctor);
      case 'verify':
        return told(
          await looking(database, (ledger) => verifyLedger(ledger, against)),
          `The ledger ${database}`,
        );
      case 'export':
        return await looking(database, (ledger) =>
          write(actions ? exportActions(ledger) : csv ? exportRequests(ledger) : exportEvents(ledger)),
        );
      case 'backup':
        return told(await backUp(database, file, systemClock.now()), `The copy ${file}`);
      case 'restore':
        return restored(await restore(database, file, systemClock), database, file);
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const what = error instanceof CannotOpen ? '' : `${command} of ${database} could not be done: `;
    console.error(`${what}${error.message}`);
    return NOT_DONE;
  }
}

interface Asked {
  readonly command: (typeof COMMANDS)[number];
  readonly file: string;
  readonly csv: boolean;
  readonly actions: boolean;
  readonly database: string;
  readonly help: boolean;
  /** A head that was kept. */
  readonly against: Head | null;
}

/** What is asked for, or `null` when it is not understood: nothing is guessed. */
function read(args: string[]): Asked | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        csv: { type: 'boolean', default: false },
        actions: { type: 'boolean', default: false },
        database: { type: 'string' },
        against: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const database = values.database ?? readDatabasePath();
    const { csv, actions, help } = values;
    const [command, file = ''] = positionals;
    const against = values.against === undefined ? null : readHead(values.against);
    if (help) return { command: 'doctor', file, csv, actions, database, help, against };
    const known = COMMANDS.find((one) => one === command);
    const files = known === 'backup' || known === 'restore' ? 1 : 0;
    const headed = values.against === undefined || (known === 'verify' && against !== null);
    const formed = known === 'export' ? !(csv && actions) : !csv && !actions;
    const right = positionals.length === 1 + files && formed && headed;
    return known !== undefined && right
      ? { command: known, file, csv, actions, database, help, against }
      : null;
  } catch {
    return null;
  }
}

async function looking<T>(database: string, look: (ledger: Ledger) => Promise<T>): Promise<T> {
  const ledger = openForReading(database);
  try {
    return await look(ledger);
  } finally {
    await ledger.close();
  }
}

/** To standard output, no faster than it is read; whoever stops reading has seen enough. */
async function write(lines: AsyncGenerator<string>): Promise<number> {
  try {
    await pipeline(Readable.from(lines), process.stdout, { end: false });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
  return WELL;
}

async function doctor(ledger: Ledger): Promise<number> {
  await introduce(ledger);
  systemClock.notBefore((await createViews(ledger.db).head()).at);
  const now = systemClock.now();
  const troubles = [
    ...damage(ledger),
    ...clocks(),
    ...unguarded(ledger),
    ...(await overdue(ledger, now)),
    ...owed(ledger, now),
    ...undelivered(ledger, now),
    ...(await gap(ledger)),
  ];
  notNeeded(ledger);
  console.log(troubles.length === 0 ? 'All is well.' : `Needs attention: ${troubles.join('; ')}.`);
  return troubles.length === 0 ? WELL : ATTENTION;
}

function damage({ raw }: Ledger): readonly string[] {
  const found = z.array(z.string()).parse(raw.prepare('pragma quick_check').pluck().all());
  if (found.join() === 'ok') return [];
  say('Damage', found.length, found);
  return ['the database file is damaged'];
}

/** The ledger cannot tell whether its clock was wrong then or is now; either way somebody should look. */
function clocks(): readonly string[] {
  const ahead = systemClock.ahead();
  if (ahead <= JUMP_MS) return [];
  console.log(`The last event is ${span(ahead)} ahead of this machine’s clock.`);
  return ['the clock is wrong, or was when the last event was written: see the README’s runbook'];
}

function unguarded({ path }: Ledger): readonly string[] {
  const open = openToOthers(path);
  if (open.length === 0) return [];
  say(
    'Open to others',
    open.length,
    open.map(({ file, mode }) => `${file}, mode ${mode}: chmod 600 ${file}`),
  );
  return ['others may read the ledger'];
}

async function introduce({ db, path }: Ledger): Promise<void> {
  const { seq } = await createViews(db).head();
  const owner = lastOwner(path);
  const by =
    owner === null
      ? 'never opened here'
      : `last opened by process ${owner.pid} on ${owner.host}, ${owner.since}`;
  console.log(`The ledger ${path}: ${seq} events; ${by}.`);
}

async function overdue({ db }: Ledger, now: number): Promise<readonly string[]> {
  const views = createViews(db);
  const before = now - DUE_GRACE_MS;
  const count = await views.overdue(before);
  const lines: string[] = [];
  for (const no of await views.due(before - 1, LIST_MAX)) {
    try {
      const record = await views.record(no);
      const command = record === null ? null : dueCommand(record.state, now);
      lines.push(`TSA-${no}: ${(command?.type ?? 'nothing').replaceAll('_', ' ')}`);
    } catch (error) {
      lines.push(
        `TSA-${no}: its history cannot be read (${error instanceof Error ? error.message : 'unknown'})`,
      );
    }
  }
  say('Overdue by more than a minute', count, lines);
  return count === 0 ? [] : ['time did not do what was due; is the program running?'];
}

function owed({ raw }: Ledger, now: number): readonly string[] {
  const rows = z
    .array(outboxRow)
    .parse(raw.prepare("select * from outbox where state = 'owed' order by id").all());
  const lines = rows.map((row) => {
    const tried =
      row.attempts === 0 ? '' : `, tried ${row.attempts} times, the last answer: ${row.last_error ?? '–'}`;
    return `${row.key} to ${row.destination}, since ${iso(row.owed_at)}${tried}`;
  });
  say('Owed', rows.length, lines);
  // What was put off on purpose is late from its time on, not before.
  const late = rows.some((row) => now - (row.attempts === 0 ? row.next_at : row.owed_at) > OWED_GRACE_MS);
  return late ? ['messages wait for more than five minutes'] : [];
}

function undelivered({ raw }: Ledger, now: number): readonly string[] {
  const rows = z
    .array(outboxRow)
    .parse(raw.prepare("select * from outbox where state = 'failed' order by id desc").all());
  const lines = rows.map(
    (row) =>
      `${row.key} to ${row.destination}, ${iso(row.settled_at ?? row.owed_at)}: ${row.last_error ?? '–'}`,
  );
  say('Could not be delivered', rows.length, lines);
  const news = rows.some((row) => now - (row.settled_at ?? now) < FAILED_NEWS_MS);
  return news ? ['messages could not be delivered in the last seven days'] : [];
}

async function gap({ db }: Ledger): Promise<readonly string[]> {
  const found = await createViews(db).gap();
  if (found === null || found.confirmed !== null) return [];
  console.log(
    `Put back to a backup ${iso(found.at)}; what happened since ${iso(found.from.at)} is not in it. ${missingWords(found)}`,
  );
  return ['no session starts until an admin confirms in Slack that this gap is known'];
}

/** Mails that nobody needed any more when their turn came. No trouble, but somebody may look for them. */
function notNeeded({ raw }: Ledger): void {
  const rows = z
    .array(outboxRow)
    .parse(raw.prepare("select * from outbox where state = 'moot' order by id desc").all());
  if (rows.length === 0) return;
  const lines = rows.map(
    (row) =>
      `${row.key} to ${row.destination}, ${iso(row.settled_at ?? row.owed_at)}: ${row.last_error ?? '–'}`,
  );
  say('Not sent, because not needed any more', rows.length, lines);
}

function say(what: string, count: number, lines: readonly string[]): void {
  console.log(`${what}: ${count === 0 ? 'nothing' : count}`);
  for (const line of lines.slice(0, LIST_MAX)) console.log(`  ${line}`);
  if (count > LIST_MAX) console.log(`  … and ${count - LIST_MAX} more`);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
