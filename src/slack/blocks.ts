import type { Button, ConfirmationDialog, KnownBlock, PlainTextElement } from '@slack/types';

/** Slack's shapes, built the short way. Limits are Slack's own, from docs.slack.dev/reference/block-kit. */

/** What a message shows: blocks for the eye, and the same in plain text for notifications and screen readers. */
export interface Rendered {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

const SECTION_MAX = 3_000;
const BUTTON_MAX = 75;

/** Text that Slack shows as it is. */
export function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: true };
}

/** A paragraph of mrkdwn. */
export function section(text: string): KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, SECTION_MAX) } };
}

/** Small print. */
export function context(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: text.slice(0, SECTION_MAX) }] };
}

export function header(text: string): KnownBlock {
  return { type: 'header', text: plain(text.slice(0, 150)) };
}

/** A row of buttons; nothing where there is none. */
export function actions(buttons: readonly Button[]): KnownBlock[] {
  return buttons.length === 0 ? [] : [{ type: 'actions', elements: [...buttons] }];
}

/** A button. What a screen reader says of it names the request too. */
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
    accessibility_label: (label ?? text).slice(0, BUTTON_MAX),
  };
}

/** "Are you sure", where there is no way back. */
export function confirmation(title: string, text: string, yes: string, no: string): ConfirmationDialog {
  return { title: plain(title), text: plain(text), confirm: plain(yes), deny: plain(no) };
}
