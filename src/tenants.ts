import type { Tenant } from './access/policy.ts';

/** The catalogue of tenants, for the typeahead. */
export interface TenantIndex {
  /** The best matches first; every word must be found, in any order, in the id, name, environment or region. */
  search(text: string, limit: number): readonly Tenant[];
}

interface Entry {
  readonly tenant: Tenant;
  readonly id: string;
  readonly name: string;
  /** All fields, each word after a line break, so that the start of a word can be looked for. */
  readonly all: string;
}

/**
 * Reads the catalogue once. A search looks at every tenant: for 100,000 of them a few milliseconds, without an index
 * that would have to be kept right.
 */
export function createTenantIndex(tenants: Iterable<Tenant>): TenantIndex {
  const entries = [...tenants]
    .map((tenant): Entry => {
      const { id, name, environment, region } = tenant;
      const all = `\n${fold([id, name, environment, region].join(' '))
        .split(/[^\p{L}\p{N}]+/u)
        .join('\n')}\n${fold(id)}`;
      return { tenant, id: fold(id), name: fold(name), all };
    })
    .sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  return {
    search(text, limit) {
      const whole = fold(text).trim();
      const words = whole.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
      if (words.length === 0) return entries.slice(0, limit).map((entry) => entry.tenant);
      const ranks: Tenant[][] = [[], [], [], []];
      for (const entry of entries) {
        if (!words.every((word) => entry.all.includes(word))) continue;
        const rank = rankOf(entry, whole, words);
        if ((ranks[rank]?.length ?? limit) < limit) ranks[rank]?.push(entry.tenant);
      }
      return ranks.flat().slice(0, limit);
    },
  };
}

function rankOf(entry: Entry, whole: string, words: readonly string[]): 0 | 1 | 2 | 3 {
  if (entry.id === whole || entry.name === whole) return 0;
  if (entry.id.startsWith(whole) || entry.name.startsWith(whole)) return 1;
  return words.every((word) => entry.all.includes(`\n${word}`)) ? 2 : 3;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Without case and accents, in any language. */
function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
