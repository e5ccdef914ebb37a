import { afterEach, describe, expect, it } from 'vitest';
import type { Kind } from '../../sandbox/deliver.ts';
import { userObject } from '../../sandbox/methods.ts';
import { written } from '../support/slack-acts.ts';
import { ANN_IN_SLACK, ISSUE, taking } from '../support/customers.ts';
import type { Mode, TestApp } from '../support/test-app.ts';
import { file, GOOD, PEOPLE, testApp } from '../support/test-app.ts';

/** What comes from another workspace under the ids of our people, in every payload that Slack has: over the real protocols. */

let s: TestApp;
afterEach(() => s.close());

const OURS = 'T0HARBOR';
const EVIL = 'T0EVIL';
const MODES: readonly Mode[] = ['socket', 'http'];

interface From {
  /** The person's own team. */
  readonly own: string | null;
  /** The team that the payload is of; in a shared channel it may be ours. */
  readonly team: { readonly id: string; readonly enterprise_id?: string } | null;
}
const SHARED: From = { own: EVIL, team: { id: OURS } };
const THEIRS: From = { own: EVIL, team: { id: EVIL, enterprise_id: 'E0EVIL' } };
const UNTOLD: From = { own: null, team: { id: EVIL } };
const NOWHERE: From = { own: null, team: null };
const STRANGE: readonly (readonly [string, From])[] = [
  ['in a shared channel', SHARED],
  ['in their own workspace', THEIRS],
  ['where the person’s team is not told', UNTOLD],
  ['where no team is told', NOWHERE],
];

const interactive = (user: string, { own, team }: From, more: object): Record<string, unknown> => ({
  api_app_id: 'A0TSA',
  team,
  enterprise: null,
  is_enterprise_install: false,
  user: { id: user, username: 'x', ...(own === null ? {} : { team_id: own }) },
  trigger_id: `${s.sandbox.workspace.newId('')}.1`,
  ...more,
});

/** Each press is another one: a repetition would be told what became of the first. */
const press = (user: string, from: From, action: string, value = '1'): Record<string, unknown> =>
  interactive(user, from, {
    type: 'block_actions',
    container: { type: 'message', channel_id: 'C0ALERTS', message_ts: '1.1' },
    actions: [
      { type: 'button', action_id: action, block_id: 'b', value, action_ts: s.sandbox.workspace.newTs() },
    ],
  });

const typed = (block: string, value: string) => ({
  [block]: { [`tsa_in_${block}`]: { type: 'plain_text_input', value } },
});
const submit = (
  user: string,
  from: From,
  callback: string,
  metadata: string,
  values: object,
): Record<string, unknown> =>
  interactive(user, from, {
    type: 'view_submission',
    view: {
      id: 'V1',
      hash: s.sandbox.workspace.newTs(),
      callback_id: callback,
      private_metadata: metadata,
      blocks: [],
      state: { values },
    },
  });

const command = (
  user: string,
  text: string,
  from: { team_id: string; enterprise_id?: string } = { team_id: EVIL, enterprise_id: 'E0EVIL' },
): Record<string, unknown> => ({
  command: '/tsa',
  text,
  user_id: user,
  channel_id: 'C0SUPPORT',
  trigger_id: `${s.sandbox.workspace.newId('')}.1`,
  response_url: 'http://127.0.0.1:1/none',
  ...from,
});

const event = (what: object, from: string, installed: string): Record<string, unknown> => ({
  type: 'event_callback',
  team_id: from,
  api_app_id: 'A0TSA',
  event_id: s.sandbox.workspace.newId('Ev'),
  event_time: 1,
  event: { event_ts: '1.1', ...what },
  authorizations: [{ enterprise_id: null, team_id: installed, user_id: 'U0TSABOT', is_bot: true }],
});

async function send(kind: Kind, payload: Record<string, unknown>): Promise<string> {
  const answer = await s.sandbox.deliverer.deliver(kind, payload);
  if (answer.kind === 'failed') throw new Error(answer.why);
  return JSON.stringify(answer.body);
}

/** What the people of the example company can do with one button each, as far as the request has come. */
const BUTTONS = [
  ['an approver', 'pending', PEOPLE.ada.id, 'tsa_approve', 'approve'],
  ['a requester', 'pending', PEOPLE.sam.id, 'tsa_cancel', 'cancel'],
  ['a grantee', 'approved', PEOPLE.sam.id, 'tsa_start', 'start'],
  ['a grantee in a session', 'active', PEOPLE.sam.id, 'tsa_end', 'end'],
] as const;

async function come(to: (typeof BUTTONS)[number][1]): Promise<void> {
  await file(s);
  await s.cast.ada.waitFor('app', /asks for your approval/);
  if (to === 'pending') return;
  await s.cast.ada.presses('Approve', 'app', /TSA-1/);
  await s.cast.sam.waitFor('app', /can start the session/);
  if (to === 'active') await s.cast.sam.presses('Start session', 'app', /TSA-1/);
}

