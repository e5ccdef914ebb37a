import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kind } from '../../sandbox/deliver.ts';
import { signedRequest } from '../../sandbox/deliver.ts';
import { submissionPayload } from '../../src/slack/api/payload.ts';
import { written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { testApp } from '../support/test-app.ts';

/** Whatever Slack signs is answered: with a yes or a no, at once. Bolt alone would say 404 to it after three seconds. */

let s: TestApp;
let turn = 0;
afterAll(() => s.close());

type Thing = Record<string, unknown>;

const WHO: Thing = { user: { id: 'U0ADA', team_id: 'T0HARBOR' }, team: { id: 'T0HARBOR', domain: 'harbor' } };
const submission = (view: Thing = {}): Thing => ({
  type: 'view_submission',
  ...WHO,
  view: {
    id: 'V1',
    hash: 'h',
    type: 'modal',
    callback_id: 'tsa_request',
    private_metadata: '',
    blocks: [],
    state: { values: {} },
    ...view,
  },
});
const press = (more: Thing = {}): Thing => ({
  type: 'block_actions',
  ...WHO,
  trigger_id: 't',
  actions: [{ action_id: 'tsa_gone', block_id: 'b', action_ts: '1.1', value: '1' }],
  ...more,
});
const command = (more: Thing = {}): Thing => ({
  command: '/tsa',
  text: 'help',
  user_id: 'U0SAM',
  team_id: 'T0HARBOR',
  trigger_id: 't',
  ...more,
});
const happened = (event: unknown): Thing => ({ type: 'event_callback', team_id: 'T0HARBOR', event });
const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
const many = (count: number, of: unknown): Thing =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`b${i}`, of]));

/** What Slack may send and we do not use, or do no longer: a yes, so that it does not come again. */
const UNUSED: readonly (readonly [string, Kind, Thing])[] = [
  ['of a kind that is not known', 'interactive', { type: 'carrier_pigeon', ...WHO }],
  ['of no kind', 'interactive', {}],
  ['with numbers for names', 'interactive', { 1: 2 }],
  ['that a view was closed', 'interactive', { ...submission(), type: 'view_closed', is_cleared: true }],
  [
    'of a dialog of before',
    'interactive',
    { type: 'dialog_submission', ...WHO, callback_id: 'x', submission: {} },
  ],
  ['of a button of before', 'interactive', { type: 'interactive_message', ...WHO, actions: [{ name: 'a' }] }],
  ['of a menu of before', 'interactive', { type: 'interactive_message', ...WHO, name: 'menu', value: '' }],
  ['of a button that is gone', 'interactive', press()],
  ['without any action', 'interactive', press({ actions: [] })],
  ['of a form that is gone', 'interactive', submission({ callback_id: 'tsa_gone' })],
  [
    'of a menu that is gone',
    'interactive',
    { type: 'block_suggestion', ...WHO, action_id: 'tsa_gone', value: '' },
  ],
  [
    'of a shortcut that is gone',
    'interactive',
    { type: 'shortcut', ...WHO, callback_id: 'x', trigger_id: 't', action_ts: '1' },
  ],
  [
    'of a message’s shortcut without the message',
    'interactive',
    { type: 'message_action', ...WHO, callback_id: 'x' },
  ],
  ['of an event that we do not know', 'events_api', happened({ type: 'pigeon_landed' })],
  ['of an event of no kind', 'events_api', happened({})],
  [
    'of a function',
    'events_api',
    happened({ type: 'function_executed', function_execution_id: 'Fx1', inputs: {} }),
  ],
  ['of an event about nobody', 'events_api', happened({ type: 'app_home_opened', tab: 'home' })],
  [
    'of a change of somebody without a name',
    'events_api',
    happened({ type: 'user_change', user: { id: 7 } }),
  ],
  ['of a change of nobody', 'events_api', happened({ type: 'user_change', user: null })],
  ['of an event that is null', 'events_api', happened(null)],
  ['of an event in a channel that is null', 'events_api', happened({ type: 'message', channel: null })],
  ['that the app was uninstalled', 'events_api', happened({ type: 'app_uninstalled' })],
];

