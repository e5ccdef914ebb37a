import type { ProductAccess } from '../access/product-access.ts';
import { lastAccess, notClosed, opening, unclosed } from '../access/product-access.ts';
import type { Access } from '../access/state.ts';
import type { Speaker } from './speaker.ts';
import { people } from './speaker.ts';

/** What is known of an access in a product, in words: never more than the product, or somebody by name, has said. */

/** While the product is asked to let somebody in; `null` when it is not. */
export function openingWords(state: Access, { when }: Pick<Speaker, 'when'>): string | null {
  const access = opening(state);
  if (access === undefined) return null;
  const trouble = access.words === '' ? '' : ` So far: ${access.words}.`;
  return `opening… The product is asked to let them in; nobody is in before it has confirmed. Not confirmed by ${when(access.is.openBy)}, it is called off.${trouble}`;
}

/** Whether access is gone, once it should be; `null` where no product has to do with it. */
export function goneWords(state: Access, speaker: Pick<Speaker, 'who' | 'when'>): string | null {
  const late = notClosed(state);
  const [first] = late;
  if (first !== undefined) {
    const words = first.words === '' ? '' : ` (${first.words})`;
    const said = first.is.byHand.map(({ by }) => by);
    const half =
      said.length === 0
        ? ''
        : `; ${people(said, speaker.who)} removed it by hand, and a second person must look`;
    return `the product has not confirmed that access is gone${words}${half}`;
  }
  if (unclosed(state).length > 0) return 'the product is being told, and has not confirmed yet';
  const access = lastAccess(state);
  return access === undefined ? null : closedWords(access, speaker);
}

function closedWords({ is }: ProductAccess, { who, when }: Pick<Speaker, 'who' | 'when'>): string | null {
  switch (is.kind) {
    case 'closed':
      return `the product confirmed it ${when(is.at)}`;
    case 'closed_by_hand':
      return `${people(
        is.byHand.map(({ by }) => by),
        who,
      )} removed it by hand ${when(is.at)}`;
    case 'missing':
      return 'the product does not have it any more';
    case 'opening':
    case 'open':
    case 'closing':
    case 'not_closed':
      return null;
  }
}

/** What is so of a session that goes on, beside its end; `null` when there is nothing to say. */
export function insideWords(state: Access): string | null {
  const access = lastAccess(state);
  if (access === undefined) return null;
  switch (access.is.kind) {
    case 'missing':
      return 'the product does not have this access any more: nobody is in until it is opened again';
    case 'opening':
      return 'the product is asked to let them in again; nobody is in before it has confirmed';
    case 'open':
      return access.is.later === null ? null : 'more time is given as soon as the product confirms it';
    case 'closing':
    case 'not_closed':
    case 'closed':
    case 'closed_by_hand':
      return 'the product could not let them in again';
  }
}
