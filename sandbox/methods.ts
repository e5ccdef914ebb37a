import { z } from 'zod';
import type { Block } from './limits.ts';
import { blocksTooLong, complaints, messageBlocks, messageText, viewForm } from './limits.ts';
import type { ViewForm } from './limits.ts';
import type { Conversation, Message, Person, Workspace } from './workspace.ts';
import { withIds } from './workspace.ts';

/** The Web API methods that the app calls, as strict as Slack: docs.slack.dev/reference/methods. */

/** An error of Slack's, by its code. */
export class Refused extends Error {
  readonly code: string;
  readonly messages: readonly string[];
  constructor(code: string, messages: readonly string[] = []) {
    super(code);
    this.code = code;
    this.messages = messages;
  }
}

/** What a method may use beside its arguments. */
export interface MethodContext {
  readonly workspace: Workspace;
  /** The user a trigger was given to; spends it. @throws Refused when it is unknown, spent or older than 3 s. */
  spendTrigger(id: string): string;
  readonly socketUrl: () => string;
  /** Where links to messages lead. */
  readonly siteUrl: () => string;
  readonly refuseBlocks: boolean;
  readonly refusedAs: string | null;
  /** @throws Refused `missing_scope` */
  readonly require: (scope: string) => void;
  readonly isGranted: (scope: string) => boolean;
}

interface Method {
  /** The bot's Slack scope that it needs; `null`: none. */
  readonly scope: string | null;
  readonly call: (args: Record<string, unknown>, context: MethodContext) => Record<string, unknown>;
}

/** Arguments that come as JSON text in a form. */
export const JSON_ARGUMENTS: ReadonlySet<string> = new Set(['blocks', 'view', 'metadata', 'attachments']);

function method<T>(
  scope: string | null,
  args: z.ZodType<T>,
  call: (args: T, context: MethodContext) => Record<string, unknown>,
): Method {
  return {
    scope,
    call(raw, context) {
      const parsed = args.safeParse(raw);
      if (!parsed.success) throw new Refused('invalid_arguments', complaints(parsed.error));
      return call(parsed.data, context);
    },
  };
}

/** reference/methods/chat.update: the text may have 4,000 bytes. */
const UPDATE_TEXT_BYTES_MAX = 4_000;

const flag = z.union([
  z.boolean(),
  z.enum(['true', 'false']).transform((v) => v === 'true'),
  z.enum(['0', '1']).transform((v) => v === '1'),
]);
const number = z.coerce.number().int();
const metadata = z.strictObject({
  event_type: z.string().min(1),
  event_payload: z.record(z.string(), z.unknown()),
});

const content = {
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  metadata: metadata.optional(),
  unfurl_links: flag.optional(),
  unfurl_media: flag.optional(),
};

const history = {
  channel: z.string(),
  include_all_metadata: flag.optional(),
  limit: number.min(1).max(999).optional(),
  oldest: z.string().optional(),
  latest: z.string().optional(),
  inclusive: flag.optional(),
  cursor: z.string().optional(),
};

