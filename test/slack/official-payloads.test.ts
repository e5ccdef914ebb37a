import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Modal } from '../../sandbox/driver.ts';
import { taking } from '../support/customers.ts';
import type { OptionalField } from '../support/official-payloads.ts';
import { optionalFields, VARIANTS, varied } from '../support/official-payloads.ts';
import { everything } from '../support/slack-acts.ts';
import type { TestApp } from '../support/test-app.ts';
import { CHANNELS, file, fillIn, GOOD, requestForm, testApp } from '../support/test-app.ts';

/** Every field that the SDKs' types let Slack leave out, left out in every way: nothing crashes, and nobody is left without a word. */

const TYPES = {
  press: 'bolt.BlockAction<bolt.ButtonAction>',
  form: 'bolt.ViewSubmitAction',
  help: 'bolt.ViewSubmitAction',
  suggestion: 'bolt.BlockSuggestion',
  command: 'bolt.SlashCommand',
  shortcut: 'bolt.GlobalShortcut',
  beside: 'bolt.MessageShortcut',
  home: 'bolt.EnvelopedEvent<slack.AppHomeOpenedEvent>',
  changed: 'bolt.EnvelopedEvent<slack.UserChangeEvent>',
  joined: 'bolt.EnvelopedEvent<slack.MemberJoinedChannelEvent>',
  group: 'bolt.EnvelopedEvent<slack.SubteamMembersChangedEvent>',
} as const;
type Kind = keyof typeof TYPES;
const KINDS = Object.keys(TYPES) as Kind[];
const PAYLOADS_MIN = 3_000;
const LOGGED = /"odd":\[|is of no use here|left alone|could not be read/;
/** Nobody waits for what these tell. */
const UNASKED: ReadonlySet<Kind> = new Set(['changed', 'joined', 'group']);

let s: TestApp;
let fields: ReadonlyMap<string, readonly OptionalField[]>;
beforeAll(async () => {
  s = await testApp('socket', taking());
  fields = optionalFields(TYPES);
}, 60_000);
afterAll(() => s.close());

type Change = (payload: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** One field each, in each way. */
function changes(): readonly { kind: Kind; what: string; change: Change }[] {
  return KINDS.flatMap((kind) =>
    (fields.get(kind) ?? []).flatMap((field) =>
      VARIANTS.map((variant) => ({
        kind,
        what: `${field.path.join('.')} ${variant}`,
        change: (payload: Readonly<Record<string, unknown>>) => varied(payload, field, variant),
      })),
    ),
  );
}

/** All that a person may see of it. */
function seen(): string {
  const { workspace } = s.sandbox;
  const views = [...workspace.stacks.values()].flat().map((view) => [view.hash, view.errors, view.trouble]);
  const homes = [...workspace.homes.values()].map((view) => view.hash);
  return JSON.stringify([everything(s).length, views, homes]);
}

it('3,000 payloads as the SDKs describe them, with what may be left out null, absent, empty or unknown, crash nothing and are never silent', async () => {
  const { sam, ada, ann } = s.cast;
  const { humans, workspace, faults } = s.sandbox;
  await file(s);
  const card = await ada.waitFor('app', /TSA-1.*asks for your approval/);
  await sam.types('#support', '/tsa channel northwind');
  await s.later(0);
  await ann.types('#shared-northwind', 'The import fails since this morning.');
  const message = await sam.waitFor('#shared-northwind', /The import fails/);
  let offered = 0;

  async function samsForm(): Promise<Modal> {
    const modal = await requestForm(s, sam);
    await fillIn(modal);
    return modal;
  }
  async function annsForm(): Promise<Modal> {
    workspace.stackOf(ann.id).length = 0;
    await ann.presses('Ask for help', '#shared-northwind', /Need our team/);
    const modal = await ann.modal('Ask for help');
    await modal.types('What is wrong?', GOOD);
    await modal.types('What did you already try?', 'We ran the import again.');
    await modal.types('What do you expect to happen?', 'One invoice each.');
    await modal.chooses('How urgent is it?', 'High');
    await modal.attaches('Screenshots, short videos or PDF', {
      name: 'a.png',
      mimetype: 'image/png',
      size: 9,
    });
    return modal;
  }
  /** What the person does, and what must stand before they do. */
  const prepared: Partial<Record<Kind, Modal>> = {};
  const prepare: Partial<Record<Kind, () => Promise<Modal>>> = {
    form: samsForm,
    help: annsForm,
    suggestion: () => requestForm(s, sam),
  };
  const acts: Record<Kind, () => Promise<unknown>> = {
    press: () => ada.pressesOld('Approve', card),
    form: async () => prepared.form?.submits(),
    help: async () => prepared.help?.submits(),
    suggestion: async () => (offered = (await prepared.suggestion?.options('Tenant', 'n'))?.length ?? 0),
    command: () => sam.types('#support', '/tsa mine'),
    shortcut: () => sam.shortcut('request_access'),
    beside: () => sam.messageShortcut('request_access_for_message', message),
    home: () => humans.openHome(sam.id),
    changed: () => humans.userChanged(ada.id),
    joined: () => humans.invite(CHANNELS.support),
    group: () => humans.groupChanged('S0MANAGERS', [ada.id, s.cast.ben.id]),
  };

  let sent = 0;
  const silent: string[] = [];
  for (const { kind, what, change } of changes()) {
    const form = prepare[kind];
    const stack = workspace.stackOf(kind === 'help' ? ann.id : sam.id);
    const stands = stack.at(-1)?.form.blocks.some(({ type }) => type === 'input') === true;
    if (form !== undefined && (prepared[kind] === undefined || !stands)) prepared[kind] = await form();
    if (stack.length > 2) stack.length = 1;
    // What it is told now is compared with nothing that it was told before.
    for (const view of [...workspace.stacks.values()].flat()) view.errors = {};
    s.log.flush();
    s.logged.length = 0;
    const before = seen();
    offered = 0;
    faults.sends = change;
    await acts[kind]();
    faults.sends = (payload) => ({ ...payload });
    sent += 1;
    const noticed = (): boolean =>
      offered > 0 || seen() !== before || s.logged.some((line) => LOGGED.test(line));
    if (UNASKED.has(kind) || noticed()) continue;
    await vi
      .waitFor(() => {
        expect(noticed()).toBe(true);
      }, 1_000)
      .catch(() => silent.push(`${kind}: ${what}`));
  }
  expect(sent).toBeGreaterThanOrEqual(PAYLOADS_MIN);
  expect(silent).toEqual([]);
  await sam.types('#support', '/tsa help');
  expect(sam.hears('#support').at(-1)).toContain('/tsa request');
}, 290_000);
