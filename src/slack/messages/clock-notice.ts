import type { GlobalEventOf } from '../../access/event.ts';
import { jumpWords, span } from '../../wording/clock.ts';
import { JUMP_MS } from '../../clock.ts';
import type { Rendered } from './blocks.ts';
import { section } from './blocks.ts';
import { strip } from './card.ts';
import { when } from './words.ts';

type ClockEvent = GlobalEventOf<'clock.jumped' | 'clock.behind'>;

/** What the alert channel hears about the machine's clock: what was seen, what it means, and no guess at the cause. */
export function clockNotice(event: ClockEvent, at: number): Rendered {
  const words = clockWords(event, at);
  return { text: strip(words), blocks: [section(words)] };
}

function clockWords(event: ClockEvent, at: number): string {
  switch (event.type) {
    case 'clock.jumped': {
      const seen = `:warning: ${when(at)} the clock of the machine that runs TSA went *${jumpWords(event.byMs)}*: it was set, or the machine slept.`;
      return event.aheadMs > JUMP_MS
        ? `${seen} ${goesOn(event.aheadMs)}`
        : `${seen} TSA’s time is in step with it, and what is due by it is done now.`;
    }
    case 'clock.behind':
      return `:warning: When TSA started, the clock of its machine stood *${span(event.aheadMs)}* before the last event in the ledger. Either it is wrong now, or it was wrong then. ${goesOn(event.aheadMs)}`;
  }
}

function goesOn(aheadMs: number): string {
  return `TSA’s time does not go back: it goes on by the time that passes, *${span(aheadMs)}* ahead of that clock. Sessions last no longer than they were given. If that clock is right, the times that TSA names are as far ahead. Please have it looked at.`;
}
