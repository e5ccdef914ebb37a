import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Absence, Standing, World } from '../access/people.ts';
import { isGroup } from '../access/people.ts';
import type { Policy, Principal, UserId } from '../access/policy.ts';
import type { Workspace } from '../access/whose.ts';
import { isElsewhere, slackIdOf } from '../access/whose.ts';
import type { Clock } from '../clock.ts';
import { troubleOf } from './client.ts';
import type { Oddity } from './names.ts';
import { createNames } from './names.ts';
import type { SlackUserObject } from './slack-user.ts';
import { callsThemselves, isMeant, knownAs, slackStanding, slackUser } from './slack-user.ts';

/** A person as Slack knows them. */
export interface Profile {
  /** As the ledger knows them, whichever way they were asked about. */
  readonly user: UserId;
  readonly name: string;
  /** IANA zone. */
  readonly timeZone: string;
  readonly standing: Standing;
  /** Where Slack tells it to the app. */
  readonly email: string | null;
}

/** What Slack says about people and groups: asked when it matters, remembered for a moment. */
export interface Directory {
  /** The rules' view of the world, with these people looked up no longer than a minute ago. */
  world(users: readonly UserId[]): Promise<World>;
  /** What is known without asking: for time, and for showing. Never enough for a person's decision. */
  known(): World;
  /** For showing; `null` if Slack was not asked about them yet. */
  profile(user: UserId): Profile | null;
  /** Makes sure that these people's names are known, as far as Slack answers. */
  learn(users: readonly UserId[]): Promise<void>;
  /** Asks for the names of those of these (by the ids of Slack) that are not known, as far as Slack answers. */
  meet(slackIds: readonly string[]): Promise<void>;
  /** Those of these at whose names one should look twice, as far as is known without asking. */
  oddities(slackIds: readonly string[]): readonly Oddity[];
  /** Slack says that somebody changed. Who that is; `null` where it cannot be read. */
  changed(user: unknown): UserId | null;
  /** Slack says that a group changed. */
  groupChanged(group: string): void;
}

/** Who acts is checked when they act: nothing older than this decides. */
const PERSON_FRESH_MS = 60_000;
/** Approvers whom nobody named are only offered; asking about all of them for each click would meet Slack's rate limit. */
const LISTED_FRESH_MS = 5 * 60_000;
const GROUP_FRESH_MS = 5 * 60_000;
/** Of whom Slack said nothing, it is asked for a name no more often than this. */
const NAME_AGAIN_MS = 5 * 60_000;
/** People of the policy who are asked about beside those of a message: Slack answers some hundred a minute (docs.slack.dev/apis/web-api/rate-limits, Tier 4). */
const MET_BESIDE_MAX = 10;

interface Remembered<T> {
  readonly value: T;
  readonly at: number;
}

