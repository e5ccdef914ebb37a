import type { Humans, Option, Place } from './human.ts';
import type { Block } from './limits.ts';
import type { InputValue, Message, OpenView, Workspace, Person } from './workspace.ts';
import { elementsOf } from './workspace.ts';

/** Drives the sandbox as people do: by what they see (labels, button texts, names), never by internal ids. */

/** Something seen, and where its buttons stand. */
export interface Seen {
  readonly text: string;
  readonly buttons: readonly string[];
  readonly inThread: boolean;
  readonly place: { readonly channel: string; readonly ts: string };
  /** The buttons' actions as they were when it was looked at. */
  readonly actions: Readonly<Record<string, Record<string, unknown>>>;
}

/** Only a test that is broken waits this long. */
const PATIENCE_MS = 20_000;

export class Player {
  readonly #workspace: Workspace;
  readonly #humans: Humans;
  readonly id: string;

  constructor(workspace: Workspace, humans: Humans, id: string) {
    this.#workspace = workspace;
    this.#humans = humans;
    this.id = id;
  }

  /** Types into a channel's composer (`#name`), or into the direct messages with the app. */
  async types(where: string, text: string): Promise<void> {
    await this.#humans.say(this.id, this.#channelId(where), text);
  }

  /** Their account becomes something else. Slack tells the app so, unless its word is lost on the way. */
  async becomes(what: Person['kind'] | 'deactivated', word: 'told' | 'lost' = 'told'): Promise<void> {
    const person = this.#workspace.people.get(this.id);
    if (person === undefined) throw new Error(`there is no ${this.id}`);
    person.deleted = what === 'deactivated';
    if (what !== 'deactivated') person.kind = what;
    if (word === 'told') await this.#humans.userChanged(this.id);
  }

  /** What this person sees in a conversation, oldest first, threads and their own ephemeral messages included. */
  sees(where: string): readonly Seen[] {
    const conversation = this.#workspace.conversations.get(this.#channelId(where));
    const all = [...(conversation?.messages.values() ?? [])];
    return all.filter((m) => m.onlyFor === null || m.onlyFor === this.id).map(seen);
  }

  /** What only this person sees there. */
  hears(where: string): readonly string[] {
    const conversation = this.#workspace.conversations.get(this.#channelId(where));
    return [...(conversation?.messages.values() ?? [])]
      .filter((m) => m.onlyFor === this.id)
      .map((m) => seen(m).text);
  }

  /** Waits until a message there matches. */
  async waitFor(where: string, what: RegExp, and: (seen: Seen) => boolean = () => true): Promise<Seen> {
    const found = (): Seen | undefined =>
      this.sees(where).findLast((message) => what.test(message.text) && and(message));
    return until(
      this.#workspace,
      found,
      () =>
        `${this.id} never saw ${String(what)} in ${where}; there: ${this.sees(where)
          .map((m) => m.text)
          .join(' | ')
          .slice(-2_000)}`,
    );
  }

