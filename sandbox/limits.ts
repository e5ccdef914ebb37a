import { z } from 'zod';

/** What Slack refuses in blocks, views and messages. Each limit names the page of docs.slack.dev that it comes from. */

/** reference/block-kit/blocks */
const BLOCKS_IN_MESSAGE = 50;
const BLOCKS_IN_VIEW = 100;
/** reference/methods/chat.postMessage: longer texts are cut at 40,000; this server refuses them. */
const MESSAGE_TEXT_MAX = 40_000;

const id = z.string().min(1).max(255);
/** reference/block-kit/composition-objects/text-object */
const plainText = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });
const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });
const anyText = (max: number) => z.union([plainText(max), mrkdwn(max)]);

/** reference/block-kit/composition-objects/confirmation-dialog-object */
const confirm = z.strictObject({
  title: plainText(100),
  text: z.union([plainText(300), mrkdwn(300)]),
  confirm: plainText(30),
  deny: plainText(30),
  style: z.enum(['primary', 'danger']).optional(),
});

/** reference/block-kit/composition-objects/option-object */
const option = z.strictObject({
  text: anyText(75),
  value: z.string().min(1).max(150),
  description: plainText(75).optional(),
  url: z.string().max(3_000).optional(),
});
const options = z.array(option).min(1).max(100);
const optionGroups = z
  .array(z.strictObject({ label: plainText(75), options }))
  .min(1)
  .max(100);

const common = { action_id: id, confirm: confirm.optional(), focus_on_load: z.boolean().optional() };
const placeholder = { placeholder: plainText(150).optional() };

/** reference/block-kit/block-elements/button-element */
const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  ...common,
  value: z.string().max(2_000).optional(),
  url: z.string().max(3_000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().max(75).optional(),
});
/** reference/block-kit/block-elements/select-menu-element */
const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    ...common,
    ...placeholder,
    options: options.optional(),
    option_groups: optionGroups.optional(),
    initial_option: option.optional(),
  })
  .refine(
    (e) => (e.options === undefined) !== (e.option_groups === undefined),
    'either options or option_groups',
  )
  .refine((e) => {
    const all = e.options ?? e.option_groups?.flatMap((group) => group.options) ?? [];
    return (
      e.initial_option === undefined ||
      all.some((o) => JSON.stringify(o) === JSON.stringify(e.initial_option))
    );
  }, 'initial_option must match one of the options');
const externalSelect = z.strictObject({
  type: z.literal('external_select'),
  ...common,
  ...placeholder,
  min_query_length: z.int().min(0).optional(),
  initial_option: option.optional(),
});
const usersSelect = z.strictObject({
  type: z.literal('users_select'),
  ...common,
  ...placeholder,
  initial_user: z.string().optional(),
});
const conversationsSelect = z.strictObject({
  type: z.literal('conversations_select'),
  ...common,
  ...placeholder,
  initial_conversation: z.string().optional(),
});
/** reference/block-kit/block-elements/overflow-menu-element */
const overflow = z.strictObject({
  type: z.literal('overflow'),
  ...common,
  options: z.array(option).min(1).max(5),
});
/** reference/block-kit/block-elements/radio-button-group-element */
const radios = z.strictObject({
  type: z.literal('radio_buttons'),
  ...common,
  options: z.array(option).min(1).max(10),
  initial_option: option.optional(),
});
/** reference/block-kit/block-elements/checkboxes-element */
const checkboxes = z
  .strictObject({
    type: z.literal('checkboxes'),
    ...common,
    options: z.array(option).min(1).max(10),
    initial_options: z.array(option).min(1).optional(),
  })
  .refine(
    (e) =>
      (e.initial_options ?? []).every((one) =>
        e.options.some((o) => JSON.stringify(o) === JSON.stringify(one)),
      ),
    'initial_options must be among the options',
  );
/** reference/block-kit/block-elements/plain-text-input-element */
const textInput = z.strictObject({
  type: z.literal('plain_text_input'),
  action_id: id,
  focus_on_load: z.boolean().optional(),
  ...placeholder,
  initial_value: z.string().max(3_000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3_000).optional(),
  max_length: z.int().min(1).max(3_000).optional(),
});
/** reference/block-kit/block-elements/datetime-picker-element */
const datetime = z.strictObject({
  type: z.literal('datetimepicker'),
  ...common,
  initial_date_time: z.int().min(1_000_000_000).max(9_999_999_999).optional(),
});

/** reference/block-kit/block-elements/file-input-element */
const fileInput = z.strictObject({
  type: z.literal('file_input'),
  action_id: id,
  filetypes: z.array(z.string()).min(1).optional(),
  max_files: z.int().min(1).max(10).optional(),
});

