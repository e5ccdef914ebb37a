import type { Logger } from 'pino';
import { isVacant } from '../access/seats.ts';
import type { World } from '../access/people.ts';
import type { UserId } from '../access/policy.ts';
import type { Access, Seat } from '../access/state.ts';
import { CUSTOMER_SEAT, goneFrom, seatsAsked } from '../access/state.ts';
import type { Clock } from '../clock.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import type { Views } from '../ledger/views.ts';
import type { Round } from './round.ts';
import { createRound } from './round.ts';

/** Sees to it that no request waits for somebody who can no longer decide, by Slack's word or by a new policy. */
export interface Vacancies extends Round {
  /** Looks at what waits for this person, or at all that waits. */
  look(holder: UserId | null): Promise<void>;
}

interface Waiting {
  readonly no: number;
  readonly state: Access;
  readonly seat: Seat;
}

export function createVacancies(deps: {
  handler: CommandHandler;
  views: Views;
  clock: Clock;
  log: Logger;
  /** The world, with Slack asked now about everybody whom `look` looks at. */
  asked: (look: (world: World) => void) => Promise<World>;
}): Vacancies {
  const { handler, views, clock } = deps;

  async function look(only: UserId | null): Promise<void> {
    const open: Waiting[] = [];
    for (const { no, holder } of await views.openSeats(only)) {
      const state = holder === CUSTOMER_SEAT ? undefined : (await views.record(no))?.state;
      if (state === undefined || goneFrom(state).includes(holder)) continue;
      const seat = seatsAsked(state).find((one) => one.holder === holder);
      if (seat !== undefined) open.push({ no, state, seat });
    }
    const vacant = (world: World): readonly Waiting[] =>
      open.filter(({ state, seat }) => isVacant(state, seat, { world, now: clock.now() }));
    const world = await deps.asked(vacant);
    for (const {
      no,
      seat: { holder },
    } of vacant(world)) {
      const command = { type: 'offer_replacement', approver: holder } as const;
      await handler.handle({ command, requestNo: no, actor: { kind: 'timer' }, world, delivery: null });
    }
  }

  const what = 'looking whether those who are waited for can decide';
  return { ...createRound(deps, what, () => look(null)), look };
}
