import type { ProductCommand } from '../../src/access/command.ts';
import type { FileRequest } from '../../src/access/command.ts';
import type { Actor } from '../../src/access/people.ts';
import { NO_CONNECTORS } from '../../src/access/policy.ts';
import type { ProductAccess } from '../../src/access/product-access.ts';
import { lastAccess } from '../../src/access/product-access.ts';
import { start } from './access-commands.ts';
import type { Change } from './access-fixtures.ts';
import { GUS, MINUTE, TENANTS } from './access-fixtures.ts';
import type { Story } from './access-story.ts';
import { approved } from './access-story.ts';

/** Lives in which a product opens and closes the access. */

export const console_: Actor = { kind: 'product', name: 'console' };
export const OPEN_WITHIN_MS = 2 * MINUTE;

/** A world whose tenants are reached through the connector `console`. */
export const WITH_PRODUCT: Change = {
  tenants: TENANTS.map((tenant) => ({ ...tenant, access: 'console' })),
  policy: {
    connectors: {
      ...NO_CONNECTORS,
      urls: new Map([['console', 'https://console.example.com/tsa']]),
      openWithinMs: OPEN_WITHIN_MS,
    },
  },
};

/** The access that counts, known to be there. */
export function accessOf({ state }: Story): ProductAccess {
  const access = state === null ? undefined : lastAccess(state);
  if (access === undefined) throw new Error('there is no access in a product');
  return access;
}

type Said<T extends ProductCommand['type']> = Omit<Extract<ProductCommand, { type: T }>, 'type' | 'access'>;

/** What the product answers about the access that counts. */
export const answers = <T extends ProductCommand['type']>(
  told: Story,
  type: T,
  said: Said<T>,
  access = accessOf(told).id,
): ProductCommand => ({ type, access, ...said }) as unknown as ProductCommand;

export const opens = (told: Story): ProductCommand =>
  answers(told, 'confirm_open', { receipt: 'opened-1', handle: null });
export const closes = (told: Story): ProductCommand =>
  answers(told, 'confirm_close', { receipt: 'closed-1' });

export const openingStory = (over: Partial<FileRequest> = {}, change: Change = WITH_PRODUCT): Story =>
  approved(over, change).given(GUS, start);
export const inside = (over: Partial<FileRequest> = {}, change: Change = WITH_PRODUCT): Story => {
  const asked = openingStory(over, change);
  return asked.given(console_, opens(asked));
};
