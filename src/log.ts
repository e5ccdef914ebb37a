import { LogLevel } from '@slack/logger';
import type { Logger as SlackLogger } from '@slack/logger';
import type { Logger } from 'pino';
import pino from 'pino';

/** Tokens (docs.slack.dev/authentication/tokens), signatures, bearer headers, and links that can post as us. */
const SECRETS = [
  /xox[a-z](?:\.[a-z]+)?-[\w-]+/g,
  /xapp-[\w-]+/g,
  /xwfp-[\w-]+/g,
  /\bBearer\s+[\w.~+/-]+=*/gi,
  /\bv0=[0-9a-f]{64}\b/g,
  /https?:\/\/[^\s"']*\/(?:commands|actions|app|response|services)\/[\w/.-]+/g,
  /wss?:\/\/[^\s"']+/g,
];
const SECRET_KEYS = /token|secret|authorization|signature|password|response_url|trigger_id|cookie/i;
const REDACTED = '[redacted]';
const DEPTH_MAX = 8;

/** JSON lines to standard output. Whatever is logged, secrets are taken out of it first. */
export function createLog(level: string, stream?: pino.DestinationStream): Logger {
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
  return stream === undefined ? pino(options) : pino(options, stream);
}

/** A copy of anything, without the secrets in it: by the name of a key and by the look of a text. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string')
    return SECRETS.reduce((text, secret) => text.replace(secret, REDACTED), value);
  if (value === null || typeof value !== 'object') return value;
  if (depth >= DEPTH_MAX) return '[deep]';
  if (value instanceof Error) {
    const { name, message, stack, ...rest } = value;
    const code: unknown = 'code' in value ? value.code : undefined;
    return redact(
      {
        name: value.name || name,
        message: value.message || message,
        stack: value.stack ?? stack,
        code,
        ...rest,
      },
      depth + 1,
    );
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_KEYS.test(key) && item ? REDACTED : redact(item, depth + 1),
    ]),
  );
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
