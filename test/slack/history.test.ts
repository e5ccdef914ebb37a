import { afterEach, describe, expect, it } from 'vitest';
import type { Scope, Tenant } from '../../src/access/policy.ts';
import type { Known } from '../../src/slack/look-up/wanted.ts';
import { readWanted } from '../../src/slack/look-up/wanted.ts';
import { worldOf } from '../support/access-fixtures.ts';
import { answer } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, GOOD, testApp } from '../support/test-app.ts';

/** A Wednesday, half past nine in the evening in Berlin. */
const NOW = Date.parse('2026-11-25T20:30:00Z');
const { policy } = worldOf();
const tenants: readonly Tenant[] = [...policy.tenants.values()].slice(0, 2).map((one, i) => ({
  ...one,
  id: ['acme', 'acme-test'][i] ?? '',
  name: ['Acme Works', 'Acme Works Test'][i] ?? '',
}));
const scopes: readonly Scope[] = policy.scopes
  .slice(0, 1)
  .map((one) => ({ ...one, id: 'read', name: 'Read-only' }));
const known: Known = {
  now: NOW,
  timeZone: 'Europe/Berlin',
  scopes,
  tenants: (words, limit) =>
    tenants
      .filter(({ id, name }) => [id, name].some((one) => one.toLowerCase().startsWith(words.toLowerCase())))
      .slice(0, limit),
};
const day = (text: string): number => Date.parse(`${text}T00:00:00+01:00`);

describe('the words after /tsa history', () => {
  it.each([
    ['', NOW - 30 * 86_400_000, NOW + 1, 'in 30 days'],
    ['7d', NOW - 7 * 86_400_000, NOW + 1, 'in 7 days'],
    ['2w', NOW - 14 * 86_400_000, NOW + 1, 'in 14 days'],
    ['2026-W47', day('2026-11-16'), day('2026-11-23'), 'from 2026-11-16 to 2026-11-22'],
    ['2026-10', Date.parse('2026-10-01T00:00:00+02:00'), day('2026-11-01'), 'from 2026-10-01 to 2026-10-31'],
    [
      'last month',
      Date.parse('2026-10-01T00:00:00+02:00'),
      day('2026-11-01'),
      'from 2026-10-01 to 2026-10-31',
    ],
    ['last week', day('2026-11-16'), day('2026-11-23'), 'from 2026-11-16 to 2026-11-22'],
    ['2026-11-01..2026-11-20', day('2026-11-01'), day('2026-11-21'), 'from 2026-11-01 to 2026-11-20'],
    ['2026-11-01..', day('2026-11-01'), NOW + 1, 'from 2026-11-01 to 2026-11-25'],
    ['yesterday', day('2026-11-24'), day('2026-11-25'), 'on 2026-11-24'],
  ])('%j is a span of time, in the zone of the policy', (words, from, until, text) => {
    expect(readWanted(words, known)).toMatchObject({ span: { from, until, text }, words: [], unclear: [] });
  });

  it('may stand in any order, and each says one thing', () => {
    for (const words of [
      'acme-test <@U0SAM|sam r> read revoked last month login',
      'login last month revoked read <@U0SAM|sam r> acme-test',
      'Read-Only login ACME WORKS TEST <@U0SAM> Revoked LAST MONTH',
    ])
      expect(readWanted(words, known)).toMatchObject({
        span: { text: 'from 2026-10-01 to 2026-10-31' },
        person: 'U0SAM',
        tenant: { id: 'acme-test' },
        scope: { id: 'read' },
        how: ['revoked'],
        words: ['login'],
        unclear: [],
      });
  });

  it('name just the tenant that is called so, although others begin with the same letters', () => {
    expect(readWanted('acme works', known)).toMatchObject({ tenant: { id: 'acme' }, words: [] });
    expect(readWanted('acme', known)).toMatchObject({ tenant: { id: 'acme' }, words: [] });
  });

  it('in quotation marks are words, whatever they name', () => {
    expect(readWanted('“revoked by acme” 7d', known)).toMatchObject({
      tenant: null,
      how: [],
      words: ['revoked by acme'],
    });
  });

  it.each([
    ['2026-W60', /“2026-W60” is no time/],
    ['2026-13', /“2026-13” is no time/],
    ['0d', /“0d” is no time/],
    ['2026-11-20..2026-11-01', /is no time/],
    ['@sam', /“@sam” is nobody/],
    ['7d 14d', /one span of time/],
    ['<@U0SAM> <@U0ADA>', /one person/],
    ['acme wor', /More than one tenant goes by “acme wor”/],
  ])('that are not understood are named: %j', (words, why) => {
    const { unclear } = readWanted(words, known);
    expect(unclear).toHaveLength(1);
    expect(unclear[0]).toMatch(why);
  });
});

let s: TestApp;
describe('/tsa history', () => {
  afterEach(() => s.close());

  it('says who, why, who approved it, when and how it ended, each with a button that shows all of it', async () => {
    s = await testApp();
    const { sam, ada, otto, noor } = s.cast;
    await file(s);
    await ada.presses('Approve', 'app', /TSA-1/);
    await sam.presses('Start session', 'app', /TSA-1/);
    await sam.types('#support', '/tsa end');
    await sam.waitFor('#support', /TSA-1 is ended/);
    await file(s, {
      tenant: 'Contoso',
      reason: 'The nightly export of Contoso fails since Monday; read its log.',
    });
    await ada.presses('Deny', 'app', /TSA-2/);
    const form = await ada.modal('Deny request');
    await form.types('Why not? The requester reads this', 'Ask them for the log first.');
    await form.submits();
    await ada.waitFor('app', /TSA-2.*denied/);

    const asks = (words: string): Promise<string> =>
      answer(s, otto, () => otto.types('#support', `/tsa history ${words}`));
    const all = await asks('<@U0SAM|sam>');
    expect(all).toMatch(/^2 requests in 30 days: Sam Rivera\n/);
    expect(all).toMatch(
      /TSA-2 · <@U0SAM> in Contoso Retail \(production\) · Read-only\n<@U0ADA> denied it <!date[^>]*>: Ask them for the log first\.\n> The nightly export/,
    );
    expect(all).toMatch(
      /TSA-1 · <@U0SAM> in Northwind Traders \(production\) · Read-only\nApproved by <@U0ADA> · in from <!date[^>]*>; <@U0SAM> ended it <!date[^>]*>; not closed out\n> Invoices for March/,
    );
    expect(await asks('last month')).toMatch(/^0 requests from .*\nYou can name a tenant, a person/);
    expect(await asks('EXPORT read-only')).toMatch(/^1 request in 30 days: Read-only · “EXPORT”\nTSA-2/);
    expect(await asks('denied 7d')).toMatch(/^1 request in 7 days: denied\nTSA-2/);
    expect(await asks('emergency')).toMatch(/^0 requests in 30 days: emergency/);
    expect(await asks('contoso 2026-W60')).toMatch(
      /^1 request.*Contoso Retail\n[^]*“2026-W60” is no time that I know/,
    );
    await otto.presses('Show', '#support', /1 request in 30 days: Contoso Retail/);
    await otto.waitFor('#support', /denied access to Contoso[^]*The nightly export/);
    expect(await answer(s, noor, () => noor.types('#support', '/tsa history northwind'))).toMatch(
      /^1 request/,
    );
    expect(GOOD).toContain('Invoices');
  });
});
