import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { UnreadableGroup } from '../../access/people.ts';
import type { Principal, UserId } from '../../access/policy.ts';
import type { Clock } from '../../clock.ts';
import type { Trouble } from './client.ts';
import { troubleOf } from './client.ts';
import { once } from './once.ts';

/** Who is in which user group, as Slack says it; and which groups it does not let the app read. */
export interface Groups {
  /** Asks Slack; `null` where it does not say. One that it refused to tell of a moment ago it is not asked about again. */
  lookUp(group: Principal): Promise<ReadonlySet<UserId> | null>;
  /** What Slack said last, however old. */
  members(group: Principal): ReadonlySet<UserId> | undefined;
  /** What it said no longer ago than that. */
  lately(group: Principal): ReadonlySet<UserId> | undefined;
  /** Why this one cannot be read now; `null` where it can, or where nobody tried. */
  unreadable(group: Principal): UnreadableGroup | null;
  /** All who are in any of them. */
  everybody(): readonly UserId[];
  has(user: UserId): boolean;
  /** Slack says that it changed. */
  changed(group: Principal): void;
}

/** For what is shown and offered, and for filings. */
const FRESH_MS = 5 * 60_000;
/**
 * A group that Slack did not let the app read is left alone for so long: asking for each decision anew would use up the
 * 20 questions a minute that it answers (docs.slack.dev/apis/web-api/rate-limits, Tier 2), and then none could be read.
 */
const UNREADABLE_MS = 60_000;
/** While Slack answers no more questions, an answer as old as this will do, if it did not say that the group changed since. */
const LIMITED_MS = 60_000;

/** What Slack answers where there is no such group (docs.slack.dev/reference/methods/usergroups.users.list). */
const UNKNOWN: ReadonlySet<string> = new Set(['no_such_subteam', 'subteam_not_found', 'no_such_usergroup']);
const NOT_GRANTED: ReadonlySet<string> = new Set(['missing_scope', 'permission_denied', 'no_permission']);

interface Remembered<T> {
  readonly value: T;
  readonly at: number;
}

export function createGroups(deps: { client: WebClient; clock: Clock; log: Logger }): Groups {
  const { client, clock, log } = deps;
  const told = new Map<Principal, Remembered<ReadonlySet<UserId>>>();
  const refused = new Map<Principal, Remembered<UnreadableGroup>>();
  const asking = new Map<string, Promise<ReadonlySet<UserId> | null>>();
  let changes = 0;

  function within<T>(remembered: Remembered<T> | undefined, ms: number): T | undefined {
    return remembered !== undefined && clock.now() - remembered.at < ms ? remembered.value : undefined;
  }

  function unreadable(group: Principal): UnreadableGroup | null {
    return within(refused.get(group), UNREADABLE_MS) ?? null;
  }

  /** What will do in place of an answer. */
  function instead(group: Principal): ReadonlySet<UserId> | null {
    if (unreadable(group)?.why !== 'limited') return null;
    return within(told.get(group), LIMITED_MS) ?? null;
  }

  async function ask(group: Principal): Promise<ReadonlySet<UserId> | null> {
    try {
      for (;;) {
        const before = changes;
        const { users } = await client.usergroups.users.list({ usergroup: group });
        // Slack told of a change while it was asked: its answer may be older.
        if (changes !== before) continue;
        const value = new Set(z.array(z.string()).parse(users ?? []));
        told.set(group, { value, at: clock.now() });
        refused.delete(group);
        return value;
      }
    } catch (error) {
      const trouble = error instanceof z.ZodError ? 'unreadable' : troubleOf(error);
      log.warn({ group, trouble }, 'Slack did not say who is in this user group');
      const why = trouble === 'unreadable' ? 'refused' : whyNot(trouble);
      if (why !== null) refused.set(group, { value: { group, why }, at: clock.now() });
      return instead(group);
    }
  }

  return {
    lookUp: (group) =>
      unreadable(group) === null ? once(asking, group, () => ask(group)) : Promise.resolve(instead(group)),
    members: (group) => told.get(group)?.value,
    lately: (group) => within(told.get(group), FRESH_MS),
    unreadable,
    everybody: () => [...told.values()].flatMap(({ value }) => [...value]),
    has: (user) => [...told.values()].some(({ value }) => value.has(user)),
    changed(group) {
      changes += 1;
      refused.delete(group);
      const known = told.get(group);
      if (known !== undefined) told.set(group, { ...known, at: -Infinity });
    },
  };
}

/** Why Slack will say the same in a moment; `null` where it may answer the next question. */
function whyNot(trouble: Trouble): UnreadableGroup['why'] | null {
  switch (trouble.kind) {
    case 'refused':
      if (UNKNOWN.has(trouble.error)) return 'unknown';
      return NOT_GRANTED.has(trouble.error) ? 'not_granted' : 'refused';
    case 'rate_limited':
      return 'limited';
    case 'unknown':
      return null;
  }
}
