import type { Policy } from '../../access/policy.ts';
import type { TenantIndex } from '../../policy/tenant-index.ts';
import type { Rendered } from './blocks.ts';
import { section } from './blocks.ts';
import { escape } from './words.ts';
import { channelOf } from '../../access/ids.ts';

/** What the app says when it is added to a channel: what it will post there, and how to begin. */
export function greeting(
  destination: string,
  { channels }: Pick<Policy, 'channels'>,
  tenants: Pick<TenantIndex, 'inChannel'>,
): Rendered {
  const channel = channelOf(destination) ?? '';
  const tenant = tenants.inChannel(channel)[0];
  const posts = [
    ...(channel === channels.alert
      ? ['every session’s start and end, and everything about emergencies']
      : []),
    ...(channel === channels.review ? ['the weekly review'] : []),
    ...(channel === channels.security ? ['sessions that somebody did not expect'] : []),
    ...(channel === channels.support ? ['customers’ requests for help'] : []),
    ...(tenant === undefined
      ? []
      : [
          `every session in ${escape(tenant.name)} (${escape(tenant.environment)}), and where their consent is needed the question for it`,
        ]),
  ];
  const what =
    posts.length === 0 ? 'nothing by myself: the policy does not name this channel' : posts.join('; ');
  const customers =
    tenant === undefined
      ? ''
      : ` \`/tsa channel ${tenant.id}\` posts a card where the customer can ask for help and look up what was done.`;
  const text = `Hello. I look after temporary support access. Here I will post ${what}. To ask for access, write \`/tsa request\`; see \`/tsa help\`.${customers}`;
  return { text: text.replaceAll('`', ''), blocks: [section(text)] };
}