export function createDirectory(deps: {
  client: WebClient;
  policy: Policy;
  ours: Workspace;
  clock: Clock;
  log: Logger;
  absences: (now: number) => Promise<ReadonlyMap<UserId, Absence>>;
}): Directory {
  const { client, policy, ours, clock, log } = deps;
  const people = new Map<UserId, Remembered<Profile>>();
  const groups = new Map<string, Remembered<ReadonlySet<UserId>>>();
  const asking = new Map<string, Promise<void>>();
  /** People about whom Slack gave no answer when it was last asked. */
  const unanswered = new Set<UserId>();
  let absent: ReadonlyMap<UserId, Absence> = new Map();

  const principals: readonly Principal[] = [
    ...policy.requesters,
    ...policy.admins,
    ...policy.auditors,
    ...policy.emergency.people,
    ...policy.approvers.flatMap((rule) => rule.people),
  ];
  const policyGroups = [...new Set(principals.filter(isGroup))];
  const inGroup = (user: UserId): boolean => [...groups.values()].some((group) => group.value.has(user));
  const listed = new Set(principals);
  const names = createNames((user) => listed.has(user) || inGroup(user));
  const namesAskedAt = new Map<string, number>();
  /** Those whom nobody names when they are asked: approvers, and the admins who own what customers ask. */
  const deciders = [
    ...new Set(
      [...policy.approvers.flatMap((rule) => rule.people), ...policy.admins].filter((p) => !isGroup(p)),
    ),
  ];

  /** One question at a time about the same person or group. */
  function once(key: string, ask: () => Promise<void>): Promise<void> {
    const running = asking.get(key);
    if (running !== undefined) return running;
    const asked = ask().finally(() => asking.delete(key));
    asking.set(key, asked);
    return asked;
  }

  async function lookUp(user: UserId): Promise<void> {
    try {
      const { user: found } = await client.users.info({ user: slackIdOf(user) });
      remember(slackUser.parse(found), user);
    } catch (error) {
      const trouble = error instanceof z.ZodError ? null : troubleOf(error);
      const unknown =
        trouble?.kind === 'refused' && ['user_not_found', 'user_not_visible'].includes(trouble.error);
      if (unknown) people.set(user, { value: nobody(user, 'not_found'), at: clock.now() });
      else {
        unanswered.add(user);
        log.warn({ user, trouble }, 'Slack did not say who this is');
      }
    }
  }

  function remember(found: SlackUserObject, asked = knownAs(found, ours)): void {
    const value = isMeant(found, asked)
      ? {
          user: isElsewhere(asked) ? asked : knownAs(found, ours),
          name: callsThemselves(found),
          timeZone: found.tz ?? policy.timeZone,
          standing: slackStanding(found, ours),
          email: found.profile?.email ?? null,
        }
      : nobody(asked, 'external');
    people.set(asked, { value, at: clock.now() });
    if (value.name !== asked) names.put(asked, value.name);
    unanswered.delete(asked);
  }

  /** Of whom Slack knows nothing but that they are none of ours. */
  function nobody(user: UserId, standing: 'external' | 'not_found'): Profile {
    return { user, name: user, timeZone: policy.timeZone, standing, email: null };
  }

  async function lookUpGroup(group: string): Promise<void> {
    try {
      const { users } = await client.usergroups.users.list({ usergroup: group });
      groups.set(group, { value: new Set(z.array(z.string()).parse(users ?? [])), at: clock.now() });
    } catch (error) {
      log.warn(
        { group, trouble: error instanceof z.ZodError ? 'unreadable' : troubleOf(error) },
        'Slack did not say who is in this group',
      );
    }
  }

  function isFresh(remembered: Remembered<unknown> | undefined, forMs: number): boolean {
    return remembered !== undefined && clock.now() - remembered.at < forMs;
  }

  /** Whoever acts or is named is asked about anew after a minute; those whom the policy lists, after five. */
  async function refresh(asked: readonly UserId[], listed: readonly UserId[] = []): Promise<void> {
    const old = (users: readonly UserId[], forMs: number): readonly UserId[] =>
      users.filter((user) => user !== '' && (!isFresh(people.get(user), forMs) || unanswered.has(user)));
    const stale = [...new Set([...old(asked, PERSON_FRESH_MS), ...old(listed, LISTED_FRESH_MS / 2)])];
    const oldGroups = policyGroups.filter((group) => !isFresh(groups.get(group), GROUP_FRESH_MS));
    await Promise.all([
      ...stale.map((user) => once(user, () => lookUp(user))),
      ...oldGroups.map((group) => once(group, () => lookUpGroup(group))),
    ]);
  }

  /** @param asked  those who act or are named; `null` where nothing is decided, and older answers will do */
  function worldOf(asked: readonly UserId[] | null): World {
    const decides = asked !== null;
    return {
      policy,
      people: {
        standing(user) {
          const found = people.get(user);
          const known =
            found !== undefined && (!decides || (isFresh(found, LISTED_FRESH_MS) && !unanswered.has(user)));
          if (known) return found.value.standing;
          // A group lists no deactivated members, but whoever acts or is named must be known themselves.
          return inGroup(user) && asked?.includes(user) !== true ? 'member' : 'cannot_check';
        },
        members(group) {
          const found = groups.get(group);
          return !decides || isFresh(found, GROUP_FRESH_MS) ? found?.value : undefined;
        },
        absence: (user) => absent.get(user),
      },
    };
  }

  return {
    async world(users) {
      absent = await deps.absences(clock.now());
      const standIns = [...absent.values()].map((absence) => absence.delegate);
      await refresh(users, [...deciders, ...standIns]);
      return worldOf(users);
    },
    known: () => worldOf(null),
    profile(user) {
      const found = people.get(user)?.value;
      return found === undefined ? null : { ...found, name: names.shown(user) ?? found.name };
    },
    async learn(users) {
      await refresh(users.filter((user) => !people.has(user)));
    },
    async meet(slackIds) {
      const now = clock.now();
      const strange = (id: string): boolean =>
        names.known(id).length === 0 &&
        (asking.has(id) || now - (namesAskedAt.get(id) ?? -Infinity) >= NAME_AGAIN_MS);
      // Whoever goes by the name of somebody of the policy is known by that name: a few of those at a time, too.
      const members = [...groups.values()].flatMap((group) => [...group.value]);
      const ours = [...principals.filter((one) => !isGroup(one)), ...members].filter(strange);
      const asked = [...new Set([...slackIds.filter(strange), ...ours.slice(0, MET_BESIDE_MAX)])];
      for (const id of asked) namesAskedAt.set(id, now);
      await refresh(asked);
    },
    oddities: (slackIds) =>
      slackIds.flatMap((id) => names.known(id).flatMap((user) => names.oddity(user) ?? [])),
    changed(user) {
      const found = slackUser.safeParse(user);
      if (!found.success) return null;
      remember(found.data);
      return knownAs(found.data, ours);
    },
    groupChanged(group) {
      groups.delete(group);
    },
  };
}