describe.each(MODES)('By %s, a press under the id of one of ours', (mode) => {
  it.each(BUTTONS)('as %s of a request that is %s does nothing', async (_, phase, user, action, tried) => {
    s = await testApp(mode);
    await come(phase);
    const before = await written(s);
    for (const [, from] of STRANGE) await send('interactive', press(user, from, action));
    const after = await written(s);
    expect(after.life).toEqual(before.life);
    // The same press of the same person again is counted with the first.
    expect(after.refused).toEqual([
      `${user}@${EVIL} ${tried} actor_not_able`,
      `${user}@? ${tried} actor_not_able`,
    ]);
    await send('interactive', press(user, { own: OURS, team: { id: OURS } }, action));
    expect((await written(s)).life.length).toBeGreaterThan(before.life.length);
  });
});

describe('A form under the id of one of ours', () => {
  it.each(STRANGE)('stops, denies, judges and hands over nothing %s', async (_, from) => {
    s = await testApp('http');
    await come('active');
    const before = await written(s);
    const tries = [
      submit(PEOPLE.mia.id, from, 'tsa_revoke_form', '1', typed('why', 'Stop it at once, please.')),
      submit(PEOPLE.ada.id, from, 'tsa_deny_why', '1', typed('typed', 'No, not like this.')),
      submit(PEOPLE.sam.id, from, 'tsa_extend_form', '1', typed('reason', GOOD)),
      submit(PEOPLE.mia.id, from, 'tsa_away_form', '', {
        ...typed('delegate', PEOPLE.otto.id),
        ...typed('until', String(Math.floor(s.clock.now() / 1_000) + 3_600)),
        ...typed('whom', PEOPLE.ada.id),
      }),
      submit(PEOPLE.sam.id, from, 'tsa_emergency_form', '', {
        ...typed('tenant', 'northwind'),
        ...typed('scope', 'read'),
        ...typed('reason', GOOD),
        ...typed('allowed', 'Everything.'),
        ...typed('duration', '10m'),
        ...typed('reviewer', PEOPLE.ada.id),
      }),
      submit(PEOPLE.sam.id, from, 'tsa_request', '', {
        ...typed('tenant', 'northwind'),
        ...typed('scope', 'read'),
        ...typed('reason', GOOD),
        ...typed('allowed', 'Everything.'),
        ...typed('duration', '600000'),
        ...typed('approver1', PEOPLE.ada.id),
        ...typed('grantee', PEOPLE.sam.id),
        ...typed('owner', PEOPLE.sam.id),
      }),
    ];
    for (const one of tries) await send('interactive', one);
    const after = await written(s);
    expect(after.life).toEqual(before.life);
    expect(after.refused.length).toBeGreaterThan(0);
    for (const line of after.refused) expect(line).toMatch(/^U0\w+@(?:T0EVIL|\?) \w+ actor_not_able$/);
    expect(new Set(after.refused.map((line) => line.split(' ')[1]))).toEqual(
      new Set(['revoke', 'set_absence', 'declare_emergency', 'file', 'deny', 'ask_extension']),
    );
  });

  it.each(STRANGE)('names no tenant of ours while somebody types %s', async (_, from) => {
    s = await testApp('http');
    const suggest = (where: From): Promise<string> =>
      send(
        'interactive',
        interactive(PEOPLE.sam.id, where, {
          type: 'block_suggestion',
          action_id: 'tsa_in_tenant',
          block_id: 'tenant',
          value: 'north',
        }),
      );
    expect(await suggest(from)).not.toContain('Northwind');
    expect(await suggest({ own: OURS, team: { id: OURS } })).toContain('Northwind');
  });
});

describe('A command under the id of one of ours', () => {
  it.each(['show TSA-1', 'active', 'history northwind', 'mine', 'review', 'show'])(
    '/tsa %s shows nothing',
    async (text) => {
      s = await testApp('socket');
      await come('active');
      for (const user of [PEOPLE.mia.id, PEOPLE.ada.id, PEOPLE.sam.id]) {
        const answer = await send('slash_commands', command(user, text));
        expect(answer).not.toMatch(/Northwind|import log|U0SAM|Invoices/);
      }
      expect(await send('slash_commands', command(PEOPLE.mia.id, 'show TSA-1', { team_id: OURS }))).toMatch(
        /Northwind/,
      );
    },
  );

  it.each(['start TSA-1', 'start', 'cancel TSA-1', 'channel northwind', 'invite northwind'])(
    '/tsa %s does nothing',
    async (text) => {
      s = await testApp('socket', taking());
      await come('approved');
      const before = await written(s);
      const seen = (): number => [...s.cast.ann.sees('#shared-northwind'), ...s.cast.ann.sees('app')].length;
      const saw = seen();
      for (const user of [PEOPLE.sam.id, PEOPLE.mia.id]) await send('slash_commands', command(user, text));
      await s.later(0);
      expect((await written(s)).life).toEqual(before.life);
      expect(seen()).toBe(saw);
    },
  );
});

