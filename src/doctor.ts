import { z } from 'zod';
import { dueCommand } from './access/due.ts';
import { span } from './wording/clock.ts';
import { JUMP_MS, systemClock } from './clock.ts';
import { missingWords } from './wording/gap.ts';
import type { Ledger } from './ledger/open.ts';
import { lastOwner } from './ledger/open.ts';
import { openToOthers } from './ledger/private-files.ts';
import { notClosed } from './access/product-access.ts';
import { recordsNotClosed } from './ledger/product-accesses.ts';
import { createViews } from './ledger/views.ts';
import { ATTENTION, WELL } from './outcome.ts';
import { readRows } from './outbox/look.ts';
import { refusedPlaces } from './outbox/refused.ts';
import { placeLines } from './owed-tool.ts';

/** What is wrong with the ledger, or waits in it: told to the operator, and changed by nobody. */

/** What is due may be this late, and what is owed this old, before somebody should look. */
const DUE_GRACE_MS = 60_000;
const OWED_GRACE_MS = 5 * 60_000;
/** What could not be delivered is news for this long. */
const FAILED_NEWS_MS = 7 * 24 * 60 * 60_000;
const LIST_MAX = 20;

/** Looks at everything, and says what needs attention. */
export async function doctor(ledger: Ledger): Promise<number> {
  await introduce(ledger);
  systemClock.notBefore((await createViews(ledger.db).head()).at);
  const now = systemClock.now();
  const troubles = [
    ...damage(ledger),
    ...clocks(),
    ...unguarded(ledger),
    ...(await notGone(ledger, now)),
    ...(await overdue(ledger, now)),
    ...(await waiting(ledger, now)),
    ...(await undelivered(ledger, now)),
    ...(await refused(ledger)),
    ...(await gap(ledger)),
  ];
  await notNeeded(ledger);
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
  return ['the clock is wrong, or was when the last event was written: see docs/operate.md'];
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

/** The first thing to look at: somebody may be in a product whose session is over. */
async function notGone({ db }: Ledger, now: number): Promise<readonly string[]> {
  const late = (await recordsNotClosed(db)).flatMap(({ no, state }) =>
    notClosed(state).map(({ connector, is, words }) => {
      const why = words === '' ? '' : `: ${words}`;
      return `TSA-${no}, ${connector}, over for ${span(now - is.since)}${why}`;
    }),
  );
  if (late.length === 0) return [];
  say('Access that products have not confirmed gone', late.length, late);
  return ['somebody may still be in a product whose session is over'];
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

async function waiting({ db }: Ledger, now: number): Promise<readonly string[]> {
  const rows = await readRows(db, 'owed');
  const lines = rows.map((row) => {
    const tried =
      row.attempts === 0 ? '' : `, tried ${row.attempts} times, the last answer: ${row.last_error ?? '–'}`;
    return `${row.key} to ${row.destination}, since ${iso(row.owed_at)}${tried}`;
  });
  say('Owed', rows.length, lines);
  // What was put off on purpose is late from its time on, not before.
  const refusing = new Set(rows.filter((row) => row.refused_since !== null).map((row) => row.destination));
  const late = rows
    .filter((row) => !refusing.has(row.destination))
    .some((row) => now - (row.attempts === 0 ? row.next_at : row.owed_at) > OWED_GRACE_MS);
  return late ? ['messages wait for more than five minutes'] : [];
}

async function undelivered({ db }: Ledger, now: number): Promise<readonly string[]> {
  const rows = await readRows(db, 'failed');
  const lines = rows.map(
    (row) =>
      `${row.key} to ${row.destination}, ${iso(row.settled_at ?? row.owed_at)}: ${row.last_error ?? '–'}`,
  );
  say('Could not be delivered', rows.length, lines);
  const news = rows.some((row) => now - (row.settled_at ?? now) < FAILED_NEWS_MS);
  return news ? ['messages could not be delivered in the last seven days'] : [];
}

async function refused({ db }: Ledger): Promise<readonly string[]> {
  const places = await refusedPlaces(db);
  say('Places that take no messages', places.length, placeLines(places));
  const waiting = places.some((one) => one.waiting > 0);
  return waiting ? ['places take no messages; see what to do: npm run -s tsa -- owed list'] : [];
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
async function notNeeded({ db }: Ledger): Promise<void> {
  const rows = await readRows(db, 'moot');
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
