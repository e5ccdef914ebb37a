import type { KnownBlock, ModalView } from '@slack/types';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHANNELS, settle } from '../../sandbox/example-company.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { createSandbox } from '../../sandbox/server.ts';
import { createLog, slackLogger } from '../../src/log.ts';

/** The local Slack answers a real client as the real one does: with the same errors, at the same moments. */

let sandbox: Sandbox;
let now: number;
let client: WebClient;

const clientOf = (token = sandbox.tokens.bot): WebClient =>
  new WebClient(token, {
    slackApiUrl: sandbox.apiUrl,
    allowAbsoluteUrls: false,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: slackLogger(createLog('silent')),
  });

async function opens(scopes?: readonly string[]): Promise<void> {
  now = Date.UTC(2026, 2, 2, 9);
  sandbox = await createSandbox({ now: () => now, ...(scopes === undefined ? {} : { scopes }) });
  settle(sandbox.workspace);
  client = clientOf();
}
beforeEach(() => opens());
afterEach(() => sandbox.close());

const section: KnownBlock = { type: 'section', text: { type: 'mrkdwn', text: 'x' } };
const modal: ModalView = { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [section] };

/** Refused with exactly this error. */
async function isRefused(call: Promise<unknown>, error: string): Promise<void> {
  await expect(call).rejects.toMatchObject({ data: { ok: false, error } });
}

/** What Slack hands out when somebody types a command: nobody needs to be connected for that. */
async function command(): Promise<{ trigger: string; responseUrl: string }> {
  await sandbox.humans.say('U0SAM', CHANNELS.support, '/tsa');
  const sent = z.object({ trigger_id: z.string(), response_url: z.string() });
  const { trigger_id: trigger, response_url: responseUrl } = sent.parse(
    sandbox.workspace.traffic.findLast((one) => one.direction === 'to_app')?.body,
  );
  return { trigger, responseUrl };
}

describe('a trigger', () => {
  it('opens a modal for three seconds, to the millisecond', async () => {
    const inTime = await command();
    now += 3_000;
    expect((await client.views.open({ trigger_id: inTime.trigger, view: modal })).ok).toBe(true);
    const late = await command();
    now += 3_001;
    await isRefused(client.views.open({ trigger_id: late.trigger, view: modal }), 'expired_trigger_id');
  });

  it('is good once, and not spent by a view that is refused', async () => {
    const { trigger } = await command();
    const broken: ModalView = { ...modal, title: { type: 'plain_text', text: 'x'.repeat(25) } };
    await isRefused(client.views.open({ trigger_id: trigger, view: broken }), 'invalid_arguments');
    await client.views.open({ trigger_id: trigger, view: modal });
    await isRefused(client.views.open({ trigger_id: trigger, view: modal }), 'exchanged_trigger_id');
  });

  it('that was never given is refused', () =>
    isRefused(client.views.open({ trigger_id: '1.2.3', view: modal }), 'invalid_trigger_id'));
});

describe('views', () => {
  it('stack three deep', async () => {
    await client.views.open({ trigger_id: (await command()).trigger, view: modal });
    await client.views.push({ trigger_id: (await command()).trigger, view: modal });
    await client.views.push({ trigger_id: (await command()).trigger, view: modal });
    await isRefused(
      client.views.push({ trigger_id: (await command()).trigger, view: modal }),
      'push_limit_reached',
    );
  });

  it('are updated as long as they are as they were seen, and there', async () => {
    const { view } = await client.views.open({ trigger_id: (await command()).trigger, view: modal });
    const { id, hash } = z.object({ id: z.string(), hash: z.string() }).parse(view);
    await client.views.update({ view_id: id, hash, view: modal });
    await isRefused(client.views.update({ view_id: id, hash, view: modal }), 'hash_conflict');
    await isRefused(client.views.update({ view_id: 'V0', view: modal }), 'not_found');
    await isRefused(client.apiCall('views.publish', { user_id: 'U0SAM', view: modal }), 'invalid_arguments');
    await isRefused(
      client.views.publish({ user_id: 'U0NOBODY', view: { type: 'home', blocks: [] } }),
      'user_not_found',
    );
  });
});

