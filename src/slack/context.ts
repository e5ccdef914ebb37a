import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { FilingCommand, GlobalCommand, RequestCommand } from '../access/command.ts';
import type { Moment } from '../access/decision.ts';
import { lookingAt } from '../access/decide.ts';
import { decideGlobal } from '../access/global.ts';
import { NOTHING_LATELY } from '../access/hourly.ts';
import type { Actor } from '../access/people.ts';
import type { Policy } from '../access/policy.ts';
import type { Refusal } from '../access/refusal.ts';
import { wordNeeded } from '../access/stopping.ts';
import type { Clock } from '../clock.ts';
import type { ReportedActions } from '../ledger/actions.ts';
import type { Outcome } from '../ledger/attempt.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import type { FullRecord } from '../ledger/history.ts';
import type { TenantViews } from '../ledger/tenant-views.ts';
import type { Owed } from '../notifications/message.ts';
import type { Views } from '../ledger/views.ts';
import type { Facts } from '../review/digest.ts';
import type { TenantIndex } from '../policy/tenant-index.ts';
import type { Directory } from './api/directory.ts';
import type { Caller, View } from './api/payload.ts';
import { UNREADABLE } from './api/unreadable.ts';
import { refusalWords } from './messages/words.ts';
import type { LookUps } from './interactions/turns.ts';

/** What every slice works with, and how a slice says what it answers to. */

export interface SlackContext {
  readonly handler: CommandHandler;
  readonly views: Views;
  readonly tenantViews: TenantViews;
  /** What products say was done in sessions. */
  readonly reported: ReportedActions;
  /** What the review of that span of time is made of. */
  readonly reviewed: (from: number, until: number) => Promise<Facts>;
  readonly lookUps: LookUps;
  /** Links to the cards of requests in the alert channel, where there are any. */
  /** Requests whose product has not confirmed, in time, that access is gone. */
  readonly notClosed: () => Promise<readonly FullRecord[]>;
  readonly permalinks: (numbers: readonly number[]) => Promise<ReadonlyMap<number, string>>;
  readonly directory: Directory;
  readonly policy: Policy;
  readonly tenants: TenantIndex;
  /** Are mails sent? */
  readonly mail: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  /** For calls that a person waits for. */
  readonly client: WebClient;
}

/** Something to show to one person only. */
export interface Say {
  readonly text: string;
  readonly blocks?: KnownBlock[];
}

/** Work that must not delay the acknowledgement, such as opening a view: it runs after it. */
export type After = () => Promise<void>;

export interface CommandCall {
  readonly caller: Caller;
  /** What follows the sub-command. */
  readonly rest: string;
  readonly triggerId: string;
  readonly delivery: string;
}
export interface ActionCall {
  readonly caller: Caller;
  readonly value: string;
  readonly triggerId: string;
  readonly delivery: string;
  /** The view that the button or input is in, if it is in one. */
  readonly view: View | null;
}
export interface ShortcutCall extends Omit<CommandCall, 'rest'> {
  /** The message that a message shortcut was used on. */
  readonly message: { readonly channel: string; readonly ts: string; readonly text: string } | null;
}
export interface SubmitCall {
  readonly caller: Caller;
  readonly view: View;
  readonly delivery: string;
}
export interface SuggestCall {
  readonly caller: Caller;
  readonly typed: string;
  readonly view: View | null;
}

/** What happens to a submitted modal. */
export type Submitted =
  | { readonly kind: 'close' }
  /** By block id; everything typed stays. */
  | { readonly kind: 'errors'; readonly errors: Record<string, string> }
  | { readonly kind: 'show'; readonly view: ModalView }
  /** On top of the form, which stays as it is below. */
  | { readonly kind: 'push'; readonly view: ModalView };

/** The answer to a command or a press. */
export interface Answered {
  /** Told at once, to whoever acted. */
  readonly say?: Say;
  /** Told after the acknowledgement, once it is looked up. */
  readonly later?: () => Promise<Say>;
  /** A modal that opens. */
  readonly view?: ModalView;
  /** Anything else that takes longer. */
  readonly after?: After;
}

/** What a person can do, by the id under which Slack reports it. */
export interface Slice {
  readonly commands?: Readonly<Record<string, (call: CommandCall) => Promise<Answered>>>;
  readonly actions?: Readonly<Record<string, (call: ActionCall) => Promise<Answered>>>;
  readonly submissions?: Readonly<Record<string, (call: SubmitCall) => Promise<Submitted>>>;
  readonly suggestions?: Readonly<Record<string, (call: SuggestCall) => Promise<readonly PlainTextOption[]>>>;
  readonly shortcuts?: Readonly<Record<string, (call: ShortcutCall) => Promise<{ after?: After }>>>;
}

/** The person, as the rules know an actor. */
export function actorOf({ userId }: Caller): Actor {
  return { kind: 'person', id: userId };
}

/** A request: by its number, or as it was just loaded, so that its history is not read again. */
export type About = number | FullRecord;

/** Its number. */
export function numberOf(about: About): number {
  return typeof about === 'number' ? about : about.no;
}

/** The request with its history, loaded unless it was; `null`: there is none of that number. */
export async function recordOf(
  { views }: Pick<SlackContext, 'views'>,
  about: About,
): Promise<FullRecord | null> {
  return typeof about === 'number' ? views.record(about) : about;
}

/** This person, here and now, as far as is known without asking Slack: for what is offered, never for what is done. */
export function momentOf(
  { directory, clock }: Pick<SlackContext, 'directory' | 'clock'>,
  { userId }: Pick<Caller, 'userId'>,
): Moment {
  return { actor: { kind: 'person', id: userId }, world: directory.known(), now: clock.now() };
}

/** Puts a command through the command handler. Slack is asked, for it alone, about everybody whom the rules look at to judge it. */
export async function put(
  context: SlackContext,
  command: FilingCommand | RequestCommand,
  about: About | null,
  { caller, delivery }: { readonly caller: Caller; readonly delivery: string },
): Promise<Outcome> {
  const actor = actorOf(caller);
  const requestNo = about === null ? null : numberOf(about);
  const state = about === null ? null : ((await recordOf(context, about))?.state ?? null);
  const look = lookingAt(command, state, { actor, now: context.clock.now() });
  const world = await context.directory.asked(look, wordNeeded(command));
  return context.handler.handle({ command, requestNo, actor, world, delivery });
}

/** The same for what is about people rather than a request. */
export async function putGlobal(
  context: SlackContext,
  command: GlobalCommand,
  { caller, delivery }: { caller: Caller; delivery: string },
  owed: readonly Owed[] = [],
): Promise<Refusal | null> {
  const actor = actorOf(caller);
  const world = await context.directory.asked((seen) => {
    decideGlobal(command, {
      actor,
      world: seen,
      now: context.clock.now(),
      gap: null,
      lately: NOTHING_LATELY,
    });
  });
  return context.handler.handleGlobal({ command, actor, world, delivery }, owed);
}

/** The answer to what cannot be read, such as a button without its number. */
export const NOT_READ: { readonly say: Say } = { say: { text: UNREADABLE } };

/** Why it was refused, for the person who tried; nothing where it was done. */
export function sayRefusal({ refusal, requestNo, state }: Outcome): { say?: Say } {
  return refusal === null ? {} : { say: { text: refusalWords(refusal, requestNo, state) } };
}

/** The answer to a number that no request has. */
export function noSuchRequest(no: number): { say: Say } {
  return { say: { text: refusalWords({ reason: 'no_such_request' }, no, null) } };
}
