import { z } from 'zod';
import type { Player, Seen } from '../../sandbox/driver.ts';
import { until } from '../../sandbox/driver.ts';
import type { InputValue, Message } from '../../sandbox/workspace.ts';
import { openForReading } from '../../src/ledger/open.ts';
import type { TestApp } from './test-app.ts';
import { testApp } from './test-app.ts';

/** What is looked at after something bad was tried: the ledger, what a person was told, and all that was sent. */

/** What the ledger holds, read beside the app. */
export async function written(s: TestApp): Promise<{
  readonly head: string;
  /** What happened to requests: `TSA-1 request.filed`. */
  readonly life: readonly string[];
  /** Who tried what in vain, and why not. */
  readonly refused: readonly string[];
}> {
  const ledger = openForReading(s.database);
  const rows = z
    .array(
      z.object({
        no: z.number().nullable(),
        type: z.string(),
        actor: z.string(),
        body: z.instanceof(Buffer),
        hash: z.instanceof(Buffer),
      }),
    )
    .parse(
      ledger.raw
        .prepare('select request_no as no, type, actor, body, hash from ledger_event order by seq')
        .all(),
    );
  await ledger.close();
  const attempt = z.object({ command: z.string(), reason: z.string() });
  return {
    head: rows.at(-1)?.hash.toString('hex') ?? '',
    life: rows.flatMap(({ no, type }) => (no === null ? [] : [`TSA-${no} ${type}`])),
    refused: rows
      .filter(({ type }) => type === 'attempt.refused')
      .map(({ actor, body }) => {
        const { command, reason } = attempt.parse(JSON.parse(body.toString('utf8')));
        return `${actor} ${command} ${reason}`;
      }),
  };
}

/** Every message there is, in all conversations. */
export function everything(s: TestApp): readonly Message[] {
  return [...s.sandbox.workspace.conversations.values()].flatMap((one) => [...one.messages.values()]);
}

/** What only this person was told, wherever it was. */
export function whispers(s: TestApp, { id }: Player): readonly string[] {
  return everything(s)
    .filter((message) => message.onlyFor === id)
    .map((message) => message.text);
}

/** Waits until this person is told something, wherever it is, and only they. */
export function hears(s: TestApp, player: Player, what: RegExp): Promise<string> {
  return until(
    s.sandbox.workspace,
    () => whispers(s, player).findLast((text) => what.test(text)),
    () => `${player.id} never heard ${String(what)}, only ${whispers(s, player).join(' | ')}`,
  );
}

/** What this person is told in answer to what they do. */
export async function answer(s: TestApp, player: Player, does: () => Promise<void>): Promise<string> {
  const before = whispers(s, player).length;
  await does();
  return until(
    s.sandbox.workspace,
    () => whispers(s, player)[before],
    () => `${player.id} was not answered`,
  );
}

/** The messages that are the card of this request in a person's direct messages or in a channel. */
export function cards(s: TestApp, where: string, no = 1): readonly Message[] {
  const metadata = z.object({ event_payload: z.object({ key: z.literal(`card:${no}`) }) });
  return everything(s).filter(
    (message) => message.channel === where && metadata.safeParse(message.metadata).success,
  );
}

/** Fills in what the person's list does not offer: an old client, or a bad one. */
export async function forges(s: TestApp, player: Player, label: string, value: string): Promise<void> {
  const { workspace, humans } = s.sandbox;
  const view = workspace.stackOf(player.id).at(-1);
  const block = view?.form.blocks.find((one) => one.type === 'input' && one.label.text === label);
  if (view === undefined || block?.type !== 'input') throw new Error(`there is no input ${label}`);
  const { hash } = view;
  const { type, action_id: action } = block.element;
  const chosen: InputValue =
    type === 'users_select'
      ? { type, selected_user: value }
      : { type: 'static_select', selected_option: { text: { type: 'plain_text', text: value }, value } };
  await humans.fill(player.id, view.id, block.block_id ?? '', action, chosen);
  if (block.dispatch_action === true)
    await until(
      workspace,
      () => view.hash !== hash || undefined,
      () => `${label} was forged, but the form was not redrawn`,
    );
}

/** Buttons whose time may have passed, as they stand now in what this person sees. */
export function liveButtons({ sees }: { sees: () => readonly Seen[] }): readonly string[] {
  const passing = new Set(['Approve', 'Deny', 'Start session', 'End now', 'Cancel request']);
  return [...new Set(sees().flatMap((message) => message.buttons))]
    .filter((text) => passing.has(text))
    .sort();
}

/** An app of its own for one test, so that slow tests can run beside each other. */
export async function inTestApp(
  act: (s: TestApp) => Promise<void>,
  ...how: Parameters<typeof testApp>
): Promise<void> {
  const s = await testApp(...how);
  try {
    await act(s);
  } finally {
    await s.close();
  }
}

/** Every text with markup that is in there, however deep. */
export function mrkdwnIn(value: unknown): readonly { readonly text: string; readonly verbatim: unknown }[] {
  if (typeof value !== 'object' || value === null) return [];
  const found = z
    .object({ type: z.literal('mrkdwn'), text: z.string(), verbatim: z.unknown() })
    .safeParse(value);
  return found.success ? [found.data] : Object.values(value).flatMap(mrkdwnIn);
}