export const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': method(null, z.strictObject({}), (_, { workspace, siteUrl }) => ({
    url: siteUrl(),
    team: 'Harbor Support',
    user: 'tsa',
    team_id: workspace.teamId,
    ...(workspace.enterpriseId === null ? {} : { enterprise_id: workspace.enterpriseId }),
    user_id: workspace.bot.id,
    bot_id: workspace.botId,
    is_enterprise_install: false,
  })),
  'apps.connections.open': method(null, z.strictObject({}), (_, { socketUrl }) => ({ url: socketUrl() })),
  'chat.postMessage': method(
    'chat:write',
    z.strictObject({
      channel: z.string(),
      ...content,
      thread_ts: z.string().optional(),
      reply_broadcast: flag.optional(),
    }),
    (args, { workspace, refuseBlocks, refusedAs }) => {
      const conversation = writable(workspace, args.channel);
      const { text, blocks } = parseContent(args, workspace, refuseBlocks);
      if (blocksTooLong(blocks)) throw new Refused('msg_blocks_too_long');
      if (args.thread_ts !== undefined && !conversation.messages.has(args.thread_ts))
        throw new Refused('thread_not_found');
      const closed = closedTo(conversation, args.thread_ts ?? null);
      if (closed !== null) throw new Refused(refusedAs ?? closed);
      const message = workspace.post({
        channel: conversation.id,
        user: workspace.bot.id,
        onlyFor: null,
        threadTs: args.thread_ts ?? null,
        broadcast: args.reply_broadcast ?? false,
        text,
        blocks,
        metadata: args.metadata ?? null,
      });
      return { channel: conversation.id, ts: message.ts, message: shown(message, workspace, true) };
    },
  ),
  'chat.update': method(
    'chat:write',
    z.strictObject({ channel: z.string(), ts: z.string(), ...content, reply_broadcast: flag.optional() }),
    (args, { workspace, refuseBlocks }) => {
      const conversation = find(workspace, args.channel);
      const message = conversation.messages.get(args.ts);
      if (message === undefined) throw new Refused('message_not_found');
      if (message.user !== workspace.bot.id || message.onlyFor !== null)
        throw new Refused('cant_update_message');
      if (!conversation.editable) throw new Refused('edit_window_closed');
      if (conversation.archived) throw new Refused('is_archived');
      const { text, blocks } = parseContent(args, workspace, refuseBlocks);
      if (blocksTooLong(blocks)) throw new Refused('msg_blocks_too_long');
      if (Buffer.byteLength(text) > UPDATE_TEXT_BYTES_MAX) throw new Refused('msg_too_long');
      Object.assign(message, { text, blocks, edited: true });
      workspace.changed();
      return { channel: conversation.id, ts: message.ts, text, message: shown(message, workspace, true) };
    },
  ),
  'bookmarks.list': method(
    'bookmarks:read',
    z.strictObject({ channel_id: z.string() }),
    (args, { workspace }) => ({
      bookmarks: readable(workspace, args.channel_id).bookmarks.map((one) => ({
        ...one,
        type: 'link',
        channel_id: args.channel_id,
      })),
    }),
  ),
  'bookmarks.add': method(
    'bookmarks:write',
    z.strictObject({
      channel_id: z.string(),
      title: z.string().min(1),
      type: z.literal('link'),
      link: z.url(),
      emoji: z.string().optional(),
    }),
    (args, { workspace }) => {
      const bookmark = { id: workspace.newId('Bk'), title: args.title, link: args.link };
      writable(workspace, args.channel_id).bookmarks.push(bookmark);
      workspace.changed();
      return { bookmark };
    },
  ),
  'pins.add': method(
    'pins:write',
    z.strictObject({ channel: z.string(), timestamp: z.string() }),
    (args, { workspace }) => {
      const { messages, pins } = writable(workspace, args.channel);
      if (!messages.has(args.timestamp)) throw new Refused('message_not_found');
      if (pins.has(args.timestamp)) throw new Refused('already_pinned');
      pins.add(args.timestamp);
      workspace.changed();
      return {};
    },
  ),
  'bookmarks.edit': method(
    'bookmarks:write',
    z.strictObject({ channel_id: z.string(), bookmark_id: z.string(), title: z.string().min(1) }),
    (args, { workspace }) => {
      const bookmark = writable(workspace, args.channel_id).bookmarks.find(
        (one) => one.id === args.bookmark_id,
      );
      if (bookmark === undefined) throw new Refused('not_found');
      bookmark.title = args.title;
      workspace.changed();
      return { bookmark };
    },
  ),
  'bookmarks.remove': method(
    'bookmarks:write',
    z.strictObject({ channel_id: z.string(), bookmark_id: z.string() }),
    (args, { workspace }) => {
      const { bookmarks } = writable(workspace, args.channel_id);
      const index = bookmarks.findIndex((one) => one.id === args.bookmark_id);
      if (index < 0) throw new Refused('not_found');
      bookmarks.splice(index, 1);
      workspace.changed();
      return {};
    },
  ),
  'chat.getPermalink': method(
    null,
    z.strictObject({ channel: z.string(), message_ts: z.string() }),
    (args, { workspace, siteUrl }) => {
      if (find(workspace, args.channel).messages.get(args.message_ts) === undefined)
        throw new Refused('message_not_found');
      return {
        channel: args.channel,
        permalink: `${siteUrl()}archives/${args.channel}/p${args.message_ts.replace('.', '')}`,
      };
    },
  ),
  'chat.postEphemeral': method(
    'chat:write',
    z.strictObject({ channel: z.string(), user: z.string(), ...content, thread_ts: z.string().optional() }),
    (args, { workspace, refuseBlocks }) => {
      const conversation = writable(workspace, args.channel);
      if (!conversation.members.has(args.user)) throw new Refused('user_not_in_channel');
      const { text, blocks } = parseContent(args, workspace, refuseBlocks);
      const message = workspace.post({
        channel: conversation.id,
        user: workspace.bot.id,
        onlyFor: args.user,
        threadTs: args.thread_ts ?? null,
        broadcast: false,
        text,
        blocks,
        metadata: null,
      });
      return { message_ts: message.ts };
    },
  ),
  'conversations.open': method(
    'im:write',
    z.strictObject({ users: z.string() }),
    ({ users }, { workspace }) => {
      const person = workspace.people.get(users);
      if (person === undefined) throw new Refused('user_not_found');
      if (person.kind === 'bot') throw new Refused('cannot_dm_bot');
      if (person.deleted) throw new Refused('user_disabled');
      // Of another workspace, and met in no shared channel.
      if (person.teamId !== workspace.teamId && !sharesChannel(person, workspace))
        throw new Refused('user_not_visible');
      return { channel: { id: workspace.directMessage(users).id } };
    },
  ),
  'conversations.history': method(null, z.strictObject(history), (args, { workspace, require }) => {
    const { messages } = historyOf(workspace, args.channel, require);
    return page(
      [...messages.values()].filter((m) => m.onlyFor === null && (m.threadTs === null || m.broadcast)),
      args,
      workspace,
      true,
    );
  }),
  'conversations.replies': method(
    null,
    z.strictObject({ ...history, ts: z.string() }),
    (args, { workspace, require }) => {
      const { messages } = historyOf(workspace, args.channel, require);
      if (!messages.has(args.ts)) throw new Refused('thread_not_found');
      return page(
        [...messages.values()].filter(
          (m) => m.onlyFor === null && (m.ts === args.ts || m.threadTs === args.ts),
        ),
        args,
        workspace,
        false,
      );
    },
  ),
  'users.info': method(
    'users:read',
    z.strictObject({ user: z.string() }),
    ({ user }, { workspace, isGranted }) => {
      const person = workspace.people.get(user);
      if (person === undefined) throw new Refused('user_not_found');
      return { user: userObject(person, workspace, isGranted('users:read.email')) };
    },
  ),
  'users.getPresence': method(
    'users:read',
    z.strictObject({ user: z.string().optional() }),
    ({ user }, { workspace }) => {
      const person = workspace.people.get(user ?? workspace.bot.id);
      if (person === undefined) throw new Refused('user_not_found');
      return { presence: person.active ? 'active' : 'away' };
    },
  ),
  'usergroups.users.list': method(
    'usergroups:read',
    z.strictObject({ usergroup: z.string(), include_disabled: flag.optional() }),
    ({ usergroup }, { workspace }) => {
      const members = workspace.groups.get(usergroup);
      if (members === undefined) throw new Refused('no_such_subteam');
      return { users: members.filter((id) => workspace.people.get(id)?.deleted === false) };
    },
  ),
  'views.open': method(
    null,
    z.strictObject({ trigger_id: z.string(), view: z.unknown() }),
    (args, context) => {
      const form = parseView(args.view, 'modal');
      if (form.blocks.some(takesFiles)) context.require('files:read');
      const user = context.spendTrigger(args.trigger_id);
      const view = context.workspace.makeView(user, form, null);
      context.workspace.stacks.set(user, [view]);
      context.workspace.changed();
      return { view: { id: view.id, hash: view.hash } };
    },
  ),
  'views.push': method(
    null,
    z.strictObject({ trigger_id: z.string(), view: z.unknown() }),
    (args, context) => {
      const form = parseView(args.view, 'modal');
      if (form.blocks.some(takesFiles)) context.require('files:read');
      const user = context.spendTrigger(args.trigger_id);
      const stack = context.workspace.stackOf(user);
      if (stack.length >= 3) throw new Refused('push_limit_reached');
      const view = context.workspace.makeView(user, form, stack.at(-1) ?? null);
      stack.push(view);
      context.workspace.changed();
      return { view: { id: view.id, hash: view.hash } };
    },
  ),
  'views.update': method(
    null,
    z.strictObject({ view_id: z.string(), hash: z.string().optional(), view: z.unknown() }),
    (args, { workspace, require }) => {
      const form = parseView(args.view, 'modal');
      if (form.blocks.some(takesFiles)) require('files:read');
      const view = workspace.findView(args.view_id);
      if (view === undefined) throw new Refused('not_found');
      if (args.hash !== undefined && args.hash !== view.hash) throw new Refused('hash_conflict');
      workspace.updateView(view, form);
      return { view: { id: view.id, hash: view.hash } };
    },
  ),
  'views.publish': method(
    null,
    z.strictObject({ user_id: z.string(), view: z.unknown(), hash: z.string().optional() }),
    (args, { workspace }) => {
      const form = parseView(args.view, 'home');
      if (!workspace.people.has(args.user_id)) throw new Refused('user_not_found');
      const before = workspace.homes.get(args.user_id);
      if (before !== undefined) workspace.updateView(before, form);
      else workspace.homes.set(args.user_id, workspace.makeView(args.user_id, form, null));
      workspace.changed();
      return { view: { id: workspace.homes.get(args.user_id)?.id ?? '' } };
    },
  ),
};

