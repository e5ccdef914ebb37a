import { looks, plainly, withId } from '../../access/lettering.ts';
import type { UserId } from '../../access/policy.ts';
import { slackIdOf } from '../../access/whose.ts';

/** What people call themselves in Slack, where anybody can call themselves anything. */
export interface Names {
  put(user: UserId, name: string): void;
  /**
   * As it is shown: with odd letters pointed out, and with the id beside it where it could be taken for the name of
   * somebody in the policy.
   */
  shown(user: UserId): string | null;
  /** Everybody known who goes by that id in Slack. */
  known(slackId: string): readonly UserId[];
  /** What calls for a second look at this person's name; `null` if nothing does. */
  oddity(user: UserId): Oddity | null;
}

export interface Oddity {
  readonly user: UserId;
  /** The name, with what is odd about its letters. */
  readonly name: string;
  /** Whom of the policy's people it looks like. */
  readonly like: UserId | null;
}

/** @param isListed  does the policy name this person? */
export function createNames(isListed: (user: UserId) => boolean): Names {
  const names = new Map<UserId, string>();
  const bySlackId = new Map<string, Set<UserId>>();
  const byLooks = new Map<string, Set<UserId>>();

  function drop(user: UserId): void {
    const name = names.get(user);
    if (name !== undefined) byLooks.get(looks(name))?.delete(user);
  }

  /** Somebody else whom the policy names, and whose name looks the same. */
  function likeOf(user: UserId, name: string): UserId | null {
    const same = [...(byLooks.get(looks(name)) ?? [])];
    return same.find((other) => slackIdOf(other) !== slackIdOf(user) && isListed(other)) ?? null;
  }

  return {
    put(user, name) {
      drop(user);
      names.set(user, name);
      add(bySlackId, slackIdOf(user), user);
      // A name without a letter in it looks like no other.
      if (looks(name) !== '') add(byLooks, looks(name), user);
    },
    shown(user) {
      const name = names.get(user);
      if (name === undefined) return null;
      return likeOf(user, name) === null ? plainly(name) : withId(plainly(name), slackIdOf(user));
    },
    known: (slackId) => [...(bySlackId.get(slackId) ?? [])],
    oddity(user) {
      const name = names.get(user);
      if (name === undefined) return null;
      const like = likeOf(user, name);
      const plain = plainly(name);
      return like === null && plain === name ? null : { user, name: plain, like };
    },
  };
}

function add(to: Map<string, Set<UserId>>, key: string, user: UserId): void {
  const there = to.get(key);
  if (there === undefined) to.set(key, new Set([user]));
  else there.add(user);
}
