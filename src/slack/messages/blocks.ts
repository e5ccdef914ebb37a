import type { Button, ConfirmationDialog, KnownBlock, MrkdwnElement, PlainTextElement } from '@slack/types';

/** Slack's blocks, with less to write. Limits are Slack's own, from docs.slack.dev/reference/block-kit. */

/** What a message shows: blocks for the eye, and the same in plain text for notifications and screen readers. */
export interface Rendered {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

const SECTION_MAX = 3_000;
/** Slack refuses a message whose blocks hold more than about 13,000 characters in all (`msg_blocks_too_long`). */
const MESSAGE_MAX = 12_000;
const HEADER_MAX = 150;
const BUTTON_MAX = 75;
/** Slack shows at most this much of an option, and as much of its description (docs.slack.dev/reference/block-kit/composition-objects/option-object). */
export const OPTION_TEXT_MAX = 75;
/** Most options in a list (docs.slack.dev/reference/block-kit/block-elements/select-menu-element). */
export const OPTIONS_MAX = 100;

/** Text that Slack shows as it is. */
export function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: true };
}

/** A paragraph of mrkdwn; what does not fit into one is left out. */
export function section(text: string): KnownBlock {
  return { type: 'section', text: mrkdwn(paragraphs(text)[0] ?? '…') };
}

/** A text of any length, in as many paragraphs as hold it. */
export function sections(text: string): KnownBlock[] {
  return paragraphs(text).map((paragraph) => ({ type: 'section', text: mrkdwn(paragraph) }));
}

/** Do these fit into one message? */
export function fitsMessage(blocks: readonly KnownBlock[]): boolean {
  return JSON.stringify(blocks).length <= MESSAGE_MAX;
}

/** Small print. */
export function contextBlock(text: string): KnownBlock {
  return { type: 'context', elements: [mrkdwn(paragraphs(text)[0] ?? '…')] };
}

export function header(text: string): KnownBlock {
  return { type: 'header', text: plain(fit(text, HEADER_MAX)) };
}

/** A text without markup, cut where it is too long for its place. */
export function fit(text: string, max: number): string {
  if (text.length <= max) return text;
  const start = text.slice(0, max - 1);
  return `${start.isWellFormed() ? start : start.slice(0, -1)}…`;
}

/** A row of buttons; nothing where there is none. */
export function actions(buttons: readonly Button[]): KnownBlock[] {
  return buttons.length === 0 ? [] : [{ type: 'actions', elements: [...buttons] }];
}

/**
 * A button. Its label for screen readers names the request too, and begins with the button's own text: people who speak
 * to their computer say that.
 */
export function button(
  text: string,
  actionId: string,
  value: string,
  more: { style?: 'primary' | 'danger'; confirm?: ConfirmationDialog; label?: string } = {},
): Button {
  const { style, confirm, label } = more;
  return {
    type: 'button',
    text: plain(text),
    action_id: actionId,
    value,
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined ? {} : { confirm }),
    accessibility_label: fit(
      label === undefined || label.startsWith(text) ? (label ?? text) : `${text}: ${label}`,
      BUTTON_MAX,
    ),
  };
}

/** "Are you sure", where there is no way back. */
export function confirmation(title: string, text: string, yes: string, no: string): ConfirmationDialog {
  return { title: plain(title), text: plain(text), confirm: plain(yes), deny: plain(no) };
}

/** Only what we wrote as a link or a mention becomes one: `verbatim` keeps Slack from finding some in others' words. */
function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** What must stay in one piece: a mention or date, an escaped character, any other character. */
const PIECE = /<[^<>]*>|&(?:amp|lt|gt);|[^]/gu;

/** Cut at the ends of lines where that is possible; a quotation that must be cut goes on as one. */
function paragraphs(text: string): readonly string[] {
  const all: string[] = [];
  let last = '';
  const close = (): void => {
    if (last.trim() !== '') all.push(last);
    last = '';
  };
  for (const line of text.split('\n')) {
    if (last !== '' && last.length + 1 + line.length > SECTION_MAX) close();
    if (line.length <= SECTION_MAX) {
      last = last === '' ? line : `${last}\n${line}`;
      continue;
    }
    const again = line.startsWith('> ') ? '> ' : '';
    for (const [piece] of line.matchAll(PIECE)) {
      if (last.length + piece.length > SECTION_MAX) {
        close();
        last = again;
      }
      last += piece;
    }
  }
  close();
  return all;
}
