import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { Tenant, Tenants } from '../access/policy.ts';

/** The tenants by what is known of them. */
export interface TenantIndex {
  /** The hash of all that is said of them (src/ledger/kept-policy.ts). */
  readonly sha256: string;
  /** The best matches first; every word must be found, in any order, in the id, name, environment or region. */
  search(text: string, limit: number): readonly Tenant[];
  /** Those who are told of their sessions in this Slack channel. */
  inChannel(channel: string): readonly Tenant[];
  /** Those that this e-mail address is a contact of, in whatever case it is written. */
  ofContact(address: string): readonly Tenant[];
  /** Those that have contacts at all. */
  withContacts(): Iterable<Tenant>;
}

/** All tenants in a database instead of the heap. */
export interface TenantCatalogue extends Tenants, TenantIndex {
  close(): void;
}

/** Tenants kept parsed: those that support works in. Measured in objects; one is about half a kilobyte. */
const PARSED_MAX = 2_000;
/** Pages of the catalogue kept in memory (KiB): the upper levels of its indexes. */
const CACHE_KIB = 2_048;
/** As many letters of a word's beginning have an index of their own; FTS5 would gather what longer ones find on each search. */
const PREFIX = 4;
/** SQLite's trigram tokenizer finds no shorter part of a word (sqlite.org/fts5.html, "The Trigram Tokenizer"). */
const TRIGRAM = 3;

/** A tenant as it is kept. */
export const stored: z.ZodType<Tenant> = z.object({
  id: z.string(),
  name: z.string(),
  environment: z.string(),
  region: z.string(),
  channel: z.string().nullable(),
  maxExtendedMs: z.number().nullable(),
  maxDurationMs: z.number().nullable(),
  consent: z.enum(['required', 'notify']),
  customerRequests: z.boolean(),
  contacts: z.array(
    z.object({
      name: z.string(),
      slack: z.string().nullable(),
      email: z.string().nullable(),
    }),
  ),
  statusKeySha256: z.string().nullable(),
  access: z.string().nullable(),
});
const bodies = z.array(z.object({ no: z.int(), body: z.string() }));

