import { describe, expect, it } from 'vitest';
import { blocksTooLong, messageBlocks, messageText, suggestions, viewForm } from '../../sandbox/limits.ts';

/** What Slack's reference says of sizes and counts (docs.slack.dev/reference/block-kit): each limit from both sides. */

type Json = Record<string, unknown>;
const x = (length: number): string => 'x'.repeat(length);
const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const plain = (text: string): Json => ({ type: 'plain_text', text });
const mrkdwn = (text: string): Json => ({ type: 'mrkdwn', text });
const section = (text: Json = mrkdwn('x'), more: Json = {}): Json => ({ type: 'section', text, ...more });
const option = (i: number, more: Json = {}): Json => ({ text: plain('x'), value: `v${i}`, ...more });
const button = (more: Json = {}): Json => ({ type: 'button', text: plain('x'), action_id: 'a', ...more });
const actions = (...elements: Json[]): Json => ({ type: 'actions', elements });
const select = (more: Json = {}): Json => ({
  type: 'static_select',
  action_id: 'a',
  options: [option(1)],
  ...more,
});
const textInput = (more: Json = {}): Json => ({ type: 'plain_text_input', action_id: 'a', ...more });
const input = (element: Json = textInput(), more: Json = {}): Json => ({
  type: 'input',
  label: plain('x'),
  element,
  ...more,
});
const dialog = (more: Json = {}): Json => ({
  title: plain('x'),
  text: plain('x'),
  confirm: plain('x'),
  deny: plain('x'),
  ...more,
});
const modal = (more: Json = {}): Json => ({ type: 'modal', title: plain('x'), blocks: [section()], ...more });

const inMessage = (...blocks: Json[]): boolean => messageBlocks.safeParse(blocks).success;
const inModal = (...blocks: Json[]): boolean =>
  viewForm.safeParse(modal({ blocks, submit: plain('x') })).success;
const asView = (view: Json): boolean => viewForm.safeParse(view).success;

