import { Tiers } from './tiers.ts';

/** Misbehaviour on request: what the network and Slack do on their bad days. */
export type Fault =
  | { readonly kind: 'rate_limited'; readonly retryAfterS: number }
  | { readonly kind: 'server_error' }
  /** No answer at all. */
  | { readonly kind: 'hang' }
  /** The connection is cut before anything is done. */
  | { readonly kind: 'reset' }
  /** It is done, but the connection is cut before the answer. */
  | { readonly kind: 'lost_answer' }
  /** Refused with this error code. */
  | { readonly kind: 'refuse'; readonly error: string };

/** Faults wait here for the calls that they hit: by Web API method, or `*` for any. */
export class Faults {
  readonly #waiting: { method: string; fault: Fault; times: number }[] = [];
  /** The published rates, where they are kept to. */
  readonly tiers = new Tiers();
  /** Every interaction and event is delivered twice. */
  duplicates = false;
  /** Blocks of the newer kinds are refused, as in an older workspace. */
  refuseBlocks = false;
  /** What a conversation that takes nothing answers, in place of the usual. */
  refusedAs: string | null = null;
  /** What is sent to the app in place of that payload: the same with nulls in it, say. */
  sends = (payload: Readonly<Record<string, unknown>>): Record<string, unknown> => payload;

  /** The next `times` calls of that method fail like this. */
  next(method: string, fault: Fault, times = 1): void {
    this.#waiting.push({ method, fault, times });
  }

  clear(): void {
    this.#waiting.length = 0;
    this.tiers.kept = false;
    this.duplicates = false;
    this.refuseBlocks = false;
    this.refusedAs = null;
    this.sends = (payload) => payload;
  }

  take(method: string): Fault | null {
    const index = this.#waiting.findIndex((one) => one.method === method || one.method === '*');
    const found = this.#waiting[index];
    if (found === undefined) return null;
    found.times -= 1;
    if (found.times <= 0) this.#waiting.splice(index, 1);
    return found.fault;
  }
}
