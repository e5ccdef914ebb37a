import type { GlobalEventOf } from '../access/event.ts';

/**
 * Refused attempts on their way into the ledger. The first of a person, for one request and one reason, is written at
 * once; what they repeat within that minute is counted here and written as one. Nobody makes the ledger grow by pressing
 * a button, and no refusal is lost but those that were counted in the minute in which the program was killed.
 */

type Refused = GlobalEventOf<'attempt.refused'>;

/** A fact, and who is named in it. */
export interface RefusedBy {
  readonly actor: string;
  readonly event: Refused;
}

export interface Presses {
  /** What to write of this one now. */
  press(one: RefusedBy, now: number): Written;
  /** Is there something counted whose minute is over? */
  isDue(now: number): boolean;
  /** What was counted in minutes that are over. */
  counted(now: number): Written;
}

/** What is to be written; `undo`: it was not. */
interface Written {
  readonly write: readonly RefusedBy[];
  readonly undo: () => void;
}

export const MINUTE_MS = 60_000;
/** Requests and reasons that are told apart within a minute for one person; the rest is counted together. */
export const EACH_MAX = 50;
/** The same for everybody together: when there are more, all that was counted is written. */
export const ALL_MAX = 10_000;

/** What is counted together, where somebody tries more things than are told apart. */
const SEVERAL = { command: 'several', reason: 'several', about: null } as const;

interface Counted {
  readonly first: RefusedBy;
  readonly at: number;
  /** Of these, not written yet. */
  more: number;
}

export function createPresses(): Presses {
  const known = new Map<string, Counted>();
  const each = new Map<string, number>();

  function keep(key: string, one: Counted): void {
    known.set(key, one);
    each.set(one.first.actor, (each.get(one.first.actor) ?? 0) + 1);
  }

  function drop(key: string): void {
    const one = known.get(key);
    if (one === undefined) return;
    known.delete(key);
    const left = (each.get(one.first.actor) ?? 1) - 1;
    if (left > 0) each.set(one.first.actor, left);
    else each.delete(one.first.actor);
  }

  function toldApart({ actor, event }: RefusedBy): readonly [string, RefusedBy] {
    const own = keyOf(actor, event);
    if (known.has(own) || (each.get(actor) ?? 0) < EACH_MAX) return [own, { actor, event }];
    const several = { ...event, ...SEVERAL };
    return [keyOf(actor, several), { actor, event: several }];
  }

  function take(some: readonly (readonly [string, Counted])[]): Written {
    for (const [key] of some) drop(key);
    return {
      write: some.flatMap(([, one]) => restOf(one)),
      undo() {
        for (const [key, one] of some) {
          const since = known.get(key);
          if (since === undefined) keep(key, one);
          else since.more += one.more;
        }
      },
    };
  }

  const isOver =
    (now: number) =>
    ({ at }: Counted): boolean =>
      now >= at + MINUTE_MS;

  return {
    press(one, now) {
      const [key, told] = toldApart(one);
      const before = known.get(key);
      if (before !== undefined && !isOver(now)(before)) {
        before.more += 1;
        return {
          write: [],
          undo() {
            before.more -= 1;
          },
        };
      }
      const own = before === undefined ? [] : [[key, before] as const];
      const earlier = take(known.size < ALL_MAX ? own : [...known]);
      keep(key, { first: told, at: now, more: 0 });
      return {
        write: [...earlier.write, told],
        undo() {
          drop(key);
          earlier.undo();
        },
      };
    },
    isDue(now) {
      // The oldest come first.
      for (const [key, one] of known) {
        if (!isOver(now)(one)) return false;
        if (one.more > 0) return true;
        drop(key);
      }
      return false;
    },
    counted(now) {
      const over = isOver(now);
      return take([...known].filter(([, one]) => over(one)));
    },
  };
}

function restOf({ first: { actor, event }, more }: Counted): readonly RefusedBy[] {
  return more === 0 ? [] : [{ actor, event: { ...event, times: more } }];
}

function keyOf(actor: string, { about, reason, command }: Refused): string {
  // Where it is about no request, what was tried stands in its place.
  return JSON.stringify([actor, about ?? command, reason]);
}
