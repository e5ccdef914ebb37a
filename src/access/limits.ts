/** Limits of the rules themselves. What an operator may set is in the policy; these bound even the policy. */

/** A stranger must understand the reason six weeks later: shorter ones never suffice. Characters, as people count them. */
export const REASON_MIN_CHARACTERS = 20;
/** Words, as `Intl.Segmenter` counts them, so that the rule works in any language. */
export const REASON_MIN_WORDS = 4;
/** Longest free text, in UTF-16 units: what a Slack text input takes (docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element). */
export const TEXT_MAX = 3_000;
/** Longest one-line text, such as a case link; and all lines of what is allowed, or off limits, together. */
export const LINE_MAX = 500;
/** Lines of what is allowed, or off limits: so many a person can choose from (docs.slack.dev/reference/block-kit/block-elements/checkboxes-element). */
export const LINES_MAX = 10;
/** Extra roles or groups a request may list for checking at the closeout. */
export const ROLES_MAX = 20;
/** Files with a customer's request, and their size in bytes: what a Slack file input takes (docs.slack.dev/reference/block-kit/block-elements/file-input-element). */
export const FILES_MAX = 10;
export const FILE_BYTES_MAX = 10 * 1024 * 1024;
/** What shows a problem: screenshots, short videos, PDF. Anything that could run is none of it. */
export const FILE_KINDS: readonly string[] = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'video/mp4',
  'video/quicktime',
  'video/webm',
  'application/pdf',
];
/** Shortest session worth granting. */
export const DURATION_MIN_MS = 60_000;
/** From filing to the latest start, at most: the times to decide, to plan ahead and to start are each 30 days or less. */
export const START_WITHIN_MS = 90 * 24 * 60 * 60_000;
/** Furthest time by which somebody says that they do what is next, where a problem is not fixed: who plans longer files again. */
export const NEXT_WITHIN_MS = 30 * 24 * 60 * 60_000;
/** Notes in one session: more than anybody reads at the closeout. */
export const NOTES_MAX = 50;
/** Questions that an approver may ask about one request. */
export const QUESTIONS_MAX = 10;
/** Reminders to one approver about one request; after that the requester is told instead. */
export const REMINDERS_MAX = 4;
/** Longest absence that a delegate can be set for. */
export const ABSENCE_MAX_MS = 90 * 24 * 60 * 60_000;
/** No customer request outlives this, whatever the policy says. */
export const CUSTOMER_REQUEST_MAX_MS = 48 * 60 * 60_000;
/** A requester who files this many requests like an earlier one in 30 days points to a product problem. */
export const REPEAT_COUNT = 3;
export const REPEAT_WINDOW_MS = 30 * 24 * 60 * 60_000;
/** So long after it should be gone, an access that the product has not confirmed closed is told of; and then again this often. */
export const NOT_CLOSED_AFTER_MS = 60_000;
export const NOT_CLOSED_EVERY_MS = 15 * 60_000;
/** Furthest instant that a date can hold (ECMA-262, time values): numbers past it are nonsense. */
export const INSTANT_MAX = 8_640_000_000_000_000;
