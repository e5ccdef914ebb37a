import type { Transaction } from 'kysely';
import type { Tables } from '../ledger/tables.ts';
import type { Message } from '../notifications/message.ts';

/** One message on its way to one destination. */
export interface Delivery {
  /** Travels with the message, so that it can be found again. */
  readonly key: string;
  readonly destination: string;
  readonly message: Message;
  /** An earlier try may have arrived without our knowing: look before sending. */
  readonly inDoubt: boolean;
  /** Since when it has been owed (milliseconds since 1970): if it is there already, it came after that. */
  readonly owedAt: number;
}

/** What became of a try. */
export type Delivered =
  | { readonly kind: 'sent' }
  /** Try again, after that many milliseconds if the other side said so. `inDoubt`: it may have arrived. */
  | {
      readonly kind: 'retry';
      readonly afterMs: number | null;
      readonly why: string;
      readonly inDoubt: boolean;
    }
  /** Not yet: its time is that instant (milliseconds since 1970). */
  | { readonly kind: 'later'; readonly at: number }
  /** What it would ask was answered meanwhile: it is not sent. */
  | { readonly kind: 'moot'; readonly why: string }
  /** The place does not take it. That can be mended (the app is invited, the channel is opened): tried again now and then. */
  | { readonly kind: 'refused'; readonly why: string }
  /** It was refused, in every way that there is, for a reason that may pass: tried once more, soon, and then given up. */
  | { readonly kind: 'unclear'; readonly why: string }
  /** It can never arrive: the channel is gone, the account is disabled. */
  | { readonly kind: 'failed'; readonly why: string };

/** Writes down something of the courier's own, such as where a message stands now. */
export type Note = (tx: Transaction<Tables>) => Promise<void>;

/** Brings messages to where they belong. Never throws for what the other side does. */
export interface Courier {
  /**
   * What it notes is written in the transaction that says what became of the try, whatever that is: a program that dies
   * before knows only that it had begun, and looks before it sends again.
   */
  deliver(delivery: Delivery, note: (note: Note) => void): Promise<Delivered>;
}