const interactive = z.discriminatedUnion('type', [
  button,
  staticSelect,
  externalSelect,
  usersSelect,
  conversationsSelect,
  overflow,
  radios,
  checkboxes,
  datetime,
]);
const inputElement = z.discriminatedUnion('type', [
  textInput,
  fileInput,
  staticSelect,
  externalSelect,
  usersSelect,
  conversationsSelect,
  radios,
  checkboxes,
  datetime,
]);
export type Element = z.infer<typeof interactive> | z.infer<typeof textInput> | z.infer<typeof fileInput>;

const blockId = { block_id: id.optional() };
/** reference/block-kit/blocks/section-block */
const section = z
  .strictObject({
    type: z.literal('section'),
    ...blockId,
    text: anyText(3_000).optional(),
    fields: z.array(anyText(2_000)).min(1).max(10).optional(),
    accessory: interactive.optional(),
    expand: z.boolean().optional(),
  })
  .refine((b) => b.text !== undefined || b.fields !== undefined, 'text or fields is needed');
/** reference/block-kit/blocks/context-block */
const context = z.strictObject({
  type: z.literal('context'),
  ...blockId,
  elements: z.array(anyText(3_000)).min(1).max(10),
});
/** reference/block-kit/blocks/header-block */
const header = z.strictObject({ type: z.literal('header'), ...blockId, text: plainText(150) });
const divider = z.strictObject({ type: z.literal('divider'), ...blockId });
/** reference/block-kit/blocks/actions-block */
const actions = z.strictObject({
  type: z.literal('actions'),
  ...blockId,
  elements: z.array(interactive).min(1).max(25),
});
/** reference/block-kit/blocks/input-block */
const input = z.strictObject({
  type: z.literal('input'),
  ...blockId,
  label: plainText(2_000),
  hint: plainText(2_000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: inputElement,
});
/** reference/block-kit/blocks/alert-block: in modals only. */
const alert = z.strictObject({
  type: z.literal('alert'),
  ...blockId,
  text: anyText(3_000),
  level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
});

const messageBlock = z.discriminatedUnion('type', [section, context, header, divider, actions, input]);
const viewBlock = z.discriminatedUnion('type', [section, context, header, divider, actions, input, alert]);
export type Block = z.infer<typeof viewBlock>;

/** reference/interaction-payloads, reference/views/modal-views */
const modal = z
  .strictObject({
    type: z.literal('modal'),
    title: plainText(24),
    blocks: z.array(viewBlock).max(BLOCKS_IN_VIEW),
    submit: plainText(24).optional(),
    close: plainText(24).optional(),
    private_metadata: z.string().max(3_000).optional(),
    callback_id: z.string().max(255).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    external_id: z.string().max(255).optional(),
  })
  .refine(
    (v) => v.submit !== undefined || v.blocks.every((b) => b.type !== 'input'),
    'a modal with inputs needs submit',
  );
/** reference/views/home-tab-views */
const home = z.strictObject({
  type: z.literal('home'),
  blocks: z.array(messageBlock).max(BLOCKS_IN_VIEW),
  private_metadata: z.string().max(3_000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
});

export const viewForm = z.discriminatedUnion('type', [modal, home]).superRefine((view, ctx) => {
  const wrong = sharedIds(view.blocks);
  if (wrong !== null) ctx.addIssue({ code: 'custom', message: wrong });
});
export type ViewForm = z.infer<typeof viewForm>;

export const messageBlocks = z
  .array(messageBlock)
  .max(BLOCKS_IN_MESSAGE)
  .superRefine((blocks, ctx) => {
    const wrong = sharedIds(blocks);
    if (wrong !== null) ctx.addIssue({ code: 'custom', message: wrong });
  });

/** All blocks of a posted message together. In no reference: what chat.postMessage was found to take. */
const BLOCKS_CHARACTERS_MAX = 13_200;

/** Are these more than one posted message holds? */
export function blocksTooLong(blocks: readonly Block[]): boolean {
  return JSON.stringify(blocks).length > BLOCKS_CHARACTERS_MAX;
}

export const messageText = z.string().max(MESSAGE_TEXT_MAX);

/** Options that an app gives to a typeahead. */
export const suggestions = z.union([
  z.object({ options: z.array(option).max(100) }),
  z.object({
    option_groups: z.array(z.strictObject({ label: plainText(75), options: z.array(option) })).max(100),
  }),
]);

/** Block ids are unique in a surface, action ids in a block. */
function sharedIds(blocks: readonly Block[]): string | null {
  const blockIds = blocks.flatMap((block) => block.block_id ?? []);
  if (new Set(blockIds).size !== blockIds.length) return 'block_id already exists in blocks';
  for (const block of blocks) {
    if (block.type !== 'actions') continue;
    const actionIds = block.elements.map((element) => element.action_id);
    if (new Set(actionIds).size !== actionIds.length) return 'action_id already exists in the block';
  }
  return null;
}

/** The complaints of a parse, as Slack words them in `response_metadata.messages`. */
export function complaints(error: z.ZodError): string[] {
  return error.issues.map(
    (issue) => `[ERROR] ${issue.message} [json-pointer:/${issue.path.map(String).join('/')}]`,
  );
}
