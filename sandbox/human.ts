import { z } from 'zod';
import type { Answer, Deliverer, Kind } from './deliver.ts';
import type { Block, Element } from './limits.ts';
import { suggestions } from './limits.ts';
import { parseContent, parseView, Refused, userObject } from './methods.ts';
import type { InputValue, Message, OpenView, Person, Workspace } from './workspace.ts';
import { elementsOf } from './workspace.ts';

/** What a person does in Slack, and what they then see. The page and the tests act through here. */

export interface Option {
  readonly text: string;
  readonly value: string;
  readonly description: string;
}

/** Where a button or input stands. */
export type Place = { readonly channel: string; readonly ts: string } | { readonly viewId: string };

const said = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
});
const responded = said.extend({
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
});
const submitted = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.unknown() }),
  z.object({ response_action: z.literal('push'), view: z.unknown() }),
  z.object({ response_action: z.literal('clear') }),
]);

/** A trigger lives this long and is good once (docs.slack.dev/interactivity/handling-user-interaction). */
const TRIGGER_MS = 3_000;
/** A response_url is good this often and this long (same page). */
const RESPONSES_MAX = 5;
const RESPONSE_MS = 30 * 60_000;

export class Humans {
  readonly #workspace: Workspace;
  readonly #deliverer: Deliverer;
  readonly #baseUrl: () => string;
  readonly #triggers = new Map<string, { user: string; at: number; spent: boolean }>();
  readonly #responses = new Map<
    string,
    { user: string; channel: string; ts: string | null; at: number; left: number }
  >();

  constructor(workspace: Workspace, deliverer: Deliverer, baseUrl: () => string) {
    this.#workspace = workspace;
    this.#deliverer = deliverer;
    this.#baseUrl = baseUrl;
  }