  /** Presses the button of that text, on the last message there that matches and has it. */
  async presses(text: string, where: string, what = /./): Promise<void> {
    const message = await this.waitFor(where, what, (one) => one.buttons.includes(text));
    await this.#humans.press(
      this.id,
      message.place,
      String(message.actions[text]?.['block_id']),
      String(message.actions[text]?.['action_id']),
    );
  }

  /** Presses a button that was there when `old` was looked at. */
  async pressesOld(text: string, old: Seen): Promise<void> {
    await this.#humans.pressStale(this.id, old.place, old.actions[text] ?? {});
  }

  /** Waits for a modal, and holds it. */
  async modal(title?: string): Promise<Modal> {
    const found = (): OpenView | undefined => {
      const top = this.#workspace.stackOf(this.id).at(-1);
      return top?.form.type === 'modal' && (title === undefined || top.form.title.text === title)
        ? top
        : undefined;
    };
    const view = await until(this.#workspace, found, () => `${this.id} never saw the modal ${title ?? ''}`);
    return new Modal(this.#workspace, this.#humans, this.id, view);
  }

  /** Opens the app's Home, and waits until the app has drawn it. */
  async opensHome(): Promise<Home> {
    const hash = this.#workspace.homes.get(this.id)?.hash;
    await this.#humans.openHome(this.id);
    const found = (): OpenView | undefined => {
      const home = this.#workspace.homes.get(this.id);
      return home?.hash === hash ? undefined : home;
    };
    const view = await until(this.#workspace, found, () => `${this.id} never saw their Home`);
    return new Home(this.#workspace, this.#humans, this.id, view);
  }

  async messageShortcut(callbackId: string, seen: Seen): Promise<void> {
    await this.#humans.messageShortcut(this.id, callbackId, seen.place);
  }

  /** Closes the top modal. */
  closes(): void {
    this.#humans.close(this.id);
  }

  get hasModal(): boolean {
    return this.#workspace.stackOf(this.id).length > 0;
  }

  async shortcut(callbackId: string): Promise<void> {
    await this.#humans.shortcut(this.id, callbackId);
  }

  #channelId(where: string): string {
    if (where === 'app') return this.#workspace.directMessage(this.id).id;
    const found = [...this.#workspace.conversations.values()].find((one) => `#${one.name}` === where);
    if (found === undefined) throw new Error(`there is no conversation ${where}`);
    return found.id;
  }
}

export class Home {
  readonly #workspace: Workspace;
  readonly #humans: Humans;
  readonly #user: string;
  readonly #view: OpenView;

  constructor(workspace: Workspace, humans: Humans, user: string, view: OpenView) {
    this.#workspace = workspace;
    this.#humans = humans;
    this.#user = user;
    this.#view = view;
  }

  get text(): string {
    return this.#view.form.blocks.map(blockText).join('\n');
  }

  get size(): number {
    return this.#view.form.blocks.length;
  }

  get buttons(): readonly string[] {
    return this.#view.form.blocks
      .flatMap(elementsOf)
      .flatMap((e) => (e.type === 'button' ? [e.text.text] : []));
  }

  async presses(text: string): Promise<void> {
    for (const block of this.#view.form.blocks)
      for (const element of elementsOf(block))
        if (element.type === 'button' && element.text.text === text) {
          await this.#humans.press(
            this.#user,
            { viewId: this.#view.id },
            block.block_id ?? '',
            element.action_id,
          );
          return;
        }
    throw new Error(`Home has no ${text}, only ${this.buttons.join(', ')}`);
  }

  /** Waits until the app has drawn it anew so that it says this. */
  async waitFor(what: RegExp): Promise<void> {
    await until(
      this.#workspace,
      () => (what.test(this.text) ? true : undefined),
      () => `Home never said ${String(what)}: ${this.text}`,
    );
  }
}

export class Modal {
  readonly #workspace: Workspace;
  readonly #humans: Humans;
  readonly #user: string;
  readonly #view: OpenView;

  constructor(workspace: Workspace, humans: Humans, user: string, view: OpenView) {
    this.#workspace = workspace;
    this.#humans = humans;
    this.#user = user;
    this.#view = view;
  }

  /** All that stands in it, inputs' labels and hints included. */
  get text(): string {
    return this.#view.form.blocks.map(blockText).join('\n');
  }

  get labels(): readonly string[] {
    return this.#view.form.blocks.flatMap((block) => (block.type === 'input' ? [block.label.text] : []));
  }

  /** What is wrong, by label; under `''` what Slack says of the whole. */
  get errors(): Readonly<Record<string, string>> {
    const byLabel = this.#view.form.blocks.flatMap((block): [string, string][] => {
      const error = block.type === 'input' ? this.#view.errors[block.block_id ?? ''] : undefined;
      return error === undefined || block.type !== 'input' ? [] : [[block.label.text, error]];
    });
    return Object.fromEntries([
      ...byLabel,
      ...(this.#view.trouble === null ? [] : [['', this.#view.trouble] as const]),
    ]);
  }

  /** What stands in an input now, as a person reads it. */
  value(label: string): string {
    const { block, element } = this.#input(label);
    const value = this.#view.values[block]?.[element.action_id];
    return value === undefined ? '' : shownValue(value, this.#workspace);
  }

  async types(label: string, text: string): Promise<void> {
    const { block, element } = this.#input(label);
    await this.#fill(block, element.action_id, { type: 'plain_text_input', value: text });
  }

  /** Puts files into the input: their name, kind and size; Slack keeps what is in them. */
  async attaches(
    label: string,
    ...files: readonly { name: string; mimetype: string; size: number }[]
  ): Promise<void> {
    const { block, element } = this.#input(label);
    const uploaded = files.map((file) => this.#workspace.upload(file));
    await this.#fill(block, element.action_id, { type: 'file_input', files: uploaded });
  }

  /** Chooses the option (or person) whose text contains this; in a typeahead, types it first. */
  async chooses(label: string, text: string): Promise<void> {
    const { block, element } = this.#input(label);
    const hash = this.#view.hash;
    if (element.type === 'users_select') {
      const person = [...this.#workspace.people.values()].find((one) => one.name.includes(text));
      if (person === undefined) throw new Error(`nobody is called ${text}`);
      await this.#fill(block, element.action_id, { type: 'users_select', selected_user: person.id });
    } else if (element.type === 'external_select' || element.type === 'static_select') {
      const all = await this.options(label, text);
      const option = all.find((one) => one.text.includes(text));
      if (option === undefined)
        throw new Error(`${label} offers no ${text}, only ${all.map((one) => one.text).join(', ')}`);
      const selected = { text: { type: 'plain_text', text: option.text }, value: option.value };
      await this.#fill(block, element.action_id, { type: element.type, selected_option: selected });
    } else if (element.type === 'datetimepicker') {
      await this.#fill(block, element.action_id, {
        type: 'datetimepicker',
        selected_date_time: Number(text),
      });
    } else throw new Error(`${label} is not a list`);
    // The app redraws the form when something depends on the choice.
    if (this.#dispatches(block))
      await until(
        this.#workspace,
        () => this.#view.hash !== hash || undefined,
        () => `${label} was chosen, but the form was not redrawn`,
      );
  }

  /** Ticks, of some boxes, those whose texts contain one of these, and unticks the others. */
  async ticks(label: string, ...texts: readonly string[]): Promise<void> {
    const { block, element } = this.#input(label);
    if (element.type !== 'checkboxes') throw new Error(`${label} has no boxes to tick`);
    const missing = texts.filter((text) => !element.options.some((one) => one.text.text.includes(text)));
    if (missing.length > 0) throw new Error(`${label} has no box for ${missing.join(', ')}`);
    const selected = element.options.filter((one) => texts.some((text) => one.text.text.includes(text)));
    await this.#fill(block, element.action_id, {
      type: 'checkboxes',
      selected_options: selected.map(({ text, value }) => ({ text, value })),
    });
  }

  /** What a list offers, for these letters where it is a typeahead. */
  async options(label: string, typed = ''): Promise<readonly Option[]> {
    const { block, element } = this.#input(label);
    if (element.type === 'external_select')
      return this.#humans.suggest(this.#user, this.#view.id, block, element.action_id, typed);
    if (element.type !== 'static_select') return [];
    return (element.options ?? []).map((o) => ({
      text: o.text.text,
      value: o.value,
      description: o.description?.text ?? '',
    }));
  }

  /** Presses a button that stands in the form. */
  async presses(text: string): Promise<void> {
    for (const block of this.#view.form.blocks) {
      if (block.type !== 'actions') continue;
      const button = block.elements.find((part) => part.type === 'button' && part.text.text === text);
      if (button === undefined) continue;
      const { hash } = this.#view;
      const { blockId, actionId } = { blockId: block.block_id ?? '', actionId: button.action_id };
      await this.#humans.press(this.#user, { viewId: this.#view.id }, blockId, actionId);
      await until(
        this.#workspace,
        () => this.#view.hash !== hash || undefined,
        () => `${text} was pressed, but nothing changed in ${this.text}`,
      );
      return;
    }
    throw new Error(`there is no button ${text} in ${this.text}`);
  }

  async submits(): Promise<void> {
    await this.#humans.submit(this.#user, this.#view.id);
  }

  #dispatches(blockId: string): boolean {
    return this.#view.form.blocks.some(
      (block) => block.type === 'input' && block.block_id === blockId && block.dispatch_action === true,
    );
  }

  async #fill(blockId: string, actionId: string, value: InputValue): Promise<void> {
    await this.#humans.fill(this.#user, this.#view.id, blockId, actionId, value);
  }

  #input(label: string): { block: string; element: Extract<Block, { type: 'input' }>['element'] } {
    const block = this.#view.form.blocks.find((one) => one.type === 'input' && one.label.text === label);
    if (block?.type !== 'input')
      throw new Error(`there is no input ${label}, only ${this.labels.join(', ')}`);
    return { block: block.block_id ?? '', element: block.element };
  }
}

