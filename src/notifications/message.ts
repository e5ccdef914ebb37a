import { z } from 'zod';

/**
 * What the outside world must still be told. Owed in the transaction that wrote the fact, delivered until done.
 * A message names facts, not words: whoever delivers it renders it from the ledger as it stands then.
 */
export const message = z.discriminatedUnion('kind', [
  /** Post the card of that request at the destination, or bring the one that is there up to date. */
  z.strictObject({ kind: z.literal('card'), no: z.int() }),
  /** Bring up to date what stands at the destination about that request; nothing new is posted there. */
  z.strictObject({ kind: z.literal('tidy'), no: z.int() }),
  /** Say in the card's thread what the event at that version of the request says. */
  z.strictObject({
    kind: z.literal('notice'),
    no: z.int(),
    version: z.int(),
    /** Shown in the conversation too, so that it notifies; otherwise it only stands in the thread. */
    loud: z.boolean(),
  }),
  /** Make the channel's bookmark about that request what it should be now. */
  z.strictObject({ kind: z.literal('bookmark'), no: z.int() }),
  /** Say once what the app will post in a channel that it was added to. */
  z.strictObject({ kind: z.literal('greeting') }),
  z.strictObject({ kind: z.literal('digest'), week: z.string() }),
  /** Tell a contact by e-mail what the event at that version of the request says. */
  z.strictObject({ kind: z.literal('mail'), no: z.int(), version: z.int() }),
  /** Ask a contact by e-mail for their consent, unless somebody answers in Slack first. */
  z.strictObject({ kind: z.literal('consent_mail'), no: z.int(), version: z.int() }),
  /** Mail a contact the link to their tenant's page, because they asked for it. */
  z.strictObject({ kind: z.literal('tenant_mail'), tenantId: z.string() }),
  /** Show the customer where to ask for help: a card in their channel, pinned there where Slack takes pins, or a message to a contact. */
  z.strictObject({ kind: z.literal('invitation'), tenantId: z.string(), by: z.string() }),
  /** Say what that event has to say about the machine's clock. */
  z.strictObject({ kind: z.literal('clock'), seq: z.int() }),
  /** Tell that the ledger was put back to a backup, as that event says; once it is confirmed, in the same place. */
  z.strictObject({ kind: z.literal('restored'), restored: z.int() }),
  /** Say what that event says was done in a tenant when the session was over. */
  z.strictObject({ kind: z.literal('after_end'), seq: z.int() }),
  z.strictObject({ kind: z.literal('orphan'), seq: z.int() }),
  /** A place does not take what is owed to it: somebody hears of it. */
  z.strictObject({
    kind: z.literal('undeliverable'),
    key: z.string(),
    destination: z.string(),
    why: z.string(),
    /** It is tried again until it arrives; otherwise it never will. */
    waits: z.boolean(),
  }),
]);

export type Message = z.infer<typeof message>;

/** One message to one destination. */
export interface Owed {
  /** The same fact owes the same message once: unique for ever. */
  readonly key: string;
  /** `person:U…` (a direct message), `channel:C…`, `mail:` and an address, or `later-mail:`, the request's number and an address. Messages to one destination are delivered in the order in which they were owed. */
  readonly destination: string;
  readonly message: Message;
}
