import type { KnownBlock } from '@slack/types';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CustomerFile } from '../../access/event.ts';
import { revealed } from '../../access/lettering.ts';
import type { UserId } from '../../access/policy.ts';
import type { Workspace } from '../../access/whose.ts';
import { userOf } from '../../access/whose.ts';

/**
 * What Slack sends, parsed at the border: only what is used, and nothing taken on trust (docs.slack.dev/interactivity).
 * What is null was taken out before: here it is as good as absent.
 */

/** An id that may be left out, or be empty. */
const id = z
  .string()
  .nullish()
  .transform((given) => (given === '' ? null : (given ?? null)));

const user = z.object({ id: z.string().min(1), team_id: id });
const team = z.object({ id, enterprise_id: id }).nullish();
/** Who acts, even if nothing else can be read. */
export const interaction = z.object({ user, team });

/** Absent where nothing can be opened any more: an interaction without it is answered in words. */
const trigger = z.string().default('');
/** Where something can be said beside what was typed or pressed. */
const responseUrl = z.string().default('');

/** More than anybody types: a field takes 3,000 characters (docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element). */
const typed = z.string().max(12_000);

export const commandPayload = z.object({
  text: typed.default(''),
  user_id: z.string().min(1),
  team_id: id,
  enterprise_id: id,
  trigger_id: z.string().min(1),
  response_url: responseUrl,
});

/** Blocks in a modal or a Home, elements in a block, choices and files in a field (docs.slack.dev/reference/block-kit). */
const BLOCKS_MAX = 100;
const ELEMENTS_MAX = 25;
const OPTIONS_MAX = 100;
const FILES_MAX = 10;

/** At most so many, counted before any is parsed: finding what is wrong with each of thousands takes long. */
function few<T extends z.ZodType>(max: number, kind: T): z.ZodPipe<z.ZodAny, T> {
  const isFew = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || Object.keys(value).length <= max;
  return z.any().refine(isFew, `more than ${max}`).pipe(kind);
}

const option = z.object({ value: z.string() });

/**
 * A file that somebody attached to a form; Slack keeps it (docs.slack.dev/reference/objects/file-object). Of one that
 * is still being scanned, or is somebody else's, it says less: the field tells so, and nothing that was typed is lost.
 */
const file = z.object({
  id: z.string(),
  name: z.string().optional(),
  mimetype: z.string().catch(''),
  size: z.number().nonnegative().catch(Infinity),
  permalink: z.string().catch(''),
});

/** One input's value, whatever kind of input it is. */
const inputState = z.object({
  value: typed.optional(),
  selected_option: option.optional(),
  selected_options: few(OPTIONS_MAX, z.array(option)).optional(),
  selected_user: z.string().optional(),
  selected_date_time: z.number().optional(),
  files: few(FILES_MAX, z.array(file)).optional(),
});

const values = few(
  BLOCKS_MAX,
  z.record(z.string(), few(ELEMENTS_MAX, z.record(z.string(), inputState))),
).default({});

/** A title or a button's text; one that cannot be read is drawn with other words. */
const words = z.object({ text: z.string() }).optional();

const view = z.object({
  id: z.string(),
  type: z.string().default('modal'),
  hash: z.string(),
  callback_id: z.string(),
  private_metadata: z.string().default(''),
  title: words,
  submit: words,
  close: words,
  // What we drew, as Slack gives it back: to draw it again.
  blocks: few(
    BLOCKS_MAX,
    z.array(z.custom<KnownBlock>((one) => typeof one === 'object' && one !== null)),
  ).default([]),
  state: z.object({ values }).default({ values: {} }),
});
export type View = z.infer<typeof view>;

export const actionsPayload = z.object({
  type: z.literal('block_actions'),
  user,
  team,
  trigger_id: trigger,
  response_url: responseUrl,
  view: view.optional(),
  actions: few(
    ELEMENTS_MAX,
    z
      .array(
        z.object({
          action_id: z.string(),
          action_ts: z.string().min(1),
          value: z.string().optional(),
          selected_option: option.optional(),
        }),
      )
      .min(1),
  ),
});

export type Actions = z.infer<typeof actionsPayload>;

export const submissionPayload = z.object({ user, team, view });

export const suggestionPayload = z.object({
  user,
  team,
  action_id: z.string(),
  value: typed.default(''),
  view: view.optional(),
});

const shortcut = z.object({ callback_id: z.string(), user, team, trigger_id: z.string().min(1) });

/** A shortcut in the app's menu, or one of a message. */
export const shortcutPayload = z.discriminatedUnion('type', [
  shortcut.extend({ type: z.literal('shortcut') }),
  shortcut.extend({
    type: z.literal('message_action'),
    channel: z.object({ id: z.string() }),
    message: z.object({ ts: z.string(), text: z.string().default('') }),
  }),
]);

