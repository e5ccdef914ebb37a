import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import type { Logger } from 'pino';
import { slackLogger } from '../../log.ts';
import { ANSWER_WITHIN_MS } from './asking.ts';

/** Slack's Web API, for two kinds of work that must not get in each other's way. */
export interface Clients {
  /** A person waits: must answer within the 3 s that a trigger lives (docs.slack.dev/interactivity/handling-user-interaction). */
  readonly interactive: WebClient;
  /** A person waits for Slack to say who somebody is, and the act is refused when it does not. */
  readonly asking: WebClient;
  /** Nobody waits: the outbox tries again by itself. */
  readonly background: WebClient;
}

const INTERACTIVE_TIMEOUT_MS = 2_000;
const BACKGROUND_TIMEOUT_MS = 10_000;

/** Neither retries by itself: a silent retry of a post is a second post, and a queued 429 outlives the trigger. */
export function createClients(token: string, apiUrl: string, log: Logger): Clients {
  const options = {
    slackApiUrl: apiUrl,
    logger: slackLogger(log),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    // The token must go nowhere but to the configured address.
    allowAbsoluteUrls: false,
  };
  return {
    interactive: new WebClient(token, { ...options, timeout: INTERACTIVE_TIMEOUT_MS }),
    asking: new WebClient(token, { ...options, timeout: ANSWER_WITHIN_MS }),
    background: new WebClient(token, { ...options, timeout: BACKGROUND_TIMEOUT_MS }),
  };
}

/** How a call to Slack failed, as far as it matters what to do next. */
export type Trouble =
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'rate_limited'; readonly afterMs: number }
  /** No answer, or none that says whether it was done. */
  | { readonly kind: 'unknown'; readonly why: string };

/** It may be there, but so much was written since that nobody can tell: better not told than told twice. */
export const MAY_BE_THERE = 'may_have_arrived';
export class MayBeThere extends Error {
  constructor() {
    super(MAY_BE_THERE);
  }
}

/** Classifies an error of the client; any other is thrown again. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof WebAPIPlatformError) return { kind: 'refused', error: error.data.error };
  if (error instanceof MayBeThere) return { kind: 'refused', error: MAY_BE_THERE };
  if (error instanceof WebAPIRateLimitedError)
    return { kind: 'rate_limited', afterMs: error.retryAfter * 1_000 };
  if (error instanceof WebAPIHTTPError) return { kind: 'unknown', why: `HTTP ${error.statusCode}` };
  if (error instanceof WebAPIRequestError) return { kind: 'unknown', why: error.original.message };
  throw error;
}
