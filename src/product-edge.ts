import type { Logger } from 'pino';
import type { Policy } from './access/policy.ts';
import type { Carrier } from './carrying/carrier.ts';
import type { Reconciling } from './carrying/reconcile.ts';
import { openCarrying } from './carrying/edge.ts';
import type { Grantee } from './carrying/facts.ts';
import type { Timekeeper } from './clock.ts';
import type { Config } from './config.ts';
import { configWords } from './config.ts';
import type { Connector } from './connectors/connector.ts';
import type { ConnectorPlan } from './connectors/kind.ts';
import { createCaller } from './connectors/product-call.ts';
import { openConnectors } from './connectors/registry.ts';
import type { Keyring } from './keys/keyring.ts';
import { CannotOpen } from './ledger/cannot-open.ts';
import type { CommandHandler } from './ledger/command-handler.ts';
import type { Ledger } from './ledger/open.ts';
import type { Directory } from './slack/api/directory.ts';
import { createProfiles } from './slack/api/profiles.ts';

/** The way into the products that the policy names, with what Slack says of whoever is let in. @throws CannotOpen */
export async function openCarrier(
  {
    config,
    plans,
    env,
    keyring,
  }: {
    readonly config: Pick<Config, 'accessApi'>;
    readonly plans: ReadonlyMap<string, ConnectorPlan>;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly keyring: Keyring | null;
  },
  deps: {
    readonly ledger: Pick<Ledger, 'reader'>;
    readonly handler: Pick<CommandHandler, 'handle' | 'onCommitted' | 'record'>;
    readonly policy: Policy;
    readonly directory: Pick<Directory, 'profile' | 'learn' | 'known'>;
    readonly clock: Timekeeper;
    readonly log: Logger;
  },
): Promise<{ readonly carrier: Carrier; readonly reconciling: Reconciling }> {
  const { directory, clock } = deps;
  const profiles = createProfiles(directory, clock);
  const named = (user: string, profile: ReturnType<Directory['profile']>): Grantee => ({
    name: profile?.name ?? user,
    email: profile?.email ?? null,
  });
  return openCarrying({
    ...deps,
    connectors: connect(),
    grantee: {
      known: (user) => named(user, directory.profile(user)),
      asked: async (user) => named(user, await profiles.of(user)),
    },
    world: () => directory.known(),
  });

  function connect(): ReadonlyMap<string, Connector> {
    if (plans.size === 0) return new Map();
    if (config.accessApi === null || keyring === null)
      throw new CannotOpen('ACCESS_API_URL is missing: what products are told is signed, and checked there.');
    const { url: issuer } = config.accessApi;
    const opened = openConnectors(plans, env, { call: createCaller(), keyring, issuer, clock });
    if (!opened.ok) throw new CannotOpen(configWords(opened.problems));
    return opened.connectors;
  }
}
