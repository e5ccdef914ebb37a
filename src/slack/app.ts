import { App } from '@slack/bolt';
import type { Receiver } from '@slack/bolt';
import type { Logger } from 'pino';
import type { UserId } from '../access/policy.ts';
import { slackLogger } from '../log.ts';
import type { WhoAmI } from './api/who-am-i.ts';
import { closeForm } from './close-out/form.ts';
import { closeOut } from './close-out/slice.ts';
import { takeNotes } from './take-note/slice.ts';
import type { SlackContext, Slice } from './context.ts';
import { customerRequest } from './customer-request/slice.ts';
import { decideRequest } from './decide-request/slice.ts';
import { emergency } from './emergency/slice.ts';
import { extendSession } from './extend-session/slice.ts';
import { handOver } from './hand-over/slice.ts';
import { ALIASES, help, unknownCommand } from './help/slice.ts';
import type { Home } from './home/slice.ts';
import { whatWasMissing } from './interactions/prompts.ts';
import { hearActions } from './listeners/actions.ts';
import { hearCommands } from './listeners/commands.ts';
import { hearEvents } from './listeners/events.ts';
import { createFollowUps } from './listeners/follow-ups.ts';
import { handlersOf } from './listeners/handlers.ts';
import { hearShortcuts } from './listeners/shortcuts.ts';
import { hearSubmissions } from './listeners/submissions.ts';
import { hearSuggestions } from './listeners/suggestions.ts';
import { lookUp } from './look-up/slice.ts';
import { requestAccess } from './request-access/slice.ts';
import { restored } from './restored/slice.ts';
import { review } from './review/slice.ts';
import { runSession } from './run-session/slice.ts';
import { removeAccess } from './remove-access/slice.ts';
import { stopSession } from './stop-session/slice.ts';

/** Bolt, with every slice's ids in one table: commit, then acknowledge, then whatever may take longer. */
export interface SlackApp {
  /** Waits for what follows acknowledgements, such as views still being opened. */
  settled(): Promise<void>;
}

/** Builds the app on a receiver. Who the bot is was asked once, at the start. */
export function createSlackApp(deps: {
  context: SlackContext;
  home: Home;
  receiver: Receiver;
  token: string;
  me: WhoAmI;
  /** Somebody, or a whole group, is not what they were. */
  changed: (user: UserId | null) => Promise<void>;
  log: Logger;
}): SlackApp {
  const { context, home, me, log } = deps;
  const slices: readonly Slice[] = [
    help,
    takeNotes(context),
    requestAccess(context, closeForm),
    decideRequest(context),
    runSession(context),
    extendSession(context),
    stopSession(context),
    removeAccess(context),
    closeOut(context),
    emergency(context),
    handOver(context),
    customerRequest(context),
    home.slice,
    lookUp(context),
    review(context),
    restored(context, (user) => home.refresh(user)),
  ];
  const { commands } = handlersOf(slices);
  const handlers = handlersOf([...slices, whatWasMissing(commands)]);

  const app = new App({
    receiver: deps.receiver,
    logger: slackLogger(log),
    // Conversations are the ledger's: Bolt would keep its own note of every channel that it hears of.
    convoStore: false,
    // Checked once at the start, not before every event. With the team, or Bolt keeps a client for each that is named.
    authorize: () =>
      Promise.resolve({
        botToken: deps.token,
        botId: me.botId,
        botUserId: me.userId,
        teamId: me.ours.teamId,
      }),
  });
  // Whoever took the payload in says what went wrong, and answers Slack.
  app.error((error) => Promise.reject(error.original ?? error));

  const followUps = createFollowUps(log);
  const listening = { client: context.client, ours: me.ours, followUps, log };
  hearCommands(app, listening, handlers.commands, { aliases: ALIASES, unknown: unknownCommand });
  hearActions(app, listening, handlers.actions);
  hearSubmissions(app, listening, handlers.submissions);
  hearSuggestions(app, listening, handlers.suggestions);
  hearShortcuts(app, listening, handlers.shortcuts);
  hearEvents(app, listening, { context, home, botUser: me.userId, changed: deps.changed });
  return { settled: () => followUps.settled() };
}