/** The most that is taken; one more is not. */
const MOST: readonly [string, number, (n: number) => boolean][] = [
  ['characters in a message’s text', 40_000, (n) => messageText.safeParse(x(n)).success],
  ['blocks in a message', 50, (n) => inMessage(...many(n, () => section()))],
  ['blocks in a modal', 100, (n) => inModal(...many(n, () => section()))],
  ['blocks in a Home', 100, (n) => asView({ type: 'home', blocks: many(n, () => section()) })],
  ['characters in a section', 3_000, (n) => inMessage(section(mrkdwn(x(n))))],
  ['fields in a section', 10, (n) => inMessage({ type: 'section', fields: many(n, () => mrkdwn('x')) })],
  ['characters in a field', 2_000, (n) => inMessage({ type: 'section', fields: [mrkdwn(x(n))] })],
  ['elements in a context', 10, (n) => inMessage({ type: 'context', elements: many(n, () => mrkdwn('x')) })],
  ['characters in a header', 150, (n) => inMessage({ type: 'header', text: plain(x(n)) })],
  ['buttons in a row', 25, (n) => inMessage(actions(...many(n, (i) => button({ action_id: `a${i}` }))))],
  ['characters on a button', 75, (n) => inMessage(actions(button({ text: plain(x(n)) })))],
  ['characters in a button’s value', 2_000, (n) => inMessage(actions(button({ value: x(n) })))],
  ['characters said of a button', 75, (n) => inMessage(actions(button({ accessibility_label: x(n) })))],
  ['characters in an action id', 255, (n) => inMessage(actions(button({ action_id: x(n) })))],
  ['characters in a block id', 255, (n) => inMessage(section(mrkdwn('x'), { block_id: x(n) }))],
  [
    'characters in a confirmation’s title',
    100,
    (n) => inMessage(actions(button({ confirm: dialog({ title: plain(x(n)) }) }))),
  ],
  [
    'characters in a confirmation',
    300,
    (n) => inMessage(actions(button({ confirm: dialog({ text: plain(x(n)) }) }))),
  ],
  [
    'characters in its yes',
    30,
    (n) => inMessage(actions(button({ confirm: dialog({ confirm: plain(x(n)) }) }))),
  ],
  ['characters in its no', 30, (n) => inMessage(actions(button({ confirm: dialog({ deny: plain(x(n)) }) })))],
  ['options in a list', 100, (n) => inModal(input(select({ options: many(n, option) })))],
  [
    'characters in an option',
    75,
    (n) => inModal(input(select({ options: [option(1, { text: plain(x(n)) })] }))),
  ],
  [
    'characters in an option’s value',
    150,
    (n) => inModal(input(select({ options: [option(1, { value: x(n) })] }))),
  ],
  [
    'characters in its description',
    75,
    (n) => inModal(input(select({ options: [option(1, { description: plain(x(n)) })] }))),
  ],
  ['characters in a placeholder', 150, (n) => inModal(input(textInput({ placeholder: plain(x(n)) })))],
  [
    'radio buttons',
    10,
    (n) => inModal(input({ type: 'radio_buttons', action_id: 'a', options: many(n, option) })),
  ],
  ['checkboxes', 10, (n) => inModal(input({ type: 'checkboxes', action_id: 'a', options: many(n, option) }))],
  [
    'entries in an overflow menu',
    5,
    (n) => inMessage(actions({ type: 'overflow', action_id: 'a', options: many(n, option) })),
  ],
  ['characters in a label', 2_000, (n) => inModal(input(textInput(), { label: plain(x(n)) }))],
  ['characters in a hint', 2_000, (n) => inModal(input(textInput(), { hint: plain(x(n)) }))],
  ['characters given to an input', 3_000, (n) => inModal(input(textInput({ initial_value: x(n) })))],
  ['characters that an input may ask for', 3_000, (n) => inModal(input(textInput({ max_length: n })))],
  ['characters in a modal’s title', 24, (n) => asView(modal({ title: plain(x(n)) }))],
  ['characters in its submit', 24, (n) => asView(modal({ submit: plain(x(n)) }))],
  ['characters in its close', 24, (n) => asView(modal({ close: plain(x(n)) }))],
  ['characters in private_metadata', 3_000, (n) => asView(modal({ private_metadata: x(n) }))],
  ['characters in a callback id', 255, (n) => asView(modal({ callback_id: x(n) }))],
  ['suggestions of a typeahead', 100, (n) => suggestions.safeParse({ options: many(n, option) }).success],
  [
    'the last second of a picker',
    9_999_999_999,
    (n) => inModal(input({ type: 'datetimepicker', action_id: 'a', initial_date_time: n })),
  ],
];

/** The least that is taken; one less is not. */
const LEAST: readonly [string, number, (n: number) => boolean][] = [
  ['characters in a section', 1, (n) => inMessage(section(mrkdwn(x(n))))],
  ['characters on a button', 1, (n) => inMessage(actions(button({ text: plain(x(n)) })))],
  ['characters in a header', 1, (n) => inMessage({ type: 'header', text: plain(x(n)) })],
  ['buttons in a row', 1, (n) => inMessage(actions(...many(n, () => button())))],
  ['elements in a context', 1, (n) => inMessage({ type: 'context', elements: many(n, () => mrkdwn('x')) })],
  ['options in a list', 1, (n) => inModal(input(select({ options: many(n, option) })))],
  [
    'characters in an option’s value',
    1,
    (n) => inModal(input(select({ options: [option(1, { value: x(n) })] }))),
  ],
  ['characters in a modal’s title', 1, (n) => asView(modal({ title: plain(x(n)) }))],
  ['characters in an action id', 1, (n) => inMessage(actions(button({ action_id: x(n) })))],
  ['characters that an input may ask for', 1, (n) => inModal(input(textInput({ max_length: n })))],
  [
    'the first second of a picker',
    1_000_000_000,
    (n) => inModal(input({ type: 'datetimepicker', action_id: 'a', initial_date_time: n })),
  ],
];