  /** The user of a trigger. @throws Refused when it is unknown, too old, or spent. */
  spendTrigger(id: string): string {
    const trigger = this.#triggers.get(id);
    if (trigger === undefined) throw new Refused('invalid_trigger_id');
    if (this.#workspace.now() - trigger.at > TRIGGER_MS) throw new Refused('expired_trigger_id');
    if (trigger.spent) throw new Refused('exchanged_trigger_id');
    trigger.spent = true;
    return trigger.user;
  }

  /** What a command is sent as: escaped like a message, and with ids for names after an @, since the manifest asks for that (`should_escape`). */
  #mentioned(text: string): string {
    let sent = escape(text);
    for (const { id, name } of this.#workspace.people.values())
      sent = sent.replaceAll(`@${name}`, `<@${id}>`);
    return sent;
  }

  /** Types into the composer: a slash command goes to the app, anything else into the conversation. */
  async say(user: string, channel: string, text: string): Promise<void> {
    const [command = ''] = text.split(/\s/, 1);
    if (command !== '/tsa') {
      this.#workspace.post({
        channel,
        user,
        onlyFor: null,
        threadTs: null,
        broadcast: false,
        text: escape(text),
        blocks: [],
        metadata: null,
      });
      return;
    }
    const person = this.#person(user);
    if (person.teamId !== this.#workspace.teamId) {
      // People of other workspaces have no commands of an app that is installed here (docs.slack.dev/apis/slack-connect).
      this.#slackSays(user, channel, `${command} is not a valid command.`);
      return;
    }
    const answer = await this.#deliverer.deliver('slash_commands', {
      token: 'sandbox',
      team_id: this.#workspace.teamId,
      team_domain: 'harbor',
      channel_id: channel,
      channel_name: this.#workspace.conversations.get(channel)?.name ?? 'directmessage',
      user_id: user,
      user_name: person.name,
      command,
      text: this.#mentioned(text.slice(command.length).trim()),
      api_app_id: this.#workspace.appId,
      is_enterprise_install: 'false',
      response_url: this.#responseUrl(user, channel, null),
      trigger_id: this.#trigger(user),
    });
    if (answer.kind === 'failed')
      this.#slackSays(user, channel, `/tsa failed with the error “${answer.why}”`);
    else if (answer.body !== null) this.#show(user, channel, said.parse(answer.body));
  }

  /** Presses a button. @throws when it is not there: nobody can press what they do not see. */
  async press(user: string, place: Place, blockId: string, actionId: string): Promise<void> {
    const element = findElement(this.#blocksAt(place), blockId, actionId);
    if (element?.type !== 'button') throw new Error('there is no such button');
    await this.#act(user, place, {
      type: 'button',
      block_id: blockId,
      action_id: actionId,
      text: element.text,
      value: element.value,
    });
  }

  /** Delivers a press that was possible once: an old client, a second click, a replay. */
  async pressStale(user: string, place: Place, action: Record<string, unknown>): Promise<void> {
    await this.#act(user, place, action);
  }

  /** Fills in an input of a view. Where the app wants to know at once, it is told. */
  async fill(
    user: string,
    viewId: string,
    blockId: string,
    actionId: string,
    value: InputValue,
  ): Promise<void> {
    const view = this.#view(viewId);
    const block = view.form.blocks.find((one) => one.block_id === blockId);
    if (block === undefined || findElement([block], blockId, actionId) === undefined)
      throw new Error('there is no such input');
    (view.values[blockId] ??= {})[actionId] = value;
    this.#workspace.changed();
    const tells =
      block.type === 'input' ? block.dispatch_action === true && value.type !== 'plain_text_input' : true;
    if (tells) await this.#act(user, { viewId }, { ...value, block_id: blockId, action_id: actionId });
  }

  /** What a typeahead offers for these letters. */
  async suggest(
    user: string,
    viewId: string,
    blockId: string,
    actionId: string,
    typed: string,
  ): Promise<readonly Option[]> {
    const view = this.#view(viewId);
    const answer = await this.#send('interactive', user, {
      type: 'block_suggestion',
      action_id: actionId,
      block_id: blockId,
      value: typed,
      container: { type: 'view', view_id: viewId },
      view: this.#viewObject(view),
    });
    if (answer.kind === 'failed') return [];
    const parsed = suggestions.safeParse(answer.body);
    if (!parsed.success) return [];
    const all =
      'options' in parsed.data
        ? parsed.data.options
        : parsed.data.option_groups.flatMap((group) => group.options);
    return all.map((option) => ({
      text: option.text.text,
      value: option.value,
      description: option.description?.text ?? '',
    }));
  }

  /** Presses the modal's submit button. Empty required fields are shown by Slack itself. */
  async submit(user: string, viewId: string): Promise<void> {
    const view = this.#view(viewId);
    view.trouble = null;
    view.errors = missing(view);
    this.#workspace.changed();
    if (Object.keys(view.errors).length > 0) return;
    const answer = await this.#send('interactive', user, {
      type: 'view_submission',
      trigger_id: this.#trigger(user),
      view: this.#viewObject(view),
      response_urls: [],
    });
    if (answer.kind === 'failed') view.trouble = 'We had some trouble connecting. Try again?';
    else this.#submitted(user, view, answer.body);
    this.#workspace.changed();
  }

  close(user: string): void {
    this.#workspace.stackOf(user).pop();
    this.#workspace.changed();
  }

  async openHome(user: string): Promise<void> {
    await this.#deliverer.deliver(
      'events_api',
      this.#event({
        type: 'app_home_opened',
        user,
        channel: this.#workspace.directMessage(user).id,
        tab: 'home',
      }),
    );
  }

  /** A global shortcut of the app's. */
  async shortcut(user: string, callbackId: string): Promise<void> {
    await this.#send('interactive', user, {
      type: 'shortcut',
      callback_id: callbackId,
      trigger_id: this.#trigger(user),
      action_ts: this.#workspace.newTs(),
    });
  }

  /** A message shortcut of the app's. */
  async messageShortcut(
    user: string,
    callbackId: string,
    place: { channel: string; ts: string },
  ): Promise<void> {
    const { state, container, ...message } = this.#messageContext(user, place);
    await this.#send('interactive', user, {
      type: 'message_action',
      callback_id: callbackId,
      trigger_id: this.#trigger(user),
      action_ts: this.#workspace.newTs(),
      message_ts: place.ts,
      ...message,
    });
  }

  /** Adds the app to a channel, and tells it so. */
  async invite(channel: string): Promise<void> {
    this.#workspace.conversations.get(channel)?.members.add(this.#workspace.bot.id);
    await this.#deliverer.deliver(
      'events_api',
      this.#event({
        type: 'member_joined_channel',
        user: this.#workspace.bot.id,
        channel,
        channel_type: 'C',
        team: this.#workspace.teamId,
      }),
    );
  }

  /** Tells the app that a person changed, as Slack does. */
  async userChanged(user: string): Promise<void> {
    const person = this.#workspace.people.get(user);
    if (person === undefined) throw new Error(`there is no ${user}`);
    const changed = { type: 'user_change', user: userObject(person, this.#workspace) };
    await this.#deliverer.deliver('events_api', this.#event(changed));
  }

  /** Changes who is in a user group, and tells the app so, as Slack does (docs.slack.dev/reference/events/subteam_members_changed). */
  async groupChanged(group: string, members: readonly string[]): Promise<void> {
    const before = this.#workspace.groups.get(group) ?? [];
    this.#workspace.groups.set(group, [...members]);
    const added = members.filter((user) => !before.includes(user));
    const removed = before.filter((user) => !members.includes(user));
    const at = Math.floor(this.#workspace.now() / 1_000);
    await this.#deliverer.deliver(
      'events_api',
      this.#event({
        type: 'subteam_members_changed',
        subteam_id: group,
        team_id: this.#workspace.teamId,
        date_previous_update: at,
        date_update: at,
        added_users: added,
        added_users_count: String(added.length),
        removed_users: removed,
        removed_users_count: String(removed.length),
      }),
    );
  }

  markRead(user: string, channel: string): void {
    if (this.#workspace.conversations.get(channel)?.unread.delete(user) === true) this.#workspace.changed();
  }

  /** What the app sends to a response_url. @throws Refused when it is spent, too old or unknown. */
  respond(id: string, body: unknown): void {
    const target = this.#responses.get(id);
    if (target === undefined) throw new Refused('invalid_url');
    if (this.#workspace.now() - target.at > RESPONSE_MS) throw new Refused('expired_url');
    if (target.left <= 0) throw new Refused('used_url');
    target.left -= 1;
    this.#show(target.user, target.channel, responded.parse(body));
  }

  #show(user: string, channel: string, answer: z.infer<typeof said>): void {
    if (answer.text === undefined && answer.blocks === undefined) return;
    const everyone = answer.response_type === 'in_channel';
    const { text, blocks } = parseContent(answer, this.#workspace, false);
    this.#workspace.post({
      channel,
      user: this.#workspace.bot.id,
      onlyFor: everyone ? null : user,
      threadTs: null,
      broadcast: false,
      text,
      blocks,
      metadata: null,
    });
  }

  #slackSays(user: string, channel: string, text: string): void {
    this.#workspace.post({
      channel,
      user: 'USLACKBOT',
      onlyFor: user,
      threadTs: null,
      broadcast: false,
      text,
      blocks: [],
      metadata: null,
    });
  }

  #submitted(user: string, view: OpenView, body: unknown): void {
    const stack = this.#workspace.stackOf(user);
    const answer =
      body === null || (typeof body === 'object' && Object.keys(body).length === 0)
        ? null
        : submitted.parse(body);
    if (answer === null) {
      stack.pop();
      return;
    }
    switch (answer.response_action) {
      case 'errors': {
        const inputs = new Set(
          view.form.blocks.flatMap((block) => (block.type === 'input' ? [block.block_id] : [])),
        );
        const known = Object.keys(answer.errors).every((id) => inputs.has(id));
        if (known) view.errors = answer.errors;
        else view.trouble = 'We had some trouble connecting. Try again?';
        return;
      }
      case 'update':
        this.#workspace.updateView(view, parseView(answer.view, 'modal'));
        return;
      case 'push':
        stack.push(this.#workspace.makeView(user, parseView(answer.view, 'modal'), view));
        return;
      case 'clear':
        stack.length = 0;
        return;
    }
  }

  async #act(user: string, place: Place, action: Record<string, unknown>): Promise<void> {
    const where =
      'viewId' in place
        ? {
            container: { type: 'view', view_id: place.viewId },
            view: this.#viewObject(this.#view(place.viewId)),
          }
        : this.#messageContext(user, place);
    const actionTs = this.#workspace.newTs();
    const answer = await this.#send('interactive', user, {
      type: 'block_actions',
      trigger_id: this.#trigger(user),
      ...where,
      actions: [{ action_ts: actionTs, ...action }],
    });
    if (answer.kind === 'failed' && 'channel' in place)
      this.#slackSays(user, place.channel, 'This app did not respond in time. Try again?');
  }

  #messageContext(user: string, place: { channel: string; ts: string }): Record<string, unknown> {
    const conversation = this.#workspace.conversations.get(place.channel);
    const message = conversation?.messages.get(place.ts);
    return {
      container: {
        type: 'message',
        message_ts: place.ts,
        channel_id: place.channel,
        is_ephemeral: (message?.onlyFor ?? null) !== null,
      },
      channel: { id: place.channel, name: conversation?.name ?? '' },
      message: {
        type: 'message',
        ts: place.ts,
        text: message?.text ?? '',
        blocks: message?.blocks ?? [],
        bot_id: this.#workspace.botId,
      },
      response_url: this.#responseUrl(user, place.channel, place.ts),
      state: { values: {} },
    };
  }

  #send(kind: Kind, user: string, payload: Record<string, unknown>): Promise<Answer> {
    const person = this.#person(user);
    return this.#deliverer.deliver(kind, {
      ...payload,
      token: 'sandbox',
      api_app_id: this.#workspace.appId,
      enterprise: null,
      is_enterprise_install: false,
      team: { id: this.#workspace.teamId, domain: 'harbor' },
      user: { id: user, username: person.name, name: person.name, team_id: person.teamId },
    });
  }

  #event(event: Record<string, unknown>): Record<string, unknown> {
    const time = Math.floor(this.#workspace.now() / 1_000);
    return {
      token: 'sandbox',
      team_id: this.#workspace.teamId,
      api_app_id: this.#workspace.appId,
      type: 'event_callback',
      event_id: this.#workspace.newId('Ev'),
      event_time: time,
      event: { ...event, event_ts: this.#workspace.newTs() },
      authorizations: [
        {
          enterprise_id: null,
          team_id: this.#workspace.teamId,
          user_id: this.#workspace.bot.id,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
    };
  }

  #viewObject(view: OpenView): Record<string, unknown> {
    return {
      id: view.id,
      team_id: this.#workspace.teamId,
      private_metadata: '',
      callback_id: '',
      external_id: '',
      ...view.form,
      hash: view.hash,
      state: { values: view.values },
      previous_view_id: view.previousId,
      root_view_id: view.rootId,
      app_id: this.#workspace.appId,
      bot_id: this.#workspace.botId,
    };
  }

  #trigger(user: string): string {
    const id = `${this.#workspace.newId('')}.${this.#workspace.newTs()}`;
    this.#triggers.set(id, { user, at: this.#workspace.now(), spent: false });
    return id;
  }

  #responseUrl(user: string, channel: string, ts: string | null): string {
    const id = this.#workspace.newId('R');
    this.#responses.set(id, { user, channel, ts, at: this.#workspace.now(), left: RESPONSES_MAX });
    return `${this.#baseUrl()}/response/${id}`;
  }

  #person(user: string): Person {
    const person = this.#workspace.people.get(user);
    if (person === undefined) throw new Error(`nobody is ${user}`);
    return person;
  }

  #view(id: string): OpenView {
    const view = this.#workspace.findView(id);
    if (view === undefined) throw new Error('there is no such view');
    return view;
  }

  #blocksAt(place: Place): readonly Block[] {
    if ('viewId' in place) return this.#view(place.viewId).form.blocks;
    return this.#messageAt(place)?.blocks ?? [];
  }

  #messageAt(place: { channel: string; ts: string }): Message | undefined {
    return this.#workspace.conversations.get(place.channel)?.messages.get(place.ts);
  }
}

function findElement(blocks: readonly Block[], blockId: string, actionId: string): Element | undefined {
  const block = blocks.find((one) => one.block_id === blockId);
  return block === undefined
    ? undefined
    : elementsOf(block).find((element) => element.action_id === actionId);
}

/** Required inputs that are empty, as Slack itself complains of them. */
function missing(view: OpenView): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const block of view.form.blocks) {
    if (block.type !== 'input' || block.optional === true || block.block_id === undefined) continue;
    const value = view.values[block.block_id]?.[block.element.action_id];
    if (value === undefined || isEmpty(value))
      errors[block.block_id] = 'Please complete this required field.';
  }
  return errors;
}

function isEmpty(value: InputValue): boolean {
  switch (value.type) {
    case 'plain_text_input':
      return value.value === null || value.value === '';
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return value.selected_option === null;
    case 'users_select':
      return value.selected_user === null;
    case 'conversations_select':
      return value.selected_conversation === null;
    case 'checkboxes':
      return value.selected_options.length === 0;
    case 'datetimepicker':
      return value.selected_date_time === null;
    case 'file_input':
      return value.files.length === 0;
  }
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
