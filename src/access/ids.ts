/**
 * How whoever is no user of Slack is named in the ledger, and how the places are written that messages go to. Nothing
 * else puts these together or takes them apart.
 */

const CUSTOMER = 'customer:';
const PERSON = 'person:';
const CHANNEL = 'channel:';
const MAIL = 'mail:';
const MAIL_LATER = 'later-mail:';

/** A contact outside Slack, by the address that they answer from. */
export function customerNamed(email: string): string {
  return `${CUSTOMER}${email}`;
}

/** The address of a contact outside Slack; `null` for anybody else. */
export function emailOf(name: string): string | null {
  return after(CUSTOMER, name);
}

/** Has this name a prefix: a contact outside Slack, time, the program or a product? No id of Slack has. */
export function isOutsideSlack(name: string): boolean {
  return name.includes(':');
}

/** A person's direct messages, as a destination. */
export function directMessage(user: string): string {
  return `${PERSON}${user}`;
}

/** The person whose direct messages these are; `null` for any other destination. */
export function readerOf(destination: string): string | null {
  return after(PERSON, destination);
}

/** A channel, as a destination. */
export function inChannel(channel: string): string {
  return `${CHANNEL}${channel}`;
}

/** The channel of such a destination; `null` for any other. */
export function channelOf(destination: string): string | null {
  return after(CHANNEL, destination);
}

/** How a destination begins that is an address. */
export const MAIL_PREFIXES = [MAIL, MAIL_LATER] as const;

/** An address, as a destination: what must be told. */
export function mailTo(address: string): string {
  return `${MAIL}${address}`;
}

/** An address, as a destination that may wait while somebody answers in Slack about that request: it holds nothing else up. */
export function byMailLater(no: number, address: string): string {
  return `${MAIL_LATER}${no}:${address}`;
}

/** The address of such a destination; `null` for one that is in Slack. */
export function addressOf(destination: string): string | null {
  const prefix = MAIL_PREFIXES.find((one) => destination.startsWith(one));
  return prefix === undefined ? null : destination.slice(destination.lastIndexOf(':') + 1);
}

function after(prefix: string, text: string): string | null {
  return text.startsWith(prefix) ? text.slice(prefix.length) : null;
}
