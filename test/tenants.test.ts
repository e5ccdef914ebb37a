import { describe, expect, it } from 'vitest';
import type { Tenant } from '../src/access/policy.ts';
import { createTenantIndex } from '../src/tenants.ts';

function tenant(id: string, name: string, environment = 'production', region = 'eu-west'): Tenant {
  return {
    id,
    name,
    environment,
    region,
    channel: null,
    maxDurationMs: null,
    consent: 'notify',
    customerRequests: false,
    contacts: [],
    statusKeySha256: null,
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

  it('an answer comes while a person types: Slack waits 3 s, and this takes a small part of it', () => {
    const words = ['c', 'customer', 'north', 'zzz', 'west staging 9', 't-5'];
    const before = process.cpuUsage();
    for (const text of words) expect(large.search(text, 100).length).toBeLessThanOrEqual(100);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000 / words.length).toBeLessThan(500);
  });
});
