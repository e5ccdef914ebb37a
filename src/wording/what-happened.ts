import type { Access } from '../access/state.ts';
import { endWords, lapseWords } from './endings.ts';
import type { Speaker } from './speaker.ts';
import { people } from './speaker.ts';

/** Who did what, when: the answer to a click that comes too late. */
export function whatHappened(it: string, state: Access, speaker: Pick<Speaker, 'who' | 'when'>): string {
  const { who, when } = speaker;
  switch (state.phase) {
    case 'pending': {
      const given = state.seats.flatMap((s) =>
        s.given === null ? [] : [`${who(s.given.by)} approved ${when(s.given.at)}`],
      );
      const open = state.seats.filter((s) => s.given === null).map((s) => s.holder);
      return [`${it} waits for ${people(open, who)}`, ...given].join('; ') + '.';
    }
    case 'unclaimed':
      return `${it} waits for an engineer to accept it.`;
    case 'unconfirmed':
      return `${it} waits for a second person to confirm the emergency until ${when(state.confirmBy)}.`;
    case 'approved': {
      const by = state.grant.seats.flatMap((s) => (s.given === null ? [] : [s.given.by]));
      return `${it} was approved by ${people(by, who)} ${when(state.grant.grantedAt)} and is not started yet.`;
    }
    case 'active':
      return `${it} was started by ${who(state.session.startedBy)} ${when(state.session.startedAt)} and runs until ${when(state.session.expiresAt)}.`;
    case 'ended':
    case 'closed':
      return `${it} is over: ${endWords(state.ending, speaker)}.`;
    case 'denied':
      return `${it} was denied by ${who(state.verdict.by)} ${when(state.verdict.at)}.`;
    case 'cancelled':
      return `${it} was cancelled by ${who(state.verdict.by)} ${when(state.verdict.at)}.`;
    case 'lapsed':
      return `${it} lapsed ${when(state.at)}: ${lapseWords(state.why)}.`;
  }
}
