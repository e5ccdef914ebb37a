import { describe, expect, it, onTestFinished } from 'vitest';
import { createMailbox } from '../../sandbox/mail.ts';
import type { Mailbox } from '../../sandbox/mail.ts';
import type { Command } from '../../src/access/command.ts';
import type { Actor, World } from '../../src/access/people.ts';
import { certain } from '../../src/access/people.ts';
import type { Policy } from '../../src/access/policy.ts';
import { atHome, userElsewhere } from '../../src/access/whose.ts';
import { everything } from '../support/slack-acts.ts';
import { taking } from '../support/customers.ts';
import type { TestApp } from '../support/test-app.ts';
import { CHANNELS, GOOD, PEOPLE, testApp } from '../support/test-app.ts';

/** Every surface on which somebody can read: one of ours who is the customer's contact finds none of our own talk there. */

const ADDRESS = 'contact@northwind.example';
const PUBLIC = 'https://access.example.com';
const MINUTE = 60_000;
/** What only we may read is marked; each place of it differently, so that a leak says where it was. */
const MARK = 'not-for-the-customer';
const ROLE = `${MARK}-role`;
const secret = (what: string): string => `${MARK}-${what}: between ourselves.`;

interface Harbor {
  readonly s: TestApp;
  readonly mailbox: Mailbox;
  /** All that this person could read so far, each place by its name. */
  readonly read: Map<string, string>;
}

/** Harbor, whose customer's contact is one of its own people. */
async function harbor(contact: keyof typeof PEOPLE, channel: string | null): Promise<Harbor> {
  const mailbox = await createMailbox();
  onTestFinished(() => mailbox.close());
  const slack = userElsewhere(PEOPLE[contact].id, 'T0HARBOR');
  const contacts = [{ name: 'The Contact', slack, email: ADDRESS }];
  const s = await testApp('http', taking({ consent: 'required', channel, contacts }), undefined, {
    mail: { smtpUrl: mailbox.url, from: 'access@harbor.example' },
    publicUrl: PUBLIC,
  });
  onTestFinished(() => s.close());
  // What we say in our own channels is not theirs to read in the first place.
  for (const ours of [CHANNELS.alerts, CHANNELS.support, CHANNELS.review])
    s.sandbox.workspace.conversations.get(ours)?.members.delete(PEOPLE[contact].id);
  return { s, mailbox, read: new Map() };
}

const work = {
  tenantId: 'northwind',
  scopeId: 'read',
  owner: PEOPLE.sam.id,
  allowedActions: 'Look at the import log.',
  offLimits: 'Payment data.',
  reason: GOOD,
  caseRef: '',
  durationMs: 60 * MINUTE,
  roles: [ROLE],
};
const file: Command = {
  ...work,
  type: 'file',
  grantee: PEOPLE.sam.id,
  approvers: [PEOPLE.ada.id],
  notBefore: null,
};
const closeout = (gone: boolean): Command => ({
  type: 'close_out',
  fixed: 'yes',
  changed: 'Removed the duplicates.',
  confirmedBy: 'Erika Muster',
  checked: 'The invoices.',
  removed: [gone ? { role: ROLE, gone, by: PEOPLE.sam.id, how: secret('how') } : { role: ROLE, gone }],
  summary: '',
  productProblem: secret('product'),
  notes: secret('notes'),
  next: null,
});

