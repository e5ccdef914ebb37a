/** How often a method may be called, as Slack publishes it for each (docs.slack.dev/apis/web-api/rate-limits). */

/** Calls a minute that each tier allows at least. */
const A_MINUTE = { tier2: 20, tier3: 50, tier4: 100 } as const;
/** Published as "hundreds a minute" for a workspace; the number is ours. */
const POSTS_A_MINUTE = 300;
const MINUTE_MS = 60_000;

/** By the reference page of each method. One that is not here has no published limit of its own. */
const LIMITS: Readonly<Record<string, number>> = {
  'bookmarks.add': A_MINUTE.tier2,
  'bookmarks.edit': A_MINUTE.tier2,
  'bookmarks.list': A_MINUTE.tier3,
  'bookmarks.remove': A_MINUTE.tier2,
  'chat.postEphemeral': A_MINUTE.tier4,
  'chat.postMessage': POSTS_A_MINUTE,
  'chat.update': A_MINUTE.tier3,
  'conversations.history': A_MINUTE.tier3,
  'conversations.open': A_MINUTE.tier3,
  'conversations.replies': A_MINUTE.tier3,
  'pins.add': A_MINUTE.tier2,
  'usergroups.users.list': A_MINUTE.tier2,
  'users.getPresence': A_MINUTE.tier3,
  'users.info': A_MINUTE.tier4,
  'views.open': A_MINUTE.tier4,
  'views.publish': A_MINUTE.tier4,
  'views.push': A_MINUTE.tier4,
  'views.update': A_MINUTE.tier4,
};

/** Counts the calls of the last minute. */
export class Tiers {
  /** Slack allows bursts that it does not publish, so it is kept to only where somebody wants it so. */
  kept = false;
  readonly #calls = new Map<string, number[]>();

  /** Notes a call; how many seconds to wait where it is one too many. */
  take(method: string, now: number): number | null {
    const limit = LIMITS[method];
    if (!this.kept || limit === undefined) return null;
    const lately = (this.#calls.get(method) ?? []).filter((at) => now - at < MINUTE_MS);
    this.#calls.set(method, lately);
    const [first] = lately;
    if (first !== undefined && lately.length >= limit) return Math.ceil((first + MINUTE_MS - now) / 1_000);
    lately.push(now);
    return null;
  }
}
