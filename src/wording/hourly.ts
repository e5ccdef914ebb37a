import type { Counted } from '../access/hourly.ts';
import type { Refusal } from '../access/refusal.ts';

/** What was done too often, in words that Slack, pages and mails share. */

const WHAT = {
  requests: 'requests',
  emergencies: 'emergencies',
  extensions: 'requests for more time',
  questions: 'questions and answers',
  handOvers: 'hand-overs and changes of approver',
  absences: 'changes of who is away',
  invitations: 'invitations',
  links: 'mails with a link',
} satisfies Record<Counted, string>;

/** That nothing was changed, which limit it is, and when it goes again. `at`: how an instant is said there. */
export function tooOftenWords(
  { what, whose, max, until }: Extract<Refusal, { reason: 'too_often' }>,
  at: (instant: number) => string,
): string {
  const who = whose === 'person' ? 'one person' : 'one tenant, by everybody together';
  return `Nothing was changed: ${max} ${WHAT[what]} an hour is the limit for ${who}. It goes again ${at(until)}.`;
}