/** Everything that is said among ourselves, in a few requests; after each step all that is owed is told. */
async function live({ s }: Harbor, contact: string): Promise<void> {
  const policy: Policy = atHome(s.policy, { teamId: 'T0HARBOR', enterpriseId: null });
  const guest = contact === PEOPLE.gus.id;
  const people: World['people'] = {
    standing: (user) => (user === contact && guest ? 'guest' : 'member'),
    members: () => new Set([PEOPLE.ada.id, PEOPLE.ben.id]),
    absence: () => undefined,
  };
  const by = (id: string): Actor => ({ kind: 'person', id });
  const does = async (no: number | null, id: string, command: Command): Promise<void> => {
    const world = certain(policy, people);
    const attempt = { command, requestNo: no, actor: by(id), world, delivery: null };
    const { refusal } = await s.app.handler.handle(attempt);
    if (refusal !== null) throw new Error(`${command.type}: ${JSON.stringify(refusal)}`);
    await s.later(MINUTE);
  };
  const { sam, ada, noor, mia } = PEOPLE;
  const approve: Command = { type: 'approve', less: null, typedTenantId: null };

  await does(null, sam.id, file);
  await does(1, ada.id, { type: 'ask_question', text: secret('question') });
  await does(1, sam.id, { type: 'answer_question', text: secret('answer') });
  await does(1, contact, approve);
  await does(1, ada.id, approve);
  await does(1, sam.id, { type: 'start' });
  await does(1, sam.id, { type: 'ask_extension', durationMs: 10 * MINUTE, reason: GOOD });
  await does(1, ada.id, { type: 'deny_extension', reason: secret('no-more-time') });
  await does(1, sam.id, { type: 'end', reason: '' });
  await does(1, sam.id, closeout(false));
  await does(1, sam.id, closeout(true));
  await does(1, ada.id, { type: 'contest_closeout', question: secret('contested') });
  await does(1, sam.id, closeout(true));

  await does(null, sam.id, file);
  await does(2, ada.id, { type: 'ask_question', text: secret('question') });
  await does(2, ada.id, { type: 'deny', reason: secret('denied') });
  await s.later(policy.limits.coolDownMs);

  await does(null, sam.id, {
    ...work,
    type: 'declare_emergency',
    reviewer: ada.id,
    durationMs: 10 * MINUTE,
  });
  await does(3, ada.id, { type: 'review_emergency', justified: true, note: secret('judged') });
  await does(3, sam.id, { type: 'end', reason: '' });
  await does(3, sam.id, closeout(true));

  const help: Command = {
    type: 'file_customer_request',
    tenantId: 'northwind',
    owner: mia.id,
    reason: GOOD,
    tried: '',
    expected: '',
    urgency: 'low',
    files: [],
    caseRef: '',
  };
  await does(null, contact, help);
  await does(4, noor.id, {
    type: 'accept',
    scopeId: 'read',
    allowedActions: 'Look at the import log.',
    offLimits: '',
    durationMs: 30 * MINUTE,
    roles: [ROLE],
  });
  await does(4, noor.id, { type: 'end', reason: '' });
  await does(4, noor.id, {
    type: 'close_out',
    fixed: 'yes',
    changed: 'Removed the duplicates.',
    confirmedBy: 'Erika Muster',
    checked: 'The invoices.',
    removed: [{ role: ROLE, gone: true, by: noor.id, how: secret('how') }],
    productProblem: secret('product'),
    summary: 'Each invoice shows once again.',
    notes: secret('notes'),
    next: null,
  });

  await does(null, sam.id, file);
  await does(5, ada.id, { type: 'ask_question', text: secret('question') });
  // What is open of their own stands on their Home.
  await does(null, contact, help);
}

const BUTTONS = [
  'show',
  'answer',
  'ask',
  'approve_less',
  'deny',
  'replace',
  'revoke',
  'close_out',
  'closeout_no',
  'justified',
  'hand_over',
  'extend',
  'extend_no',
  'accept',
  'file_again',
] as const;

