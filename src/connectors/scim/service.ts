import type { NotConfirmed } from '../connector.ts';
import type { ConnectorDeps } from '../kind.ts';
import type { Answered } from '../product-call.ts';
import { jsonOf, notConfirmed } from '../product-call.ts';
import type { Group, User } from './resources.ts';
import { groupOf, usersOf } from './resources.ts';

/** The SCIM service as far as we need it: looking users up, and reading and changing who is in a group. */
export interface Service {
  /** Every user for whom that filter holds, all pages of it. `not_so`: the service does not filter by that. */
  users(filter: string): Promise<readonly User[] | 'not_so' | NotConfirmed>;
  /** `null`: there is no such group. */
  group(id: string): Promise<Group | null | NotConfirmed>;
  /** `stale`: it was changed since it was read. `not_so`: this service does not take that form of a change. */
  change(group: Group, operation: Operation): Promise<'done' | 'stale' | 'not_so' | NotConfirmed>;
}

/** One operation of a PATCH (RFC 7644, section 3.5.2). */
export type Operation =
  | { readonly op: 'add' | 'replace'; readonly path: 'members'; readonly value: readonly { value: string }[] }
  | { readonly op: 'remove'; readonly path: string };

const SCIM_JSON = 'application/scim+json';
const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const PAGE = 100;
/** More users than this are not looked through for one person: the service does not filter. */
const PAGES_MAX = 50;
const USER_ATTRIBUTES = 'externalId,userName,displayName,active,emails';

export function createService(
  base: string,
  token: string,
  { call, clock }: Pick<ConnectorDeps, 'call' | 'clock'>,
): Service {
  const headers = { authorization: `Bearer ${token}`, accept: `${SCIM_JSON}, application/json` };
  const get = (path: string, query: Readonly<Record<string, string>>): Promise<Answered | NotConfirmed> =>
    // Spaces as %20: not every service reads a + as one.
    call({
      method: 'GET',
      url: `${base}${path}?${new URLSearchParams(query).toString().replaceAll('+', '%20')}`,
      headers,
      body: null,
    });
  const not = (answer: Answered): NotConfirmed => notConfirmed(answer, base, clock.now());

  return {
    async users(filter) {
      const all: User[] = [];
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const startIndex = String(all.length + 1);
        const answer = await get('/Users', {
          filter,
          startIndex,
          count: String(PAGE),
          attributes: USER_ATTRIBUTES,
        });
        if (answer.kind !== 'answered') return answer;
        if (answer.status === 400 || answer.status === 501) return 'not_so';
        const found = answer.status === 200 ? usersOf(jsonOf(answer.text)) : null;
        if (found === null) return not(answer);
        all.push(...found.users);
        if (found.users.length === 0 || all.length >= found.total) return all;
      }
      const { host } = new URL(base);
      return {
        kind: 'refused',
        why: `${host} finds more than ${PAGE * PAGES_MAX} users where one was looked for`,
      };
    },
    async group(id) {
      const answer = await get(`/Groups/${encodeURIComponent(id)}`, {
        attributes: 'displayName,members,meta',
      });
      if (answer.kind !== 'answered') return answer;
      if (answer.status === 404) return null;
      const found = answer.status === 200 ? groupOf(jsonOf(answer.text), answer.headers.get('etag')) : null;
      return found ?? not(answer);
    },
    async change({ id, version }, operation) {
      const answer = await call({
        method: 'PATCH',
        url: `${base}/Groups/${encodeURIComponent(id)}`,
        headers: {
          ...headers,
          'content-type': SCIM_JSON,
          ...(version === null ? {} : { 'if-match': version }),
        },
        body: JSON.stringify({ schemas: [PATCH_SCHEMA], Operations: [operation] }),
      });
      if (answer.kind !== 'answered') return answer;
      if (answer.status >= 200 && answer.status < 300) return 'done';
      if (answer.status === 412) return 'stale';
      return answer.status === 400 || answer.status === 501 ? 'not_so' : not(answer);
    },
  };
}

/** A value in a filter: written as JSON writes it (RFC 7644, section 3.4.2.2). */
export function quoted(value: string): string {
  return JSON.stringify(value);
}
