import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** What was only kept for a while, and can go. The ledger itself never does. */

/** Old things are cleared away this often. */
export const CLEARED_EVERY_MS = 60 * 60_000;
/** How long a delivery is remembered: far longer than Slack ever repeats one (docs.slack.dev/apis/events-api). */
const DELIVERY_KEPT_MS = 7 * 24 * 60 * 60_000;
/** No review looks back further than that: the digest of the week before last, a month late. */
const FIGURES_KEPT_MS = 60 * 24 * 60 * 60_000;

/** Clears away what is old by now. */
export async function clearOld(tx: Transaction<Tables>, now: number): Promise<void> {
  await tx
    .deleteFrom('delivery')
    .where('at', '<', now - DELIVERY_KEPT_MS)
    .execute();
  await tx
    .deleteFrom('hour_figures')
    .where('hour', '<', now - FIGURES_KEPT_MS)
    .execute();
}
