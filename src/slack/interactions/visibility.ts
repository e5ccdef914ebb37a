import type { World } from '../../access/people.ts';
import { filingRefused } from '../../access/offers.ts';
import type { UserId } from '../../access/policy.ts';
import type { VisibleRecord } from '../../access/reading.ts';
import { isListed, mayRead, visibleTo } from '../../access/reading.ts';
import type { Recorded } from '../../ledger/history.ts';
import type { Word } from '../api/asking.ts';
import type { About, SlackContext, Say } from '../context.ts';
import { momentOf, noSuchRequest, numberOf, recordOf } from '../context.ts';

/** Who may look: the people whom the policy lists, whoever has a part in a request, and the customer's own people. */

/** May this person ask for access, as far as is known without asking Slack? */
export function mayAsk(context: SlackContext, user: UserId): boolean {
  return filingRefused('file', null, momentOf(context, { userId: user })) === null;
}

/** Why somebody reads nothing, in words. */
export interface Hidden {
  readonly why: 'not_known' | 'not_there' | 'not_theirs';
  readonly say: Say;
}

const NOT_KNOWN: Hidden = {
  why: 'not_known',
  say: { text: 'Slack did not say in time who you are. Please try again.' },
};
const NOT_THEIRS: Hidden = {
  why: 'not_theirs',
  say: { text: 'That is for the people whom the policy lists. Ask an admin to be added.' },
};

/** Why this person may not look at what goes on, in words; `null` when they may. */
export async function notForYou(context: SlackContext, user: UserId, word?: Word): Promise<Say | null> {
  const world = await worldFor(context, user, word);
  if (world === null) return NOT_KNOWN.say;
  return isListed(world, user) ? null : NOT_THEIRS.say;
}

/** The request as this person reads it; or why they read nothing, in words. */
export async function seenBy(
  context: SlackContext,
  user: UserId,
  about: About,
  /** Whom it is for: ourselves, or the customer's own people too. */
  whose: 'ours' | 'everybody' = 'ours',
  word?: Word,
): Promise<VisibleRecord<Recorded> | Hidden> {
  const record = await recordOf(context, about);
  if (record === null) return { why: 'not_there', ...noSuchRequest(numberOf(about)) };
  const world = await worldFor(context, user, word);
  if (world === null) return NOT_KNOWN;
  const audience = mayRead(world, record.state, user);
  if (audience === null || (audience === 'customer' && whose === 'ours')) return NOT_THEIRS;
  return visibleTo(audience, record, context.policy);
}

/** Whoever looks in order to stop something is not kept from it by Slack's silence: what it said last will do. */
async function worldFor(context: SlackContext, user: UserId, word: Word = 'lately'): Promise<World | null> {
  const world = await context.directory.recent([user]);
  if (world.people.standing(user) !== 'cannot_check') return world;
  return word === 'last_known' ? context.directory.known() : null;
}
