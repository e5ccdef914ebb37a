import { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { Receiver } from '@slack/bolt';
import type { Logger } from 'pino';
import type { UserId } from '../access/policy.ts';
import type { Workspace } from '../access/whose.ts';
import { slackIdOf } from '../access/whose.ts';
import { slackLogger } from '../log.ts';
import { section } from './messages/blocks.ts';
import { closeForm, closeOut } from './close-out/slice.ts';
import { customerRequest } from './customer-request/slice.ts';
import { decideRequest } from './decide-request/slice.ts';
import { emergency } from './emergency/slice.ts';
import { hearEvents } from './listeners/events.ts';
import { extendSession } from './extend-session/slice.ts';
import { again, said } from './interactions/forms.ts';
import { whatWasMissing } from './interactions/prompts.ts';
import { handOver } from './hand-over/slice.ts';
import type { Home } from './home/slice.ts';
import { stopSession } from './stop-session/slice.ts';
import type { After, Answered, SlackContext, Say, Slice, Submitted } from './context.ts';
import { ALIASES, help, unknownCommand } from './help/slice.ts';
import { lookUp } from './look-up/slice.ts';
import {
  actionsPayload,
  callerOf,
  commandCaller,
  commandPayload,
  messageShortcutPayload,
  shortcutPayload,
  submissionKey,
  submissionPayload,
  suggestionPayload,
} from './api/payload.ts';
import { requestAccess } from './request-access/slice.ts';
import { restored } from './restored/slice.ts';
import { review } from './review/slice.ts';
import { runSession } from './run-session/slice.ts';
import { ephemeral, saying, tell, UNTOLD } from './interactions/telling.ts';

/** Bolt, with every slice's ids in one table: commit, then acknowledge, then whatever may take longer. */
export interface SlackApp {
  /** Waits for what follows acknowledgements, such as views still being opened. */
  settled(): Promise<void>;
}

const FAILED =
  'Something went wrong on our side, and nothing was changed. Please try again; if it goes on, tell whoever runs this app.';
const OLD_BUTTON =
  'This button is from an older version of the app and does nothing any more. Write `/tsa show TSA-n` to see the request, or `/tsa help`.';

/** Builds the app on a receiver. Who the bot is was asked once, at the start. */
export function createSlackApp(deps: {
  context: SlackContext;
  home: Home;
  receiver: Receiver;
  token: string;
  bot: { readonly botId: string; readonly userId: string };
  /** The workspace whose people may do what the policy says. */
  ours: Workspace;
  /** Somebody, or a whole group, is not what they were. */
  changed: (user: UserId | null) => Promise<void>;
  log: Logger;
}): SlackApp {
  const { context, log, ours, token: botToken } = deps;
  const { botId, userId: botUserId } = deps.bot;
  const slices: readonly Slice[] = [
    help,
    requestAccess(context, closeForm),
    decideRequest(context),
    runSession(context),
    extendSession(context),
    stopSession(context),
    closeOut(context),
    emergency(context),
    handOver(context),
    customerRequest(context),
    deps.home.slice,
    lookUp(context),
    review(context),
    restored(context, (user) => deps.home.refresh(user)),
  ];
  const commands = merge(slices.map((slice) => slice.commands));
  const buttons = merge(slices.map((slice) => slice.actions));
  const submissions = merge([...slices, whatWasMissing(commands)].map((slice) => slice.submissions));
  const suggestions = merge(slices.map((slice) => slice.suggestions));
  const shortcuts = merge(slices.map((slice) => slice.shortcuts));
  const running = new Set<Promise<void>>();

  const app = new App({
    receiver: deps.receiver,
    logger: slackLogger(log),
    // Conversations are the ledger's: Bolt would keep its own note of every channel that it hears of.
    convoStore: false,
    // Checked once at the start, not before every event. With the team, or Bolt keeps a client for each that is named.
    authorize: () => Promise.resolve({ botToken, botId, botUserId, teamId: ours.teamId }),
  });
  // Whoever took the payload in says what went wrong, and answers Slack.
  app.error((error) => Promise.reject(error.original ?? error));

  /** Runs what may take longer, on its own; whoever waits for it is told if it fails. */
  function follow(after: After | undefined, tell: (say: Say) => Promise<unknown>): void {
    if (after === undefined) return;
    const work = after()
      .catch(async (error: unknown) => {
        log.error({ error }, 'what follows an acknowledgement failed');
        await tell({ text: FAILED });
      })
      .catch((error: unknown) => {
        log.error({ error }, 'and nobody could be told');
      })
      .finally(() => running.delete(work));
    running.add(work);
  }

  /** A modal takes longer than an acknowledgement may wait. */
  function opening(triggerId: string, view: ModalView | undefined): After | undefined {
    if (view === undefined) return undefined;
    return async () => {
      await context.client.views.open({ trigger_id: triggerId, view });
    };
  }

  async function safely<T>(what: string, work: () => Promise<T>, failed: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      log.error({ error, what }, 'handling an interaction failed');
      return failed;
    }
  }

  /** Where nothing stands beside which something could be said: in their messages with the app. */
  async function write(user: UserId, { text }: Say): Promise<void> {
    const { channel } = await context.client.conversations.open({ users: slackIdOf(user) });
    await context.client.chat.postMessage({
      channel: channel?.id ?? slackIdOf(user),
      text,
      blocks: [section(text)],
    });
  }

  app.command(/.*/, async ({ ack, body, respond }) => {
    const payload = commandPayload.parse(body);
    const [word = '', ...rest] = payload.text.trim().split(/\s+/);
    const run = commands.get(ALIASES.get(word.toLowerCase()) ?? word.toLowerCase());
    if (run === undefined) {
      await ack(ephemeral(unknownCommand(word, [...commands.keys()])));
      return;
    }
    const call = {
      caller: commandCaller(ours, payload),
      rest: rest.join(' '),
      triggerId: payload.trigger_id,
      delivery: `command:${payload.trigger_id}`,
    };
    const failed: Answered = { say: { text: FAILED } };
    const { say, view, after, later } = await safely(word, () => run(call), failed);
    await (say === undefined ? ack() : ack(ephemeral(say)));
    const speak = (words: Say): Promise<void> => tell(respond, words);
    follow(after ?? saying(later, speak) ?? opening(call.triggerId, view), speak);
  });

  app.action(/.*/, async ({ ack, body, respond }) => {
    const parsed = actionsPayload.safeParse(body);
    if (!parsed.success) {
      await ack();
      return;
    }
    const payload = parsed.data;
    const caller = callerOf(ours, payload);
    for (const action of payload.actions) {
      const run = buttons.get(action.action_id);
      const call = {
        caller,
        value: action.value ?? action.selected_option?.value ?? '',
        triggerId: payload.trigger_id ?? '',
        delivery: `action:${caller.userId}:${action.action_ts}:${action.action_id}:${action.value ?? ''}`,
        view: payload.view ?? null,
      };
      // A button in a view has no message beside which something could be said: it is said in a modal, over the one
      // that is open, so that nothing typed there is lost.
      const speak = async (say: Say): Promise<void> => {
        if (payload.view === undefined) {
          await tell(respond, say);
          return;
        }
        const modal = { trigger_id: call.triggerId, view: said(say.text) };
        try {
          if (payload.view.type === 'modal') await context.client.views.push(modal);
          else await context.client.views.open(modal);
        } catch (error) {
          log.warn({ error }, 'a modal could not be opened; it is said in a message');
          await write(caller.userId, say);
        }
      };
      const result: Answered =
        run === undefined
          ? { say: { text: OLD_BUTTON } }
          : await safely(action.action_id, () => run(call), { say: { text: FAILED } });
      await ack();
      const { say } = result;
      follow(result.after ?? saying(result.later, speak) ?? opening(call.triggerId, result.view), speak);
      if (say !== undefined && (run !== undefined || payload.view === undefined))
        follow(() => speak(say), UNTOLD);
    }
  });

  app.view({ type: 'view_submission', callback_id: /.*/ }, async ({ ack, body }) => {
    const { view, ...payload } = submissionPayload.parse(body);
    const run = submissions.get(view.callback_id);
    const call = { caller: callerOf(ours, payload), view, delivery: submissionKey(view) };
    // What was typed stays, for another try.
    const failed: Submitted = { kind: 'show', view: run === undefined ? said(FAILED) : again(view, FAILED) };
    const result = run === undefined ? failed : await safely(view.callback_id, () => run(call), failed);
    switch (result.kind) {
      case 'close':
        // Closes this one; a form below it is still there.
        await ack();
        return;
      case 'errors':
        await ack({ response_action: 'errors', errors: result.errors });
        return;
      case 'push':
        await ack({ response_action: 'push', view: result.view });
        return;
      case 'show':
        await ack({ response_action: 'update', view: result.view });
        return;
    }
  });

  app.options(/.*/, async ({ ack, body }) => {
    const payload = suggestionPayload.parse(body);
    const run = suggestions.get(payload.action_id);
    const call = { caller: callerOf(ours, payload), typed: payload.value, view: payload.view ?? null };
    const options = run === undefined ? [] : await safely(payload.action_id, () => run(call), []);
    await ack({ options: [...options] });
  });

  app.shortcut(/.*/, async ({ ack, body }) => {
    const message = messageShortcutPayload.safeParse(body);
    const parsed = message.success ? message : shortcutPayload.safeParse(body);
    await ack();
    const run = parsed.success ? shortcuts.get(parsed.data.callback_id) : undefined;
    if (!parsed.success || run === undefined) return;
    const call = {
      caller: callerOf(ours, parsed.data),
      triggerId: parsed.data.trigger_id,
      delivery: `shortcut:${parsed.data.trigger_id}`,
      message: message.success ? { channel: message.data.channel.id, ...message.data.message } : null,
    };
    const work = async (): Promise<void> => (await run(call)).after?.();
    follow(work, (say) => write(call.caller.userId, say));
  });

  hearEvents(app, {
    context,
    ours,
    log,
    home: deps.home,
    changed: deps.changed,
    botUser: botUserId,
    follow: (after) => {
      follow(after, UNTOLD);
    },
  });

  return {
    async settled() {
      await Promise.all(running);
    },
  };
}

/** All slices' handlers in one table. @throws when two slices claim the same id: that is a mistake in the program. */
function merge<T>(parts: readonly (Readonly<Record<string, T>> | undefined)[]): ReadonlyMap<string, T> {
  const all = new Map<string, T>();
  for (const [id, handler] of parts.flatMap((part) => Object.entries(part ?? {}))) {
    if (all.has(id)) throw new Error(`two slices answer to ${id}`);
    all.set(id, handler);
  }
  return all;
}
