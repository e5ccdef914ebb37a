import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign, signedRequest } from '../../sandbox/deliver.ts';
import { written } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { file, requestForm, testApp } from '../support/test-app.ts';

/** Forged requests, in HTTP mode: whatever does not come from Slack, now and once, changes nothing. */

let s: TestApp;
beforeAll(async () => {
  s = await testApp('http');
  await file(s);
  await s.cast.ada.waitFor('app', /asks for your approval/);
});
afterAll(() => s.close());

const FORM = 'application/x-www-form-urlencoded';
const nowS = (): number => Math.floor(s.clock.now() / 1_000);

/** Ada presses Approve: what each of these requests would do if it were let in. */
const press = (): Record<string, unknown> => ({
  type: 'block_actions',
  user: { id: 'U0ADA', team_id: 'T0HARBOR' },
  team: { id: 'T0HARBOR', domain: 'harbor' },
  api_app_id: 'A0TSA',
  container: { type: 'message', channel_id: 'D0ADA', message_ts: '1.1' },
  trigger_id: '1.1',
  actions: [{ type: 'button', action_id: 'tsa_approve', block_id: 'b', action_ts: '1.1', value: '1' }],
});

async function post(
  body: string,
  headers: Record<string, string>,
  path = '/slack/events',
  method = 'POST',
): Promise<number> {
  const url = `http://127.0.0.1:${s.app.port}${path}`;
  const response = await fetch(url, { method, headers, ...(method === 'POST' ? { body } : {}) });
  await response.text();
  return response.status;
}
const signed = (body: string, type = FORM, at = nowS()): Promise<number> =>
  post(body, {
    'content-type': type,
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': sign(body, s.sandbox.tokens.signingSecret, at),
  });
const slackPress = (at = nowS()): ReturnType<typeof signedRequest> =>
  signedRequest('interactive', press(), s.sandbox.tokens.signingSecret, at);

/** What the list holds that is answered. */
async function offered(body: string, headers: Record<string, string>): Promise<string> {
  const url = `http://127.0.0.1:${s.app.port}/slack/events`;
  return (await fetch(url, { method: 'POST', headers, body })).text();
}

/** Turned away with this status, and not a byte was written. */
async function isTurnedAway(status: number, send: () => Promise<number>): Promise<void> {
  const before = await written(s);
  expect(await send()).toBe(status);
  expect(await written(s)).toEqual(before);
}

describe('a request is turned away', () => {
  it('without a signature', () => isTurnedAway(401, () => post(slackPress().body, { 'content-type': FORM })));

  it.each([
    ['of another secret', (body: string) => sign(body, 'another-secret-of-somebody', nowS())],
    ['of another body', () => sign('payload=1', s.sandbox.tokens.signingSecret, nowS())],
    ['of another moment', (body: string) => sign(body, s.sandbox.tokens.signingSecret, nowS() - 1)],
    ['that is cut off', (body: string) => sign(body, s.sandbox.tokens.signingSecret, nowS()).slice(0, -1)],
    ['that is empty', () => ''],
    ['that is none', () => 'v0='],
    [
      'of another version',
      (body: string) => sign(body, s.sandbox.tokens.signingSecret, nowS()).replace('v0', 'v1'),
    ],
  ])('with a signature %s', (_, signature) =>
    isTurnedAway(401, () => {
      const { body, headers } = slackPress();
      return post(body, { ...headers, 'x-slack-signature': signature(body) });
    }),
  );

  it.each([
    ['six minutes old', -360],
    ['five minutes and a bit old', -302],
    ['six minutes ahead', 360],
    ['a year ahead', 31_536_000],
  ])('that is %s, however well signed', (_, offset) =>
    isTurnedAway(401, () => {
      const { body, headers } = slackPress(nowS() + offset);
      return post(body, headers);
    }),
  );

  it.each(['', 'now', 'NaN', 'Infinity', '-1', '0x7fffffff'])('with the timestamp %j', (at) =>
    isTurnedAway(401, () => {
      const { body, headers } = slackPress();
      return post(body, { ...headers, 'x-slack-request-timestamp': at });
    }),
  );

  it('that says ssl_check without a signature, and brings a payload along', () =>
    isTurnedAway(401, () => post(`ssl_check=1&${slackPress().body}`, { 'content-type': FORM })));

  it('to another path, or by another method', async () => {
    const { body, headers } = slackPress();
    await isTurnedAway(404, () => post(body, headers, '/'));
    await isTurnedAway(404, () => post(body, headers, '/slack/events/more'));
    await isTurnedAway(404, () => post(body, headers, '/slack/events', 'GET'));
  });

  it.each([
    ['payload=null', FORM],
    ['payload=%5B%5D', FORM],
    ['payload=%5B%7B%7D%5D', FORM],
    ['payload=1', FORM],
    ['payload=%22x%22', FORM],
    ['payload=%7B%22type%22%3A', FORM],
    ['payload=', FORM],
    ['payload=%7B%7D&payload=%7B%7D', FORM],
    ['payload[]=1', FORM],
    ['', FORM],
    ['null', 'application/json'],
    ['[]', 'application/json'],
    ['{"type":', 'application/json'],
  ])('that is signed but holds %j as %s', (body, type) => isTurnedAway(400, () => signed(body, type)));
});

