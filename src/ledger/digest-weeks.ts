import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** The span of time that the digest of that week covers; `null`: none was recorded. */
export async function readDigestWeek(
  db: Kysely<Tables>,
  week: string,
): Promise<{ readonly from: number; readonly until: number } | null> {
  const row = await db.selectFrom('digest_week').selectAll().where('week', '=', week).executeTakeFirst();
  return row === undefined ? null : { from: row.from_at, until: row.until_at };
}
