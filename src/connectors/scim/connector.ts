import type { Access, Connector, Held, Known, Listing, NotConfirmed, Outcome } from '../connector.ts';
import type { ConnectorDeps } from '../kind.ts';
import { plainLine } from '../../plain-line.ts';
import type { Group, User } from './resources.ts';
import type { Operation } from './service.ts';
import { createService, quoted } from './service.ts';
import type { FoundUser } from './user.ts';
import { findUser } from './user.ts';

/**
 * Access as membership in a group, by SCIM 2.0 (RFC 7644). A group knows neither sessions nor ends: we add and remove,
 * and read the group afterwards, for some services answer 200 to what they did not do.
 */

interface Settings {
  readonly name: string;
  /** Without a slash at its end. */
  readonly base: string;
  readonly token: string;
  /** Scope → group, by their ids. */
  readonly groups: ReadonlyMap<string, string>;
}

/** Who is a member of what there; kept with the access, for users are renamed and policies changed. */
interface Membership {
  readonly groupId: string;
  readonly userId: string;
}

type Found =
  | { readonly kind: 'found'; readonly membership: Membership; readonly active: boolean }
  | Extract<FoundUser, { kind: 'nobody' }>
  | NotConfirmed;

/** Others may change the group at the same time, so often. */
const TRIES_MAX = 4;
/** Users asked for at once, so that the address stays short. */
const IDS_AT_ONCE = 20;