/** Text and blocks of a message, or why Slack takes neither. @throws Refused */
export function parseContent(
  { text, blocks }: { text?: string | undefined; blocks?: unknown },
  workspace: Workspace,
  refuseBlocks: boolean,
): Pick<Message, 'text' | 'blocks'> {
  if ((text === undefined || text === '') && blocks === undefined) throw new Refused('no_text');
  if (!messageText.safeParse(text ?? '').success) throw new Refused('msg_too_long');
  if (blocks === undefined) return { text: text ?? '', blocks: [] };
  const parsed = messageBlocks.safeParse(blocks);
  if (!parsed.success) throw new Refused('invalid_blocks', complaints(parsed.error));
  if (refuseBlocks && parsed.data.length > 1)
    throw new Refused('invalid_blocks', ['[ERROR] blocks are refused for now']);
  return { text: text ?? '', blocks: withIds(parsed.data, workspace) };
}

/** reference/block-kit/block-elements/file-input-element: "your app must have the files:read scope". */
function takesFiles(block: Block): boolean {
  return block.type === 'input' && block.element.type === 'file_input';
}

/** A view as Slack takes it. @throws Refused */
export function parseView(view: unknown, type: ViewForm['type']): ViewForm {
  const parsed = viewForm.safeParse(view);
  if (!parsed.success) throw new Refused('invalid_arguments', complaints(parsed.error));
  if (parsed.data.type !== type)
    throw new Refused('invalid_arguments', [`[ERROR] a view of type ${type} is needed`]);
  return parsed.data;
}