/** What is around an event: whom it is for, and where it happened (docs.slack.dev/apis/events-api). */
export const eventPayload = z.object({
  team_id: id,
  enterprise_id: id,
  event_id: z.string().default(''),
  authorizations: z.array(z.object({ team_id: id, enterprise_id: id })).optional(),
  event: z.object({ type: z.string(), user_team: id, team: id.catch(null) }),
});

/** The events that are listened to (docs.slack.dev/reference/events). */
/** Nothing but messages or about says that another tab was opened. */
export const homeOpened = z.object({
  user: z.string().min(1),
  tab: z
    .string()
    .default('')
    .transform((tab) => (tab === '' ? 'home' : tab)),
});
export const joinedChannel = z.object({
  user: z.string(),
  channel: z.string().min(1),
  event_ts: z.string().default(''),
});
export const groupChanged = z.object({ subteam_id: z.string() });

/** The person who acts, by an immutable id; for somebody of another workspace it names the team, too. */
export interface Caller {
  readonly userId: UserId;
}

/**
 * Who acts, as Slack's payload says: in a shared channel `team` may be ours while `user.team_id` is theirs, so the
 * latter counts, and what is said of `team` counts for its own people alone.
 */
export function callerOf(
  ours: Workspace,
  payload: { user: z.infer<typeof user>; team?: z.infer<typeof team> },
): Caller {
  const { id, team_id: own } = payload.user;
  const there = payload.team ?? null;
  const teamId = own ?? there?.id ?? null;
  const enterpriseId = there !== null && there.id === teamId ? there.enterprise_id : null;
  return { userId: userOf(ours, { id, teamId, enterpriseId }) };
}

/** Who typed a command. */
export function commandCaller(ours: Workspace, payload: z.infer<typeof commandPayload>): Caller {
  const { user_id: id, team_id: teamId, enterprise_id: enterpriseId } = payload;
  return { userId: userOf(ours, { id, teamId, enterpriseId }) };
}

/** Is this an event, whatever else it says? */
export function isEvent(body: object): boolean {
  return 'type' in body && body.type === 'event_callback';
}

/** Whom an event is about. */
export function eventCaller(ours: Workspace, id: string, payload: z.infer<typeof eventPayload>): Caller {
  const { team_id: there, enterprise_id: enterprise, event } = payload;
  const teamId = event.user_team ?? event.team ?? there;
  return { userId: userOf(ours, { id, teamId, enterpriseId: teamId === there ? enterprise : null }) };
}

/** Is this event for the app as it is installed here? Another workspace that has installed it hears of its own. */
export function isForUs(ours: Workspace, payload: z.infer<typeof eventPayload>): boolean {
  const { authorizations } = payload;
  return (authorizations ?? [payload]).some(
    ({ team_id: team, enterprise_id: enterprise }) =>
      team === ours.teamId || (ours.enterpriseId !== null && enterprise === ours.enterpriseId),
  );
}

/** What was typed or chosen in a modal, by block id (each block has one input). Missing inputs read as empty. */
export function readInputs({ state }: View): (blockId: string) => string {
  const all = new Map(
    Object.entries(state.values).map(([blockId, inputs]) => {
      const [input] = Object.values(inputs);
      return [
        blockId,
        input?.value ??
          input?.selected_option?.value ??
          input?.selected_user ??
          String(input?.selected_date_time ?? ''),
      ];
    }),
  );
  return (blockId) => all.get(blockId) ?? '';
}

/** The values of what was ticked in one input; `null` where the form has no such input. */
export function readTicked({ state }: View, blockId: string): readonly string[] | null {
  const [input] = Object.values(state.values[blockId] ?? {});
  return input === undefined ? null : (input.selected_options ?? []).map(({ value }) => value);
}

/** The files of one input, as references. */
export function readFiles({ state }: View, blockId: string): readonly CustomerFile[] {
  const [input] = Object.values(state.values[blockId] ?? {});
  return (input?.files ?? []).map(({ id, name, mimetype, size, permalink }) => {
    return { id, name: revealed(name ?? 'file'), kind: mimetype, bytes: size, link: permalink };
  });
}

/** The same submission, with the same words, delivered again. Corrected words are another, and so is a form drawn anew. */
export function submissionKey({ id, hash, state }: View): string {
  const words = createHash('sha256').update(JSON.stringify(state.values)).digest('base64url');
  return `view:${id}:${hash}:${words}`;
}

/** The id that the block of that name has in the view: its name, or its name with what it depends on. */
export function blockNamed({ state }: View, name: string): string | undefined {
  return Object.keys(state.values).find((id) => id === name || id.startsWith(`${name}:`));
}