describe('a response_url', () => {
  const respond = async (url: string, text = 'x'): Promise<number> =>
    (await fetch(url, { method: 'POST', body: JSON.stringify({ text }) })).status;

  it('is good five times', async () => {
    const { responseUrl } = await command();
    const answers: number[] = [];
    for (let i = 0; i < 6; i += 1) answers.push(await respond(responseUrl));
    expect(answers).toEqual([200, 200, 200, 200, 200, 404]);
  });

  it('is good for thirty minutes, to the millisecond', async () => {
    const { responseUrl } = await command();
    now += 30 * 60_000;
    expect(await respond(responseUrl)).toBe(200);
    now += 1;
    expect(await respond(responseUrl)).toBe(404);
  });
});

describe('a message', () => {
  const text = 'x';

  it('goes where the app is, and nowhere else', async () => {
    const { workspace } = sandbox;
    workspace.addChannel('C0OTHER', 'other', ['U0SAM']);
    workspace.addChannel('C0OLD', 'old', ['U0SAM', workspace.bot.id]).archived = true;
    expect((await client.chat.postMessage({ channel: CHANNELS.support, text })).ok).toBe(true);
    await isRefused(client.chat.postMessage({ channel: 'C0OTHER', text }), 'not_in_channel');
    await isRefused(client.chat.postMessage({ channel: 'C0OLD', text }), 'is_archived');
    await isRefused(client.chat.postMessage({ channel: 'C0NOWHERE', text }), 'channel_not_found');
    await isRefused(client.conversations.history({ channel: 'C0OTHER' }), 'not_in_channel');
    await isRefused(
      client.chat.postEphemeral({ channel: CHANNELS.support, user: 'U0ANN', text }),
      'user_not_in_channel',
    );
    await isRefused(
      client.chat.postMessage({ channel: CHANNELS.support, text, thread_ts: '1.000001' }),
      'thread_not_found',
    );
  });

  it('needs something in it that Slack takes', async () => {
    const channel = CHANNELS.support;
    await isRefused(client.chat.postMessage({ channel, text: '' }), 'no_text');
    await isRefused(client.chat.postMessage({ channel, text: 'x'.repeat(40_001) }), 'msg_too_long');
    const blocks = Array.from({ length: 51 }, () => section);
    await expect(client.chat.postMessage({ channel, text, blocks })).rejects.toMatchObject({
      data: {
        error: 'invalid_blocks',
        response_metadata: { messages: [expect.stringContaining('[ERROR]')] },
      },
    });
    await isRefused(
      client.apiCall('chat.postMessage', { channel, text, colour: 'red' }),
      'invalid_arguments',
    );
    await isRefused(client.apiCall('chat.shout', { channel, text }), 'unknown_method');
  });

  it('is changed by whoever posted it, as long as it is there', async () => {
    const channel = CHANNELS.support;
    await sandbox.humans.say('U0SAM', channel, 'hello');
    const theirs = [...(sandbox.workspace.conversations.get(channel)?.messages.keys() ?? [])].at(-1) ?? '';
    await isRefused(client.chat.update({ channel, ts: theirs, text }), 'cant_update_message');
    await isRefused(client.chat.update({ channel, ts: '1.000001', text }), 'message_not_found');
  });
});

describe('a person', () => {
  it('is known, or not; and can be written to, or not', async () => {
    expect((await client.users.info({ user: 'U0DORA' })).user).toMatchObject({
      deleted: true,
      is_bot: false,
    });
    expect((await client.users.info({ user: 'U0ROBO' })).user).toMatchObject({ is_bot: true });
    expect((await client.users.info({ user: 'U0GUS' })).user).toMatchObject({ is_restricted: true });
    expect((await client.users.info({ user: 'U0ANN' })).user).toMatchObject({ team_id: 'T0NORTHWIND' });
    await isRefused(client.users.info({ user: 'U0NOBODY' }), 'user_not_found');
    expect((await client.conversations.open({ users: 'U0SAM' })).ok).toBe(true);
    await isRefused(client.conversations.open({ users: 'U0NOBODY' }), 'user_not_found');
    await isRefused(client.conversations.open({ users: 'U0ROBO' }), 'cannot_dm_bot');
    await isRefused(client.conversations.open({ users: 'U0DORA' }), 'user_disabled');
    await isRefused(client.usergroups.users.list({ usergroup: 'S0NOBODY' }), 'no_such_subteam');
  });

  it('of another workspace is a stranger who cannot be written to only where no channel is shared, and has no commands', async () => {
    expect((await client.users.info({ user: 'U0ANN' })).user).toMatchObject({ is_stranger: false });
    expect((await client.conversations.open({ users: 'U0ANN' })).ok).toBe(true);
    await sandbox.humans.say('U0ANN', CHANNELS.northwind, '/tsa help');
    expect(sandbox.workspace.traffic.filter(({ direction }) => direction === 'to_app')).toEqual([]);
    sandbox.workspace.conversations.get(CHANNELS.northwind)?.members.delete('U0ANN');
    expect((await client.users.info({ user: 'U0ANN' })).user).toMatchObject({ is_stranger: true });
    await isRefused(client.conversations.open({ users: 'U0ANN' }), 'user_not_visible');
  });
});

