import type { Kysely } from 'kysely';
import type { Restoration } from './restorations.ts';
import type { Tables } from './tables.ts';

/** What is known of what is not in the ledger. */
export interface Gap {
  /** The event that tells of it. */
  readonly restored: number;
  readonly at: number;
  /** Tells this restoration from any other. */
  readonly mark: string;
  /** The last event of the backup. */
  readonly from: { readonly seq: number; readonly at: number };
  readonly copiedAt: number | null;
  readonly missing: number | null;
  readonly exact: boolean;
  readonly nextNo: number;
  readonly confirmed: { readonly by: string; readonly at: number } | null;
  /** Nothing is owed any more that may have been sent in the part that is lost. */
  readonly caughtUp: boolean;
}

/** What the edges may read of it. */
export interface GapViews {
  /** The last time that the ledger was put back to a backup, or the time that this event tells of; `null`: never. */
  gap(restored?: number): Promise<Gap | null>;
  /** Requests that could let somebody in, and of which nobody knows what became of them in the part that is lost. */
  inDoubt(restored: number): Promise<readonly number[]>;
}

export function createGapViews(db: Kysely<Tables>): GapViews {
  return {
    gap: (restored) => readGap(db, restored),
    inDoubt: (restored) => readInDoubt(db, restored),
  };
}

async function readGap(db: Kysely<Tables>, restored: number | undefined): Promise<Gap | null> {
  const rows = db.selectFrom('restoration').selectAll().orderBy('seq', 'desc').limit(1);
  const row = await (restored === undefined ? rows : rows.where('seq', '=', restored)).executeTakeFirst();
  return row === undefined ? null : gapOf(row);
}

/** Every time that it was put back to a backup in that span; `from` included, `until` not. */
export async function readGaps(db: Kysely<Tables>, from: number, until: number): Promise<readonly Gap[]> {
  const rows = await db
    .selectFrom('restoration')
    .selectAll()
    .where('at', '>=', from)
    .where('at', '<', until)
    .orderBy('seq')
    .execute();
  return rows.map(gapOf);
}

function gapOf(row: Restoration): Gap {
  const { confirmed_by: by, confirmed_at: at } = row;
  return {
    restored: row.seq,
    at: row.at,
    mark: row.mark,
    from: { seq: row.from_seq, at: row.from_at },
    copiedAt: row.copied_at,
    missing: row.missing,
    exact: row.exact === 1,
    nextNo: row.next_no,
    confirmed: by === null || at === null ? null : { by, at },
    caughtUp: row.settled === 1,
  };
}

/** Those that nothing has happened to since the ledger was put back. */
async function readInDoubt(db: Kysely<Tables>, restored: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('request')
    .select('request_no')
    .where('due_at', 'is not', null)
    .where('phase', 'in', ['active', 'approved', 'unclaimed', 'unconfirmed'])
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('ledger_event')
            .select('seq')
            .whereRef('ledger_event.request_no', '=', 'request.request_no')
            .where('seq', '>', restored),
        ),
      ),
    )
    .orderBy('request_no')
    .execute();
  return rows.map((row) => row.request_no);
}
