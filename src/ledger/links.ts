import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Clock } from '../clock.ts';
import type { LinkTable, Tables } from './tables.ts';

/** What a link is mailed for. */
export type Purpose = LinkTable['purpose'];

/** What a link opens, and for whom. */
export interface Link {
  readonly purpose: Purpose;
  /** The address that it was mailed to, and to no other. */
  readonly email: string;
  readonly tenantId: string;
  /** The request and the version of it that the mail showed; `null` for a tenant's page. */
  readonly requestNo: number | null;
  readonly version: number | null;
  /** Milliseconds since 1970; from then on it opens nothing. */
  readonly expiresAt: number;
  /** `used`: something was done with it. `locked`: too many wrong codes. */
  readonly state: 'open' | 'used' | 'expired' | 'locked';
}

/** The links that were mailed. Of a link and its code only hashes are kept: whoever reads the database can use neither. */
export interface Links {
  /** A new one, and the code that stands beside it in the mail. Neither can be had again. */
  issue(link: Omit<Link, 'state'>): Promise<{ readonly token: string; readonly code: string }>;
  /** What that token opens; `null` if there is no such link. */
  find(token: string): Promise<Link | null>;
  /** Compares the code; a wrong one is counted before it is told, and the fifth ends the link. */
  tryCode(token: string, code: string): Promise<'right' | 'wrong' | 'over'>;
  /** Nothing can be done with it any more. */
  use(token: string): Promise<void>;
  /** It never reached anybody. */
  forget(token: string): Promise<void>;
}

/** So many wrong codes end a link: of a million codes, nobody finds the right one with five. */
const WRONG_CODES_MAX = 5;
const TOKEN_BYTES = 32;
const CODES = 1_000_000;
/** What is long over is forgotten. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

/** The links of this ledger. */
export function createLinks(db: Kysely<Tables>, clock: Clock): Links {
  const read = (token: string): Promise<LinkTable | undefined> =>
    db.selectFrom('link').selectAll().where('hash', '=', hashOf(token)).executeTakeFirst();

  function stateOf(row: LinkTable): Link['state'] {
    if (row.used_at !== null) return 'used';
    if (row.wrong_codes >= WRONG_CODES_MAX) return 'locked';
    return clock.now() >= row.expires_at ? 'expired' : 'open';
  }

  return {
    async issue(link) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const code = String(randomInt(CODES)).padStart(6, '0');
      const now = clock.now();
      await db
        .deleteFrom('link')
        .where('expires_at', '<', now - KEPT_MS)
        .execute();
      await db
        .insertInto('link')
        .values({
          hash: hashOf(token),
          code_hash: hashOf(token + code),
          purpose: link.purpose,
          email: link.email,
          tenant_id: link.tenantId,
          request_no: link.requestNo,
          version: link.version,
          expires_at: link.expiresAt,
          wrong_codes: 0,
          used_at: null,
        })
        .execute();
      return { token, code };
    },
    async find(token) {
      const row = await read(token);
      if (row === undefined) return null;
      const { purpose, email, tenant_id: tenantId, request_no: requestNo, version } = row;
      return { purpose, email, tenantId, requestNo, version, expiresAt: row.expires_at, state: stateOf(row) };
    },
    async tryCode(token, code) {
      // Compared and counted in one statement: of guesses that come at once, no more are taken than one after the other.
      const given = hashOf(token + code);
      const row = await db
        .updateTable('link')
        .set((eb) => ({
          wrong_codes: eb
            .case()
            .when('code_hash', '=', given)
            .then(eb.ref('wrong_codes'))
            .else(eb('wrong_codes', '+', 1))
            .end(),
        }))
        .where('hash', '=', hashOf(token))
        .where('used_at', 'is', null)
        .where('wrong_codes', '<', WRONG_CODES_MAX)
        .where('expires_at', '>', clock.now())
        .returning(['code_hash', 'wrong_codes'])
        .executeTakeFirst();
      if (row === undefined) return 'over';
      if (timingSafeEqual(Buffer.from(given), Buffer.from(row.code_hash))) return 'right';
      return row.wrong_codes >= WRONG_CODES_MAX ? 'over' : 'wrong';
    },
    async use(token) {
      await db
        .updateTable('link')
        .set({ used_at: clock.now() })
        .where('hash', '=', hashOf(token))
        .where('used_at', 'is', null)
        .execute();
    },
    async forget(token) {
      await db.deleteFrom('link').where('hash', '=', hashOf(token)).execute();
    },
  };
}

/** All that are kept, as they are. */
export function readLinks(db: Kysely<Tables>): Promise<readonly LinkTable[]> {
  return db.selectFrom('link').selectAll().execute();
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
