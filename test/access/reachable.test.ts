import { describe, expect, it } from 'vitest';
import { reachable } from '../../src/access/policy.ts';
import { file } from '../support/access-commands.ts';
import { ADA, RITA, TENANTS, worldOf } from '../support/access-fixtures.ts';
import { story } from '../support/access-story.ts';

/** `bolt` must consent; this is bolt with a contact who has an address and no Slack. */
const onlyMail = TENANTS.map((tenant) => ({
  ...tenant,
  contacts: tenant.contacts.filter(({ slack }) => slack === null),
}));

describe('Contacts whom nothing can reach', () => {
  it('are nobody to ask: without mail, a request that needs their consent is refused, never left waiting', () => {
    const { policy } = worldOf({ tenants: onlyMail });
    const filed = (mail: boolean) =>
      story({ policy: reachable(policy, { mail }) }).when(RITA, file({ tenantId: 'bolt' }));
    filed(true).thenHappens({ type: 'request.filed', consent: true });
    filed(false).thenRefused({ reason: 'nobody_can_approve', who: 'contact', admins: [ADA] });
  });

  it('are left out alone: those who are in Slack stay, with all that is known of them', () => {
    const { policy } = worldOf();
    const names = (mail: boolean) =>
      [...reachable(policy, { mail }).tenants.values()].map((t) => t.contacts.map(({ name }) => name));
    expect(names(true)).toEqual([['Carl', 'Cara'], ['Carl', 'Cara'], []]);
    expect(names(false)).toEqual([['Carl'], ['Carl'], []]);
  });
});
