import { sql } from 'kysely';
import type { Ledger } from './open.ts';
import { letOthersRun } from './turns.ts';

/** Rows that are read at once: some milliseconds of work. */
const PAGE = 250;

/** Every event as one line of JSON, with all that is needed to recompute its hash; the body is the text that was hashed. */
export async function* exportEvents({ db }: Pick<Ledger, 'db'>): AsyncGenerator<string> {
  let seq = 0;
  for (;;) {
    const rows = await db
      .selectFrom('ledger_event')
      .selectAll()
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(PAGE)
      .execute();
    for (const { body, owed, prev_hash, hash, ...row } of rows) {
      seq = row.seq;
      const line = {
        ...row,
        body: body.toString('utf8'),
        owed: owed?.toString('hex') ?? null,
        prev_hash: prev_hash.toString('hex'),
        hash: hash.toString('hex'),
      };
      yield `${JSON.stringify(line)}\n`;
    }
    if (rows.length < PAGE) return;
    await letOthersRun();
  }
}

/** Every action that products told of as one line of JSON, with the event that keeps its batch's hash. */
export async function* exportActions({ db }: Pick<Ledger, 'db'>): AsyncGenerator<string> {
  let last = { seq: 0, place: 0 };
  for (;;) {
    const rows = await db
      .selectFrom('reported_action')
      .selectAll()
      .where((eb) => eb(eb.refTuple('seq', 'place'), '>', eb.tuple(last.seq, last.place)))
      .orderBy('seq')
      .orderBy('place')
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      last = row;
      yield `${JSON.stringify(row)}\n`;
    }
    if (rows.length < PAGE) return;
  }
}

/** Every request as one row of CSV (RFC 4180), as it stands now. Instants are ISO 8601 in UTC. */
export async function* exportRequests({ db }: Pick<Ledger, 'db'>): AsyncGenerator<string> {
  const columns = await sql<{
    name: string;
  }>`select name from pragma_table_info('request') order by cid`.execute(db);
  // The header says what there is to know, also where there is nothing yet.
  yield csvLine(columns.rows.map(({ name }) => name));
  let no = 0;
  for (;;) {
    const rows = await db
      .selectFrom('request')
      .selectAll()
      .where('request_no', '>', no)
      .orderBy('request_no')
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      no = row.request_no;
      yield csvLine(
        Object.entries(row).map(([name, value]) => (name.endsWith('_at') ? iso(value) : String(value ?? ''))),
      );
    }
    if (rows.length < PAGE) return;
    await letOthersRun();
  }
}

function iso(value: string | number | null): string {
  return typeof value === 'number' ? new Date(value).toISOString() : '';
}

/** A cell that a spreadsheet would take for a formula is marked as text (owasp.org, CSV Injection). */
export function csvLine(cells: readonly string[]): string {
  const safe = cells.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell));
  return `${safe.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`;
}
