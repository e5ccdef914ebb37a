import type { EventOf } from '../../access/event.ts';
import { countsAsAcceptedAt } from '../../access/closeout.ts';
import type { Visible } from '../../access/reading.ts';
import type { Access } from '../../access/state.ts';
import { askOf, asksCustomer, isOver, isStarted } from '../../access/state.ts';
import { nextWords } from './next-words.ts';
import { endWords, oneLine, quote, when, who } from './words.ts';
import { lapseWords } from '../../wording/endings.ts';
import { statusWord } from '../../wording/statuses.ts';
import { count, tsa } from '../../wording/numbers.ts';
import { lasting } from '../../wording/durations.ts';

/** How things stand, in the words that a customer knows. */

/** The first line of the card of a customer's own request, as the customer reads it. */
export function customersHeadline(no: number, state: Access, place: string): string {
  const it = `*${tsa(no)}* · *${statusWord(state)}*`;
  switch (state.phase) {
    case 'unclaimed':
      return `:hourglass_flowing_sand: ${it}: you asked for help in ${place}. It waits for an engineer, who may enter until ${when(state.terms.latestEndAt)}; nobody is in yet`;
    case 'active': {
      const asks = asksCustomer(state) && state.extension !== null;
      const more = asks
        ? `, and asks you for ${lasting(state.extension.durationMs)} more, until ${when(state.extension.newExpiresAt)}`
        : '';
      return `:large_green_circle: ${it}: ${who(state.grant.ask.grantee)} is in ${place} until ${when(state.session.expiresAt)}${more}`;
    }
    case 'ended': {
      const next = nextWords(state.closeout, 'customer');
      return `:black_circle: ${it}: nobody is in ${place} any more; ${endWords(state.ending)}${next === null ? '' : `. ${next}`}`;
    }
    case 'closed':
      return `:heavy_check_mark: ${it}: nobody is in ${place} any more; ${endWords(state.ending)}`;
    case 'lapsed':
      return state.why === 'restored'
        ? `:zzz: ${it}: nobody enters ${place} for it any more; ${lapseWords(state.why)}. Ask again if you still need help`
        : `:zzz: ${it}: nobody took it on in time, and nobody entered ${place}. Ask again if you still need help`;
    case 'cancelled':
      return `:heavy_multiplication_x: ${it}: ${who(state.verdict.by)} took it back. Nobody enters ${place} for it`;
    case 'pending':
    case 'unconfirmed':
    case 'approved':
    case 'denied':
      return `${it}: ${place}`;
  }
}

/** What the customer said beside the issue itself; nothing for other ways in. */
export function customersLines({ origin }: Access, max = Infinity): string[] {
  if (origin.kind !== 'customer') return [];
  const { tried, expected, urgency, files } = origin.words;
  return [
    `*Urgency* ${urgency}`,
    ...(tried === '' ? [] : [`*Already tried*\n${quote(tried, max)}`]),
    ...(expected === '' ? [] : [`*Expected*\n${quote(expected, max)}`]),
    ...(files.length === 0
      ? []
      : [
          `*Files* ${files.map(({ name, link }) => `<${oneLine(link.replaceAll('|', '%7C'), 600)}|${fileName(name)}>`).join(' · ')}`,
        ]),
  ];
}

function fileName(name: string): string {
  return oneLine(name.replaceAll(/[|]/g, ' '), 80) || 'file';
}

/** What was done, for the customer: what was touched, by whom, from when to when, and what is left to do. */
export function resolution(event: EventOf<'closeout.filed'>, no: number, state: Access): string {
  const used = isOver(state)
    ? `\n${who(state.grant.ask.grantee)} was in from ${when(state.session.startedAt)} to ${when(state.ending.endedAt)}, with ${oneLine(state.grant.ask.scope.name, 150)}.`
    : '';
  const fixed = { yes: 'fixed', no: 'not fixed', not_yet: 'not fixed yet' }[event.fixed];
  const left = event.removed.filter((item) => !item.gone).length;
  const summary = event.summary === '' ? '' : `\n${quote(event.summary, 1_200)}`;
  const stands =
    left === 0 && event.next !== null
      ? `:clipboard: *${tsa(no)}* · so far: ${fixed}.`
      : left > 0
        ? `:clipboard: *${tsa(no)}* · ${count(left, 'extra permission')} still to be taken away. So far: ${fixed}.`
        : `:heavy_check_mark: *${tsa(no)}* · *${event.fixed === 'yes' ? 'Resolved' : 'Closed'}*: ${fixed}.`;
  const next = nextWords(event, 'customer');
  const seenTo = next === null ? '' : `\n${next}.`;
  const settled = countsAsAcceptedAt(state);
  const silent =
    settled === null
      ? ''
      : `\nDoes it work? Please say so. If we hear nothing by ${when(settled)}, it counts as settled.`;
  return `${stands}${used}${seenTo}${summary}\nChanged:\n${quote(event.changed, 900)}\nChecked, and confirmed by ${oneLine(event.confirmedBy, 200)}:\n${quote(event.checked, 600)}${silent}`;
}

/** One entry of the tenant's history, for its contacts. */
export function historyEntry({ no, state }: Visible<'customer'>): string {
  const ask = askOf(state);
  const lines = [
    `*${tsa(no)}* · *${statusWord(state)}* · ${state.origin.kind === 'emergency' ? ':rotating_light: EMERGENCY · ' : ''}${when(state.filedAt)}`,
  ];
  if (isStarted(state) && ask !== null) {
    const end = isOver(state) ? state.ending.endedAt : state.session.expiresAt;
    const until = isOver(state) ? `to ${when(end)}` : `until ${when(end)} at the latest`;
    lines.push(
      `${who(ask.grantee)} was given *${oneLine(ask.scope.name, 100)}*, ${when(state.session.startedAt)} ${until} (${lasting(end - state.session.startedAt)})${isOver(state) ? `; ${endWords(state.ending)}` : ''}.`,
    );
  } else if (ask !== null) lines.push(`Asked for ${oneLine(ask.scope.name, 100)}; nobody entered.`);
  lines.push(`Why: ${oneLine(state.reason, 300)}`);
  if (state.phase === 'closed') {
    const { fixed, changed, summary } = state.closeout;
    lines.push(`Fixed: ${fixed.replace('_', ' ')}. Changed: ${oneLine(changed, 400)}`);
    if (summary !== '') lines.push(`Summary: ${oneLine(summary, 600)}`);
  }
  return lines.join('\n');
}
