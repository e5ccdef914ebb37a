import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { IANAZone } from 'luxon';
import type { Absence, People, Roll, Standing, UnreadableGroup, World } from '../../access/people.ts';
import { isGroup } from '../../access/people.ts';
import type { Policy, Principal, UserId } from '../../access/policy.ts';
import type { Workspace } from '../../access/whose.ts';
import { isElsewhere, slackIdOf } from '../../access/whose.ts';
import type { Clock } from '../../clock.ts';
import type { Word } from './asking.ts';
import { askAbout } from './asking.ts';
import { troubleOf } from './client.ts';
import { createGroups } from './groups.ts';
import type { Oddity } from './names.ts';
import { createNames } from './names.ts';
import { once } from './once.ts';
import type { SlackUserObject } from './slack-user.ts';
import { callsThemselves, isMeant, knownAs, readSlackUser, slackStanding } from './slack-user.ts';

/** A person as Slack knows them. */
export interface Profile {
  /** As the ledger knows them, whichever way they were asked about. */
  readonly user: UserId;
  readonly name: string;
  /** IANA zone. */
  readonly timeZone: string;
  readonly standing: Standing;
  /** If Slack tells it to the app. */
  readonly email: string | null;
}

/** What Slack says about people and groups: asked anew for every decision, remembered for what is only shown. */
export interface Directory {
  /** The world for one decision: Slack is asked about everybody whom `look` looks at. */
  asked(look: (world: World) => void, word?: Word): Promise<World>;
  /** The world for somebody who looks something up: what it says of these people is a minute old at most. */
  recent(users: readonly UserId[]): Promise<World>;
  /** What is known without asking: for timers, and for display. */
  known(): World;
  /** For display; `null` if Slack was not asked about them yet. */
  profile(user: UserId): Profile | null;
  /** Makes sure that these people's names are known, as far as Slack answers. */
  learn(users: readonly UserId[]): Promise<void>;
  /** Asks for whichever of these names (by Slack's ids) are not known yet, as far as Slack answers. */
  meet(slackIds: readonly string[]): Promise<void>;
  /** Which of these have names that call for a second look, as far as is known without asking. */
  oddities(slackIds: readonly string[]): readonly Oddity[];
  /** Slack says that somebody changed. Who that is; `null` where it cannot be read. */
  changed(user: unknown): UserId | null;
  /** Slack says that a group changed. */
  groupChanged(group: string): void;
  /** The policy's user groups that Slack does not let the app read. */
  unreadable(): readonly UnreadableGroup[];
}

/** Whether somebody may look something up is asked no more often than this. */
const PERSON_FRESH_MS = 60_000;
/**
 * Approvers whom nobody named are only offered in a list: asking about all of them at each click would hit Slack's rate
 * limit.
 */
