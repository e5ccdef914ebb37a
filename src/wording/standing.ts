import type { Standing } from '../access/people.ts';

/** What kind of account it is, as a sentence. */
export function standingWords(whose: string, standing: Standing): string {
  switch (standing) {
    case 'member':
      return `${whose} is in order.`;
    case 'guest':
      return `${whose} is a guest account.`;
    case 'bot':
      return `${whose} is a bot.`;
    case 'deactivated':
      return `${whose} is deactivated.`;
    case 'external':
      return `${whose} belongs to another workspace.`;
    case 'shared_account':
      return `${whose} is used by more than one person.`;
    case 'not_found':
      return `${whose} is not known to Slack.`;
    case 'cannot_check':
      return `Slack did not answer when asked about ${whose}; try again in a minute.`;
  }
}