/** The catalogue in this database. */
export function catalogueOn(raw: Database.Database): TenantCatalogue {
  raw.pragma(`cache_size = -${CACHE_KIB}`);
  const size = z.int().parse(raw.prepare('select count(*) from tenant').pluck().get());
  const select = (rest: string): Database.Statement => raw.prepare(`select no, body from tenant ${rest}`);
  const byId = select('where id = ?');
  const all = raw.prepare('select body from tenant order by no').pluck();
  const contacted = raw.prepare('select body from tenant where contacts > 0 order by no').pluck();
  const first = select('order by no limit ?');
  const exactly = select('where folded_id = ? or folded_name = ? order by no limit ?');
  const named = select('where folded_name >= ? and folded_name < ? order by folded_name, folded_id limit ?');
  const known = select('where folded_id >= ? and folded_id < ? order by folded_id limit ?');
  const inChannel = select('where channel = ? order by no');
  const ofContact = select('where no in (select no from contact where address = ?) order by no');

  const common = new Set(z.array(z.string()).parse(raw.prepare('select trigram from common').pluck().all()));

  const parsed = new Map<number, Tenant>();
  const tenantsOf = (rows: readonly unknown[]): readonly { no: number; tenant: Tenant }[] =>
    bodies.parse(rows).map(({ no, body }) => {
      const kept = parsed.get(no);
      if (kept !== undefined) return { no, tenant: kept };
      const tenant = stored.parse(JSON.parse(body));
      const oldest = parsed.size < PARSED_MAX ? undefined : parsed.keys().next().value;
      if (oldest !== undefined) parsed.delete(oldest);
      parsed.set(no, tenant);
      return { no, tenant };
    });
  /** Those that were asked for by their ids: a list of requests asks for each of its tenants. */
  const asked = new Map<string, Tenant>();
  const tenantOf = (id: string): Tenant | undefined => {
    const kept = asked.get(id);
    if (kept !== undefined) return kept;
    const row = byId.get(id);
    const tenant = row === undefined ? undefined : only([row])[0];
    if (asked.size >= PARSED_MAX) asked.clear();
    if (tenant !== undefined) asked.set(id, tenant);
    return tenant;
  };
  /** Searches differ only in how many words they look for: each is prepared once. */
  const searches = new Map<string, Database.Statement>();
  const searching = (sql: string): Database.Statement => {
    const prepared = searches.get(sql) ?? raw.prepare(sql);
    searches.set(sql, prepared);
    return prepared;
  };
  const only = (rows: readonly unknown[]): readonly Tenant[] => tenantsOf(rows).map(({ tenant }) => tenant);

  /** Those in which all of these stand, in the order of their names: the index walks in it, and each is looked at whole. */
  function holding(
    needles: readonly string[],
    index: string,
    query: readonly string[],
    limit: number,
  ): unknown[] {
    const each = needles.map(() => 'and instr(char(10) || tenant.words, ?) > 0').join(' ');
    if (query.length === 0)
      return searching(`select no, body from tenant where true ${each} order by no limit ?`).all(
        ...needles,
        limit,
      );
    const walk = `select no, body from ${index} (?) hit cross join tenant on no = hit.rowid`;
    const rows = searching(`${walk} where true ${each} order by hit.rowid limit ?`);
    return rows.all(query.join(' AND '), ...needles, limit);
  }

  /** Those of whom words begin with all of these. */
  function begun(words: readonly string[], limit: number): unknown[] {
    const query = words.map((word) => `${quoted(Array.from(word).slice(0, PREFIX).join(''))} *`);
    const needles = words.map((word) => `\n${word}`);
    return holding(needles, 'beginning', query, limit);
  }

  /** Those in whose words all of these stand anywhere. Without a trigram that tells, all are looked at. */
  function within(words: readonly string[], limit: number): unknown[] {
    const trigrams = new Set(words.flatMap((word) => [...partsOf(word)]));
    const telling = [...trigrams].filter((trigram) => !common.has(trigram));
    return holding(words, 'part', telling.map(quoted), limit);
  }

  return {
    size,
    sha256: z.string().parse(raw.prepare('select sha256 from made').pluck().get()),
    get: tenantOf,
    has: (id) => tenantOf(id) !== undefined,
    *values() {
      for (const body of all.iterate()) yield stored.parse(JSON.parse(String(body)));
    },
    *[Symbol.iterator]() {
      for (const tenant of this.values()) yield [tenant.id, tenant];
    },
    *withContacts() {
      for (const body of contacted.iterate()) yield stored.parse(JSON.parse(String(body)));
    },
    inChannel: (channel) => only(inChannel.all(channel)),
    ofContact: (address) => only(ofContact.all(address.toLowerCase())),
    search(text, limit) {
      const whole = fold(text).trim();
      const words = whole.split(NO_WORD).filter((word) => word !== '');
      if (words.length === 0) return only(first.all(limit));
      const found = new Map<number, Tenant>();
      const add = (rows: readonly unknown[]): boolean => {
        for (const { no, tenant } of tenantsOf(rows)) if (found.size < limit) found.set(no, tenant);
        return found.size < limit;
      };
      const end = `${whole}\u{10FFFF}`;
      const beginning = (): unknown[] => {
        const rows = [...named.all(whole, end, limit), ...known.all(whole, end, limit)];
        return bodies.parse(rows).sort((a, b) => a.no - b.no);
      };
      // Whoever is called just that, then what begins with it, then words that do, then wherever it stands.
      if (add(exactly.all(whole, whole, limit)) && add(beginning()))
        if (add(begun(words, limit))) add(within(words, limit));
      return [...found.values()];
    },
    close() {
      raw.close();
    },
  };
}

/** Every length of a beginning that has an index, as FTS5 wants it. */
export function prefixes(): string {
  return Array.from({ length: PREFIX }, (_, i) => i + 1).join(' ');
}

/** What stands between words, in any script. */
export const NO_WORD = /[^\p{L}\p{N}]+/u;

function* partsOf(word: string): Generator<string> {
  const letters = Array.from(word);
  for (let i = 0; i + TRIGRAM <= letters.length; i += 1) yield letters.slice(i, i + TRIGRAM).join('');
}

function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

/** Without case and accents, in any language. */
export function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
