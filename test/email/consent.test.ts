import { describe, expect, it } from 'vitest';
import { approve, deny, file } from '../support/access-commands.ts';
import { ANN, CARA, CARL, carl, cara, HOUR, MINUTE, RITA } from '../support/access-fixtures.ts';
import { header, lines, linksIn, post } from '../support/test-mail.ts';
import type { Post } from '../support/test-mail.ts';
import { byMailLater } from '../../src/access/ids.ts';

/** Bolt must consent: Carl is in Slack, Cara has mail. */
async function asked(p: Post): Promise<void> {
  await p.does(RITA, file({ tenantId: 'bolt' }));
  await p.deliver();
}

describe('A contact whose consent is needed', () => {
  it('is asked by mail at once, where nobody of theirs is at the keyboard', async () => {
    const p = await post();
    await asked(p);
    expect(p.stands()).toEqual(['sent']);
  });

  it('is asked in Slack alone for ten minutes, where somebody is, and by mail as well after that', async () => {
    const p = await post();
    p.active.add(CARL);
    await asked(p);
    p.clock.turn(10 * MINUTE - 1);
    await p.deliver();
    expect(p.mailbox.mails).toEqual([]);
    expect(p.stands()).toEqual(['owed']);
    p.clock.turn(1);
    await p.deliver();
    expect(p.stands()).toEqual(['sent']);
  });

  it('gets no mail when somebody of theirs answered in Slack first, with yes or with no', async () => {
    for (const command of [approve(), deny]) {
      const p = await post();
      p.active.add(CARL);
      await asked(p);
      await p.does(carl, command, 1);
      p.clock.turn(10 * MINUTE);
      await p.deliver();
      expect(p.mailbox.mails).toEqual([]);
      expect(p.stands()).toEqual([
        expect.stringMatching(/^moot: the (?:customer has consented|request is denied)/),
      ]);
    }
  });

  it('is told of nothing else later than they should be, while the question waits', async () => {
    const p = await post();
    p.active.add(CARL);
    await asked(p);
    await p.owes({
      key: 'page',
      destination: 'mail:cara@acme.example',
      message: { kind: 'tenant_mail', tenantId: 'bolt' },
    });
    await p.deliver();
    expect(p.stands()).toEqual(['owed', 'sent']);
  });

  it('waits for no answer to another question: each request has its own ten minutes', async () => {
    const p = await post();
    p.active.add(CARL);
    await asked(p);
    p.active.clear();
    await p.does(RITA, file({ tenantId: 'bolt', scopeId: 'read' }));
    await p.deliver();
    expect(p.stands()).toEqual(['owed', 'sent']);
  });

  it('gets the mail at once when they ask for it once more', async () => {
    const p = await post();
    p.active.add(CARL);
    await asked(p);
    const message = { kind: 'consent_mail', no: 1, version: 1 } as const;
    await p.owes({ key: 'again:1', destination: byMailLater(2, CARA), message });
    await p.deliver();
    expect(p.stands()).toEqual(['owed', 'sent']);
  });

  it('is asked again when less is asked, and sees only what they say yes to', async () => {
    const p = await post();
    p.active.add(CARL);
    await asked(p);
    const less = {
      scopeId: 'read',
      allowedActions: ['Read the import log.'],
      moreOffLimits: 'Logs.',
      durationMs: HOUR / 2,
    };
    await p.does(ANN, approve(less), 1);
    await p.deliver();
    p.clock.turn(10 * MINUTE);
    await p.deliver();
    await p.deliver();
    expect(p.stands()).toEqual(['moot: less is asked now: a newer mail says what', 'sent']);
    expect(lines(p.last()).slice(0, 2).join(' ')).toMatch(/for 30 min\. You decide\. Scope: The read scope/);
    const [link] = linksIn(p.last());
    expect(await p.links.find(link?.token ?? '')).toMatchObject({ purpose: 'consent', version: 2 });
    expect(header(p.last(), 'References')).toMatch(/^<tsa-1\./);
  });

  it('gets no mail after they consented by the page', async () => {
    const p = await post();
    p.active.add(CARL);
    await asked(p);
    await p.does(cara, approve(), 1);
    p.clock.turn(10 * MINUTE);
    await p.deliver();
    expect(p.stands()[0]).toBe('moot: the customer has consented already');
  });
});
