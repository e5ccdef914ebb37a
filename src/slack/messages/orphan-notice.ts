import type { GlobalEventOf } from '../../access/event.ts';
import type { Rendered } from './blocks.ts';
import { section } from './blocks.ts';
import { strip } from './card.ts';
import { oneLine } from './words.ts';

/** Access in a product that no session explains, and that it is gone. */
export function orphanNotice(
  event: GlobalEventOf<'access.orphan_found' | 'access.orphan_removed'>,
): Rendered {
  const words = orphanWords(event);
  return { text: strip(words), blocks: [section(words)] };
}

function orphanWords(event: GlobalEventOf<'access.orphan_found' | 'access.orphan_removed'>): string {
  const tenant = event.tenant === null ? '' : ` to ${oneLine(event.tenant, 80)}`;
  const id = event.accessId === null ? '' : ` (${oneLine(event.accessId, 80)})`;
  const what = `${oneLine(event.grantee, 120)} has access${tenant} in ${oneLine(event.connector, 60)}${id}`;
  if (event.type === 'access.orphan_removed')
    return `:lock: Gone: ${what.replace('has access', 'had access')}, which no session explained. The product confirmed it: ${oneLine(event.receipt, 200)}.`;
  const next = event.closing
    ? 'The product is told to close it.'
    : 'If it should not be, remove it there; with `close_orphans` in the policy that is done at once.';
  return `:rotating_light: *No session explains this:* ${what}. ${next}`;
}