/** Waits for a change after which there is something; no clock but that of a test that would never end. */
export async function until<T>(
  workspace: Workspace,
  look: () => T | undefined,
  otherwise: () => string,
): Promise<T> {
  const now = look();
  if (now !== undefined) return now;
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(new Error(otherwise()));
    }, PATIENCE_MS);
    const stop = workspace.onChange(() => {
      const found = look();
      if (found === undefined) return;
      stop();
      clearTimeout(timer);
      resolve(found);
    });
  });
}

function seen(message: Message): Seen {
  const actions: Record<string, Record<string, unknown>> = {};
  for (const block of message.blocks)
    for (const element of elementsOf(block))
      if (element.type === 'button')
        actions[element.text.text] = {
          type: 'button',
          block_id: block.block_id,
          action_id: element.action_id,
          text: element.text,
          value: element.value,
        };
  const text = message.blocks.length === 0 ? message.text : message.blocks.map(blockText).join('\n');
  return {
    text,
    buttons: Object.keys(actions),
    inThread: message.threadTs !== null,
    place: { channel: message.channel, ts: message.ts },
    actions,
  };
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'section':
      return [block.text?.text ?? '', ...(block.fields ?? []).map((field) => field.text)].join('\n');
    case 'context':
      return block.elements.map((element) => element.text).join('\n');
    case 'header':
    case 'alert':
      return block.text.text;
    case 'input':
      return [block.label.text, block.hint?.text ?? ''].join('\n');
    case 'actions':
    case 'divider':
      return '';
  }
}

function shownValue(value: InputValue, workspace: Workspace): string {
  switch (value.type) {
    case 'plain_text_input':
      return value.value ?? '';
    case 'static_select':
    case 'external_select':
    case 'radio_buttons': {
      const text = value.selected_option?.text;
      return typeof text === 'object' && text !== null && 'text' in text ? String(text.text) : '';
    }
    case 'users_select':
      return workspace.people.get(value.selected_user ?? '')?.name ?? '';
    case 'conversations_select':
      return value.selected_conversation ?? '';
    case 'checkboxes':
      return value.selected_options.map((option) => option.value).join(', ');
    case 'datetimepicker':
      return String(value.selected_date_time ?? '');
    case 'file_input':
      return value.files.map((file) => file.name).join(', ');
  }
}

/** The person of that id, ready to act. */
export function player(sandbox: { workspace: Workspace; humans: Humans }, id: string): Player {
  return new Player(sandbox.workspace, sandbox.humans, id);
}

export type { Place };
