import type { EventOf } from '../access/event.ts';
import type { Ending } from '../access/state.ts';
import type { Speaker } from './speaker.ts';

/** How a session ended, as part of a sentence. */
export function endWords(
  ending: Pick<Ending, 'how' | 'by' | 'endedAt'>,
  { who, when }: Pick<Speaker, 'who' | 'when'>,
): string {
  switch (ending.how) {
    case 'ended':
      return `${who(ending.by)} ended it ${when(ending.endedAt)}`;
    case 'expired':
      return `it expired by itself ${when(ending.endedAt)}`;
    case 'revoked':
      return `${who(ending.by)} revoked it ${when(ending.endedAt)}`;
  }
}

/** Why a request lapsed, as part of a sentence. */
export function lapseWords(why: EventOf<'request.lapsed'>['why']): string {
  switch (why) {
    case 'undecided':
      return 'nobody decided in time';
    case 'not_started':
      return 'the access was not started in time';
    case 'unconfirmed':
      return 'no second person confirmed in time';
    case 'unclaimed':
      return 'nobody accepted it in time';
    case 'restored':
      return 'the ledger was put back to a backup, and what became of it after that is not known';
  }
}
