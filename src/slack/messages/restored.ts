import type { Button, KnownBlock } from '@slack/types';
import { missingWords } from '../../wording/gap.ts';
import type { Gap } from '../../ledger/gap.ts';
import type { Rendered } from './blocks.ts';
import { actions, button, confirmation, section } from './blocks.ts';
import { count, tsa } from '../../wording/numbers.ts';
import { when, who } from './words.ts';

/** What the team reads when the ledger was put back to a backup, and the button with which an admin says that they know. */

export const GAP_KNOWN = 'tsa_gap_known';

/** In the alert channel, until it is confirmed and after that. */
export function restoredMessage(gap: Gap, mailsInDoubt: number): Rendered {
  const made = gap.copiedAt === null ? '' : ` made ${when(gap.copiedAt)}`;
  const mails =
    mailsInDoubt === 0
      ? ''
      : ` ${count(mailsInDoubt, 'mail')} to customers may not have been sent: \`npm run tsa -- doctor\` lists them.`;
  const lines = [
    `:rewind: *The ledger was put back to a backup*${made}, ${when(gap.at)}. It ends ${when(gap.from.at)}, with event ${gap.from.seq}; what happened between the two is not in it. ${missingWords(gap)}`,
    '• Every session, grant and customer’s request that was open in the backup is over: nobody knows what became of it. Who still needs access asks again.',
    `• Numbers go on with ${tsa(gap.nextNo)}. A request that you see in Slack and that \`/tsa show\` does not know is lost.`,
    `• What was owed is looked up in Slack before it is sent, and nothing is sent twice.${mails}`,
    gap.confirmed === null
      ? '*No session starts until an admin confirms that this is known.*'
      : `:white_check_mark: ${who(gap.confirmed.by)} confirmed ${when(gap.confirmed.at)} that this is known. Sessions can start.`,
  ];
  const text = lines.join('\n');
  return { text: lines[0]?.replaceAll('*', '') ?? text, blocks: [section(text), ...actions(buttons(gap))] };
}

/** On a Home, while it is not confirmed: for everybody why nothing starts, for an admin the button. */
export function restoredOnHome(gap: Gap | null, admin: boolean): KnownBlock[] {
  if (gap === null || gap.confirmed !== null) return [];
  const what = `:rewind: *The ledger was put back to a backup* ${when(gap.at)}; it ends ${when(gap.from.at)}. ${missingWords(gap)} No session starts until an admin confirms that this is known.`;
  return [section(what), ...(admin ? actions(buttons(gap)) : [])];
}

function buttons(gap: Gap): readonly Button[] {
  if (gap.confirmed !== null) return [];
  const confirm = confirmation(
    'What is missing is known?',
    'From then on sessions can start again. It is written into the ledger that you confirmed it.',
    'Confirm',
    'Not yet',
  );
  return [button('We know what is missing', GAP_KNOWN, String(gap.restored), { style: 'primary', confirm })];
}
