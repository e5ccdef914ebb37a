import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Tenant } from '../../access/policy.ts';
import type { Rendered } from './blocks.ts';
import { actions, button, contextBlock, section } from './blocks.ts';
import { troubleOf } from '../api/client.ts';
import { oneLine } from './words.ts';

/** The card that shows the customer where to ask, and where to look up who was in their tenant. */

export const INVITATION = { ask: 'tsa_customer_ask', history: 'tsa_customer_history' } as const;

/** What it says; people from other workspaces can press its buttons, but not use our command. */
export function invitation(tenant: Tenant): Rendered {
  const name = oneLine(tenant.name);
  const ask = tenant.customerRequests
    ? [
        button('Ask for help', INVITATION.ask, tenant.id, {
          style: 'primary',
          label: `Ask our support team to look inside ${tenant.name}`,
        }),
      ]
    : [];
  return {
    text: `Need our team to look inside your account? Ask for help with ${name} here.`,
    blocks: [
      section(
        `*Need our team to look inside your account?*\nTell us what is wrong in ${name}. Support may then enter for that issue only, for a limited time; you are told when they do, can stop them, and see afterwards what was done.`,
      ),
      ...actions([
        ...ask,
        button('Support request history', INVITATION.history, tenant.id, {
          label: `See who was in ${tenant.name}, and why`,
        }),
      ]),
      contextBlock('For the people whom your company named as contacts.'),
    ],
  };
}

/** Keeps the card where it is found. A channel that takes no more pins still has the card; the log says that it is not pinned. */
export async function pinCard(client: WebClient, channel: string, ts: string, log: Logger): Promise<void> {
  try {
    await client.pins.add({ channel, timestamp: ts });
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble.kind === 'unknown') throw error;
    if (trouble.kind === 'refused' && trouble.error === 'already_pinned') return;
    log.warn({ trouble, channel }, 'Slack does not pin a card');
  }
}
