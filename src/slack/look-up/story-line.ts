import type { KnownBlock } from '@slack/types';
import type { Access } from '../../access/state.ts';
import { askOf, seatsOf } from '../../access/state.ts';
import { lapseWords } from '../../wording/endings.ts';
import { tsa } from '../../wording/numbers.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { button } from '../messages/blocks.ts';
import { placeOf } from '../messages/card.ts';
import type { Facts } from '../messages/facts.ts';
import { endWords, oneLine, people, when, who } from '../messages/words.ts';

/** One request in a list of many: who, where, why, who approved it, when, and how it ended. */

/** What people wrote has so much room in a list. */
const REASON_MAX = 160;
const NAME_MAX = 120;

/** The request on two lines, as whoever reads there may read it. */
export function storyLine({ no, state }: Pick<Facts, 'no' | 'state'>): string {
  const ask = askOf(state);
  const holder = ask?.grantee ?? state.requester;
  const sign = state.origin.kind === 'emergency' ? ':rotating_light: *EMERGENCY* · ' : '';
  const what = ask === null ? '' : ` · ${oneLine(ask.scope.name, NAME_MAX)}`;
  const asked = holder === state.requester ? '' : `, asked by ${who(state.requester)}`;
  const parts = [
    `${sign}*${tsa(no)}* · ${who(holder)} in ${placeOf(state)}${what}${asked}`,
    `${approvedBy(state)}${became(state)}`,
    `> ${oneLine(state.reason, REASON_MAX)}`,
  ];
  return parts.join('\n');
}

/** The same with a button that shows all of it. */
export function storyBlock(facts: Pick<Facts, 'no' | 'state'>): KnownBlock {
  return {
    type: 'section',
    text: { type: 'mrkdwn', text: storyLine(facts), verbatim: true },
    accessory: button('Show', ACTION.show, String(facts.no), { label: `Show ${tsa(facts.no)}` }),
  };
}

function approvedBy(state: Access): string {
  const given = seatsOf(state).flatMap(({ given: yes }) => (yes === null ? [] : [yes.by]));
  return given.length === 0 ? '' : `Approved by ${people([...new Set(given)])} · `;
}

function became(state: Access): string {
  switch (state.phase) {
    case 'pending': {
      const open = state.seats.flatMap(({ given, holder }) => (given === null ? [holder] : []));
      return `asked ${when(state.filedAt)}, waits for ${people(open)}`;
    }
    case 'unclaimed':
      return `asked ${when(state.filedAt)}, waits for an engineer`;
    case 'unconfirmed':
      return `declared ${when(state.filedAt)}, waits for a second person`;
    case 'approved':
      return `granted ${when(state.grant.grantedAt)}, not started yet`;
    case 'active':
      return `in since ${when(state.session.startedAt)}, until ${when(state.session.expiresAt)}`;
    case 'ended':
      return `in from ${when(state.session.startedAt)}; ${endWords(state.ending)}; not closed out`;
    case 'closed':
      return `in from ${when(state.session.startedAt)}; ${endWords(state.ending)}`;
    case 'denied':
      return `${who(state.verdict.by)} denied it ${when(state.verdict.at)}${because(state.verdict.reason)}`;
    case 'cancelled':
      return `${who(state.verdict.by)} cancelled it ${when(state.verdict.at)}${because(state.verdict.reason)}`;
    case 'lapsed':
      return `lapsed ${when(state.at)}: ${lapseWords(state.why)}`;
  }
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${oneLine(reason, REASON_MAX)}`;
}
