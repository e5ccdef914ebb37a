import { whoReviews } from '../../access/emergency.ts';
import { answersFor } from '../../access/people.ts';
import type { UserId } from '../../access/policy.ts';
import { teamOf } from '../../access/team.ts';
import type { FullRecord } from '../../ledger/history.ts';
import type { Line } from '../../ledger/queue-views.ts';
import type { SlackContext } from '../context.ts';

/** What has to be done, and by whom: the same on Home and in `/tsa queue`. */

/** What others of the team have to do, or whoever gets to it first. */
export const SHARED = ['team', 'customers', 'closeouts', 'reviews'] as const;
export type Shared = (typeof SHARED)[number];

/** What each of them is called above its list. */
export const TITLES: Readonly<Record<Shared, string>> = {
  team: 'Waiting for your team',
  customers: 'Customers who wait for an engineer',
  closeouts: 'Closeouts overdue',
  reviews: 'Reviews overdue',
};

/** Requests, questions of more time, and reviews that wait for this person, or for those whom they stand in for. */
export async function waitingFor(context: SlackContext, me: UserId): Promise<readonly FullRecord[]> {
  const { views, directory, clock } = context;
  const now = clock.now();
  const waiting = await Promise.all((await answersOf(context, me)).map((user) => views.waitingFor(user)));
  const reviews = (await views.unreviewed()).filter(({ state }) =>
    whoReviews(state, directory.known(), now).includes(me),
  );
  return [...new Map([...waiting.flat(), ...reviews].map((one) => [one.no, one])).values()];
}

/** What is not only theirs; without what stands among what waits for them. */
export async function sharedQueue(
  context: SlackContext,
  me: UserId,
  mine: readonly FullRecord[],
  limit: number,
): Promise<Readonly<Record<Shared, Line>>> {
  const { views, directory, policy, clock } = context;
  const now = clock.now();
  const own = await answersOf(context, me);
  const team = [...teamOf(directory.known(), me)].filter((user) => !own.includes(user));
  const { closeoutOverdueMs, closeoutReminderFirstMs } = policy.limits;
  const lines = {
    team: await views.waitingForAny(team, limit + mine.length),
    customers: await views.unaccepted(limit + mine.length),
    closeouts: await views.closeoutsOwed(
      now - (closeoutOverdueMs ?? closeoutReminderFirstMs),
      limit + mine.length,
    ),
    reviews: await views.reviewsOverdue(now, limit + mine.length),
  };
  const less = ({ count, first }: Line): Line => {
    const others = first.filter(({ no }) => !mine.some((one) => one.no === no));
    return { count: count - (first.length - others.length), first: others.slice(0, limit) };
  };
  return {
    team: less(lines.team),
    customers: less(lines.customers),
    closeouts: less(lines.closeouts),
    reviews: less(lines.reviews),
  };
}

/** Theirs, and those of whom they stand in for now. */
async function answersOf({ views, directory, clock }: SlackContext, me: UserId): Promise<readonly UserId[]> {
  const now = clock.now();
  const { people } = directory.known();
  const absent = [...(await views.absences(now)).keys()];
  return [me, ...absent.filter((user) => answersFor(people, user, now) === me)];
}
