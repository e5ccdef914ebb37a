/**
 * What a secret looks like: tokens (docs.slack.dev/authentication/tokens), bearer headers, signatures, signing secrets
 * and trigger ids, and links that can post or listen as us.
 */
const SECRETS = [
  /xox[a-z](?:\.[a-z]+)?-[\w-]+/g,
  /xapp-[\w-]+/g,
  /xwfp-[\w-]+/g,
  /\bBearer\s+[\w.~+/-]+=*/gi,
  /\bv0=[0-9a-f]{64}\b/g,
  /\b[0-9a-f]{32}\b/g,
  /https?:\/\/[^\s"'\\]*\/(?:commands|actions|app|response|services|triggers|workflows)\/[\w/.%-]+/g,
  /wss?:\/\/[^\s"'\\]+/g,
  // Products' keys, the secrets of webhooks, and signed statements.
  /\btsak_\w{12}_[\w-]+/g,
  /\bwhsec_[\w+/=-]+/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  // The tokens of mailed links.
  /(?<=\/[rt]\/)[\w-]{20,}/g,
];
const SECRET_NAME =
  'token|secret|authorization|signature|password|passphrase|credential|api_?key|response_url|trigger_id|cookie';
const SECRET_KEYS = new RegExp(SECRET_NAME, 'i');
/** The same names inside a text: `token=…`, `"token":"…"`, `authorization: Basic …`. */
const SECRET_PAIRS = new RegExp(
  `((?:${SECRET_NAME})[\\w-]*\\\\?["']?\\s*[:=]\\s*\\\\?["']?)(?!\\[redacted)(?:(?:Bearer|Basic)\\s+)?[^\\s"'\\\\,&}\\]]+`,
  'gi',
);
const REDACTED = '[redacted]';
const DEPTH_MAX = 8;
/** Of one text, and of one thing with all that is in it: more than a line has room for, so that nothing large is searched for secrets. */
const TEXT_MAX = 1_000;
const ALL_MAX = 4_000;

/** What may still be said. */
interface Room {
  left: number;
}

/** A copy of anything, no longer than is worth saying, without the secrets in it: by the name of a key and by the look of a text. */
export function redact(value: unknown, max = ALL_MAX): unknown {
  return copy(value, { left: max }, []);
}

function copy(value: unknown, room: Room, related: readonly object[]): unknown {
  if (typeof value === 'string') return textOf(value, room);
  if (typeof value === 'bigint') return String(value);
  // A function could be a `toJSON` that brings back what was taken out.
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (value === null || typeof value !== 'object') return value;
  if (related.includes(value)) return '[circular]';
  if (related.length >= DEPTH_MAX) return '[deep]';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return '[bytes]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  const within = [...related, value];
  if (value instanceof Error) {
    const { name, message, stack, cause, ...rest } = value;
    const more = value instanceof AggregateError ? { errors: value.errors as unknown } : {};
    return entriesOf({ name, message, stack: placesOf(stack), cause, ...more, ...rest }, room, within);
  }
  if (Array.isArray(value)) return itemsOf(value, room, within);
  return entriesOf(value, room, within);
}

function itemsOf(list: readonly unknown[], room: Room, related: readonly object[]): readonly unknown[] {
  const items: unknown[] = [];
  for (const item of list) {
    if (room.left <= 0) return [...items, MORE];
    room.left -= 1;
    items.push(copy(item, room, related));
  }
  return items;
}

function entriesOf(thing: object, room: Room, related: readonly object[]): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const key in thing) {
    if (!Object.hasOwn(thing, key)) continue;
    if (room.left <= 0) {
      entries.push([MORE, MORE]);
      break;
    }
    const item: unknown = Reflect.get(thing, key);
    const isSecret = SECRET_KEYS.test(key) && Boolean(item);
    entries.push([textOf(key, room), isSecret ? REDACTED : copy(item, room, related)]);
  }
  return Object.fromEntries(entries);
}

const MORE = '…';

function textOf(text: string, room: Room): string {
  const max = Math.max(0, Math.min(TEXT_MAX, room.left));
  const part = text.length <= max ? text : `${cut(text, max)}${MORE}`;
  room.left -= part.length + 1;
  return withoutSecrets(part);
}

/** The first so many characters, less the word in the middle of which that is: half a secret does not look like one. */
function cut(text: string, max: number): string {
  let end = max;
  while (end > 0 && /[\w=-]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function withoutSecrets(text: string): string {
  return SECRETS.reduce((rest, secret) => rest.replace(secret, REDACTED), text).replace(
    SECRET_PAIRS,
    `$1${REDACTED}`,
  );
}

/** Where it happened, without the words, which stand beside it. */
function placesOf(stack: string | undefined): string | undefined {
  return stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .map((line) => line.trim())
    .join('\n');
}
