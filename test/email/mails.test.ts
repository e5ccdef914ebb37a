import { describe, expect, it } from 'vitest';
import type { Received } from '../../sandbox/mail.ts';
import { approve, ask, declare, end, extend, file, start } from '../support/access-commands.ts';
import {
  ANN,
  cara,
  carl,
  CARA,
  EMI,
  EVE,
  GUS,
  HOUR,
  MINUTE,
  RITA,
  TENANTS,
  timer,
  worldOf,
} from '../support/access-fixtures.ts';
import { TWO_PEOPLE } from '../support/access-story.ts';
import type { Post } from '../support/test-mail.ts';
import { header, HARBOR, inUse, lines, linksIn, post, PUBLIC } from '../support/test-mail.ts';

const SCOPE = 'Scope: The support scope (What support allows)';
const READ = { scopeId: 'read', allowedActions: 'Read the log.', offLimits: '', durationMs: HOUR, roles: [] };

/** More time is asked for in a session that the customer consented to. */
async function wantsMore(p: Post): Promise<void> {
  await p.does(RITA, file({ tenantId: 'bolt' }));
  await p.does(ANN, approve(), 1);
  await p.does(carl, approve(), 1);
  await p.does(GUS, start, 1);
  await p.does(GUS, extend(), 1);
}

