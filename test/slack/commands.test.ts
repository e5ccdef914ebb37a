import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withTenants } from '../../src/access/policy.ts';
import { ALIASES, COMMANDS } from '../../src/slack/help/slice.ts';
import { written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, testApp } from '../support/test-app.ts';

let s: TestApp;
beforeEach(async () => {
  s = await testApp();
});
afterEach(() => s.close());

/** What `/tsa …` answers to whoever typed it. */
async function tsa(words: string, who: keyof TestApp['cast'] = 'sam'): Promise<string> {
  await s.cast[who].types('#support', `/tsa ${words}`);
  return s.cast[who].hears('#support').at(-1) ?? '';
}

async function approved(tenant: string, no: number): Promise<void> {
  await file(s, { tenant });
  await s.cast.ada.presses('Approve', 'app', new RegExp(`TSA-${no}\\b.*asks for your approval`));
  await s.cast.sam.waitFor('app', new RegExp(`TSA-${no}\\b.*Approved by`));
}

describe('/tsa', () => {
  it.each(['', 'help', 'HELP', '   help  me '])(
    '%j says what one can do, with buttons to begin',
    async (words) => {
      expect(await tsa(words)).toMatch(/`\/tsa request \[tenant\]`[\s\S]*`\/tsa active`/);
      const said = s.cast.sam.sees('#support').at(-1);
      expect(said?.buttons).toEqual(['Request access', 'Who is in now?']);
      await s.cast.sam.presses('Request access', '#support');
      expect((await s.cast.sam.modal('Request access')).labels).toContain('Tenant');
      await s.cast.sam.presses('Who is in now?', '#support');
      await s.cast.sam.waitFor('#support', /Nobody is in a tenant right now/);
    },
  );

  it.each([
    ['strat', 'start'],
    ['hlep', 'help'],
    ['acitve', 'active'],
    ['requst northwind', 'request'],
    ['revieww', 'review'],
    ['shwo TSA-1', 'show'],
  ])('%s is answered with what was probably meant', async (typed, meant) => {
    expect(await tsa(typed)).toContain(`Did you mean \`/tsa ${meant}\`?`);
  });

  it.each(['approve TSA-1', 'Deny', 'hand over'])('%s is done with a button, and says so', async (typed) => {
    expect(await tsa(typed)).toMatch(/is a button: on the card, in your direct message from me\.$/);
  });

  it.each([
    ['that is short and like no other', 'foo'],
    ['that is like no other', 'frobnicate'],
    ['that every object has', 'constructor'],
    ['that every object hides', '__proto__'],
    ['of 3,000 letters', 'x'.repeat(3_000)],
    ['of pictures', '🦄🦄🦄🦄'],
  ])('an unknown word %s is answered with where to look', async (_, typed) => {
    const said = await tsa(typed);
    expect(said).toMatch(/^I don’t know “.*See what I can do with `\/tsa help`\.$/);
    expect(said.length).toBeLessThan(200);
  });

  it('an unknown word that would ping is only quoted', async () => {
    expect(await tsa('<!channel> <@U0OTTO>')).toContain('“&lt;!channel&gt;”');
  });
});

describe('what was typed', () => {
  it.each([
    ['R&D', 'R&amp;D'],
    ['<3', '&lt;3'],
    ['&amp;', '&amp;amp;'],
  ])('%j is read as it was typed, and quoted as that', async (word, quoted) => {
    expect(await tsa(word)).toContain(`I don’t know “${quoted}”`);
  });

  it('finds a tenant by a name with such letters in it', async () => {
    await s.restart((policy) => {
      return withTenants(policy, (one) =>
        one.id === 'contoso' ? { ...one, name: 'Contoso R&D <EU>' } : one,
      );
    });
    await tsa('history Contoso R&D <EU>');
    expect(await s.cast.sam.waitFor('#support', /requests? in 30 days/)).toMatchObject({
      text: expect.stringContaining('Contoso R&D <EU>') as string,
    });
  });
});

