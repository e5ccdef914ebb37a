import type { Reported, ReportedActions } from '../../ledger/actions.ts';
import { count, tsa } from '../../wording/numbers.ts';
import { oneLine, when, who } from './words.ts';
import type { Access } from '../../access/state.ts';
import { isGranted, isOver } from '../../access/state.ts';
import { placeOf } from './card.ts';

/** What products say was done, as it is read in Slack. */

/** How many are shown. */
const NEWEST = 10;

/** The newest actions of a session, with how many there are; `null`: no product told of any. */
export async function supportActions(reported: ReportedActions, no: number): Promise<string | null> {
  const { count: all, newest } = await reported.newest(no, NEWEST);
  if (newest.length === 0) return null;
  const more =
    all > newest.length
      ? [`… and ${all - newest.length} earlier. \`npm run -s tsa -- export --actions\` writes all.`]
      : [];
  return [
    `:shield: *Support Access* · ${count(all, 'action')}, newest first`,
    ...newest.map(line),
    ...more,
  ].join('\n');
}

function line({ at, what, on, level, outcome, product, afterEnd }: Reported): string {
  const where = on === null ? '' : ` (${oneLine(on, 60)})`;
  const ended = outcome === 'done' ? '' : ` · *${outcome}*`;
  const late = afterEnd ? ' · :rotating_light: *after the end*' : '';
  return `• ${when(at)} · ${level} · ${oneLine(what, 120)}${where}${ended}${late} · ${oneLine(product, 40)}`;
}

/** What the alert channel hears when a product tells of something that was done when the session was over. */
export function afterEndWords(
  no: number,
  state: Access,
  { product, afterEnd }: { readonly product: string; readonly afterEnd: number },
): string {
  const ending = isOver(state) ? ` after it ended ${when(state.ending.endedAt)}` : ' after its time was over';
  const grantee = isGranted(state) ? ` of ${who(state.grant.ask.grantee)}` : '';
  return `:rotating_light: *${tsa(no)}* · *Access was still open.* ${oneLine(product, 80)} tells of ${count(afterEnd, 'action')} in the session${grantee} in ${placeOf(state)}${ending}. Take the access away in the product now, and find out why it was there. \`/tsa show ${tsa(no)}\` lists what was done.`;
}