/** A command and a form that cannot be read: Slack shows the answer to whoever sent it. */
const SORRY: readonly (readonly [string, Kind, Thing])[] = [
  ['of a form that is not there', 'interactive', { type: 'view_submission', ...WHO }],
  ['of a form that is null', 'interactive', { type: 'view_submission', ...WHO, view: null }],
  ['of a form that is a text', 'interactive', { type: 'view_submission', ...WHO, view: 'V1' }],
  ['of a form without its hash', 'interactive', submission({ hash: undefined })],
  ['of a form without a name', 'interactive', submission({ callback_id: undefined })],
  ['of nobody', 'interactive', { ...submission(), user: null, team: null }],
  ['of somebody without an id', 'interactive', { ...submission(), user: {} }],
  ['of somebody whose id is a number', 'interactive', { ...submission(), user: { id: 7 } }],
  ['of a command without a trigger', 'slash_commands', { command: '/tsa', text: '', user_id: 'U0SAM' }],
  ['of a command by nobody', 'slash_commands', command({ user_id: '' })],
  ['of a command longer than anybody types', 'slash_commands', command({ text: 'request '.repeat(2_000) })],
  ['with 40,000 blocks that are none', 'interactive', submission({ blocks: Array(40_000).fill(1) })],
  ['with 10,000 fields that are none', 'interactive', submission({ state: { values: many(10_000, 1) } })],
  [
    'with 10,000 fields in one block',
    'interactive',
    submission({ state: { values: { b: many(10_000, { type: 1 }) } } }),
  ],
  [
    'with more typed into a field than there is room',
    'interactive',
    submission({ state: { values: { b: { a: { type: 'x', value: 'x '.repeat(9_000) } } } } }),
  ],
];

/** What is broken: a no. */
const BROKEN: readonly (readonly [string, Kind, Thing])[] = [
  ['of actions that are none', 'interactive', { ...press(), actions: 'all', user: null, team: null }],
  ['of a menu by nobody', 'interactive', { type: 'block_suggestion', action_id: 'tsa_in_tenant' }],
  ['of an event that is a number', 'events_api', happened(7)],
  ['of an event about a thing that is a text', 'events_api', happened({ type: 'message', item: 'x' })],
  ['33 deep', 'interactive', { ...press(), deep: nested(32) }],
  ['100,000 deep', 'interactive', { ...press(), deep: '@deep' }],
  ['with 50,001 things in it', 'interactive', { ...press(), many: Array(50_000).fill(1) }],
  ['with 60,000 blocks that are none', 'interactive', submission({ blocks: Array(60_000).fill(1) })],
];

describe('Over HTTP a payload', () => {
  beforeAll(async () => {
    s = await testApp('http');
  });

  async function post(kind: Kind, payload: Thing): Promise<number> {
    return (await posted(kind, payload)).status;
  }

  async function posted(kind: Kind, payload: Thing): Promise<{ status: number; text: string }> {
    // The same twice would be turned away as a repetition.
    const unique = { ...payload, api_app_id: `A${++turn}` };
    const signed = sealed(kind, unique);
    const response = await fetch(`http://127.0.0.1:${s.app.port}/slack/events`, {
      method: 'POST',
      ...signed,
    });
    return { status: response.status, text: await response.text() };
  }

  it.each(UNUSED)('%s is taken, and nothing is done', async (_, kind, payload) => {
    const before = await written(s);
    expect(await post(kind, payload)).toBe(200);
    expect(await written(s)).toEqual(before);
  });

  it.each(SORRY)('%s is answered with words, and nothing is done', async (_, kind, payload) => {
    const before = await written(s);
    expect(await posted(kind, payload)).toMatchObject({
      status: 200,
      text: expect.stringContaining('I could not read what Slack sent') as string,
    });
    expect(await written(s)).toEqual(before);
  });

  it.each(BROKEN)('%s is refused, and nothing is done', async (_, kind, payload) => {
    const before = await written(s);
    expect(await post(kind, payload)).toBe(400);
    expect(await written(s)).toEqual(before);
  });

  it('in which anything is anything else is answered, and so is the next one that is right', async () => {
    const kinds = fc.constantFrom<readonly [Kind, Thing]>(
      ['interactive', submission()],
      ['interactive', press()],
      ['interactive', { type: 'block_suggestion', ...WHO, action_id: 'tsa_in_tenant', value: 'n' }],
      [
        'interactive',
        { type: 'shortcut', ...WHO, callback_id: 'tsa_request', trigger_id: 't', action_ts: '1' },
      ],
      ['slash_commands', command()],
      ['events_api', happened({ type: 'user_change', user: { id: 'U0SAM' } })],
      [
        'events_api',
        happened({ type: 'member_joined_channel', user: 'U0SAM', channel: 'C1', event_ts: '1.1' }),
      ],
    );
    await fc.assert(
      fc.asyncProperty(kinds, fc.nat(), fc.jsonValue(), async ([kind, payload], at, odd) => {
        expect([200, 400]).toContain(await post(kind, changed(payload, at, odd)));
      }),
      { numRuns: 200 },
    );
    expect(await post('slash_commands', command({ trigger_id: 'right' }))).toBe(200);
  });

  it('of thousands of odd ones leaves a short log', async () => {
    const odd = [...UNUSED, ...SORRY.slice(0, -4), ...BROKEN.slice(0, -4)];
    s.logged.length = 0;
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let i = next++; i < 3_000; i = next++) {
        const [, kind, payload] = odd[i % odd.length] ?? ['', 'interactive', {}];
        const status = await post(kind, { ...payload, odd: `odd ${i}` });
        if (status !== 200 && status !== 400) throw new Error(`answered with ${status}`);
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    const lines = s.logged.flatMap((line) => line.split(/(?<=\n)/));
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(1_024);
    expect(Buffer.byteLength(lines.join(''))).toBeLessThan(100_000);
  }, 240_000);
});

