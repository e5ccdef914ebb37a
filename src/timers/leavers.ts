import type { Logger } from 'pino';
import { standingOf } from '../access/standing.ts';
import type { World } from '../access/people.ts';
import type { UserId } from '../access/policy.ts';
import type { Clock } from '../clock.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import type { UnderWay } from '../ledger/under-way.ts';
import type { Round } from './round.ts';
import { createRound } from './round.ts';

/** Sees to it that nobody stays in, or gets in, who is not a member any more. */
export interface Leavers extends Round {
  /** Slack says that this person changed. */
  look(person: UserId): Promise<void>;
}

/** How many people are asked about at a time: whoever acts meanwhile waits for their own answers only. */
const ASKED_AT_ONCE = 20;

export function createLeavers(deps: {
  handler: CommandHandler;
  underWay: UnderWay;
  clock: Clock;
  log: Logger;
  /** The world, with Slack asked now about everybody whom `look` looks at. */
  asked: (look: (world: World) => void, silence?: 'last_known') => Promise<World>;
}): Leavers {
  const { handler, underWay, log } = deps;

  /** Calls off what is theirs, of those who left; the rules say whether it is. */
  async function callOff(people: readonly UserId[], silence?: 'last_known'): Promise<void> {
    const world = await deps.asked((seen) => {
      for (const person of people) standingOf(seen, person);
    }, silence);
    for (const person of people) {
      const standing = standingOf(world, person);
      if (standing === 'member' || standing === 'cannot_check') continue;
      for (const requestNo of await underWay.of(person)) {
        const command = { type: 'call_off', person } as const;
        const actor = { kind: 'timer' } as const;
        const { refusal } = await handler.handle({ command, requestNo, actor, world, delivery: null });
        if (refusal === null) log.warn({ person, standing, no: requestNo }, 'what is theirs was called off');
      }
    }
  }

  const round = createRound(
    deps,
    'looking whether those who hold access may still do so',
    async (stopped) => {
      const people = await underWay.people();
      for (let i = 0; i < people.length && !stopped(); i += ASKED_AT_ONCE)
        await callOff(people.slice(i, i + ASKED_AT_ONCE));
    },
  );

  return {
    ...round,
    // Slack itself has just said that they changed: its silence does not take that back.
    look: (person) => callOff([person], 'last_known'),
  };
}
