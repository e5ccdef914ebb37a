import type { PolicyChanged } from '../access/event.ts';
import type { PolicyChange } from '../access/policy-change.ts';

/** What changed in the policy, for people: who may do more or less first of all, and settings by their name in policy.yml. */

/** How the reader's screen shows things. */
export interface Shown {
  /** A person or a user group of ours. */
  readonly who: (principal: string) => string;
  /** Whatever else the policy says. */
  readonly text: (said: string) => string;
  /** So many of one list are named; the rest is counted. */
  readonly most: number;
}

/** For the log: ids as they are. */
export const AS_IT_IS: Shown = { who: (id) => id, text: (said) => said, most: 5 };

type Some = Extract<PolicyChange, { kind: 'list' }>['gained'];
type Places = Extract<PolicyChange, { kind: 'approver' }>['gained'];

/** Lists of people, by what being on them means. */
const LISTS: Readonly<Record<string, string>> = {
  'people.requesters': 'Who may ask for access',
  'people.admins': 'Admins',
  'people.auditors': 'Auditors',
  'people.shared_accounts': 'Shared accounts',
  'people.do_not_ping': 'Not pinged',
  'emergency.people': 'Who may declare an emergency',
};
const DEPUTIES = 'people.deputies.';

/** All that is known of it, a line each. */
export function policyChangeWords({ changes, more }: PolicyChanged, shown: Shown): readonly string[] {
  if (changes === null)
    return ['the policy is another one; what the one before it said is not known any more'];
  if (changes.length === 0 && more === 0) return ['the policy is kept in another form; it says the same'];
  const rest = more === 0 ? [] : [`and ${more.toLocaleString('en')} more changes`];
  return [...changes.map((change) => changeWords(change, shown)), ...rest];
}

function changeWords(change: PolicyChange, shown: Shown): string {
  switch (change.kind) {
    case 'value':
      return `${shown.text(change.of)}: ${value(change.from, shown)} → ${value(change.to, shown)}`;
    case 'list': {
      const name = change.of.startsWith(DEPUTIES)
        ? `Deputies of ${shown.who(change.of.slice(DEPUTIES.length))}`
        : (LISTS[change.of] ?? shown.text(change.of));
      const people = change.of in LISTS || change.of.startsWith(DEPUTIES);
      const each = people ? shown.who : shown.text;
      const { most } = shown;
      const moves = [
        ...(isEmpty(change.gained) ? [] : [`${names(change.gained, each, most)} added`]),
        ...(isEmpty(change.lost) ? [] : [`${names(change.lost, each, most)} removed`]),
      ];
      return `${name}: ${moves.join('; ')}`;
    }
    case 'approver': {
      const scopes = names({ named: change.scopes, more: 0 }, shown.text, shown.most);
      return `${names(change.people, shown.who, shown.most)} ${approves(scopes, change.gained, change.lost, shown)}`;
    }
    case 'tenants':
      return `Tenants ${change.change}: ${names(change.tenants, shown.text, shown.most)}`;
  }
}

function approves(scopes: string, gained: Places, lost: Places, { text, most }: Shown): string {
  if (gained === 'any') return `may now approve ${scopes} in every tenant`;
  const there = names(gained, text, most);
  if (lost === 'any')
    return isEmpty(gained)
      ? `may no longer approve ${scopes}`
      : `may approve ${scopes} in ${there} only, no longer in every tenant`;
  const gone = names(lost, text, most);
  if (isEmpty(lost)) return `may now approve ${scopes} in ${there}`;
  if (isEmpty(gained)) return `may no longer approve ${scopes} in ${gone}`;
  return `may now approve ${scopes} in ${there}, no longer in ${gone}`;
}

function value(said: string | null, { text }: Shown): string {
  return said === null ? 'not set' : text(said);
}

function isEmpty({ named, more }: Some): boolean {
  return named.length + more === 0;
}

/** "a", "a and b", "a, b and 1,240 more". */
function names({ named, more }: Some, each: (name: string) => string, most: number): string {
  const left = more + Math.max(0, named.length - most);
  const all = [...named.slice(0, most).map(each), ...(left > 0 ? [`${left.toLocaleString('en')} more`] : [])];
  const last = all.pop() ?? '';
  return all.length === 0 ? last : `${all.join(', ')} and ${last}`;
}
