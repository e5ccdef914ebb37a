import type { Context, MiddlewareHandler } from 'hono';
import { limit } from '../http/limits.ts';
import type { ApiKey, Question } from './api-key.ts';
import { isKey, presented } from './api-key.ts';
import type { KeyBook } from './key-book.ts';
import { problemAnswer } from './problem.ts';

/** Who asks, and whether they may: before anything else is looked at. */

export interface Gated {
  Bindings: Asker;
  Variables: { readonly key: ApiKey };
}

/** Who connected. */
export interface Asker {
  readonly client: string;
}

/** Calls of one key in a minute; a question at each page of a busy console stays far below. */
const CALLS: Readonly<Record<Question, number>> = { evaluate: 12_000, report_actions: 600 };
const MINUTE_S = 60;
/** Wrong keys of one client: each could be a guess. */
const WRONG_KEYS = 40;
const WRONG_KEYS_S = 600;

/** Lets through who has a key that is for this question, and answers everybody else. */
export function createGate(deps: {
  readonly keys: Pick<KeyBook, 'find' | 'used'>;
  readonly now: () => number;
  readonly client: (c: Context<Gated>) => string;
}): (question: Question) => MiddlewareHandler<Gated> {
  const wrong = limit(WRONG_KEYS, WRONG_KEYS_S);
  return (question) => {
    const calls = limit(CALLS[question], MINUTE_S);
    return async (c, next) => {
      c.header('Cache-Control', 'no-store');
      const given = presented(c.req.header('authorization'));
      const key = given === null ? null : deps.keys.find(given.id);
      // One answer for no key, a wrong one, and one that was revoked.
      if (!isKey(key, given?.secret ?? '') || key === null) {
        const wait = await wrong.take(deps.client(c));
        if (wait !== null) return tooOften(c, wait);
        c.header('WWW-Authenticate', 'Bearer');
        return problemAnswer(c, 401);
      }
      const wait = await calls.take(key.id);
      if (wait !== null) return tooOften(c, wait);
      deps.keys.used(key, deps.now());
      if (!key.questions.includes(question)) return problemAnswer(c, 403);
      c.set('key', key);
      return next();
    };
  };
}

/** The caller's own id of a request stands in its answer, whatever the answer (AuthZEN 1.0, request identification). */
export const requestId: MiddlewareHandler = async (c, next) => {
  const id = c.req.header('x-request-id');
  if (id !== undefined) c.header('X-Request-ID', id);
  await next();
};

function tooOften(c: Context, seconds: number): Response {
  c.header('Retry-After', String(seconds));
  return problemAnswer(c, 429);
}