describe('a place', () => {
  const post = (thread?: string): Promise<{ ts?: string }> =>
    client.chat.postMessage({
      channel: CHANNELS.alerts,
      text: 'x',
      ...(thread === undefined ? {} : { thread_ts: thread }),
    });
  const alerts = () => {
    const found = sandbox.workspace.conversations.get(CHANNELS.alerts);
    if (found === undefined) throw new Error('there is no alert channel');
    return found;
  };

  it('takes what it is set to take', async () => {
    const { ts = '' } = await post();
    alerts().lockedThreads.add(ts);
    await isRefused(post(ts), 'restricted_action_thread_locked');
    alerts().takes = 'top_level_only';
    alerts().lockedThreads.clear();
    await isRefused(post(ts), 'restricted_action_non_threadable_channel');
    alerts().takes = 'threads_only';
    await isRefused(post(), 'restricted_action_thread_only_channel');
    expect((await post(ts)).ts).not.toBe('');
    alerts().takes = 'nothing';
    await isRefused(post(ts), 'restricted_action_read_only_channel');
    alerts().editable = false;
    await isRefused(client.chat.update({ channel: CHANNELS.alerts, ts, text: 'y' }), 'edit_window_closed');
    alerts().archived = true;
    await isRefused(post(), 'is_archived');
  });
});

describe('a call', () => {
  it('is one too many beyond the published rate of its method, until a minute has passed', async () => {
    sandbox.faults.tiers.kept = true;
    const list = () => client.usergroups.users.list({ usergroup: 'S0MANAGERS' });
    for (let calls = 0; calls < 20; calls += 1) await list();
    await expect(list()).rejects.toMatchObject({ retryAfter: 60 });
    expect((await client.users.info({ user: 'U0SAM' })).ok).toBe(true);
    now += 60_000;
    expect((await list()).ok).toBe(true);
  });

  it('needs the right token', async () => {
    await isRefused(clientOf('xoxb-of-somebody-else').auth.test(), 'invalid_auth');
    await isRefused(
      clientOf(sandbox.tokens.app).chat.postMessage({ channel: 'C', text: 'x' }),
      'invalid_auth',
    );
    await isRefused(client.apps.connections.open({}), 'invalid_auth');
  });

  it('needs the Slack scope of its method, where the kind of conversation matters too', async () => {
    await sandbox.close();
    await opens(['users:read', 'im:history', 'im:write']);
    await isRefused(client.chat.postMessage({ channel: CHANNELS.support, text: 'x' }), 'missing_scope');
    await isRefused(client.conversations.history({ channel: CHANNELS.support }), 'missing_scope');
    await isRefused(client.usergroups.users.list({ usergroup: 'S0MANAGERS' }), 'missing_scope');
    const { channel } = await client.conversations.open({ users: 'U0SAM' });
    expect((await client.conversations.history({ channel: channel?.id ?? '' })).ok).toBe(true);
    expect((await client.users.info({ user: 'U0SAM' })).ok).toBe(true);
  });

  it('that comes too often is told when to come back', async () => {
    sandbox.faults.next('users.info', { kind: 'rate_limited', retryAfterS: 7 });
    await expect(client.users.info({ user: 'U0SAM' })).rejects.toMatchObject({ retryAfter: 7 });
    expect((await client.users.info({ user: 'U0SAM' })).ok).toBe(true);
  });

  it('fails as the line does, once for each time it was asked to', async () => {
    for (const kind of ['server_error', 'reset', 'lost_answer'] as const)
      sandbox.faults.next('users.info', { kind });
    sandbox.faults.next('*', { kind: 'refuse', error: 'fatal_error' }, 2);
    for (let i = 0; i < 3; i += 1) await expect(client.users.info({ user: 'U0SAM' })).rejects.toThrow();
    await isRefused(client.users.info({ user: 'U0SAM' }), 'fatal_error');
    await isRefused(client.auth.test(), 'fatal_error');
    expect((await client.auth.test()).ok).toBe(true);
  });
});