describe('a large request', () => {
  it('of 2 MB is refused with the reason, signed or not', async () => {
    const large = `payload=${'x'.repeat(2 * 1_048_576)}`;
    await isTurnedAway(413, () => signed(large));
    await isTurnedAway(413, () => post(large, { 'content-type': FORM }));
  });

  it('is too large from one byte over 1 MiB', async () => {
    const body = `payload=${'x'.repeat(1_048_576 - 'payload='.length)}`;
    await isTurnedAway(400, () => signed(body));
    await isTurnedAway(413, () => signed(`${body}x`));
  });

  it('without end is cut off', async () => {
    const before = await written(s);
    const chunk = 'x'.repeat(65_536);
    const ended = await new Promise<string>((resolve) => {
      const endless = request({ port: s.app.port, path: '/slack/events', method: 'POST' }, (response) => {
        resolve(String(response.statusCode));
      });
      const more = (): void => {
        while (endless.write(chunk));
      };
      endless.on('drain', more);
      endless.on('error', () => {
        resolve('cut off');
      });
      more();
    });
    expect(['cut off', '413']).toContain(ended);
    expect(await written(s)).toEqual(before);
  });
});

describe('a request of Slack’s own', () => {
  it('that checks the certificate is answered, and a payload beside it is not looked at', () =>
    isTurnedAway(200, () => signed(`ssl_check=1&${slackPress().body}`)));

  it('from a clock that is nearly five minutes off is let in', async () => {
    const { body, headers } = signedRequest(
      'events_api',
      { type: 'url_verification', challenge: 'c' },
      s.sandbox.tokens.signingSecret,
      nowS() - 295,
    );
    expect(await post(body, headers)).toBe(200);
  });

  it('for what a list offers is answered each time: who types the same letters again within a second is no replay', async () => {
    const form = await requestForm(s, s.cast.sam);
    const asked: Record<string, unknown>[] = [];
    s.sandbox.faults.sends = (payload) => {
      asked.push(payload);
      return payload;
    };
    await form.options('Tenant', 'northw');
    s.sandbox.faults.clear();
    const { body, headers } = signedRequest(
      'interactive',
      asked[0] ?? {},
      s.sandbox.tokens.signingSecret,
      nowS(),
    );
    const before = await written(s);
    for (let times = 0; times < 3; times += 1) expect(await offered(body, headers)).toMatch(/Northwind/);
    expect(await written(s)).toEqual(before);
  });

  it('does what it says, once: the same one again is turned away', async () => {
    const { body, headers } = slackPress();
    expect(await post(body, headers)).toBe(200);
    expect((await written(s)).life).toContain('TSA-1 grant.issued');
    await isTurnedAway(401, () => post(body, headers));
  });
});