describe('Slack’s limits', () => {
  it.each(MOST)('%s: %i are taken, one more is refused', (_, most, takes) => {
    expect([takes(most), takes(most + 1)]).toEqual([true, false]);
  });

  it.each(LEAST)('%s: %i is taken, one less is refused', (_, least, takes) => {
    expect([takes(least), takes(least - 1)]).toEqual([true, false]);
  });
});

describe('all blocks of a message together', () => {
  it('hold 13,200 characters, and not one more', () => {
    const parsed = (length: number) =>
      messageBlocks.parse(many(5, (i) => section(mrkdwn(x(i === 0 ? length : 2_600)))));
    const most = 13_200 - JSON.stringify(parsed(1)).length + 1;
    expect(blocksTooLong(parsed(most))).toBe(false);
    expect(blocksTooLong(parsed(most + 1))).toBe(true);
  });
});

describe('Slack’s shapes', () => {
  /** What is taken, and what differs from it and is refused. */
  const PAIRS: readonly [string, boolean, boolean][] = [
    ['an unknown field', inMessage(section()), inMessage(section(mrkdwn('x'), { colour: 'red' }))],
    ['an unknown kind of block', inMessage({ type: 'divider' }), inMessage({ type: 'banner' })],
    ['a section without text', inMessage(section()), inMessage({ type: 'section' })],
    [
      'markup in a header',
      inMessage({ type: 'header', text: plain('x') }),
      inMessage({ type: 'header', text: mrkdwn('x') }),
    ],
    ['markup on a button', inMessage(actions(button())), inMessage(actions(button({ text: mrkdwn('x') })))],
    [
      'a button in an unknown style',
      inMessage(actions(button({ style: 'danger' }))),
      inMessage(actions(button({ style: 'default' }))),
    ],
    [
      'an alert outside a modal',
      inModal({ type: 'alert', text: plain('x') }),
      inMessage({ type: 'alert', text: plain('x') }),
    ],
    ['a button as an input', inModal(input()), inModal(input(button()))],
    ['a text input outside an input', inModal(input()), inModal(actions(textInput()))],
    [
      'a modal with inputs and no submit',
      asView(modal({ blocks: [input()], submit: plain('x') })),
      asView(modal({ blocks: [input()] })),
    ],
    ['a view of no kind', asView(modal()), asView({ ...modal(), type: 'dialog' })],
    [
      'a title on a Home',
      asView({ type: 'home', blocks: [] }),
      asView({ type: 'home', blocks: [], title: plain('x') }),
    ],
    [
      'one block id twice',
      inMessage(section(mrkdwn('x'), { block_id: 'a' }), section(mrkdwn('x'), { block_id: 'b' })),
      inMessage(section(mrkdwn('x'), { block_id: 'a' }), section(mrkdwn('x'), { block_id: 'a' })),
    ],
    [
      'one action id twice in a row',
      inMessage(actions(button(), button({ action_id: 'b' }))),
      inMessage(actions(button(), button())),
    ],
    [
      'a choice that the list does not have',
      inModal(input(select({ initial_option: option(1) }))),
      inModal(input(select({ initial_option: option(2) }))),
    ],
    [
      'options and groups of them',
      inModal(input(select())),
      inModal(input(select({ option_groups: [{ label: plain('x'), options: [option(1)] }] }))),
    ],
    [
      'a choice of checkboxes that is empty',
      inModal(input({ type: 'checkboxes', action_id: 'a', options: [option(1)] })),
      inModal(input({ type: 'checkboxes', action_id: 'a', options: [option(1)], initial_options: [] })),
    ],
    [
      'a ticked box that there is not',
      inModal(
        input({ type: 'checkboxes', action_id: 'a', options: [option(1)], initial_options: [option(1)] }),
      ),
      inModal(
        input({ type: 'checkboxes', action_id: 'a', options: [option(1)], initial_options: [option(2)] }),
      ),
    ],
  ];

  it.each(PAIRS)('%s is refused', (_, without, withIt) => {
    expect([without, withIt]).toEqual([true, false]);
  });

  it('one action id may stand in two blocks', () => {
    expect(inMessage(actions(button()), actions(button()))).toBe(true);
  });
});
