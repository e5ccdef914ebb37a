import Database from 'better-sqlite3';
import { closeSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Tenant } from '../access/policy.ts';
import { tenantRecord, tenantsHash } from '../ledger/kept-policy.ts';
import type { TenantCatalogue } from './tenant-index.ts';
import { catalogueOn, fold, NO_WORD, prefixes, stored } from './tenant-index.ts';

/** Where a catalogue is kept for the next start, and the digest of what it was made of. */
export interface CataloguePlace {
  readonly path: string;
  readonly madeOf: string;
}

/** Takes in the tenants of a new catalogue. `false`: this id is there already. */
export type AddTenant = (tenant: Tenant) => boolean;

/** Raised when what a catalogue holds, or how, is no longer what an older program wrote. */
const FORMAT = 3;
/** A trigram in more than this part of the tenants tells them apart so badly that looking it up costs more than it saves. */
const COMMON = 0.05;

/** Rows are numbered in the order of names, then ids, so that a search that walks them has its answers in order. */
const SCHEMA = `
create table made (format integer not null, of text not null, sha256 text not null) strict;
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
create table common (trigram text primary key) strict, without rowid;
create virtual table beginning using fts5(words, content = '', detail = none, tokenize = "unicode61 remove_diacritics 0", prefix = '${prefixes()}');
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
create virtual table temp.vocabulary using fts5vocab(main, part, row);
insert into common select term from temp.vocabulary where doc > ${COMMON} * (select count(*) from tenant);
drop table temp.vocabulary;
`;

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
    'create temp table arriving (id text primary key, folded_name text not null, body text not null, record text not null) strict',
  );
  const arrive = raw.prepare('insert or ignore into arriving values (?, ?, ?, ?)');
  const addTenant = raw.prepare(
    'insert into tenant (no, id, name, folded_id, folded_name, words, channel, contacts, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const addContact = raw.prepare('insert into contact values (?, ?)');
  const addBeginning = raw.prepare('insert into beginning (rowid, words) values (?, ?)');
  const addPart = raw.prepare('insert into part (rowid, words) values (?, ?)');
  raw.transaction(() => {
    list((tenant) => {
      const { changes } = arrive.run(
        tenant.id,
        fold(tenant.name),
        JSON.stringify(tenant),
        tenantRecord(tenant),
      );
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
    raw.prepare('insert into made values (?, ?, ?)').run(FORMAT, madeOf, hashArrived(raw));
  })();
  raw.exec('drop table arriving');
}

function hashArrived(raw: Database.Database): string {
  const hash = tenantsHash();
  const each = raw.prepare('select id, record from arriving order by id').raw();
  for (const row of each.iterate()) hash.add(...arrived.parse(row));
  return hash.done();
}

const arrived = z.tuple([z.string(), z.string()]);
