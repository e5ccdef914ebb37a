import type { KnownBlock } from '@slack/types';
import type { FullRecord } from '../../ledger/history.ts';
import type { Line } from '../../ledger/queue-views.ts';
import { count, tsa } from '../../wording/numbers.ts';
import type { Say, SlackContext } from '../context.ts';
import type { Caller } from '../api/payload.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { SHARED, sharedQueue, TITLES, waitingFor } from '../interactions/queue.ts';
import { notForYou } from '../interactions/visibility.ts';
import { actions, button, contextBlock, fitsMessage, header, section } from '../messages/blocks.ts';
import { buttonsFor } from '../messages/buttons.ts';
import { headline, strip } from '../messages/card.ts';
import type { Facts } from '../messages/facts.ts';
import { factsAt } from '../messages/facts.ts';
import { directMessage } from '../../access/ids.ts';

/** `/tsa queue`: what waits for whoever asks, for their team, and for anybody. */

/** Of each part; a message holds 50 blocks, two for each request. */
const SHOWN = [5, 3, 2, 1];
const SHOWN_MAX = 5;
/** The fifth is the one that shows all of it. */
const BUTTONS_MAX = 4;
const BLOCKS_MAX = 50;

interface Part {
  readonly title: string;
  readonly count: number;
  readonly facts: readonly Facts[];
}

export async function queue(context: SlackContext, { userId }: Caller): Promise<Say> {
  const no = await notForYou(context, userId);
  if (no !== null) return no;
  const mine = await waitingFor(context, userId);
  const shared = await sharedQueue(context, userId, mine, SHOWN_MAX);
  const part = (title: string, { count: all, first }: Line): Part => ({
    title,
    count: all,
    facts: first.map((one) => factsOf(context, one, userId)),
  });
  const parts = [
    part('Waiting for you', { count: mine.length, first: mine.slice(0, SHOWN_MAX) }),
    ...SHARED.map((which) => part(TITLES[which], shared[which])),
  ].filter((one) => one.count > 0);
  if (parts.length === 0) return { text: 'Nothing waits: not for you, nor for your team.' };
  let blocks: KnownBlock[] = [];
  for (const shown of SHOWN) {
    blocks = parts.flatMap((one) => draw(one, shown));
    if (blocks.length <= BLOCKS_MAX && fitsMessage(blocks)) break;
  }
  const lines = parts.flatMap((one) => [
    `${one.title} (${one.count})`,
    ...one.facts.map((facts) => strip(headline(facts))),
  ]);
  return { text: lines.join('\n'), blocks };
}

function factsOf({ directory, clock }: SlackContext, one: FullRecord, me: string): Facts {
  return factsAt(one, directMessage(me), directory.known(), clock.now());
}

function draw({ title, count: all, facts }: Part, max: number): KnownBlock[] {
  const shown = facts.slice(0, max);
  return [
    header(`${title} (${all})`),
    ...shown.flatMap((one) => [
      section(headline(one)),
      ...actions([
        ...buttonsFor(one).slice(0, BUTTONS_MAX),
        button('Show', ACTION.show, String(one.no), { label: `Show ${tsa(one.no)}` }),
      ]),
    ]),
    ...(all > shown.length ? [contextBlock(`… and ${count(all - shown.length, 'more', 'more')}.`)] : []),
  ];
}
