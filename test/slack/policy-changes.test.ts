import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../src/access/policy.ts';
import type { TestApp } from '../support/test-app.ts';
import { PEOPLE, testApp } from '../support/test-app.ts';

/** What the policy says otherwise since the last start, as the team reads it in the review. */

let s: TestApp;
beforeAll(async () => {
  s = await testApp();
});
afterAll(() => s.close());

async function review(says: RegExp): Promise<string> {
  await s.cast.ada.types('#support', '/tsa review');
  return (await s.cast.ada.waitFor('#support', says)).text;
}

describe('The review', () => {
  it('says nothing of the policy while it is the same at each start', async () => {
    await s.restart();
    expect(await review(/The last 7 days/)).not.toMatch(/of the policy/);
  });

  it('names who gained and who lost what, and each setting with its value before and after', async () => {
    await s.restart((policy: Policy): Policy => {
      const [northwind, ...others] = [...policy.tenants.values()];
      if (northwind === undefined) throw new Error('the example company has no tenant');
      const tenants = [{ ...northwind, name: 'Nord & <wind>', consent: 'required' as const }, ...others];
      return {
        ...policy,
        admins: [...policy.admins, PEOPLE.noor.id],
        limits: { ...policy.limits, maxDurationMs: 6 * 3_600_000 },
        approvers: [
          ...policy.approvers,
          { people: [PEOPLE.noor.id], scopes: ['read'], tenants: ['contoso'] },
        ],
        tenants: new Map(tenants.map((tenant) => [tenant.id, tenant])),
      };
    });
    const said = await review(/Changes of the policy/);
    expect(said).toMatch(/\*Changes of the policy\* 5\n/);
    expect(said).toContain(`Admins: <@${PEOPLE.noor.id}> added`);
    expect(said).toContain(`<@${PEOPLE.noor.id}> may now approve read in contoso`);
    expect(said).toMatch(/limits\.max_duration: \w+ → 6h/);
    expect(said).toContain('consent: not set → required');
    // What the policy says is nobody’s markup.
    expect(said).toMatch(/name: .+ → Nord &amp; &lt;wind&gt;/);
    expect(s.logged.filter((line) => line.includes('another one than at the last start'))).toHaveLength(1);
  });
});
