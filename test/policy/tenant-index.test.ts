import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Tenant } from '../../src/access/policy.ts';
import type { TenantCatalogue } from '../../src/policy/tenant-index.ts';
import type { CataloguePlace } from '../../src/policy/tenant-catalogue.ts';
import { createTenantIndex, makeCatalogue, openCatalogue } from '../../src/policy/tenant-catalogue.ts';

function tenant(id: string, name: string, environment = 'production', region = 'eu-west'): Tenant {
  return {
    id,
    name,
    environment,
    region,
    channel: null,
    maxDurationMs: null,
    maxExtendedMs: null,
    consent: 'notify',
    customerRequests: false,
    contacts: [],
    statusKeySha256: null,
    access: null,
  };
}

const TENANTS = [
  tenant('northwind', 'Northwind Traders'),
  tenant('northwind-test', 'Northwind Traders', 'staging'),
  tenant('contoso', 'Contoso Retail', 'production', 'us-east'),
  tenant('con-2', 'Con'),
  tenant('muller', 'Müller & Söhne'),
  tenant('aeroin', 'Aero Contoso', 'production', 'us-east'),
  tenant('0042', 'Ødegård Łódź'),
  tenant('jp', '東京電力'),
];
const index = createTenantIndex(TENANTS);
const find = (text: string, limit = 100): readonly string[] => index.search(text, limit).map(({ id }) => id);

describe('Searching for a tenant', () => {
  it('finds it by its id, name, environment and region', () => {
    expect(find('0042')).toEqual(['0042']);
    expect(find('retail')).toEqual(['contoso']);
    expect(find('staging')).toEqual(['northwind-test']);
    expect(find('us-east')).toEqual(['aeroin', 'contoso']);
  });

  it('needs every word, in any order and from any field', () => {
    expect(find('traders north staging')).toEqual(['northwind-test']);
    expect(find('east retail us')).toEqual(['contoso']);
    expect(find('northwind us')).toEqual([]);
  });

  it('finds words by any part of them', () => {
    expect(find('wind')).toEqual(['northwind', 'northwind-test']);
  });

  it('does not mind case, accents and punctuation', () => {
    expect(find('MULLER')).toEqual(['muller']);
    expect(find('müller')).toEqual(['muller']);
    expect(find('Mu\u0308ller')).toEqual(['muller']);
    expect(find('müller & söhne')).toEqual(['muller']);
    expect(find('sohne, muller')).toEqual(['muller']);
    expect(find('ødegard')).toEqual(['0042']);
    expect(find('(northwind/test)')).toEqual(['northwind-test']);
  });

  it('works in any script', () => {
    expect(find('東京')).toEqual(['jp']);
  });

  it('finds what Slack shows in the field: name, environment and region with dots between', () => {
    expect(find('Northwind Traders · staging · eu-west')).toEqual(['northwind-test']);
  });

  it('brings what is written exactly first, then what begins so, then words that do, then the rest', () => {
    expect(find('con')).toEqual(['con-2', 'contoso', 'aeroin']);
    expect(find('northwind')).toEqual(['northwind', 'northwind-test']);
    expect(find('contoso')).toEqual(['contoso', 'aeroin']);
    expect(find('ero')).toEqual(['aeroin']);
  });

  it('brings equals in the order of their names, then their ids, however they were listed', () => {
    const reversed = createTenantIndex([...TENANTS].reverse());
    for (const text of ['', 'n', 'northwind', 'eu'])
      expect(reversed.search(text, 100)).toEqual(index.search(text, 100));
    expect(find('traders')).toEqual(['northwind', 'northwind-test']);
  });

  it('without words lists the first ones', () => {
    expect(find('', 2)).toEqual(['aeroin', 'con-2']);
    expect(find(' -·- ', 2)).toEqual(['aeroin', 'con-2']);
  });

  it('brings no more than are wanted, and the best of them', () => {
    expect(find('con', 1)).toEqual(['con-2']);
    expect(find('con', 0)).toEqual([]);
  });

  it('finds nothing where there is nothing', () => {
    expect(find('nobody')).toEqual([]);
    expect(createTenantIndex([]).search('', 10)).toEqual([]);
  });
});

