import { LogLevel } from '@slack/logger';
import type { Logger as SlackLogger } from '@slack/logger';
import type { Logger } from 'pino';
import pino from 'pino';
import { createLines } from './log/lines.ts';
import { redact } from './log/redact.ts';

/** What is said again in so long is counted, not repeated. */
const WINDOW_MS = 60_000;

/**
 * JSON lines to standard output. Whatever is logged, secrets are taken out of it first; a line is short, and what is
 * said again and again is counted. `flush` tells what was counted so far: before the end, for instance.
 */
export function createLog(level: string, stream?: pino.DestinationStream, windowMs = WINDOW_MS): Logger {
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
  return pino(options, createLines(out, windowMs));
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
