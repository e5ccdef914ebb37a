import type { Logger } from 'pino';
import type { World } from '../access/people.ts';
import type { Policy } from '../access/policy.ts';
import type { Timekeeper } from '../clock.ts';
import type { Connector } from '../connectors/connector.ts';
import { CannotOpen } from '../ledger/cannot-open.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import type { Ledger } from '../ledger/open.ts';
import { recordsOpen, recordsOwing } from '../ledger/product-accesses.ts';
import type { Carrier } from './carrier.ts';
import { createCarrier } from './carrier.ts';
import type { Grantee } from './facts.ts';
import type { Reconciling } from './reconcile.ts';
import { createReconciling } from './reconcile.ts';

/** Puts together what carries access into products. @throws CannotOpen where the policy lost a product in which somebody may be */
export async function openCarrying(deps: {
  readonly ledger: Pick<Ledger, 'reader'>;
  readonly handler: Pick<CommandHandler, 'handle' | 'onCommitted' | 'record'>;
  readonly policy: Policy;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** `known`: as far as Slack has told already, for what cannot wait. */
  readonly grantee: { known(user: string): Grantee; asked(user: string): Promise<Grantee> };
  readonly world: () => World;
  readonly clock: Timekeeper;
  readonly log: Logger;
}): Promise<{ readonly carrier: Carrier; readonly reconciling: Reconciling }> {
  const { reader } = deps.ledger;
  const open = () => recordsOpen(reader);
  const lost = (await open()).flatMap(({ no, state }) =>
    state.accesses
      .filter(({ is, connector }) => MAY_BE_OPEN.has(is.kind) && !deps.connectors.has(connector))
      .map(({ connector }) => ({ no, connector })),
  );
  if (lost.length > 0) {
    const names = [...new Set(lost.map(({ connector }) => connector))].join(', ');
    const sessions = [...new Set(lost.map(({ no }) => `TSA-${no}`))].join(', ');
    throw new CannotOpen(
      `The policy has no connector ${names} any more, but through it access may still be open: ${sessions}. Put it back until these are over and confirmed gone, or removed by hand.`,
    );
  }
  const carrier = createCarrier({ ...deps, owing: () => recordsOwing(reader), open });
  deps.handler.onCommitted(() => {
    carrier.wake();
  });
  return { carrier, reconciling: createReconciling({ ...deps, open }) };
}

const MAY_BE_OPEN: ReadonlySet<string> = new Set(['opening', 'open', 'missing', 'closing', 'not_closed']);