describe('On the line of Socket Mode', () => {
  beforeAll(async () => {
    await s.close();
    s = await testApp('socket');
  });

  async function say(envelope: Thing): Promise<unknown> {
    const id = `odd-${++turn}`;
    const answer = s.sandbox.deliverer.answerTo(id);
    s.sandbox.deliverer.put(JSON.stringify({ envelope_id: id, ...envelope }));
    return answer;
  }

  it.each([...UNUSED, ...SORRY, ...BROKEN])(
    'a payload %s is acknowledged, and nothing is done',
    async (_, kind, payload) => {
      const before = await written(s);
      expect(await say({ type: kind, payload })).toMatchObject({ kind: 'acked' });
      expect(await written(s)).toEqual(before);
    },
  );

  it.each<[string, Thing]>([
    ['without a payload', { type: 'events_api' }],
    ['with a payload that is null', { type: 'events_api', payload: null }],
    ['with a payload that is a list', { type: 'interactive', payload: [] }],
    ['with an event that has no type', { type: 'events_api', payload: { event: {} } }],
    ['without an event', { type: 'events_api', payload: {} }],
    ['of no type', { payload: {} }],
    ['of a type that is not known', { type: 'pigeon', payload: {} }],
    // What the SDK calls its own events.
    ...['error', 'close', 'connected', 'disconnected', 'slack_event', 'ws_message'].flatMap(
      (type): [string, Thing][] => [
        [`that calls itself ${type}`, { type, payload: {} }],
        [`of an event that calls itself ${type}`, { type: 'events_api', payload: happened({ type }) }],
      ],
    ),
  ])('an envelope %s is acknowledged', async (_, envelope) => {
    expect(await say(envelope)).toEqual({ kind: 'acked', body: {} });
  });

  it.each([
    '',
    'null',
    '7',
    '"hello"',
    '[]',
    '{',
    '{}',
    '{"type":null}',
    '{"type":"events_api","payload":{"event":null}}',
    '{"type":"interactive","envelope_id":7,"payload":{}}',
    '{"type":"hello","envelope_id":',
    `{"type":"events_api","envelope_id":"x","payload":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  ])('%j is not listened to, and what comes after it is', async (text) => {
    s.sandbox.deliverer.put(text);
    const payload = command({ trigger_id: `after.${++turn}` });
    expect(await s.sandbox.deliverer.deliver('slash_commands', payload)).toMatchObject({ kind: 'acked' });
  });
});

it('What is wrong with each of thousands is not found out', () => {
  for (const view of [
    { blocks: Array(60_000).fill(1) },
    { state: { values: many(60_000, 1) } },
    { state: { values: { b: many(60_000, { type: 1 }) } } },
    { state: { values: { b: { a: { type: 'file_input', files: Array(60_000).fill({}) } } } } },
  ])
    expect(submissionPayload.safeParse(submission(view)).error?.issues).toHaveLength(1);
});

/** Signed as it is; with a depth that `JSON.stringify` cannot write, where that stands for it. */
function sealed(kind: Kind, payload: Thing): ReturnType<typeof signedRequest> {
  const seconds = Math.floor(s.clock.now() / 1_000);
  const { signingSecret } = s.sandbox.tokens;
  if (payload['deep'] !== '@deep') return signedRequest(kind, payload, signingSecret, seconds);
  const json = JSON.stringify(payload).replace('"@deep"', '['.repeat(100_000) + ']'.repeat(100_000));
  return signedRequest('slash_commands', { payload: json }, signingSecret, seconds);
}

/** The same with one of its things replaced by another. */
function changed(payload: Thing, at: number, odd: unknown): Thing {
  const places: (readonly [Thing, string])[] = [];
  const copy = structuredClone(payload);
  const walk = (thing: Thing): void => {
    for (const [key, value] of Object.entries(thing)) {
      places.push([thing, key]);
      if (typeof value === 'object' && value !== null) walk(value as Thing);
    }
  };
  walk(copy);
  const [thing, key] = places[at % places.length] ?? [copy, 'type'];
  thing[key] = odd;
  return copy;
}
