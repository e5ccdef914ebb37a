import type { Block, Element, ViewForm } from './limits.ts';

/** The state of a local Slack workspace: people, conversations, messages, views. No protocol here. */

export interface Person {
  readonly id: string;
  name: string;
  readonly title: string;
  readonly teamId: string;
  readonly tz: string;
  kind: 'member' | 'guest' | 'bot';
  deleted: boolean;
  /** At the keyboard, as far as Slack can tell. */
  active: boolean;
  /** What Slack says of them instead of what it usually would: nulls, say. */
  said: Readonly<Record<string, unknown>>;
}

export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  /** `null` in a conversation; the person it is for when only they see it. */
  readonly onlyFor: string | null;
  readonly threadTs: string | null;
  readonly broadcast: boolean;
  text: string;
  blocks: Block[];
  metadata: unknown;
  edited: boolean;
}

export interface Conversation {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'im';
  readonly members: Set<string>;
  archived: boolean;
  /** What may be posted there by apps (docs.slack.dev/reference/methods/chat.postMessage: `restricted_action_…`). */
  takes: 'everything' | 'top_level_only' | 'threads_only' | 'nothing';
  /** Threads that take no replies any more, by the time stamps of their first messages. */
  readonly lockedThreads: Set<string>;
  /** May messages there still be changed? A workspace can set for how long. */
  editable: boolean;
  readonly messages: Map<string, Message>;
  readonly unread: Map<string, number>;
  readonly bookmarks: { readonly id: string; title: string; readonly link: string }[];
  /** The messages that are pinned, by their time stamps. */
  readonly pins: Set<string>;
}

export type InputValue =
  | { type: 'plain_text_input'; value: string | null }
  | {
      type: 'static_select' | 'external_select' | 'radio_buttons';
      selected_option: { text: unknown; value: string } | null;
    }
  | { type: 'users_select'; selected_user: string | null }
  | { type: 'conversations_select'; selected_conversation: string | null }
  | { type: 'checkboxes'; selected_options: { text: unknown; value: string }[] }
  | { type: 'datetimepicker'; selected_date_time: number | null }
  | { type: 'file_input'; files: UploadedFile[] };

/** A file as Slack describes it (docs.slack.dev/reference/objects/file-object): what is in it stays with Slack. */
export interface UploadedFile {
  readonly id: string;
  readonly name: string;
  readonly mimetype: string;
  readonly size: number;
  readonly permalink: string;
}

export interface OpenView {
  readonly id: string;
  readonly user: string;
  readonly rootId: string;
  readonly previousId: string | null;
  hash: string;
  form: ViewForm;
  values: Record<string, Record<string, InputValue>>;
  errors: Record<string, string>;
  /** What Slack itself says about it, such as that the app did not answer. */
  trouble: string | null;
}

/** One line of the raw traffic between the app and this server. Tokens never get here. */
export interface Traffic {
  readonly at: number;
  readonly direction: 'to_app' | 'from_app';
  readonly what: string;
  readonly ms: number | null;
  readonly body: unknown;
}

const TRAFFIC_MAX = 500;

export class Workspace {
  readonly teamId = 'T0HARBOR';
  /** The organisation that the workspace is part of, as on Enterprise Grid. */
  enterpriseId: string | null = null;
  readonly appId = 'A0TSA';
  readonly bot: Person = {
    id: 'U0TSABOT',
    name: 'TSA',
    title: 'App',
    teamId: 'T0HARBOR',
    tz: 'Etc/UTC',
    kind: 'bot',
    deleted: false,
    active: true,
    said: {},
  };
  readonly botId = 'B0TSA';
  readonly people = new Map<string, Person>();
  readonly groups = new Map<string, string[]>();
  readonly conversations = new Map<string, Conversation>();
  /** Each person's open modals, the top one last. */
  readonly stacks = new Map<string, OpenView[]>();
  readonly homes = new Map<string, OpenView>();
  readonly traffic: Traffic[] = [];
  readonly now: () => number;
  #lastTs = 0;
  #ids = 0;
  #version = 0;
  readonly #listeners = new Set<() => void>();

  constructor(now: () => number) {
    this.now = now;
    this.people.set(this.bot.id, this.bot);
  }

  /** Changes count up; whoever shows something looks again. */
  get version(): number {
    return this.#version;
  }

  changed(): void {
    this.#version += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  newId(prefix: string): string {
    this.#ids += 1;
    return `${prefix}${this.#ids.toString(36).toUpperCase().padStart(8, '0')}`;
  }

  addPerson(
    person: Omit<Person, 'deleted' | 'active' | 'said'> &
      Partial<Pick<Person, 'deleted' | 'active' | 'said'>>,
  ): Person {
    const added = { deleted: false, active: true, said: {}, ...person };
    this.people.set(person.id, added);
    return added;
  }

  /** Takes a file, as Slack does before the form that it is in is submitted. */
  upload({ name, mimetype, size }: Pick<UploadedFile, 'name' | 'mimetype' | 'size'>): UploadedFile {
    const id = this.newId('F');
    return { id, name, mimetype, size, permalink: `https://harbor.example/files/${id}` };
  }

  addChannel(id: string, name: string, members: Iterable<string>): Conversation {
    return this.#addConversation(id, name, 'channel', members);
  }

