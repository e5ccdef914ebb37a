import type { Logger } from 'pino';
import type { World } from '../access/people.ts';
import type { Policy } from '../access/policy.ts';
import type { ProductAccess } from '../access/product-access.ts';
import type { Clock } from '../clock.ts';
import { createAlarm } from '../clock.ts';
import type { Connector, Held } from '../connectors/connector.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import type { FullRecord } from '../ledger/history.ts';
import { accessIdOf } from './facts.ts';

/** What products list as open, held against the ledger: at the start, and every now and then. */
export interface Reconciling {
  start(): void;
  /** Looks now; resolves when it is done. */
  look(): Promise<void>;
  /** Looks no more; a product that is still answering is not waited for. */
  stop(): void;
}

interface Deps {
  readonly handler: Pick<CommandHandler, 'handle' | 'record'>;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Requests of which something may be open in a product. */
  readonly open: () => Promise<readonly FullRecord[]>;
  readonly policy: Policy;
  readonly world: () => World;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What was opened or made longer only just now may not be listed yet, by a product whose clock is a little behind. */
const SETTLED_MS = 60_000;

/** One access of the ledger that may be open. */
interface Known {
  readonly no: number;
  readonly access: ProductAccess;
}

export function createReconciling(deps: Deps): Reconciling {
  const { handler, connectors, policy, clock, log } = deps;
  const alarm = createAlarm(clock, again);
  /** Told since this program started. */
  const told = new Set<string>();
  let stopped = true;

  async function look(): Promise<void> {
    for (const connector of connectors.values()) {
      try {
        await compare(connector);
      } catch (error) {
        log.error({ error, product: connector.name }, 'holding a product against the ledger failed');
      }
    }
  }

  async function compare(connector: Connector): Promise<void> {
    // What is opened while the product answers is in neither.
    const before = knownIn(connector, await deps.open());
    const listing = await connector.list();
    if (listing.kind !== 'listed') {
      log.warn({ product: connector.name, why: listing.why }, 'a product does not list what is open in it');
      return;
    }
    const after = knownIn(connector, await deps.open());
    for (const { no, access } of before) {
      const { is } = access;
      if (
        is.kind !== 'open' ||
        clock.now() - is.at < SETTLED_MS ||
        listing.held.some((held) => isIt(held, no, access))
      )
        continue;
      await handler.handle({
        command: { type: 'miss_access', access: access.id },
        requestNo: no,
        actor: { kind: 'product', name: connector.name },
        world: deps.world(),
        delivery: null,
      });
    }
    for (const held of listing.held)
      if (![...before, ...after].some(({ no, access }) => isIt(held, no, access)))
        await orphan(connector, held);
  }

  async function orphan(connector: Connector, held: Held): Promise<void> {
    const { accessId, handle, grantee, tenantId: tenant } = held;
    const closing = policy.connectors.closeOrphans;
    const about = { connector: connector.name, accessId, grantee: grantee.name, tenant };
    const key = `${connector.name} ${accessId ?? handle ?? grantee.name}`;
    if (!told.has(key)) await handler.record({ type: 'access.orphan_found', ...about, closing }, policy);
    told.add(key);
    if (!closing) return;
    const outcome = await connector.remove(held);
    if (outcome.kind === 'confirmed') {
      told.delete(key);
      await handler.record({ type: 'access.orphan_removed', ...about, receipt: outcome.receipt }, policy);
    } else log.error({ key, why: outcome.why }, 'access that no session explains could not be closed');
  }

  function again(): void {
    look().then(
      () => {
        if (!stopped) alarm.set(clock.now() + policy.connectors.reconcileEveryMs);
      },
      (error: unknown) => {
        log.error({ error }, 'holding products against the ledger failed');
      },
    );
  }

  return {
    start() {
      stopped = false;
      if (connectors.size > 0) again();
    },
    look,
    stop() {
      stopped = true;
      alarm.clear();
    },
  };
}

function knownIn({ name }: Connector, records: readonly FullRecord[]): readonly Known[] {
  return records.flatMap(({ no, state }) =>
    state.accesses
      .filter(
        ({ connector, is }) => connector === name && is.kind !== 'closed' && is.kind !== 'closed_by_hand',
      )
      .map((access) => ({ no, access })),
  );
}

/** By our id; where the product knows none, by what it called it when it was opened. */
function isIt(held: Held, no: number, access: ProductAccess): boolean {
  return held.accessId === null
    ? held.handle !== null && held.handle === access.handle
    : held.accessId === accessIdOf(no, access);
}
