import type { ProductFact } from '../../access/evolve-access.ts';
import type { Access } from '../../access/state.ts';
import { isGranted } from '../../access/state.ts';
import { lasting } from '../../wording/durations.ts';
import { oneLine, quote, when, who } from './words.ts';

/** What a product did, or did not do, in the words of a notice. */
export function productWords(
  event: ProductFact,
  it: string,
  place: string,
  state: Access,
  at: number,
): string {
  const grantee = isGranted(state) ? who(state.grant.ask.grantee) : 'The grantee';
  switch (event.type) {
    case 'access.asked':
      return `:hourglass_flowing_sand: ${it} · opening… ${oneLine(event.connector, 60)} is asked to let ${who(event.by)} into ${place}. Nobody is in before it has confirmed.`;
    case 'access.not_answered':
      return `:hourglass_flowing_sand: ${it} · the product has not done it yet, and is asked again: ${oneLine(event.words, 320)}`;
    case 'access.opened':
      return `:unlock: ${it} · the product has let ${grantee} into ${place} (${oneLine(event.receipt, 200)}).`;
    case 'access.open_failed': {
      const why =
        event.why === 'late' ? 'the product did not confirm it in time' : 'the product would not do it';
      const said = event.words === '' ? '' : `\n${quote(event.words, 320)}`;
      const next =
        state.phase === 'approved'
          ? `It is still approved: *start it again* before ${when(state.grant.startBy)}.`
          : 'Ask again if it is still needed.';
      return `:warning: ${it} · *the session did not start*: ${why}. Nobody is in ${place}. ${next}${said}`;
    }
    case 'access.extension_asked':
      return `:hourglass_flowing_sand: ${it} · everybody said yes to more time; the product is asked to give it. Until it has confirmed, the old end stands.`;
    case 'access.extended':
      return `:heavy_plus_sign: ${it} · the product lets ${grantee} stay until ${when(event.notAfter)} (${oneLine(event.receipt, 200)}).`;
    case 'access.extension_refused':
      return `:warning: ${it} · the product gives no more time: the old end stands.\n${quote(event.words, 320)}`;
    case 'access.closed':
      return `:lock: ${it} · the product confirmed that access to ${place} is gone (${oneLine(event.receipt, 200)}).`;
    case 'access.not_closed': {
      const said = event.words === '' ? '' : `\n${quote(event.words, 320)}`;
      return `:rotating_light: ${it} · *the product has not confirmed that access is gone*: ${grantee} in ${place}, which has been over for ${lasting(at - event.since)}. It is told again and again. If you can look yourself, remove it there and say so with *Removed by hand*.${said}`;
    }
    case 'access.closed_by_hand':
      return `:lock: ${it} · ${who(event.by)} removed the access to ${place} by hand${event.note === '' ? '.' : `:\n${quote(event.note)}`}`;
    case 'access.missing':
      return `:warning: ${it} · the product does not have the access to ${place} any more, though the session goes on. ${grantee} can have it *opened again*.`;
  }
}