  #addConversation(
    id: string,
    name: string,
    kind: 'channel' | 'im',
    members: Iterable<string>,
  ): Conversation {
    const conversation: Conversation = {
      id,
      name,
      kind,
      members: new Set(members),
      archived: false,
      takes: 'everything',
      lockedThreads: new Set(),
      editable: true,
      messages: new Map(),
      unread: new Map(),
      bookmarks: [],
      pins: new Set(),
    };
    this.conversations.set(id, conversation);
    return conversation;
  }

  /** The app's direct messages with a person. */
  directMessage(user: string): Conversation {
    const id = `D${user.slice(1)}`;
    return this.conversations.get(id) ?? this.#addConversation(id, user, 'im', [user, this.bot.id]);
  }

  /** Seconds and microseconds, as Slack's timestamps: unique, and rising. */
  newTs(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, this.now() * 1_000);
    return `${Math.floor(this.#lastTs / 1e6)}.${String(this.#lastTs % 1e6).padStart(6, '0')}`;
  }

  post(message: Omit<Message, 'ts' | 'edited'>): Message {
    const posted: Message = { ...message, ts: this.newTs(), edited: false };
    const conversation = this.conversations.get(message.channel);
    conversation?.messages.set(posted.ts, posted);
    const readers = message.onlyFor === null ? (conversation?.members ?? []) : [message.onlyFor];
    for (const member of readers)
      if (member !== message.user)
        conversation?.unread.set(member, (conversation.unread.get(member) ?? 0) + 1);
    this.changed();
    return posted;
  }

  stackOf(user: string): OpenView[] {
    const stack = this.stacks.get(user) ?? [];
    this.stacks.set(user, stack);
    return stack;
  }

  findView(id: string): OpenView | undefined {
    for (const stack of this.stacks.values()) {
      const view = stack.find((one) => one.id === id);
      if (view !== undefined) return view;
    }
    return [...this.homes.values()].find((one) => one.id === id);
  }

  makeView(user: string, form: ViewForm, previous: OpenView | null): OpenView {
    const id = this.newId('V');
    const view: OpenView = {
      id,
      user,
      form: withBlockIds(form, this),
      rootId: previous?.rootId ?? id,
      previousId: previous?.id ?? null,
      hash: this.newTs(),
      values: {},
      errors: {},
      trouble: null,
    };
    view.values = initialValues(view.form.blocks, {});
    return view;
  }

  /** What was typed stays where block and action id are the same. */
  updateView(view: OpenView, form: ViewForm): void {
    view.form = withBlockIds(form, this);
    view.values = initialValues(view.form.blocks, view.values);
    view.hash = this.newTs();
    view.errors = {};
    view.trouble = null;
    this.changed();
  }

  record(traffic: Omit<Traffic, 'at'>): void {
    this.traffic.push({ ...traffic, at: this.now() });
    if (this.traffic.length > TRAFFIC_MAX) this.traffic.shift();
  }
}

/** Elements of a block that can be pressed or filled in. */
export function elementsOf(block: Block): readonly Element[] {
  switch (block.type) {
    case 'actions':
      return block.elements;
    case 'input':
      return [block.element];
    case 'section':
      return block.accessory === undefined ? [] : [block.accessory];
    case 'context':
    case 'header':
    case 'divider':
    case 'alert':
      return [];
  }
}

/** Blocks without an id get one, as in Slack. */
export function withIds(blocks: readonly Block[], ids: Pick<Workspace, 'newId'>): Block[] {
  return blocks.map((block) =>
    block.block_id === undefined ? { ...block, block_id: ids.newId('b') } : block,
  );
}

function withBlockIds(form: ViewForm, ids: Pick<Workspace, 'newId'>): ViewForm {
  return form.type === 'home'
    ? {
        ...form,
        blocks: form.blocks.map((b) => (b.block_id === undefined ? { ...b, block_id: ids.newId('b') } : b)),
      }
    : { ...form, blocks: withIds(form.blocks, ids) };
}

function initialValues(blocks: readonly Block[], before: OpenView['values']): OpenView['values'] {
  const values: OpenView['values'] = {};
  for (const block of blocks)
    for (const element of elementsOf(block)) {
      const initial = initialOf(element);
      if (initial === null || block.block_id === undefined) continue;
      const kept = before[block.block_id]?.[element.action_id];
      (values[block.block_id] ??= {})[element.action_id] = kept ?? initial;
    }
  return values;
}

function initialOf(element: Element): InputValue | null {
  switch (element.type) {
    case 'plain_text_input':
      return { type: element.type, value: element.initial_value ?? null };
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return { type: element.type, selected_option: element.initial_option ?? null };
    case 'users_select':
      return { type: element.type, selected_user: element.initial_user ?? null };
    case 'conversations_select':
      return { type: element.type, selected_conversation: element.initial_conversation ?? null };
    case 'checkboxes':
      return { type: element.type, selected_options: element.initial_options ?? [] };
    case 'datetimepicker':
      return { type: element.type, selected_date_time: element.initial_date_time ?? null };
    case 'file_input':
      return { type: element.type, files: [] };
    case 'button':
    case 'overflow':
      return null;
  }
}