describe('An event of another workspace', () => {
  it('draws nobody’s Home', async () => {
    s = await testApp('socket');
    await s.cast.mia.opensHome();
    const { hash } = s.sandbox.workspace.homes.get(PEOPLE.mia.id) ?? {};
    const opened = { type: 'app_home_opened', user: PEOPLE.mia.id, tab: 'home', channel: 'D1' };
    await send('events_api', event(opened, EVIL, EVIL));
    await send('events_api', event(opened, EVIL, OURS));
    await send('events_api', event({ ...opened, user_team: EVIL }, OURS, OURS));
    // What was begun is finished before it stops.
    await s.restart();
    expect(s.sandbox.workspace.homes.get(PEOPLE.mia.id)?.hash).toBe(hash);
  });

  it('makes nobody of ours leave', async () => {
    s = await testApp('http');
    await come('pending');
    const ada = s.sandbox.workspace.people.get(PEOPLE.ada.id);
    if (ada === undefined) throw new Error('Ada is gone');
    const gone = { ...userObject(ada, s.sandbox.workspace), deleted: true };
    const change = (user: object): object => ({ type: 'user_change', user });
    await send('events_api', event(change({ ...gone, team_id: EVIL }), OURS, OURS));
    await send('events_api', event(change(gone), EVIL, EVIL));
    await s.cast.ada.presses('Approve', 'app', /TSA-1/);
    expect((await written(s)).life).toContain('TSA-1 grant.issued');
  });
});

describe('On Enterprise Grid', () => {
  it('people of the organisation are ours, those of another organisation are not', async () => {
    s = await testApp('http');
    s.sandbox.workspace.enterpriseId = 'E0OURS';
    await s.restart();
    await come('approved');
    const other: readonly From[] = [
      { own: 'E0EVIL', team: { id: OURS, enterprise_id: 'E0OURS' } },
      { own: EVIL, team: { id: OURS, enterprise_id: 'E0OURS' } },
      { own: EVIL, team: { id: EVIL, enterprise_id: 'E0EVIL' } },
    ];
    for (const from of other) await send('interactive', press(PEOPLE.sam.id, from, 'tsa_start'));
    expect((await written(s)).life).not.toContain('TSA-1 session.started');
    await send(
      'interactive',
      press(PEOPLE.sam.id, { own: 'E0OURS', team: { id: OURS, enterprise_id: 'E0OURS' } }, 'tsa_start'),
    );
    expect((await written(s)).life).toContain('TSA-1 session.started');
    const sibling = { team_id: 'T0SIBLING', enterprise_id: 'E0OURS' };
    expect(await send('slash_commands', command(PEOPLE.sam.id, 'end TSA-1', sibling))).not.toContain(
      'Nothing was changed',
    );
    expect((await written(s)).life).toContain('TSA-1 session.ended');
  });
});

describe('The customer’s contact in a shared channel', () => {
  const CONTACT: From = { own: 'T0NORTHWIND', team: { id: OURS } };

  it.each([
    ['told as of our workspace', CONTACT],
    ['told as of theirs', { own: 'T0NORTHWIND', team: { id: 'T0NORTHWIND' } }],
  ] as const)('asks and cancels, with the payload %s, and is known with their team', async (_, from) => {
    s = await testApp('http', taking());
    await send(
      'interactive',
      submit(PEOPLE.ann.id, from, 'tsa_customer_request', 'northwind', typed('issue', ISSUE)),
    );
    expect((await written(s)).life).toEqual(['TSA-1 customer_request.filed']);
    await send('interactive', press(PEOPLE.ann.id, { ...CONTACT, own: EVIL }, 'tsa_cancel'));
    await send('interactive', press(PEOPLE.ann.id, { own: OURS, team: { id: OURS } }, 'tsa_cancel'));
    expect((await written(s)).life).toEqual(['TSA-1 customer_request.filed']);
    await send('interactive', press(PEOPLE.ann.id, from, 'tsa_cancel'));
    expect((await written(s)).life).toEqual(['TSA-1 customer_request.filed', 'TSA-1 request.cancelled']);
    const { refused } = await written(s);
    expect(refused.map((line) => line.split(' ')[0])).toEqual([`${PEOPLE.ann.id}@${EVIL}`, PEOPLE.ann.id]);
    const shown = await send('slash_commands', command(PEOPLE.mia.id, 'show TSA-1', { team_id: OURS }));
    expect(shown).toContain(`<@${PEOPLE.ann.id}> took it back`.replace('took it back', 'cancelled'));
    expect(shown).not.toContain(ANN_IN_SLACK);
  });

  it('is found in the history by their name, as people write it', async () => {
    s = await testApp('http', taking());
    const issue = typed('issue', ISSUE);
    await send('interactive', submit(PEOPLE.ann.id, CONTACT, 'tsa_customer_request', 'northwind', issue));
    await s.cast.mia.types('#support', `/tsa history <@${PEOPLE.ann.id}>`);
    await s.cast.mia.waitFor('#support', /1 request in 30 days: .*TSA-1/s);
  });
});
