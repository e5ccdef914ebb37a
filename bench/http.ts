import { Agent, request } from 'node:http';
import { signedRequest } from '../sandbox/deliver.ts';
import type { Kind } from '../sandbox/deliver.ts';
import { quantile } from './stats.ts';

/** Slack's side of the line: signed requests over kept connections, so many in flight, every answer read whole. */

export type Prepared = ReturnType<typeof signedRequest>;

/** What one burst amounts to. */
export interface Burst {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Signs before the clock runs: that is Slack's work, not ours. */
export function prepare(
  secret: string,
  kind: Kind,
  payloads: readonly Record<string, unknown>[],
): readonly Prepared[] {
  const now = Math.floor(Date.now() / 1_000);
  return payloads.map((payload) => signedRequest(kind, payload, secret, now));
}

/** Sends all of them, `inFlight` at a time. @throws for an answer that is not what it should be */
export async function burst(
  port: number,
  requests: readonly Prepared[],
  inFlight: number,
  expected: string,
): Promise<Burst> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const took: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let one = requests[next++]; one !== undefined; one = requests[next++]) {
      const began = performance.now();
      const answer = await send(agent, port, one);
      took.push(performance.now() - began);
      if (!answer.includes(expected)) throw new Error(`not the expected answer: ${answer.slice(0, 500)}`);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const ms = performance.now() - began;
  agent.destroy();
  return { perSecond: (requests.length * 1_000) / ms, p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
}

/** One request; its answer, read whole. @throws for anything but 200 */
export function send(agent: Agent, port: number, { body, headers }: Prepared): Promise<string> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const sent = request(
      {
        agent,
        host: '127.0.0.1',
        port,
        path: '/slack/events',
        method: 'POST',
        headers: { ...headers, 'content-length': bytes.length },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`answered ${response.statusCode ?? 0}: ${text}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(bytes);
  });
}
