import type { Absence, Roll, Standing, World } from '../../access/people.ts';
import type { Policy, Principal, UserId } from '../../access/policy.ts';

/**
 * Asking Slack for one decision. The rules themselves say whom they look at, so that nobody is forgotten and nobody is
 * asked about needlessly.
 */

/** One question to Slack; `null` where it gives no answer. */
export interface Questions {
  standing(user: UserId): Promise<Standing | null>;
  members(group: Principal): Promise<ReadonlySet<UserId> | null>;
}

/**
 * How fresh Slack's word must be for a decision: asked for `now`; from `lately`, which is five minutes old at most for a
 * person; or asked for now, with the `last_known` where Slack is silent.
 */
export type Word = 'now' | 'lately' | 'last_known';

/** Whoever acts waits for Slack no longer than this, however many questions there are. */
export const ANSWER_WITHIN_MS = 1_000;

interface Known {
  readonly policy: Policy;
  readonly absences: ReadonlyMap<UserId, Absence>;
  readonly remembered: Roll;
}

/**
 * The world for one decision. `look` runs the rules over it: first with what is remembered, to see whom they look at;
 * then Slack is asked about these, until they look at nobody else. A decision taken in this world rests on its answers
 * alone: whom it was not asked about, or did not tell of in time, it knows nothing of.
 */
export async function askAbout(
  look: (world: World) => void,
  known: Known,
  questions: Questions,
  word: Word,
): Promise<World> {
  const { policy, absences, remembered } = known;
  const people = new Map<UserId, Standing | null>();
  const groups = new Map<Principal, ReadonlySet<UserId> | null>();
  const falls = word === 'last_known';
  const world = (meet: { person(user: UserId): void; group(group: Principal): void } | null): World => ({
    policy,
    people: {
      standing(user) {
        const told = people.get(user) ?? null;
        if (told !== null) return told;
        const open = meet !== null && !people.has(user);
        if (open) meet.person(user);
        return open || falls ? remembered.standing(user) : 'cannot_check';
      },
      members(group) {
        const told = groups.get(group) ?? null;
        if (told !== null) return told;
        const open = meet !== null && !groups.has(group);
        if (open) meet.group(group);
        return open || falls ? remembered.members(group) : undefined;
      },
      absence: (user) => absences.get(user),
    },
    listed: remembered,
    unreadable: [],
  });
  const inTime = createDeadline(ANSWER_WITHIN_MS);
  try {
    for (;;) {
      const met = { users: new Set<UserId>(), groups: new Set<Principal>() };
      look(
        world({
          person: (user) => met.users.add(user),
          group: (group) => met.groups.add(group),
        }),
      );
      if (met.users.size + met.groups.size === 0) return world(null);
      await Promise.all([
        ...[...met.users].map(async (user) => {
          people.set(user, await inTime.wait(() => questions.standing(user)));
        }),
        ...[...met.groups].map(async (group) => {
          groups.set(group, await inTime.wait(() => questions.members(group)));
        }),
      ]);
    }
  } finally {
    inTime.clear();
  }
}

/** Waits for answers up to a deadline, and for none after it. */
function createDeadline(ms: number): {
  wait<T>(ask: () => Promise<T | null>): Promise<T | null>;
  clear(): void;
} {
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      over = true;
      resolve(null);
    }, ms);
  });
  return {
    wait: (ask) => (over ? Promise.resolve(null) : Promise.race([ask(), late])),
    clear() {
      clearTimeout(timer);
    },
  };
}
