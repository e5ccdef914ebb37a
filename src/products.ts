import { getRequestListener } from '@hono/node-server';
import type { Logger } from 'pino';
import type { Policy } from './access/policy.ts';
import { createAccessApi } from './access-api/app.ts';
import type { Session } from './access-api/covering.ts';
import type { Asker } from './access-api/gate.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Health } from './health.ts';
import { clientFrom } from './http/limits.ts';
import { openProductKeys } from './key-files.ts';
import type { Keyring } from './keys/keyring.ts';
import type { CommandHandler } from './ledger/command-handler.ts';
import type { Inside } from './ledger/tenant-views.ts';
import { sessionsInside } from './ledger/tenant-views.ts';
import type { Ledger } from './ledger/open.ts';
import type { SharedListener } from './http/server.ts';
import { serve } from './http/server.ts';
import { heldBack, productsPortTaken } from './start-problems.ts';
import type { Directory } from './slack/api/directory.ts';
import { createProfiles } from './slack/api/profiles.ts';

/** What products ask, on this ledger and with what Slack says of people. */
export interface Products extends SharedListener {
  /** Do they share a port with the customer's pages? */
  readonly isShared: boolean;
  /** From now on somebody may be in; before, nobody is. Where they have a port of their own: serves there, and says which. @throws CannotOpen */
  start(health: Health): Promise<number | null>;
  stop(): Promise<void>;
}

interface ProductsDeps {
  readonly ledger: Pick<Ledger, 'reader' | 'path'>;
  readonly handler: Pick<CommandHandler, 'recordActions'>;
  readonly directory: Pick<Directory, 'profile' | 'learn'>;
  readonly policy: Policy;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
}

const PATHS = /^\/(?:access\/v1|v1|\.well-known)\/|^\/openapi(?:\.json|\.css)?$/;

/** Answers from now on; `null`, where nothing is to be answered. */
export function openProducts(config: Config, deps: ProductsDeps): Products | null {
  const { accessApi, clientHeader, database } = config;
  if (accessApi === null) return null;
  const { ledger, handler, policy, keyring, clock, log } = deps;
  const keys = openProductKeys(database);
  const sessionOf = describing(deps);
  let begun = false;
  const app = createAccessApi({
    baseUrl: accessApi.url,
    keys,
    async sessionsIn(tenantId) {
      const inside = begun ? await sessionsInside(ledger.reader, tenantId) : [];
      return (await Promise.all(inside.map((one) => sessionOf(tenantId, one)))).flat();
    },
    recordActions: (batch) => handler.recordActions(batch, policy),
    keyring,
    clock,
    log,
    client: (c) => clientFrom(clientHeader === null ? undefined : c.req.header(clientHeader), c.env.client),
  });
  const { host } = new URL(accessApi.url);
  const { port } = accessApi;
  let server: Awaited<ReturnType<typeof serve>> | null = null;
  const shared: SharedListener = {
    async listener(request, response) {
      const env: Asker = { client: request.socket.remoteAddress ?? '' };
      const answer = getRequestListener((asked) => app.fetch(asked, env), {
        overrideGlobalObjects: false,
        hostname: host,
      });
      await answer(request, response);
    },
    isFor: (path) => PATHS.test(path),
  };
  return {
    ...shared,
    isShared: port === null,
    async start(health) {
      begun = true;
      if (port === null) return null;
      server = await heldBack(productsPortTaken, () =>
        serve({ port, health, slack: null, accessApi: shared, pages: null, clientHeader, log }),
      );
      return server.port;
    },
    async stop() {
      await server?.close();
      keys.close();
    },
  };
}

/** Who that is, and which scopes their session covers. */
function describing({
  directory,
  policy,
  clock,
}: ProductsDeps): (tenantId: string, inside: Inside) => Promise<readonly Session[]> {
  const profiles = createProfiles(directory, clock);
  return async (tenantId, { no, grantee, scopeId, reason, startedAt, expiresAt }) => {
    const profile = await profiles.of(grantee);
    // Who left holds nothing, even before anybody revoked it.
    if (profile !== null && profile.standing !== 'member') return [];
    return [
      {
        no,
        tenantId,
        grantee: { slackId: grantee, email: profile?.email ?? null, name: profile?.name ?? grantee },
        scopeName: policy.scopes.find(({ id }) => id === scopeId)?.name ?? scopeId,
        covers: coveredBy(policy, scopeId),
        reason,
        startedAt,
        expiresAt,
      },
    ];
  };
}

/** The policy lists scopes least first, so a scope lets do the work of those above it in the list. One that the policy lost covers itself. */
function coveredBy({ scopes }: Policy, scopeId: string): readonly string[] {
  const place = scopes.findIndex(({ id }) => id === scopeId);
  return place === -1 ? [scopeId] : scopes.slice(0, place + 1).map(({ id }) => id);
}