describe('the README', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

  it('lists every command with what it does and its other words, and no more', () => {
    const [, table = ''] = /<!-- commands -->([\s\S]*)<!-- \/commands -->/.exec(readme) ?? [];
    const [, , ...rows] = table.trim().split('\n');
    expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).toEqual(
      COMMANDS.map(([command, what]) => {
        const [word] = command.split(' ');
        const also = [...ALIASES].flatMap(([alias, meant]) => (meant === word ? [`\`${alias}\``] : []));
        const first = `| \`/tsa ${command.replaceAll('|', String.raw`\|`)}\` | ${what} |`;
        return `${first} ${also.join(', ')} |`.replaceAll(/ +/g, ' ');
      }),
    );
  });

  it('lists only what is known', async () => {
    for (const word of [...COMMANDS.map(([command]) => command.split(' ')[0] ?? ''), ...ALIASES.keys()]) {
      await s.cast.sam.types('#support', `/tsa ${word}`);
      expect(s.cast.sam.hears('#support').at(-1) ?? '').not.toMatch(/I don’t know/);
    }
  });
});

/** Both sessions, by a number in one form and by the only one left. */
async function started(): Promise<void> {
  expect(await tsa('start tsa-1')).toMatch(/^TSA-1 is started/);
  expect(await tsa('start')).toMatch(/^TSA-2 is started/);
}

/** Which requests the modal of the command offers. */
async function chosen(word: string): Promise<readonly string[]> {
  await s.cast.sam.types('#support', `/tsa ${word}`);
  const modal = await s.cast.sam.modal(`/tsa ${word}`);
  const options = await modal.options('Which one?');
  s.cast.sam.closes();
  return options.map((option) => option.text.split(' ')[0] ?? '');
}

describe('without a number', () => {
  it('start, end and show say so when there is nothing', async () => {
    expect(await tsa('start')).toMatch(/You have no approved access that waits to be started/);
    expect(await tsa('end')).toBe('You have no session that is running now.');
    expect(await tsa('show')).toMatch(/^Nothing of yours is open\./);
    expect((await written(s)).refused).toEqual([]);
  });

  it('start, show and end take the only one there is', async () => {
    await approved('Northwind Traders · production', 1);
    expect(await tsa('start')).toMatch(/^TSA-1 is started\. It ends <!date/);
    expect(await tsa('show')).toMatch(/TSA-1\* · <@U0SAM> is in Northwind Traders/);
    expect(await tsa('end')).toMatch(/^TSA-1 is ended/);
    expect(await tsa('end')).toBe('You have no session that is running now.');
  });

  it('start, show and end ask which, where there are several, and take the number in any form', async () => {
    await approved('Northwind Traders · production', 1);
    await approved('Contoso', 2);
    for (const word of ['start', 'show', 'end']) {
      if (word === 'end') await started();
      expect(await chosen(word)).toEqual(['TSA-2', 'TSA-1']);
    }
    expect(await tsa('end 2')).toMatch(/^TSA-2 is ended/);
    expect(await tsa('end')).toMatch(/^TSA-1 is ended/);
  });
});

describe('with a number', () => {
  it.each(['start', 'end', 'cancel', 'revoke', 'extend', 'closeout'])(
    '/tsa %s says when there is no such request, and changes nothing',
    async (verb) => {
      expect(await tsa(`${verb} TSA-99`)).toMatch(/^There is no TSA-99\./);
      expect((await written(s)).life).toEqual([]);
    },
  );

  it.each(['later', 'TSA-', '-1', '0', '1e3', '99999999999', 'TSA-1 now', '<!channel>'])(
    'start %s is answered with how to write it',
    async (words) => {
      expect(await tsa(`start ${words}`)).toBe('Write it like `/tsa start TSA-42`.');
      expect(await tsa(`show ${words}`)).toBe('Write it like `/tsa show TSA-42`.');
    },
  );

  it('somebody else’s session is neither started nor ended, and only insiders see the record', async () => {
    await approved('Northwind Traders · production', 1);
    expect(await tsa('start TSA-1', 'noor')).toMatch(/Nothing was changed: only the grantee \(<@U0SAM>\)/);
    expect(await tsa('start TSA-1')).toMatch(/is started/);
    expect(await tsa('end TSA-1', 'ada')).toMatch(/Nothing was changed: only the grantee/);
    expect(await tsa('start TSA-1')).toMatch(/TSA-1 was started by <@U0SAM>/);
    expect(await tsa('show TSA-1', 'otto')).toMatch(/is in Northwind Traders/);
    expect(await tsa('show TSA-1', 'gus')).toMatch(/There is no TSA-1 that you can see/);
    expect(await tsa('show TSA-2', 'gus')).toMatch(/There is no TSA-2 that you can see/);
    expect(await tsa('review', 'gus')).toMatch(/for the people whom the policy lists/);
  });
});