describe('A mail', () => {
  it('hangs in one thread per request, with its own id, its date, and no robot answering it', async () => {
    const p = await post();
    await inUse(p);
    await p.does(GUS, end, 1);
    await p.does(cara, ask());
    await p.deliver();
    const roots = p.mailbox.mails.map((mail) => header(mail, 'References'));
    expect(roots[0]).toMatch(/^<tsa-1\.[0-9a-f]{32}@access\.example\.com>$/);
    expect(roots.map((root) => root === roots[0])).toEqual([true, true, false]);
    expect(p.mailbox.mails.map((mail) => header(mail, 'In-Reply-To'))).toEqual(roots);
    expect(new Set(p.mailbox.mails.map((mail) => header(mail, 'Message-ID'))).size).toBe(3);
    for (const mail of p.mailbox.mails)
      expect({
        date: header(mail, 'Date'),
        auto: header(mail, 'Auto-Submitted'),
        suppress: header(mail, 'X-Auto-Response-Suppress'),
        from: mail.parsed.from,
        to: mail.parsed.to,
        really: mail.to,
      }).toEqual({
        date: 'Mon, 02 Mar 2026 09:00:00 +0000',
        auto: 'auto-generated',
        suppress: 'All',
        from: { name: 'Support access', address: HARBOR },
        to: [{ name: 'Cara', address: CARA }],
        really: [CARA],
      });
  });

  it('brings a link that is good for one thing, one person, one request, and no longer than that can be done', async () => {
    const p = await post();
    const opens = async (): Promise<unknown> => {
      await p.deliver();
      const [link] = linksIn(p.last());
      return link === undefined ? null : p.links.find(link.token);
    };
    await inUse(p);
    const about = { email: CARA, tenantId: 'acme', requestNo: 1, state: 'open' };
    const expiresAt = p.clock.now() + HOUR;
    expect(await opens()).toEqual({ ...about, purpose: 'report', version: 4, expiresAt });
    const [link] = linksIn(p.last());
    expect(await p.links.tryCode(link?.token ?? '', link?.code ?? '')).toBe('right');
    await p.does(GUS, end, 1);
    expect(await opens()).toBeNull();
    await p.does(cara, ask());
    expect(await opens()).toMatchObject({
      purpose: 'cancel',
      requestNo: 2,
      expiresAt: p.clock.now() + 24 * HOUR,
    });
    await p.does(RITA, file({ tenantId: 'bolt' }));
    expect(await opens()).toMatchObject({
      purpose: 'consent',
      tenantId: 'bolt',
      requestNo: 3,
      expiresAt: p.clock.now() + 4 * HOUR,
    });
  });

  it('says the same in HTML as in text, fetches nothing, and is well formed', async () => {
    const p = await post();
    await inUse(p);
    await p.does(cara, ask({ reason: 'Totals < 0 & "odd" <b>since</b> the import of last week.' }));
    await p.deliver();
    for (const { parsed } of p.mailbox.mails) {
      const html = parsed.html ?? '';
      expect(unbalanced(html)).toEqual([]);
      expect(html).not.toMatch(/\ssrc=|url\(|<img|<script|<link|@import|background/i);
      expect([...html.matchAll(/href="([^"]+)"/g)].every(([, url]) => url?.startsWith(`${PUBLIC}/`))).toBe(
        true,
      );
      const shown = html
        .replace(/<title>.*<\/title>|<style>.*<\/style>/g, ' ')
        .replaceAll(/<[^>]+>/g, ' ')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&');
      const text = (parsed.text ?? '').replaceAll(/^https:\/\/\S+$|^> ?/gm, '');
      expect(words(shown)).toEqual(words(text));
    }
  });

  it('names people, never their ids; whom Slack does not name is somebody of the team', async () => {
    for (const names of [undefined, {}]) {
      const p = await post(TWO_PEOPLE, names);
      await inUse(p);
      await p.does(ANN, { type: 'revoke', reason: 'Not needed any more.' }, 1);
      await p.does(RITA, file({ tenantId: 'bolt' }));
      await p.does(EVE, declare({ tenantId: 'bolt' }));
      await p.deliver();
      await p.does(EMI, { type: 'confirm_emergency' }, 3);
      await p.does(cara, ask());
      await p.deliver();
      expect(p.mailbox.mails).toHaveLength(6);
      const all = p.mailbox.mails.map(
        ({ parsed }) => `${parsed.subject ?? ''} ${parsed.text ?? ''} ${parsed.html ?? ''}`,
      );
      expect(all.join('\n')).not.toMatch(/\bU(?!TC\b)[A-Z]{2,}\b|<@|<!date|customer:|system:/);
      if (names !== undefined) expect(all[0]).toContain('Our support team was in');
    }
  });

  it('that comes late says so first, with no guess why, and tells how things stand now', async () => {
    const p = await post();
    await p.mailbox.down();
    await inUse(p);
    await p.deliver();
    p.clock.turn(2 * HOUR);
    await p.does(timer, { type: 'expire' }, 1);
    await p.mailbox.up();
    await p.deliver();
    const [started, ended] = p.mailbox.mails.map((mail) => lines(mail).slice(0, 3));
    expect(started).toEqual([
      'This mail comes 2 h late, going by our clock: the session is over.',
      'Gus Engineer was in Acme Ltd (production) from 09:00 to 10:00 UTC on 2 March 2026.',
      `${SCOPE}.`,
    ]);
    expect(ended?.[0]).toBe('This mail comes 1 h late, going by our clock: the session is over.');
    expect(linksIn(p.mailbox.mails[0] as Received)).toEqual([]);
  });
});

describe('A mail that its reader asked for once more', () => {
  it('is not late, however old the fact', async () => {
    const p = await post();
    await inUse(p);
    await p.deliver();
    p.clock.turn(HOUR / 2);
    const message = { kind: 'mail', no: 1, version: 4 } as const;
    await p.owes({ key: 'again:1', destination: `mail:${CARA}`, message });
    await p.deliver();
    expect(p.mailbox.mails.map((mail) => lines(mail)[0])).toEqual(Array(2).fill(lines(p.last())[0]));
    expect(lines(p.last())[0]).toMatch(/^Gus Engineer is in/);
  });
});

describe('No mail goes', () => {
  it('to somebody who is no contact any more, and the log says so', async () => {
    const p = await post({}, undefined, worldOf({ tenants: [] }));
    await inUse(p);
    await p.deliver();
    expect(p.mailbox.mails).toEqual([]);
    expect(p.stands()).toEqual([`moot: ${CARA} is no contact of that tenant any more`]);
    expect(p.logged.join('')).toContain('no contact of that tenant any more');
  });

  it('about an emergency that waits, when it waits no more: the next says what became of it', async () => {
    const p = await post(TWO_PEOPLE);
    await p.mailbox.down();
    await p.does(EVE, declare());
    await p.deliver();
    await p.does(EMI, { type: 'confirm_emergency' }, 1);
    await p.mailbox.up();
    p.clock.turn(MINUTE);
    await p.deliver();
    expect(p.stands()).toEqual(['moot: the emergency was confirmed, or came to nothing', 'sent']);
    expect(p.mailbox.mails.map((mail) => lines(mail)[0])).toEqual([
      expect.stringMatching(/^EMERGENCY: Eve Oncall is in Acme/),
    ]);
  });

  it('that says nobody is in, when somebody is', async () => {
    const p = await post();
    await p.mailbox.down();
    await p.does(cara, ask());
    await p.deliver();
    await p.does(GUS, { type: 'accept', ...READ }, 1);
    await p.mailbox.up();
    p.clock.turn(MINUTE);
    await p.deliver();
    const [asked] = p.mailbox.mails;
    expect(lines(asked as Received)[1]).toMatch(/^Since then: the session goes on until 10:00 UTC/);
    expect(lines(asked as Received).join(' ')).not.toContain('Nobody is in');
  });

  it('about more time that was decided meanwhile', async () => {
    const p = await post();
    await p.does(cara, ask());
    await p.does(GUS, { type: 'accept', ...READ }, 1);
    await p.deliver();
    await p.does(
      GUS,
      { type: 'ask_extension', durationMs: HOUR, reason: 'The import log is longer than we thought it was.' },
      1,
    );
    await p.does(cara, { type: 'deny_extension', reason: 'Please come back tomorrow instead.' }, 1);
    await p.deliver();
    expect(p.stands().at(-1)).toBe('moot: more time was decided about, or the session is over');
  });

  it('about more time to which a contact has said yes already, though somebody of ours has not', async () => {
    const p = await post();
    await wantsMore(p);
    await p.does(carl, { type: 'approve_extension', version: 6, typedTenantId: null }, 1);
    await p.deliver();
    expect(p.stands().at(-1)).toBe('moot: more time was decided about, or the session is over');
  });
});

describe('More time where the customer had to consent', () => {
  it('is asked of every contact by mail, who reads why, until when, and who else is asked', async () => {
    const p = await post();
    await wantsMore(p);
    await p.deliver();
    const mail = p.last();
    expect(lines(mail).slice(0, 2)).toEqual([
      'Gus Engineer asks for 1 h more in Bolt Ltd (production), until 11:00 UTC on 2 March 2026. You decide.',
      'Scope: The support scope (What support allows). Without your yes the access ends as planned, at 10:00 UTC on 2 March 2026.',
    ]);
    expect(lines(mail).join(' ')).toContain('Asked beside you: Ann Approver');
    const [link] = linksIn(mail);
    expect(await p.links.find(link?.token ?? '')).toMatchObject({ purpose: 'extension', version: 6 });
  });

  it('is asked again when whoever said yes is no contact any more', async () => {
    const p = await post();
    await wantsMore(p);
    await p.deliver();
    await p.does(carl, { type: 'approve_extension', version: 6, typedTenantId: null }, 1);
    const without = {
      tenants: TENANTS.map((tenant) => ({ ...tenant, contacts: tenant.contacts.slice(1) })),
    };
    await p.does(ANN, { type: 'approve_extension', version: 6, typedTenantId: null }, 1, without);
    await p.deliver();
    expect(p.stands().slice(-2)).toEqual(['sent', 'sent']);
    expect(lines(p.last())[0]).toMatch(/asks for 1 h more in Bolt/);
  });
});

function words(text: string): readonly string[] {
  return text.split(/:?\s+/).filter((word) => word !== '');
}

/** Tags that are opened and not closed, or the other way about. */
function unbalanced(html: string): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, close, name = '', alone] of html.matchAll(
    /<(\/?)([a-z][a-z0-9]*)(?:\s+[a-z-]+="[^"<>]*")*\s*(\/?)>/g,
  ))
    if (close === '/') {
      if (open.pop() !== name) wrong.push(name);
    } else if (alone !== '/') open.push(name);
  const rest = html.replaceAll(/<!doctype html>|<\/?[a-z][a-z0-9]*(?:\s+[a-z-]+="[^"<>]*")*\s*\/?>/g, '');
  return [...open, ...wrong, ...(/[<>]/.test(rest) ? ['a stray bracket'] : [])];
}