/** A user as `users.info` and `user_change` show them; the address only to apps with the Slack scope for it. */
export function userObject(person: Person, workspace: Workspace, withEmail = true): Record<string, unknown> {
  const external = person.teamId !== workspace.teamId;
  const hasEmail = withEmail && !external && person.kind !== 'bot';
  return {
    id: person.id,
    team_id: person.teamId,
    name: person.name.toLowerCase().replaceAll(' ', '.'),
    deleted: person.deleted,
    real_name: person.name,
    tz: person.tz,
    is_bot: person.kind === 'bot',
    is_app_user: false,
    is_admin: false,
    is_restricted: person.kind === 'guest',
    is_ultra_restricted: false,
    // In no channel that the app is in, too.
    ...(external ? { is_stranger: !sharesChannel(person, workspace) } : {}),
    profile: {
      real_name: person.name,
      display_name: person.name,
      title: person.title,
      team: person.teamId,
      ...(hasEmail ? { email: emailOf(person) } : {}),
    },
    ...person.said,
  };
}

function sharesChannel({ id }: Person, { conversations, bot }: Workspace): boolean {
  return [...conversations.values()].some(
    ({ kind, members }) => kind === 'channel' && members.has(id) && members.has(bot.id),
  );
}

function find(workspace: Workspace, id: string): Conversation {
  const conversation = workspace.conversations.get(id);
  if (conversation !== undefined) return conversation;
  const person = workspace.people.get(id);
  if (person === undefined || person.kind === 'bot') throw new Refused('channel_not_found');
  return workspace.directMessage(id);
}

