import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Courier } from '../outbox/delivery.ts';
import type { TenantIndex } from '../policy/tenant-index.ts';
import type { MailCourierDeps } from './courier.ts';
import { createMailCourier } from './courier.ts';
import { addressOf } from '../access/ids.ts';

/** The way to the customers' mailboxes, if there is one. */
export interface MailEdge {
  /** Brings mails to the mail server. */
  readonly courier: Courier;
  /** Says what an operator should know who set up no mail. */
  start(): void;
  stop(): void;
}

/** What is owed from a time when there was mail waits for it: nothing is lost by a setting that was forgotten. */
const NO_MAIL_AGAIN_MS = 5 * 60_000;

/** Connects the courier to the mail server of the settings. What speaks with one is loaded only where there is one. */
export async function createMailEdge(
  { mail, publicUrl }: Pick<Config, 'mail' | 'publicUrl'>,
  deps: Omit<MailCourierDeps, 'transport' | 'publicUrl'> & {
    readonly tenants: Pick<TenantIndex, 'withContacts'>;
    readonly log: Logger;
  },
): Promise<MailEdge> {
  if (mail === null || publicUrl === null)
    return {
      courier: {
        deliver: () =>
          Promise.resolve({
            kind: 'retry',
            afterMs: NO_MAIL_AGAIN_MS,
            why: 'SMTP_URL or PUBLIC_URL is not set',
            inDoubt: false,
          }),
      },
      start() {
        const warning = withoutMail(deps.tenants);
        if (warning !== null) deps.log.warn(warning);
      },
      stop: () => undefined,
    };
  const { createMailTransport } = await import('./transport.ts');
  const transport = createMailTransport(mail);
  return {
    courier: createMailCourier({ ...deps, transport, publicUrl }),
    start: () => undefined,
    stop: () => {
      transport.close();
    },
  };
}

/** One courier for all that is owed: addresses by mail, everything else by the other. */
export function routed(slack: Courier, mail: Courier): Courier {
  return {
    deliver: (delivery, note) =>
      (addressOf(delivery.destination) === null ? slack : mail).deliver(delivery, note),
  };
}

/** What an operator should know who set up no mail; `null` where it makes no difference. */
function withoutMail(tenants: Pick<TenantIndex, 'withContacts'>): string | null {
  const contacts = [...tenants.withContacts()].flatMap((tenant) => tenant.contacts);
  if (contacts.length === 0) return null;
  const mute = contacts.filter(({ slack }) => slack === null).length;
  const unheard =
    mute === 0
      ? ''
      : ` ${mute} without Slack hear of nothing and cannot consent: a request that needs one of them alone is refused.`;
  return `SMTP_URL is not set: customers are told in Slack alone, and are mailed no links to consent, cancel, stop a session or look it up.${unheard}`;
}
