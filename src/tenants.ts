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
 * Reads the catalogue once. What begins with the letters is found by halving sorted lists; only where that is not enough
 * is every tenant looked at, for 100,000 of them a few milliseconds.
 */
export function createTenantIndex(tenants: Iterable<Tenant>): TenantIndex {
  const byName = [...tenants]
    .map((tenant): Entry => {
      const { id, name, environment, region } = tenant;
      const all = `\n${fold([id, name, environment, region].join(' '))
        .split(/[^\p{L}\p{N}]+/u)
        .join('\n')}\n${fold(id)}`;
      return { tenant, id: fold(id), name: fold(name), all };
    })
    .sort(inOrder);
  const byId = [...byName].sort((a, b) => compare(a.id, b.id));

  /** Those whose name or id begins with it; whoever is called just that comes first. */
  function beginning(whole: string, limit: number): readonly Entry[] {
    const named = startingWith(byName, (entry) => entry.name, whole, limit);
    const known = startingWith(byId, (entry) => entry.id, whole, limit);
    const exact = (entry: Entry): boolean => entry.id === whole || entry.name === whole;
    return [...new Set([...named, ...known])]
      .sort((a, b) => Number(exact(b)) - Number(exact(a)) || inOrder(a, b))
      .slice(0, limit);
  }

  return {
    search(text, limit) {
      const whole = fold(text).trim();
      const words = whole.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
      if (words.length === 0) return byName.slice(0, limit).map((entry) => entry.tenant);
      const first = beginning(whole, limit);
      const known = new Set(first);
      const starts = words.map((word) => `\n${word}`);
      const [second, third]: [Entry[], Entry[]] = [[], []];
      for (const entry of byName) {
        if (first.length + second.length >= limit) break;
        if (!words.every((word) => entry.all.includes(word)) || known.has(entry)) continue;
        if (starts.every((word) => entry.all.includes(word))) second.push(entry);
        else if (third.length < limit) third.push(entry);
      }
      return [...first, ...second, ...third].slice(0, limit).map((entry) => entry.tenant);
    },
  };
}

/** The first of a sorted list whose key begins with these letters. */
function startingWith(
  sorted: readonly Entry[],
  key: (entry: Entry) => string,
  letters: string,
  limit: number,
): readonly Entry[] {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = sorted[middle];
    if (entry !== undefined && key(entry) < letters) low = middle + 1;
    else high = middle;
  }
  const some = sorted.slice(low, low + limit);
  const end = some.findIndex((entry) => !key(entry).startsWith(letters));
  return end === -1 ? some : some.slice(0, end);
}

function inOrder(a: Entry, b: Entry): number {
  return compare(a.name, b.name) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Without case and accents, in any language. */
function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
