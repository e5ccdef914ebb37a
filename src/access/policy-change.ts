import { z } from 'zod';
import type { Principal } from './policy.ts';
import type { PolicyRecord, Settings, Value } from './policy-record.ts';
import { isOrdered } from './policy-record.ts';

/** What one policy says otherwise than the one before it, bounded: it is kept for ever. */

/** Named of one list; the rest is counted. */
const NAMED_MAX = 20;
/** Characters of a value. Longer than anything that policy.yml takes but an address with a name. */
const VALUE_MAX = 400;
/** Characters of all changes together, as JSON; the rest is counted. */
const CHANGES_MAX = 32_000;

const some = z.strictObject({ named: z.array(z.string()), more: z.int().min(0) });
/** Where somebody may decide: everywhere, or in some tenants, which may be none. */
const places = z.union([z.literal('any'), some]);

export const policyChange = z.discriminatedUnion('kind', [
  /** `null`: it was, or is, not set. */
  z.strictObject({
    kind: z.literal('value'),
    of: z.string(),
    from: z.string().nullable(),
    to: z.string().nullable(),
  }),
  z.strictObject({ kind: z.literal('list'), of: z.string(), gained: some, lost: some }),
  /** These people may decide about these scopes in other places than before. Lost `any`, they keep what they gained. */
  z.strictObject({
    kind: z.literal('approver'),
    people: some,
    scopes: z.array(z.string()),
    gained: places,
    lost: places,
  }),
  z.strictObject({
    kind: z.literal('tenants'),
    change: z.enum(['added', 'removed', 'changed']),
    tenants: some,
  }),
]);

export type PolicyChange = z.infer<typeof policyChange>;
type Some = z.infer<typeof some>;
type Places = z.infer<typeof places>;

/** What changed, the most telling first, as much of it as is kept; `more` were left out. */
export interface PolicyChanges {
  readonly changes: readonly PolicyChange[];
  readonly more: number;
}

/** Everything but the tenants. */
export function policyChanges(before: PolicyRecord, after: PolicyRecord): readonly PolicyChange[] {
  const settings = settingChanges(before.settings, after.settings);
  const ofPeople = settings.filter((change) => rank(change) === 0);
  return [...ofPeople, ...approverChanges(before, after), ...settings.filter((change) => rank(change) > 0)];
}

/** What is set otherwise in these; `of` is put before each name. */
export function settingChanges(before: Settings, after: Settings, of = ''): readonly PolicyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changes = names.flatMap((name): readonly PolicyChange[] => {
    const [from, to] = [before[name], after[name]];
    if (typeof (from ?? to) !== 'string')
      return listChange(`${of}${name}`, listOf(from), listOf(to), isOrdered(name));
    return from === to ? [] : [{ kind: 'value', of: `${of}${name}`, from: valueOf(from), to: valueOf(to) }];
  });
  return changes.sort((a, b) => rank(a) - rank(b));
}

/** The names of some tenants, and how many. */
export function tenantsChange(
  change: 'added' | 'removed' | 'changed',
  tenants: readonly string[],
): readonly PolicyChange[] {
  return tenants.length === 0 ? [] : [{ kind: 'tenants', change, tenants: someOf(tenants) }];
}

/** As many of them as are kept. */
export function boundChanges(all: readonly PolicyChange[]): PolicyChanges {
  let left = CHANGES_MAX;
  const kept = all.findIndex((change) => (left -= JSON.stringify(change).length) < 0);
  const changes = kept === -1 ? all : all.slice(0, kept);
  return { changes, more: all.length - changes.length };
}

/** Who may do something is what somebody looks for first. */
function rank(change: PolicyChange): number {
  if (change.kind !== 'value' && change.kind !== 'list') return 0;
  const order = ['people.', 'emergency.', 'scopes', 'limits.'];
  const at = order.findIndex((start) => change.of.startsWith(start));
  return at === -1 ? order.length : at;
}

function listOf(value: Value | undefined): readonly string[] {
  return value === undefined || typeof value === 'string' ? [] : value;
}

function valueOf(value: Value | undefined): string | null {
  return typeof value === 'string' ? cut(value) : null;
}

function listChange(
  of: string,
  had: readonly string[],
  has: readonly string[],
  ordered: boolean,
): readonly PolicyChange[] {
  const gained = without(has, had);
  const lost = without(had, has);
  if (gained.length > 0 || lost.length > 0)
    return [{ kind: 'list', of, gained: someOf(gained), lost: someOf(lost) }];
  if (!ordered || had.join() === has.join()) return [];
  return [{ kind: 'value', of, from: cut(had.join(', ')), to: cut(has.join(', ')) }];
}

/** Where each person may decide about each scope; `true`: everywhere. */
type Reach = ReadonlyMap<string, true | ReadonlySet<string>>;

function approverChanges(before: PolicyRecord, after: PolicyRecord): readonly PolicyChange[] {
  const people = new Set([...before.approvers, ...after.approvers].flatMap((rule) => rule.people));
  const alike = new Map<string, { people: Principal[]; scopes: string[]; gained: Places; lost: Places }>();
  for (const person of [...people].sort()) {
    const [had, has] = [reachOf(before, person), reachOf(after, person)];
    const moves = new Map<string, { scopes: string[]; gained: Places; lost: Places }>();
    for (const scope of [...new Set([...had.keys(), ...has.keys()])].sort()) {
      const move = moved(had.get(scope) ?? new Set(), has.get(scope) ?? new Set());
      if (move === null) continue;
      const key = JSON.stringify(move);
      moves.set(key, { ...move, scopes: [...(moves.get(key)?.scopes ?? []), scope] });
    }
    for (const move of moves.values()) {
      const key = JSON.stringify(move);
      alike.set(key, { ...move, people: [...(alike.get(key)?.people ?? []), person] });
    }
  }
  return [...alike.values()].map((move) => ({ ...move, kind: 'approver', people: someOf(move.people) }));
}

/** “Any” scope is those that the policy has: a new one is something that is gained. */
function reachOf({ approvers, settings }: PolicyRecord, person: Principal): Reach {
  const reach = new Map<string, true | ReadonlySet<string>>();
  const all = listOf(settings['scopes']);
  for (const { people, scopes, tenants } of approvers) {
    if (!people.includes(person)) continue;
    for (const scope of scopes === 'any' ? all : scopes) {
      const there = reach.get(scope) ?? new Set();
      reach.set(scope, there === true || tenants === 'any' ? true : new Set([...there, ...tenants]));
    }
  }
  return reach;
}

const NOWHERE: Some = { named: [], more: 0 };

function moved(
  had: true | ReadonlySet<string>,
  has: true | ReadonlySet<string>,
): { gained: Places; lost: Places } | null {
  if (had === true) return has === true ? null : { gained: someOf([...has].sort()), lost: 'any' };
  if (has === true) return { gained: 'any', lost: NOWHERE };
  const gained = without([...has].sort(), [...had]);
  const lost = without([...had].sort(), [...has]);
  return gained.length + lost.length === 0 ? null : { gained: someOf(gained), lost: someOf(lost) };
}

function someOf(all: readonly string[]): Some {
  const named = all.slice(0, NAMED_MAX).map(cut);
  return { named, more: all.length - named.length };
}

function without(all: readonly string[], those: readonly string[]): readonly string[] {
  const gone = new Set(those);
  return all.filter((one) => !gone.has(one));
}

function cut(value: string): string {
  const characters = Array.from(value);
  return characters.length <= VALUE_MAX ? value : `${characters.slice(0, VALUE_MAX - 1).join('')}…`;
}
