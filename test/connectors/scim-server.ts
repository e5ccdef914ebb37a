import { createHash } from 'node:crypto';
import { once } from 'node:events';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

/**
 * A real SCIM service: SCIMMY and its routers, with users and groups kept here. In front of it stand the habits of
 * other services (ETags, refused or ignored filters, rate limits), each off until a test asks for it.
 */

interface UserRow {
  readonly id: string;
  userName: string;
  externalId?: string;
  displayName?: string;
  active?: boolean;
  emails?: { value: string }[];
}
interface GroupRow {
  readonly id: string;
  displayName: string;
  members: { value: string }[];
}

interface Habits {
  /** Answers carry an ETag, and a change must name it. */
  etags: boolean;
  /** What becomes of a removal by a value filter. */
  filteredRemoval: 'done' | 'refused' | 'ignored';
  /** What becomes of a filter of users. */
  userFilter: 'done' | 'refused' | 'ignored';
  /** Users of one page, at most. */
  pageMax: number;
  /** Before the next change of a group, somebody else changes it, so many times. */
  meddling: number;
  /** The next calls of that method get this answer instead. */
  instead: { method: string; times: number; status: number; headers?: Record<string, string> }[];
}

export interface ScimServer {
  readonly base: string;
  readonly token: string;
  readonly users: Map<string, UserRow>;
  readonly groups: Map<string, GroupRow>;
  readonly habits: Habits;
  /** What was asked for: method, path, body. */
  readonly calls: {
    readonly method: string;
    readonly path: string;
    readonly body: unknown;
    readonly ifMatch?: string;
  }[];
  members(groupId: string): readonly string[];
  addUser(user: UserRow): void;
}

const TOKEN = 'scim-token-of-the-test';
let users = new Map<string, UserRow>();
let groups = new Map<string, GroupRow>();

SCIMMY.Resources.declare(SCIMMY.Resources.User).egress((resource) => {
  if (resource.id !== undefined) return found(users.get(resource.id));
  const all = [...users.values()].map((user) => structuredClone(user));
  return resource.filter === undefined ? all : z.array(z.custom<UserRow>()).parse(resource.filter.match(all));
});
SCIMMY.Resources.declare(SCIMMY.Resources.Group)
  .egress((resource) => {
    if (resource.id !== undefined) return found(groups.get(resource.id));
    return [...groups.values()].map((group) => structuredClone(group));
  })
  .ingress((resource, instance) => {
    const group = groups.get(resource.id ?? '');
    if (group === undefined) throw new SCIMMY.Types.Error(404, '', 'no such group');
    const given = z
      .object({ members: z.array(z.object({ value: z.string() })).nullish() })
      .parse(JSON.parse(JSON.stringify(instance)));
    group.members = [...new Set((given.members ?? []).map(({ value }) => value))].map((value) => ({ value }));
    return structuredClone(group);
  });

function found<T>(row: T | undefined): T {
  if (row === undefined) throw new SCIMMY.Types.Error(404, '', 'no such resource');
  return structuredClone(row);
}

/** Starts the service, with one group for support and one for admins. */
export async function scimServer(): Promise<ScimServer> {
  users = new Map();
  groups = new Map([
    ['g-support', { id: 'g-support', displayName: 'Temporary support', members: [] }],
    ['g-admin', { id: 'g-admin', displayName: 'Temporary admins', members: [] }],
  ]);
  const [theseUsers, theseGroups] = [users, groups];
  const habits: Habits = {
    etags: false,
    filteredRemoval: 'done',
    userFilter: 'done',
    pageMax: 100,
    meddling: 0,
    instead: [],
  };
  const calls: ScimServer['calls'][number][] = [];
  const app = express();
  app.use(express.json({ type: ['application/scim+json', 'application/json'] }));
  app.use((request, response, next) => {
    calls.push({
      method: request.method,
      path: decodeURIComponent(request.originalUrl),
      body: request.body as unknown,
      ...(request.headers['if-match'] === undefined ? {} : { ifMatch: request.headers['if-match'] }),
    });
    const other = habits.instead.find(({ method, times }) => method === request.method && times > 0);
    if (other === undefined) {
      next();
      return;
    }
    other.times -= 1;
    response
      .status(other.status)
      .set(other.headers ?? {})
      .json({ detail: 'not now' });
  });
  app.get('/scim/v2/Users', filterHabits(habits));
  app.use('/scim/v2/Groups/:id', etagHabits(habits, theseGroups));
  app.patch('/scim/v2/Groups/:id', removalHabits(habits, theseGroups));
  app.use(
    '/scim/v2',
    new SCIMMYRouters({
      type: 'bearer',
      handler: (request) => {
        if (request.header('authorization') !== `Bearer ${TOKEN}`) throw new Error('Who is this?');
        return 'tsa';
      },
    }),
  );
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    base: `http://127.0.0.1:${port}/scim/v2`,
    token: TOKEN,
    users: theseUsers,
    groups: theseGroups,
    habits,
    calls,
    members: (groupId) => theseGroups.get(groupId)?.members.map(({ value }) => value) ?? [],
    addUser: (user) => {
      // SCIMMY cannot filter by what is not there.
      theseUsers.set(user.id, { emails: [], ...user });
    },
  };
}

/** Express 5 reads the query anew each time; what is changed here is put over it. */
function setQuery(request: Request, change: Readonly<Record<string, unknown>>): void {
  Object.defineProperty(request, 'query', { value: { ...request.query, ...change }, configurable: true });
}

function filterHabits(habits: Habits) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (habits.userFilter === 'refused') {
      response.status(400).json({ status: '400', scimType: 'invalidFilter', detail: 'not filterable' });
      return;
    }
    const count = String(Math.min(Number(request.query['count'] ?? 100), habits.pageMax));
    setQuery(request, { count });
    if (habits.userFilter === 'ignored') Reflect.deleteProperty(request.query, 'filter');
    next();
  };
}

function etagOf(group: GroupRow | undefined): string {
  return `W/"${createHash('sha256').update(JSON.stringify(group)).digest('hex').slice(0, 12)}"`;
}

function etagHabits(habits: Habits, rows: ReadonlyMap<string, GroupRow>) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const group = rows.get(String(request.params['id']));
    if (request.method === 'PATCH' && group !== undefined && habits.meddling > 0) {
      habits.meddling -= 1;
      group.members.push({ value: `u-other-${group.members.length}` });
    }
    // Express would make one of its own; without the habit there is none.
    request.app.disable('etag');
    if (habits.etags) {
      response.set('ETag', etagOf(group));
      const wanted = request.headers['if-match'];
      if (request.method === 'PATCH' && wanted !== etagOf(group)) {
        response.status(wanted === undefined ? 428 : 412).json({ detail: 'it was changed' });
        return;
      }
    }
    next();
  };
}

const patch = z.object({ Operations: z.array(z.object({ op: z.string(), path: z.string() })) });

function removalHabits(habits: Habits, rows: ReadonlyMap<string, GroupRow>) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const filtered = patch.parse(request.body).Operations.some(({ path }) => path.includes('['));
    if (!filtered || habits.filteredRemoval === 'done') next();
    else if (habits.filteredRemoval === 'refused')
      response.status(400).json({ status: '400', scimType: 'invalidPath', detail: 'no filters in paths' });
    // As was done by a widely used identity provider in 2026: 200, and nothing changed.
    else response.status(200).json(rows.get(String(request.params['id'])));
  };
}
