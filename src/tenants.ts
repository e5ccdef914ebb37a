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
}

/**
 * Reads the catalogue once. What begins with the letters is found by halving sorted lists; where that is not enough, all
 * the tenants' words are searched as one text, which takes a few milliseconds for 100,000 of them.
 */
export function createTenantIndex(tenants: Iterable<Tenant>): TenantIndex {
  const byName = [...tenants]
    .map((tenant): Entry => ({ tenant, id: fold(tenant.id), name: fold(tenant.name) }))
    .sort(inOrder);
  const byId = [...byName].sort((a, b) => compare(a.id, b.id));
  /** Every word after a line break, so that the start of one can be looked for; the tenants in the order of their names. */
  const pages = byName.map(({ tenant: { id, name, environment, region } }) => {
    const words = fold([id, name, environment, region].join(' ')).split(/[^\p{L}\p{N}]+/u);
    return `${END}\n${words.join('\n')}\n${fold(id)}`;
  });
  const text = pages.join('') + END;
  const begins = new Uint32Array(pages.length + 1);
  pages.forEach((page, i) => (begins[i + 1] = (begins[i] ?? 0) + page.length));

  const sample = pages.filter((_, i) => i % Math.ceil(pages.length / SAMPLE) === 0);

  /** The tenants in whose words all of these stand, in the order of their names. */
  function* holding(needles: readonly string[]): Generator<Entry> {
    // The rarest leads, as far as a sample tells: the others are looked for where it stands.
    const common = (needle: string): number => sample.filter((page) => page.includes(needle)).length;
    const [lead = '', ...others] = [...needles].sort((a, b) => common(a) - common(b) || b.length - a.length);
    for (let at = text.indexOf(lead); at !== -1;) {
      const i = pageAt(begins, at);
      const [from, to] = [begins[i] ?? 0, begins[i + 1] ?? text.length];
      const entry = byName[i];
      if (entry !== undefined && others.every((other) => text.slice(from, to).includes(other))) yield entry;
      at = text.indexOf(lead, to);
    }
  }

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
      // Whoever begins with it, then those of whom words do, then those that have it anywhere.
      const found = new Set(beginning(whole, limit));
      for (const needles of [words.map((word) => `\n${word}`), words])
        for (const entry of found.size < limit ? holding(needles) : []) {
          found.add(entry);
          if (found.size >= limit) break;
        }
      return [...found].slice(0, limit).map((entry) => entry.tenant);
    },
  };
}

/** So many tenants show how common a word is. */
const SAMPLE = 256;
/** Stands between two tenants, and in no word that is looked for. */
const END = '\0';

/** The page that this place of the text is on. */
function pageAt(begins: Uint32Array, at: number): number {
  let [low, high] = [0, begins.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((begins[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return low;
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