async function lookInSlack({ s, read }: Harbor, contact: keyof typeof PEOPLE): Promise<void> {
  const me = s.cast[contact];
  const { workspace, humans } = s.sandbox;
  const forms = new Set<string>();
  const stop = workspace.onChange(() => {
    for (const { form } of workspace.stackOf(me.id)) forms.add(JSON.stringify(form));
  });
  for (const text of [
    ...[1, 2, 3, 4, 5].map((no) => `show TSA-${no}`),
    ...['show', 'mine', 'active', 'history northwind', `history @${PEOPLE.sam.name}`, 'review'],
  ]) {
    const before = me.hears('#shared-northwind').length;
    await me.types('#shared-northwind', `/tsa ${text}`);
    read.set(`/tsa ${text}`, me.hears('#shared-northwind').slice(before).join('\n'));
  }
  const place = { channel: CHANNELS.northwind, ts: '1.1' };
  const press = (action: string, value: string): Promise<void> =>
    humans.pressStale(me.id, place, { type: 'button', block_id: 'b', action_id: `tsa_${action}`, value });
  for (const action of BUTTONS)
    for (const no of [1, 2, 3, 4, 5]) {
      workspace.stackOf(me.id).length = 0;
      await press(action, String(no));
    }
  const home = await me.opensHome();
  read.set('Home', home.text);
  await press('customer_history', 'northwind');
  read.set('history', (await me.modal('Support history')).text);
  // What was begun is finished before it stops.
  await s.restart();
  stop();
  for (const [i, form] of [...forms].entries()) read.set(`form ${i}`, form);
  const messages = everything(s).filter(({ channel, onlyFor }) => {
    const there = workspace.conversations.get(channel)?.members.has(me.id) === true;
    return there && (onlyFor === null || onlyFor === me.id);
  });
  for (const [i, message] of messages.entries())
    read.set(`message ${i} in ${message.channel}`, JSON.stringify([message.text, message.blocks]));
}

async function lookOutside({ s, mailbox, read }: Harbor): Promise<void> {
  await s.cast.mia.types('#support', '/tsa invite northwind');
  await s.later(0);
  const asked = await fetch(`http://127.0.0.1:${s.app.port}/tenants`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `email=${encodeURIComponent(ADDRESS)}`,
  });
  await asked.text();
  await s.later(0);
  const links = new Set<string>();
  for (const [i, mail] of mailbox.mails.entries()) {
    const { subject, text, html } = mail.parsed;
    read.set(`mail ${i}: ${subject ?? ''}`, [subject, text, html].join('\n'));
    for (const [, path = ''] of (text ?? '').matchAll(/https:\/\/access\.example\.com(\/[rt]\/[\w-]+)/g))
      links.add(path);
  }
  const page = async (path: string): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${s.app.port}${path}`);
    read.set(path.replace(/\/[\w-]{40,}/, '/…'), `${read.get(path) ?? ''}${await response.text()}`);
  };
  const tenant = [...links].filter((path) => path.startsWith('/t/')).at(-1);
  if (tenant === undefined) throw new Error('there is no link to the page');
  for (const path of links) await page(path);
  for (const path of ['', '/1', '/2', '/3', '/4', '/5', '/record.csv', '/status.json', '/ask'])
    await page(`${tenant}${path}`);
}

describe('The customer’s contact', () => {
  it.each([
    ['a guest of ours', 'gus', CHANNELS.northwind],
    ['a guest of ours, where there is no channel', 'gus', null],
    ['an auditor of ours', 'otto', CHANNELS.northwind],
  ] as const)(
    'who is %s reads the record everywhere, and our own talk nowhere',
    async (_, contact, channel) => {
      const h = await harbor(contact, channel);
      await live(h, PEOPLE[contact].id);
      await lookInSlack(h, contact);
      await lookOutside(h);
      const leaks = [...h.read].filter(([, text]) => text.includes(MARK));
      expect(leaks).toEqual([]);
      // They do read: the record of each, in Slack, on the page and by mail.
      for (const no of [1, 2, 3, 4, 5]) expect(h.read.get(`/tsa show TSA-${no}`)).toContain(GOOD);
      for (const place of ['Home', 'history', '/t/…', '/t/…/1', '/t/…/record.csv'])
        expect(h.read.get(place), place).toMatch(/TSA-/);
      expect([...h.read.keys()].filter((name) => name.startsWith('mail')).length).toBeGreaterThan(8);
      expect(
        [...h.read.values()].filter((text) => text.includes('Each invoice shows once')).length,
      ).toBeGreaterThan(3);
      // And we do.
      const { mia } = h.s.cast;
      const told = mia.hears('#support').length;
      for (const no of [1, 2, 3, 4, 5]) await mia.types('#support', `/tsa show TSA-${no}`);
      await mia.types('#support', '/tsa review');
      const ours = mia.hears('#support').slice(told).join('\n');
      for (const what of [
        'question',
        'answer',
        'no-more-time',
        'contested',
        'denied',
        'judged',
        'notes',
        'product',
      ])
        expect(ours).toContain(`${MARK}-${what}`);
    },
  );
});
