import { isLoopback } from '../config.ts';
import { plainLine } from '../plain-line.ts';
import type { NotConfirmed } from './connector.ts';

/** One call to a product over HTTP: https alone (http on this machine), no redirect followed, cut short in size and time. */

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** What the product answered, whole. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Calls a product. Never throws for what the other side does, and says nothing of what was sent. */
export type Caller = (call: Call) => Promise<Answered | NotConfirmed>;

/** No answer that we ask for is longer; what is, is cut and not believed. */
export const ANSWER_BYTES_MAX = 64 * 1_024;
/** From the first byte sent to the last one read. */
const ANSWER_WITHIN_MS = 10_000;
/** A product that asks for more patience than this is asked again all the same. */
const PATIENCE_MAX_MS = 60 * 60_000;
/** A product's own words are shown to people: a line or two of them. */
const WORDS_MAX = 300;

/** Errors before anything was sent (nodejs.org/api/errors.html, undici's `errors`): nothing can have been done. */
const NOT_SENT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'its address cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'it does not take connections',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be checked',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate cannot be checked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** May a product be called there? Nothing secret stands in an address: it would end in logs. */
export function isProductUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || url.search + url.hash + url.username + url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** A caller; `withinMs` for tests of products that never answer. */
export function createCaller(withinMs = ANSWER_WITHIN_MS): Caller {
  return async ({ method, url, headers, body }) => {
    const { host } = new URL(url);
    try {
      const signal = AbortSignal.timeout(withinMs);
      const response = await fetch(url, {
        method,
        headers: {
          ...headers,
          'accept-encoding': 'identity',
          // One that was kept from an earlier call may be dead, and then nobody knows what was done.
          connection: 'close',
          'user-agent': 'tsa-slack',
        },
        body,
        redirect: 'manual',
        signal,
      });
      const text = await readWhole(response);
      if (text === null)
        return { kind: 'unknown', why: `${host} answered more than ${ANSWER_BYTES_MAX / 1_024} KiB` };
      if (response.status >= 300 && response.status < 400)
        return {
          kind: 'refused',
          why: `${host} answered with a redirect (HTTP ${response.status}), which is not followed`,
        };
      return { kind: 'answered', status: response.status, headers: response.headers, text };
    } catch (error) {
      const code = codeOf(error);
      const why = code === null ? undefined : NOT_SENT[code];
      if (why !== undefined)
        return { kind: 'try_again', afterMs: null, why: `${host} was not reached: ${why}` };
      const late = error instanceof Error && error.name === 'TimeoutError';
      return {
        kind: 'unknown',
        why: late
          ? `${host} did not answer within ${withinMs / 1_000} s`
          : `the connection to ${host} broke before it answered`,
      };
    }
  };
}

/** What an answer means that does not say what was hoped for. `now`: for a `Retry-After` that is a date. */
export function notConfirmed(answer: Answered, url: string, now: number): NotConfirmed {
  const { status, headers, text } = answer;
  const said = wordsOf(text);
  const why = `${new URL(url).host} answered HTTP ${status}${said === null ? '' : `: ${said}`}`;
  // 408, 425, 429 and 503 say that nothing was done (RFC 9110, RFC 8470, RFC 6585); what else went wrong there, nobody knows.
  if ([408, 425, 429, 503].includes(status))
    return { kind: 'try_again', afterMs: retryAfterMs(headers.get('retry-after'), now), why };
  if (status >= 400 && status < 500) return { kind: 'refused', why };
  return { kind: 'unknown', why: status < 300 ? `${why}, but not in the form that was agreed` : why };
}

/** `Retry-After` in milliseconds (RFC 9110, section 10.2.3: seconds or a date); `null` where it says nothing of use. */
export function retryAfterMs(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value) * 1_000, PATIENCE_MAX_MS);
  // A date names its day; what else `Date.parse` takes for one is none.
  const ms = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) - now : NaN;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), PATIENCE_MAX_MS) : null;
}

/** The answer as JSON; `undefined` where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A product's own words of why not: problem details (RFC 9457), SCIM's errors, or what is usual. One plain line. */
function wordsOf(text: string): string | null {
  const body = jsonOf(text);
  if (typeof body !== 'object' || body === null) return null;
  for (const key of ['detail', 'message', 'error', 'title'] as const) {
    const value: unknown = Object.entries(body).find(([name]) => name === key)?.[1];
    if (typeof value !== 'string') continue;
    const line = plainLine(value, WORDS_MAX);
    if (line !== '') return line;
  }
  return null;
}

async function readWhole(response: Response): Promise<string | null> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop early ends the connection.
  const body: ReadableStream<Uint8Array> = response.body;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors.at(0));
  return error.cause === undefined ? null : codeOf(error.cause);
}