const LISTED_FRESH_MS = 5 * 60_000;
/** If Slack did not tell somebody's name, it is asked again no more often than this. */
const NAME_AGAIN_MS = 5 * 60_000;
/** People of the policy who are asked about beside those of a message: Slack answers some hundred a minute (docs.slack.dev/apis/web-api/rate-limits, Tier 4). */
const MET_BESIDE_MAX = 10;
/** The standing of somebody whom a form left out. */
const NOBODY: Standing = 'not_found';

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
  const groups = createGroups({ client, clock, log });
  const askingPeople = new Map<string, Promise<Standing | null>>();
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
  const listed = new Set(principals);
  const names = createNames((user) => listed.has(user) || groups.has(user));
  const namesAskedAt = new Map<string, number>();
  /**
   * People who are asked about although no request names them: approvers, and the admins who own customers' requests.
   */
  const deciders = [
    ...new Set(
      [...policy.approvers.flatMap((rule) => rule.people), ...policy.admins].filter((p) => !isGroup(p)),
    ),
  ];

  /** Asks about a person once at a time: whoever asks meanwhile gets the same answer. */
  function lookUp(user: UserId): Promise<Standing | null> {
    return once(askingPeople, user, async () => {
      const before = people.get(user);
      try {
        const { user: found } = await client.users.info({ user: slackIdOf(user) });
        const told = read(found, user);
        if (told === null) {
          unanswered.add(user);
          return null;
        }
        // Slack reported a change while it was asked: the report is newer than the answer.
        if (people.get(user) === before) remember(told, user);
      } catch (error) {
        const trouble = troubleOf(error);
        const unknown =
          trouble.kind === 'refused' && ['user_not_found', 'user_not_visible'].includes(trouble.error);
        if (!unknown) {
          unanswered.add(user);
          log.warn({ user, trouble }, 'Slack did not say who this is');
          return null;
        }
        people.set(user, { value: nobody(user, 'not_found'), at: clock.now() });
      }
      return people.get(user)?.value.standing ?? null;
    });
  }

  /** What cannot be read is logged, by its place. */
  function read(found: unknown, about: UserId | null): SlackUserObject | null {
    const { user, odd } = readSlackUser(found);
    if (odd.length > 0) log.warn({ user: about ?? user?.id, odd }, 'what Slack says of somebody is odd');
    return user;
  }

  function remember(found: SlackUserObject, asked = knownAs(found, ours)): void {
    const value = isMeant(found, asked)
      ? {
          user: isElsewhere(asked) ? asked : knownAs(found, ours),
          name: callsThemselves(found),
          timeZone: isZone(found.tz) ? found.tz : policy.timeZone,
          standing: slackStanding(found, ours),
          email: found.profile.email ?? null,
        }
      : nobody(asked, 'external');
    people.set(asked, { value, at: clock.now() });
    if (value.name !== asked) names.put(asked, value.name);
    unanswered.delete(asked);
  }

  /** Somebody of whom Slack says only that they are not one of us. */
  function nobody(user: UserId, standing: 'external' | 'not_found'): Profile {
    return { user, name: user, timeZone: policy.timeZone, standing, email: null };
  }

  function isFresh<T>(remembered: Remembered<T> | undefined, forMs: number): remembered is Remembered<T> {
    return remembered !== undefined && clock.now() - remembered.at < forMs;
  }

  /** Asks about whoever looks something up again after a minute; about those whom the policy lists, after a few. */
  async function refresh(asked: readonly UserId[], listed: readonly UserId[] = []): Promise<void> {
    const old = (users: readonly UserId[], forMs: number): readonly UserId[] =>
      users.filter((user) => user !== '' && (!isFresh(people.get(user), forMs) || unanswered.has(user)));
    const stale = [...new Set([...old(asked, PERSON_FRESH_MS), ...old(listed, LISTED_FRESH_MS / 2)])];
    const oldGroups = policyGroups.filter((group) => groups.lately(group) === undefined);
    await Promise.all([
      ...stale.map((user) => lookUp(user)),
      ...oldGroups.map((group) => groups.lookUp(group)),
    ]);
  }

  /** What is remembered, however old. A group lists no deactivated members. */
  const remembered: Roll = {
    standing: (user) => people.get(user)?.value.standing ?? (groups.has(user) ? 'member' : 'cannot_check'),
    members: (group) => groups.members(group),
  };

  function worldOf(known: People): World {
    return { policy, people: known, listed: remembered, unreadable: [] };
  }

  return {
    async asked(look, word = 'now') {
      absent = await deps.absences(clock.now());
      const lately = word === 'lately';
      const met = new Set<Principal>();
      const questions = {
        standing(user: UserId) {
          if (user === '') return Promise.resolve(NOBODY);
          const told = lately && !unanswered.has(user) ? people.get(user) : undefined;
          return isFresh(told, LISTED_FRESH_MS) ? Promise.resolve(told.value.standing) : lookUp(user);
        },
        members(group: string) {
          met.add(group);
          const told = lately ? groups.lately(group) : undefined;
          return told === undefined ? groups.lookUp(group) : Promise.resolve(told);
        },
      };
      const world = await askAbout(look, { policy, absences: absent, remembered }, questions, word);
      return { ...world, unreadable: [...met].flatMap((group) => groups.unreadable(group) ?? []) };
    },
    async recent(users) {
      absent = await deps.absences(clock.now());
      const standIns = [...absent.values()].map((absence) => absence.delegate);
      await refresh(users, [...deciders, ...standIns]);
      const standing = (user: UserId): Standing => {
        const unknown = !isFresh(people.get(user), LISTED_FRESH_MS) || unanswered.has(user);
        return users.includes(user) && unknown ? 'cannot_check' : remembered.standing(user);
      };
      return worldOf({
        standing,
        members: (group) => remembered.members(group),
        absence: (user) => absent.get(user),
      });
    },
    known: () => worldOf({ ...remembered, absence: (user) => absent.get(user) }),
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
        (askingPeople.has(id) || now - (namesAskedAt.get(id) ?? -Infinity) >= NAME_AGAIN_MS);
      // Whoever borrows the name of somebody in the policy is found by that name, so those names must be known too: a
      // few at a time.
      const listedOnes = [...principals.filter((one) => !isGroup(one)), ...groups.everybody()];
      const ours = listedOnes.filter(strange);
      const asked = [...new Set([...slackIds.filter(strange), ...ours.slice(0, MET_BESIDE_MAX)])];
      for (const id of asked) namesAskedAt.set(id, now);
      await refresh(asked);
    },
    oddities: (slackIds) =>
      slackIds.flatMap((id) => names.known(id).flatMap((user) => names.oddity(user) ?? [])),
    changed(user) {
      const found = read(user, null);
      if (found === null) return null;
      remember(found);
      return knownAs(found, ours);
    },
    groupChanged: (group) => {
      groups.changed(group);
    },
    unreadable: () => policyGroups.flatMap((group) => groups.unreadable(group) ?? []),
  };
}

/** Somebody's time zone as Slack gives it, if there is such a zone. */
function isZone(zone: string | undefined): zone is string {
  return zone !== undefined && IANAZone.isValidZone(zone);
}