function readable(workspace: Workspace, id: string): Conversation {
  const conversation = find(workspace, id);
  if (!conversation.members.has(workspace.bot.id)) throw new Refused('not_in_channel');
  return conversation;
}

/** The Slack scope for reading depends on what kind of conversation it is. */
function historyOf(workspace: Workspace, id: string, require: MethodContext['require']): Conversation {
  const conversation = readable(workspace, id);
  require(conversation.kind === 'im' ? 'im:history' : 'channels:history');
  return conversation;
}

function writable(workspace: Workspace, id: string): Conversation {
  const conversation = readable(workspace, id);
  if (conversation.archived) throw new Refused('is_archived');
  return conversation;
}

/** Why a message is not taken there; `null` where it is. */
function closedTo({ takes, lockedThreads }: Conversation, threadTs: string | null): string | null {
  if (threadTs !== null && lockedThreads.has(threadTs)) return 'restricted_action_thread_locked';
  switch (takes) {
    case 'everything':
      return null;
    case 'top_level_only':
      return threadTs === null ? null : 'restricted_action_non_threadable_channel';
    case 'threads_only':
      return threadTs === null ? 'restricted_action_thread_only_channel' : null;
    case 'nothing':
      return 'restricted_action_read_only_channel';
  }
}

function shown(message: Message, workspace: Workspace, all: boolean): Record<string, unknown> {
  const { ts, text, blocks, threadTs, metadata: meta } = message;
  return {
    type: 'message',
    user: message.user,
    ts,
    text,
    blocks,
    team: workspace.teamId,
    ...(message.user === workspace.bot.id ? { bot_id: workspace.botId, app_id: workspace.appId } : {}),
    ...(threadTs === null ? {} : { thread_ts: threadTs }),
    ...(all && meta !== null ? { metadata: meta } : {}),
    ...(message.edited ? { edited: { user: message.user, ts } } : {}),
  };
}

function page(
  messages: Message[],
  args: {
    include_all_metadata?: boolean | undefined;
    limit?: number | undefined;
    oldest?: string | undefined;
    latest?: string | undefined;
    inclusive?: boolean | undefined;
    cursor?: string | undefined;
  },
  workspace: Workspace,
  newestFirst: boolean,
): Record<string, unknown> {
  const within = messages.filter(
    (m) => Number(m.ts) > Number(args.oldest ?? 0) && Number(m.ts) < Number(args.latest ?? Infinity),
  );
  const ordered = newestFirst ? within.reverse() : within;
  const from = Number(args.cursor ?? 0);
  const limit = args.limit ?? 100;
  const more = ordered.length > from + limit;
  return {
    messages: ordered
      .slice(from, from + limit)
      .map((m) => shown(m, workspace, args.include_all_metadata === true)),
    has_more: more,
    response_metadata: { next_cursor: more ? String(from + limit) : '' },
  };
}

/** `sam@harbor.example`: nobody of the example company shares a first name. */
function emailOf({ name }: Person): string {
  return `${name.split(' ')[0]?.toLowerCase() ?? ''}@harbor.example`;
}
