import type { KnownBlock } from '@slack/types';
import type { Tenant } from '../../access/policy.ts';
import type { Rendered } from './blocks.ts';
import { contextBlock } from './blocks.ts';
import type { Directory } from '../api/directory.ts';
import type { Oddity } from '../api/names.ts';
import { oneLine, who } from './words.ts';

/** Slack draws a mention as whatever its person calls themselves: where that misleads, the message says so. */

/** At most so many people are warned about; a message that names more has other troubles. */
export const SAID_MAX = 3;

/** The message, with a warning about names that mislead; everybody in it is known by name, as far as Slack answers. */
export async function meetAll(
  rendered: Rendered,
  directory: Pick<Directory, 'oddities' | 'meet'>,
  tenant: Pick<Tenant, 'contacts'> | undefined,
): Promise<Rendered> {
  await directory.meet(mentionedIn(rendered.blocks));
  return lookTwice(rendered, directory, tenant);
}

/** The same, as far as names are known already. */
export function lookTwice<R extends { readonly blocks: KnownBlock[] }>(
  rendered: R,
  directory: Pick<Directory, 'oddities'>,
  tenant: Pick<Tenant, 'contacts'> | undefined,
): R {
  const found = directory.oddities(mentionedIn(rendered.blocks));
  if (found.length === 0) return rendered;
  const said = found.slice(0, SAID_MAX).map((one) => `:warning: ${words(one, tenant)}`);
  const last =
    rendered.blocks.at(-1)?.type === 'actions' ? rendered.blocks.length - 1 : rendered.blocks.length;
  return { ...rendered, blocks: rendered.blocks.toSpliced(last, 0, ...said.map(contextBlock)) };
}

/** Everybody who is mentioned there, by the ids of Slack. */
function mentionedIn(blocks: readonly KnownBlock[]): readonly string[] {
  return [...new Set([...JSON.stringify(blocks).matchAll(/<@([UW][A-Z0-9]+)>/g)].map(([, id = '']) => id))];
}

function words({ user, name, like }: Oddity, tenant: Pick<Tenant, 'contacts'> | undefined): string {
  const contact = tenant?.contacts.find(({ slack }) => slack === user);
  const called = contact === undefined ? '' : ` The policy calls them ${oneLine(contact.name, 120)}.`;
  const other = like === null ? '' : `, and is not ${who(like)}`;
  return `*Look twice:* ${who(user)} is \`${oneLine(user, 60)}\`, goes by “${oneLine(name, 160)}”${other}.${called}`;
}
