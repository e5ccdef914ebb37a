import { LogLevel } from '@slack/logger';
import type { Logger as SlackLogger } from '@slack/logger';
import type { Logger } from 'pino';
import pino from 'pino';

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
  // The tokens of mailed links.
  /(?<=\/[rt]\/)[\w-]{20,}/g,
];
const SECRET_NAME =
  'token|secret|authorization|signature|password|passphrase|credential|api_?key|response_url|trigger_id|cookie';
const SECRET_KEYS = new RegExp(SECRET_NAME, 'i');
/** The same names inside a text: `token=…`, `"token":"…"`, `authorization: Basic …`. */
const SECRET_PAIRS = new RegExp(
  `([\\w-]*(?:${SECRET_NAME})[\\w-]*\\\\?["']?\\s*[:=]\\s*\\\\?["']?)(?!\\[redacted)(?:(?:Bearer|Basic)\\s+)?[^\\s"'\\\\,&}\\]]+`,
  'gi',
);
const REDACTED = '[redacted]';
const DEPTH_MAX = 8;

/** JSON lines to standard output. Whatever is logged, secrets are taken out of it first. */
export function createLog(level: string, stream?: pino.DestinationStream): Logger {
  const out = stream ?? pino.destination(1);
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: {
      logMethod(args, method) {
        const clean = args.map((arg: unknown) => redact(arg));
        Reflect.apply(method, this, clean);
      },
    },
  };
  // Once more when the line is whole: what a child logger always says, and what stands before messages, come in there.
  return pino(options, {
    write(line) {
      out.write(cleanLine(line));
    },
  });
}

function cleanLine(line: string): string {
  try {
    return `${JSON.stringify(redact(JSON.parse(line)))}\n`;
  } catch {
    return withoutSecrets(line);
  }
}

/** A copy of anything, without the secrets in it: by the name of a key and by the look of a text. */
export function redact(value: unknown, depth = 0, around: readonly object[] = []): unknown {
  if (typeof value === 'string') return withoutSecrets(value).replace(SECRET_PAIRS, `$1${REDACTED}`);
  if (typeof value === 'bigint') return String(value);
  // A function could be a `toJSON` that brings back what was taken out.
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (value === null || typeof value !== 'object') return value;
  if (around.includes(value)) return '[circular]';
  if (depth >= DEPTH_MAX) return '[deep]';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return '[bytes]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  const within = [...around, value];
  if (value instanceof Error) {
    const { name, message, stack, cause, ...rest } = value;
    const more = value instanceof AggregateError ? { errors: value.errors as unknown } : {};
    return redactEntries({ name, message, stack, cause, ...more, ...rest }, depth, within);
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1, within));
  return redactEntries(value, depth, within);
}

function redactEntries(value: object, depth: number, around: readonly object[]): Record<string, unknown> {
  const entries: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [
      withoutSecrets(key),
      SECRET_KEYS.test(key) && Boolean(item) ? REDACTED : redact(item, depth + 1, around),
    ]),
  );
}

function withoutSecrets(text: string): string {
  return SECRETS.reduce((rest, secret) => rest.replace(secret, REDACTED), text);
}

/** Slack's SDK logs through ours. Its debug lines hold whole payloads, so they are let through only at `trace`. */
export function slackLogger(log: Logger): SlackLogger {
  const say = (messages: unknown[]): string =>
    messages.map((m) => (typeof m === 'string' ? m : JSON.stringify(redact(m)))).join(' ');
  return {
    debug: (...messages) => {
      log.trace(say(messages));
    },
    info: (...messages) => {
      log.debug(say(messages));
    },
    warn: (...messages) => {
      log.warn(say(messages));
    },
    error: (...messages) => {
      log.error(say(messages));
    },
    setLevel: () => undefined,
    getLevel: () => (log.isLevelEnabled('trace') ? LogLevel.DEBUG : LogLevel.INFO),
    setName: () => undefined,
  };
}
