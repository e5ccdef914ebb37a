import Database from 'better-sqlite3';
import { closeSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Tenant, Tenants } from './access/policy.ts';

/** The tenants by what is known of them. */
export interface TenantIndex {
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

/** Where a catalogue is kept for the next start, and the digest of what it was made of. */
export interface CataloguePlace {
  readonly path: string;
  readonly madeOf: string;
}

/** Takes in the tenants of a new catalogue. `false`: this id is there already. */
export type AddTenant = (tenant: Tenant) => boolean;

/** Raised when what a catalogue holds, or how, is no longer what an older program wrote. */
const FORMAT = 1;
/** Tenants kept parsed: those that support works in. Measured in objects; one is about half a kilobyte. */
const PARSED_MAX = 2_000;
/** Pages of the catalogue kept in memory (KiB): the upper levels of its indexes. */
const CACHE_KIB = 2_048;
/** SQLite's trigram tokenizer finds no shorter part of a word (sqlite.org/fts5.html, "The Trigram Tokenizer"). */
const TRIGRAM = 3;

/** Rows are numbered in the order of names, then ids, so that a search that walks them has its answers in order. */
const SCHEMA = `
create table made (format integer not null, of text not null) strict;
create table tenant (
  no integer primary key,
  id text not null,
  name text not null,
  folded_id text not null,
  folded_name text not null,
  words text not null,
  channel text,
  contacts integer not null,
  body text not null
) strict;
create table contact (address text not null, no integer not null) strict;
create virtual table beginning using fts5(words, content = '', detail = none, tokenize = "unicode61 remove_diacritics 0", prefix = '1 2 3 4');
create virtual table part using fts5(words, content = '', detail = none, tokenize = "trigram");
`;
/** Made last: filling a table first and indexing it then is quicker. */
const INDEXES = `
create unique index tenant_id on tenant (id);
create index tenant_folded_id on tenant (folded_id);
create index tenant_folded_name on tenant (folded_name, folded_id);
create index tenant_channel on tenant (channel) where channel is not null;
create index tenant_contacts on tenant (no) where contacts > 0;
create index contact_address on contact (address);
insert into beginning (beginning) values ('optimize');
insert into part (part) values ('optimize');
`;

const stored: z.ZodType<Tenant> = z.object({
  id: z.string(),
  name: z.string(),
  environment: z.string(),
  region: z.string(),
  channel: z.string().nullable(),
  maxDurationMs: z.number().nullable(),
  consent: z.enum(['required', 'notify']),
  customerRequests: z.boolean(),
  contacts: z.array(
    z.object({
      name: z.string(),
      slack: z.object({ userId: z.string(), teamId: z.string() }).nullable(),
      email: z.string().nullable(),
    }),
  ),
  statusKeySha256: z.string().nullable(),
});
const bodies = z.array(z.object({ no: z.int(), body: z.string() }));

/** The catalogue of these tenants, in memory. A later one of the same id is left out. */
export function createTenantIndex(tenants: Iterable<Tenant>): TenantCatalogue {
  return makeCatalogue(null, (add) => {
    for (const tenant of tenants) add(tenant);
  });
}

/** The catalogue kept there, if it was made of the same; `null` where it was not, or cannot be read. */
export function openCatalogue({ path, madeOf }: CataloguePlace): TenantCatalogue | null {
  let raw: Database.Database | null = null;
  try {
    raw = new Database(path, { readonly: true, fileMustExist: true });
    const made = z.object({ format: z.int(), of: z.string() }).parse(raw.prepare('select * from made').get());
    if (made.format === FORMAT && made.of === madeOf) return catalogueOn(raw);
  } catch {
    // Whatever is wrong with it, it is made anew from the list.
  }
  raw?.close();
  return null;
}

/**
 * Makes a catalogue of what the list adds, and keeps it at that place; readable by its owner only, since it names
 * customers' contacts. Without a place, or where nothing can be written, it is in memory until it is closed.
 */
export function makeCatalogue(place: CataloguePlace | null, list: (add: AddTenant) => void): TenantCatalogue {
  const file = place === null ? null : begin(place.path);
  const raw = new Database(file ?? ':memory:');
  try {
    raw.pragma('journal_mode = off');
    raw.pragma('synchronous = off');
    fill(raw, place?.madeOf ?? '', list);
  } catch (error) {
    raw.close();
    throw error;
  }
  if (place === null || file === null) return catalogueOn(raw);
  raw.close();
  renameSync(file, place.path);
  return catalogueOn(new Database(place.path, { readonly: true }));
}

/** An empty file to be filled; `null` where there can be none. */
function begin(path: string): string | null {
  const file = `${path}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(file, { force: true });
    closeSync(openSync(file, 'wx', 0o600));
    return file;
  } catch {
    return null;
  }
}

function fill(raw: Database.Database, madeOf: string, list: (add: AddTenant) => void): void {
  raw.exec(SCHEMA);
  raw.exec(
    'create temp table arriving (id text primary key, folded_name text not null, body text not null) strict',
  );
  const arrive = raw.prepare('insert or ignore into arriving values (?, ?, ?)');
  const addTenant = raw.prepare(
    'insert into tenant (no, id, name, folded_id, folded_name, words, channel, contacts, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const addContact = raw.prepare('insert into contact values (?, ?)');
  const addBeginning = raw.prepare('insert into beginning (rowid, words) values (?, ?)');
  const addPart = raw.prepare('insert into part (rowid, words) values (?, ?)');
  raw.transaction(() => {
    list((tenant) => {
      const { changes } = arrive.run(tenant.id, fold(tenant.name), JSON.stringify(tenant));
      return changes === 1;
    });
    const inOrder = raw.prepare('select body from arriving order by folded_name, id').pluck();
    let no = 0;
    for (const body of inOrder.all()) {
      const tenant = stored.parse(JSON.parse(String(body)));
      const { id, name, environment, region, channel, contacts } = tenant;
      const words = fold([id, name, environment, region].join(' ')).split(NO_WORD).join('\n');
      no += 1;
      addTenant.run(no, id, name, fold(id), fold(name), words, channel, contacts.length, body);
      addBeginning.run(no, words);
      addPart.run(no, words);
      for (const email of new Set(contacts.flatMap((one) => one.email?.toLowerCase() ?? [])))
        addContact.run(email, no);
    }
    raw.exec(INDEXES);
    raw.prepare('insert into made values (?, ?)').run(FORMAT, madeOf);
  })();
  raw.exec('drop table arriving');
}

function catalogueOn(raw: Database.Database): TenantCatalogue {
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
  const begun = select(
    'where no in (select rowid from beginning where beginning match ? order by rowid limit ?)',
  );
  const inChannel = select('where channel = ? order by no');
  const ofContact = select('where no in (select no from contact where address = ?) order by no');

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
  const only = (rows: readonly unknown[]): readonly Tenant[] => tenantsOf(rows).map(({ tenant }) => tenant);

  /** Those in which all of these words stand somewhere, in the order of their names. */
  function holding(needles: readonly string[], limit: number): readonly unknown[] {
    const long = needles.filter((needle) => Array.from(needle).length >= TRIGRAM);
    const trigrams = new Set(long.flatMap((needle) => [...partsOf(needle)]));
    // What the trigrams name is looked at whole; for words shorter than one there is nothing but to look at all.
    const narrowed =
      trigrams.size === 0 ? '' : 'and no in (select rowid from part where part match ? order by rowid)';
    const each = needles.map(() => 'and instr(words, ?) > 0').join(' ');
    const query = trigrams.size === 0 ? [] : [[...trigrams].map(quoted).join(' AND ')];
    return select(`where true ${narrowed} ${each} order by no limit ?`).all(...query, ...needles, limit);
  }

  return {
    size,
    get: (id) => only([byId.get(id)].filter((row) => row !== undefined))[0],
    has: (id) => byId.get(id) !== undefined,
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
        if (add(begun.all(words.map((word) => `${quoted(word)} *`).join(' AND '), limit)))
          add(holding(words, limit));
      return [...found.values()];
    },
    close() {
      raw.close();
    },
  };
}

/** What stands between words, in any script. */
const NO_WORD = /[^\p{L}\p{N}]+/u;

function* partsOf(word: string): Generator<string> {
  const letters = Array.from(word);
  for (let i = 0; i + TRIGRAM <= letters.length; i += 1) yield letters.slice(i, i + TRIGRAM).join('');
}

function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

/** Without case and accents, in any language. */
function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