describe('A catalogue that is kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsa-tenants-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const place = (madeOf: string): CataloguePlace => ({ path: join(folder, 'made', 'tenants'), madeOf });
  const rita = { name: 'Rita', slack: null, email: 'Rita@Contoso.example' };
  const bob = { name: 'Bob', slack: 'U1@T1', email: null };
  const listed = [
    { ...tenant('contoso', 'Contoso'), channel: 'C0CONTOSO', contacts: [rita, bob] },
    { ...tenant('fabrikam', 'Fabrikam'), contacts: [{ ...rita, email: 'rita@contoso.example' }] },
    tenant('blink', 'Blink'),
  ];
  const make = (madeOf: string): TenantCatalogue =>
    makeCatalogue(place(madeOf), (add) => {
      for (const one of listed) add(one);
    });

  it('is opened again by whoever has the same list, and by nobody else', () => {
    make('a list').close();
    const again = openCatalogue(place('a list'));
    expect([...(again?.values() ?? [])]).toEqual([listed[2], listed[0], listed[1]]);
    expect(again?.get('contoso')).toEqual(listed[0]);
    expect(again?.size).toBe(3);
    again?.close();
    expect(openCatalogue(place('another list'))).toBeNull();
    expect(openCatalogue({ ...place('a list'), path: join(folder, 'none') })).toBeNull();
  });

  it('is made anew where it is damaged, and replaces what was there', () => {
    make('a list').close();
    writeFileSync(place('').path, 'no database at all');
    expect(openCatalogue(place('a list'))).toBeNull();
    expect(make('a list').has('blink')).toBe(true);
  });

  it('is read by its owner only, whatever the umask: it names contacts', () => {
    const before = process.umask(0);
    make('a list').close();
    process.umask(before);
    expect(statSync(place('').path).mode & 0o777).toBe(0o600);
  });

  it('is in memory where nothing can be written', () => {
    writeFileSync(join(folder, 'file'), '');
    const nowhere = { path: join(folder, 'file', 'tenants'), madeOf: 'a list' };
    const catalogue = makeCatalogue(nowhere, (add) => {
      for (const one of listed) add(one);
    });
    expect(catalogue.has('blink')).toBe(true);
    expect(openCatalogue(nowhere)).toBeNull();
  });

  it('says that an id is there already, and keeps the first', () => {
    const answers: boolean[] = [];
    const catalogue = makeCatalogue(null, (add) => {
      answers.push(add(tenant('one', 'First')), add(tenant('one', 'Second')));
    });
    expect(answers).toEqual([true, false]);
    expect(catalogue.get('one')?.name).toBe('First');
  });

  it('finds tenants by their channel and by a contact’s address, however it is written', () => {
    const catalogue = make('a list');
    expect(catalogue.inChannel('C0CONTOSO').map(({ id }) => id)).toEqual(['contoso']);
    expect(catalogue.inChannel('C0OTHER')).toEqual([]);
    expect(catalogue.ofContact('RITA@contoso.example').map(({ id }) => id)).toEqual(['contoso', 'fabrikam']);
    expect(catalogue.ofContact('nobody@contoso.example')).toEqual([]);
    expect([...catalogue.withContacts()].map(({ id }) => id)).toEqual(['contoso', 'fabrikam']);
  });

  it('finds two letters in the middle of a word, and words that have a quotation mark or a line of the search’s own', () => {
    const odd = createTenantIndex([tenant('o-1', 'Say "AND" NOT x*'), tenant('o-2', 'Zebra')]);
    expect(odd.search('br', 9).map(({ id }) => id)).toEqual(['o-2']);
    for (const text of ['"and"', 'and not', 'x*', 'NEAR(a)', '"', '*', 'a OR b', "'; drop table tenant; --"])
      expect(odd.search(text, 9).length).toBeLessThanOrEqual(2);
    expect(odd.search('and not', 9).map(({ id }) => id)).toEqual(['o-1']);
  });
});

describe('Among 100,000 tenants', () => {
  const many = Array.from({ length: 100_000 }, (_, i) =>
    tenant(
      `t-${i}`,
      `Customer ${i} ${['North', 'Süd', 'West'][i % 3] ?? ''}`,
      i % 2 === 0 ? 'production' : 'staging',
    ),
  );
  const large = createTenantIndex(many);

  it('the exact id comes first', () => {
    expect(large.search('t-99999', 100)[0]?.id).toBe('t-99999');
  });

  it('the one that is meant is found by its words', () => {
    expect(large.search('sud 77776 production', 100).map(({ id }) => id)).toEqual(['t-77776']);
  });
});
