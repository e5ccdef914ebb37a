import { afterEach, describe, expect, it } from 'vitest';
import type { TestApp } from '../support/test-app.ts';
import { fillIn, testApp } from '../support/test-app.ts';

let s: TestApp;
afterEach(async () => {
  await s.close();
});

describe.each(['socket', 'http'] as const)('over %s', (mode) => {
  it('a request is filed, approved, started, warned about, expires by itself, and stands in the digest', async () => {
    s = await testApp(mode);
    const { sam, ada } = s.cast;

    await sam.types('#support', '/tsa request');
    const modal = await sam.modal('Request access');
    await fillIn(modal);
    await modal.submits();
    expect((await sam.modal()).text).toContain('TSA-1 is filed');

    await ada.waitFor('app', /asks for your approval: access to Northwind Traders \(production\)/);
    await ada.presses('Approve', 'app', /TSA-1/);
    const told = await sam.waitFor('app', /Approved by <@U0ADA>/);
    expect(told.buttons).toContain('Start session');

    await sam.presses('Start session', 'app', /Approved by/);
    await sam.waitFor('#support-access-alerts', /TSA-1.*is in Northwind Traders \(production\) until/);
    await sam.waitFor('#shared-northwind', /TSA-1.*is in Northwind Traders/);
    await s.later(0);
    await sam.types('#support', '/tsa active');
    await sam.waitFor('#support', /TSA-1.*<@U0SAM> in Northwind Traders \(production\)/);

    await s.later(59 * 60_000 + 35_000);
    const warning = await sam.waitFor('app', /ends .* by itself/);
    expect(warning.buttons).toContain('End now');

    await s.later(60_000);
    await sam.waitFor('#support-access-alerts', /expired by itself/);
    await sam.waitFor('#shared-northwind', /expired by itself/);
    await ada.waitFor('app', /expired by itself/);
    const after = sam.sees('app');
    const buttons = after.flatMap((message) => message.buttons);
    expect(buttons).not.toContain('Start session');
    expect(buttons).not.toContain('End now');
    expect(buttons).toContain('Close out');

    await s.later(8 * 24 * 3_600_000);
    const digest = await sam.waitFor('#access-review', /Access review, week/);
    expect(digest.text).toMatch(/Filed\* 1 · <[^|]*archives[^|]*\|TSA-1>/);
    expect(digest.text).toMatch(/Expired by themselves\* 1 · <[^|]*archives[^|]*\|TSA-1>/);
    expect(digest.text).toMatch(/Not closed out\* 1 · <[^|]*archives[^|]*\|TSA-1>/);
  });
});
