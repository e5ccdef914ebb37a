import type { AccessEvent } from '../access/event.ts';
import type { Access } from '../access/state.ts';
import type { Addresses, Places, Whom } from './whom.ts';

/** What the table of who hears what is made of. */

/** A fact, the request before and after it, and who can be told of it. */
export interface Told<E> {
  readonly event: E;
  readonly before: Access;
  readonly after: Access;
  readonly now: number;
  readonly who: Whom;
}

/** A notice in the card's thread. */
export interface Notice {
  /** It must reach them now; otherwise it is there to be read. */
  readonly loud: boolean;
  readonly to: Places;
}

/** A mail to contacts. */
export interface Mail {
  /** `asks` for their consent, unless somebody answers in Slack first. */
  readonly kind: 'tells' | 'asks';
  readonly to: Addresses;
  /** The version of the event that it is about; `null`: this one. */
  readonly about: number | null;
}

interface Row<E> {
  /**
   * It happens to a request once at most. After a restore it can happen again, as another version: whoever was told of
   * it in what was lost is found, and not told again.
   */
  readonly once?: true;
  /** It changes whether, or until when, somebody is in the tenant: the bookmark in the tenant's channel says so. */
  readonly marks?: true;
  readonly slack: (told: Told<E>) => readonly (Notice | false)[];
  readonly mail: (told: Told<E>) => readonly (Mail | false)[];
}

export type Events = { readonly [T in AccessEvent['type']]: Extract<AccessEvent, { type: T }> };
export type WhoHears = { readonly [T in keyof Events]: Row<Events[T]> };

export const nobody = (): readonly false[] => [];
export const tell = (isLoud: boolean, ...to: readonly Places[]): Notice => ({ loud: isLoud, to: to.flat() });
export const loud = (...to: readonly Places[]): Notice => tell(true, ...to);
export const quiet = (...to: readonly Places[]): Notice => tell(false, ...to);
export const mail = (to: Addresses, about: number | null = null): Mail => ({ kind: 'tells', to, about });
export const askByMail = (to: Addresses): Mail => ({ kind: 'asks', to, about: null });
