import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** How often one link, one address or one client may do something. In memory: after a restart all begin anew. */
export interface Limits {
  /** Looks at pages, of one client. */
  readonly looks: Limit;
  /** Links, keys and numbers that lead nowhere, of one client: each could be a guess. */
  readonly misses: Limit;
  /** Forms sent with one link, and by one client. */
  readonly acts: Limit;
  readonly clientActs: Limit;
  /** Mails asked for: for one address, and by one client. */
  readonly mails: Limit;
  readonly clientMails: Limit;
}

export interface Limit {
  /** Counts one more; the seconds to wait if it is one too many, else `null`. */
  take(key: string): Promise<number | null>;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** The limits, all unused. */
export function createLimits(): Limits {
  return {
    looks: limit(1_500, 5 * MINUTE),
    misses: limit(40, 10 * MINUTE),
    acts: limit(30, 10 * MINUTE),
    clientActs: limit(120, 10 * MINUTE),
    mails: limit(3, HOUR),
    clientMails: limit(20, HOUR),
  };
}

/** So many in so many seconds. */
export function limit(points: number, duration: number): Limit {
  const limiter = new RateLimiterMemory({ points, duration });
  return {
    async take(key) {
      try {
        await limiter.consume(key);
        return null;
      } catch (error) {
        if (error instanceof RateLimiterRes) return seconds(error);
        throw error;
      }
    },
  };
}

function seconds({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1_000));
}

/** Who a request is counted for: whom the proxy in front named last in its header, or else who connected. */
export function clientFrom(told: string | undefined, connected: string): string {
  const named = told?.split(',').at(-1)?.trim() ?? '';
  return clientOf(named === '' ? connected : named);
}

/** Who a client is for counting. Whoever has one IPv6 address has its whole /64, so that is counted as one. */
export function clientOf(address: string): string {
  const plain = address.trim().replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill('0'), ...after]
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