export function createScim(
  { name, base, token, groups }: Settings,
  deps: Pick<ConnectorDeps, 'call' | 'clock'>,
): Connector {
  const service = createService(base, token, deps);
  const { host } = new URL(base);
  /** Of two changes to a group at once, one would have to be tried again. */
  const queues = new Map<string, Promise<unknown>>();

  function inTurn<T>(groupId: string, work: () => Promise<T>): Promise<T> {
    const mine = (queues.get(groupId) ?? Promise.resolve()).then(work, work);
    queues.set(groupId, mine);
    return mine;
  }

  /** The membership that an access is, by what is known of it or by looking; or why there is none. */
  async function find(access: Access, { handle }: Known): Promise<Found> {
    const known = handleOf(handle);
    if (known !== null) return { kind: 'found', membership: known, active: true };
    const groupId = groups.get(access.scope.id);
    if (groupId === undefined)
      return { kind: 'refused', why: `the policy names no group of ${host} for ${access.scope.name}` };
    const found = await findUser(service, host, access.grantee);
    if (found.kind !== 'user') return found;
    const { id: userId, active } = found.user;
    return { kind: 'found', membership: { groupId, userId }, active };
  }

  async function open(access: Access, known: Known): Promise<Outcome> {
    const found = await find(access, known);
    const { slackId, email } = access.grantee;
    if (found.kind === 'nobody') return { kind: 'refused', why: nobody(access, found.unasked) };
    if (found.kind !== 'found') return found;
    if (!found.active)
      return { kind: 'refused', why: `the user of ${email ?? slackId} is deactivated at ${host}` };
    return inTurn(found.membership.groupId, () => settle(found.membership, 'in'));
  }

  async function close(
    access: Access,
    { handle, neededBy }: Parameters<Connector['close']>[1],
  ): Promise<Outcome> {
    if (neededBy.length > 0)
      return { kind: 'confirmed', receipt: `stays in the group for ${neededBy.join(', ')}`, handle };
    const found = await find(access, { handle });
    if (found.kind === 'nobody' && found.unasked.length > 0)
      return { kind: 'refused', why: nobody(access, found.unasked) };
    if (found.kind === 'nobody')
      return { kind: 'confirmed', receipt: `${host} has no such user, so nobody is in`, handle: null };
    if (found.kind !== 'found') return found;
    return inTurn(found.membership.groupId, () => settle(found.membership, 'out'));
  }

  function nobody({ grantee: { slackId, email } }: Access, unasked: readonly string[]): string {
    const other = email === null ? '' : `, or whose userName or e-mail address is ${email}`;
    const not = unasked.length === 0 ? '' : ` (it cannot be asked by ${unasked.join(' or ')})`;
    return `${host} has no user whose externalId is ${slackId}${other}${not}`;
  }

  /** Brings a membership about, or its end, and says so only when the group itself shows it. */
  async function settle({ groupId, userId }: Membership, wanted: 'in' | 'out'): Promise<Outcome> {
    let form: 'usual' | 'whole_list' = 'usual';
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const group = await service.group(groupId);
      if (group === null)
        return { kind: 'refused', why: `${host} has no group ${groupId}, or shows it to us no more` };
      if ('kind' in group) return group;
      if (group.members.includes(userId) === (wanted === 'in'))
        return { kind: 'confirmed', receipt: receipt(group, wanted), handle: `${groupId} ${userId}` };
      const changed = await service.change(group, operation(group, userId, wanted, form));
      if (typeof changed === 'object') return changed;
      // Not taken, or taken and not done (which the next look tells): after that all who stay are written out.
      if (changed !== 'stale') form = 'whole_list';
      if (changed === 'not_so' && wanted === 'in')
        return {
          kind: 'refused',
          why: `${host} does not let members be added to ${plainLine(group.name, 80)}`,
        };
    }
    const done = wanted === 'in' ? 'is not in the group' : 'is still in the group';
    return { kind: 'unknown', why: `the user ${done} at ${host} after ${TRIES_MAX} tries` };
  }

  async function list(): Promise<Listing> {
    const held: Held[] = [];
    for (const [scopeId, groupId] of groups) {
      const group = await service.group(groupId);
      if (group === null) return { kind: 'refused', why: `${host} has no group ${groupId}` };
      if ('kind' in group) return group;
      const users = await usersById(group.members);
      if ('kind' in users) return users;
      for (const userId of group.members) {
        const user = users.get(userId);
        held.push({
          accessId: null,
          handle: `${groupId} ${userId}`,
          tenantId: null,
          scopeId,
          grantee: {
            slackId: null,
            email: user?.emails[0] ?? null,
            name: plainLine(nameOf(user, userId), 120),
          },
          notAfter: null,
        });
      }
    }
    return { kind: 'listed', held };
  }

  async function usersById(ids: readonly string[]): Promise<ReadonlyMap<string, User> | NotConfirmed> {
    const known = new Map<string, User>();
    for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
      const some = ids.slice(from, from + IDS_AT_ONCE);
      const found = await service.users(some.map((id) => `id eq ${quoted(id)}`).join(' or '));
      // Without their names, their ids have to do.
      if (found === 'not_so') return known;
      if ('kind' in found) return found;
      for (const user of found) known.set(user.id, user);
    }
    return known;
  }

  return {
    name,
    kind: 'scim',
    holdsTheEnd: false,
    lane: ({ scope, grantee }) => `${groups.get(scope.id) ?? scope.id} ${grantee.slackId}`,
    open: (access) => open(access, { handle: null }),
    // A group knows no end: to stay in is all that more time takes.
    extend: open,
    close,
    list,
    async remove({ handle, grantee }) {
      const membership = handleOf(handle);
      if (membership === null) return { kind: 'refused', why: `it is not known what ${grantee.name} is in` };
      return inTurn(membership.groupId, () => settle(membership, 'out'));
    },
  };
}

function operation(
  { members }: Group,
  userId: string,
  wanted: 'in' | 'out',
  form: 'usual' | 'whole_list',
): Operation {
  if (wanted === 'in') return { op: 'add', path: 'members', value: [{ value: userId }] };
  if (form === 'usual') return { op: 'remove', path: `members[value eq ${quoted(userId)}]` };
  // Not `remove` with a value: a service that keeps to RFC 7644 (3.5.2.2) removes everybody then.
  return {
    op: 'replace',
    path: 'members',
    value: members.filter((member) => member !== userId).map((value) => ({ value })),
  };
}

function receipt({ name, version }: Group, wanted: 'in' | 'out'): string {
  const at = version === null ? '' : ` (${plainLine(version, 60)})`;
  return `${wanted === 'in' ? 'in' : 'not in'} the group ${plainLine(name, 80)}${at}`;
}

/** A group's id holds no space (the policy sees to it); a user's may. */
function handleOf(handle: string | null): Membership | null {
  const at = handle?.indexOf(' ') ?? -1;
  return handle === null || at < 1 ? null : { groupId: handle.slice(0, at), userId: handle.slice(at + 1) };
}

function nameOf(user: User | undefined, userId: string): string {
  return user?.displayname ?? user?.username ?? user?.emails[0] ?? userId;
}
