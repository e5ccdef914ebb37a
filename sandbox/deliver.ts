import { createHmac, randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Faults } from './faults.ts';
import type { Workspace } from './workspace.ts';

/** Brings what people do to the app, over Socket Mode or HTTP, and its answer back (docs.slack.dev/apis/events-api). */

export type Kind = 'slash_commands' | 'interactive' | 'events_api';

/** What the app answered in time, or that it did not. */
export type Answer =
  { readonly kind: 'acked'; readonly body: unknown } | { readonly kind: 'failed'; readonly why: string };

/** Slack waits this long for an acknowledgement (docs.slack.dev/interactivity/handling-user-interaction). */
export const ACK_WITHIN_MS = 3_000;

const ackFrame = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

export class Deliverer {
  readonly #workspace: Workspace;
  readonly #faults: Faults;
  readonly #signingSecret: string;
  readonly #sockets: WebSocket[] = [];
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #requestUrl: string | null = null;
  #turn = 0;

  constructor(workspace: Workspace, faults: Faults, signingSecret: string) {
    this.#workspace = workspace;
    this.#faults = faults;
    this.#signingSecret = signingSecret;
  }

  /** From now on everything goes there, signed, instead of over a socket. */
  setRequestUrl(url: string | null): void {
    this.#requestUrl = url;
  }

  get connected(): boolean {
    return this.#requestUrl !== null || this.#sockets.length > 0;
  }

  /** A socket of the app's: says hello, and takes acknowledgements. */
  connect(socket: WebSocket): void {
    this.#sockets.push(socket);
    socket.on('message', (data) => {
      this.#acknowledged(Buffer.isBuffer(data) ? data.toString('utf8') : '');
    });
    socket.on('close', () => {
      this.#sockets.splice(this.#sockets.indexOf(socket), 1);
      this.#workspace.changed();
    });
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#sockets.length,
        connection_info: { app_id: this.#workspace.appId },
        debug_info: { host: 'sandbox', approximate_connection_time: 18_060 },
      }),
    );
    this.#workspace.changed();
  }

  /** Asks the app to connect anew, as Slack does every few hours; or just cuts the line. */
  dropSockets(kindly: boolean): void {
    for (const socket of [...this.#sockets]) {
      if (kindly)
        socket.send(
          JSON.stringify({
            type: 'disconnect',
            reason: 'refresh_requested',
            debug_info: { host: 'sandbox' },
          }),
        );
      else socket.terminate();
    }
  }

  /** Delivers and waits for the answer, 3 s at most. With the duplicates fault on, the same goes twice. */
  async deliver(kind: Kind, usual: Record<string, unknown>): Promise<Answer> {
    const payload = this.#faults.sends(usual);
    const first = this.#once(kind, payload);
    if (this.#faults.duplicates) await Promise.all([first, this.#once(kind, payload)]);
    return first;
  }

  async #once(kind: Kind, payload: Record<string, unknown>): Promise<Answer> {
    const began = performance.now();
    const answer =
      this.#requestUrl === null
        ? await this.#overSocket(kind, payload)
        : await this.#overHttp(kind, payload, this.#requestUrl);
    const what = `${kind} ${typeof payload['type'] === 'string' ? payload['type'] : ''}`.trim();
    const ms = Math.round(performance.now() - began);
    this.#workspace.record({
      direction: 'to_app',
      what: answer.kind === 'acked' ? what : `${what}: ${answer.why}`,
      ms,
      body: payload,
    });
    this.#workspace.changed();
    return answer;
  }

  async #overSocket(kind: Kind, payload: Record<string, unknown>): Promise<Answer> {
    const id = randomUUID();
    if (this.#sockets.length === 0) return { kind: 'failed', why: 'dispatch_failed' };
    const answer = this.answerTo(id);
    this.put(
      JSON.stringify({
        envelope_id: id,
        type: kind,
        payload,
        accepts_response_payload: kind !== 'events_api',
      }),
    );
    return answer;
  }

  /** Puts just this on the line to the app. */
  put(text: string): void {
    this.#turn += 1;
    this.#sockets[this.#turn % Math.max(1, this.#sockets.length)]?.send(text);
  }

  /** What the app answers to that envelope. */
  answerTo(envelopeId: string): Promise<Answer> {
    return new Promise<Answer>((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(envelopeId);
        resolve({ kind: 'failed', why: 'operation_timeout' });
      }, ACK_WITHIN_MS);
      this.#waiting.set(envelopeId, (acked) => {
        clearTimeout(timer);
        resolve(acked);
      });
    });
  }

  #acknowledged(text: string): void {
    const frame = ackFrame.safeParse(JSON.parse(text));
    if (!frame.success) return;
    this.#waiting.get(frame.data.envelope_id)?.({ kind: 'acked', body: frame.data.payload ?? null });
    this.#waiting.delete(frame.data.envelope_id);
  }

  async #overHttp(kind: Kind, payload: Record<string, unknown>, url: string): Promise<Answer> {
    const { body, headers } = signedRequest(
      kind,
      payload,
      this.#signingSecret,
      Math.floor(this.#workspace.now() / 1_000),
    );
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers,
        signal: AbortSignal.timeout(ACK_WITHIN_MS),
      });
      const text = await response.text();
      if (!response.ok) return { kind: 'failed', why: `http_${response.status}` };
      return { kind: 'acked', body: parseAnswer(text) };
    } catch (error) {
      const timeout = error instanceof Error && error.name === 'TimeoutError';
      return { kind: 'failed', why: timeout ? 'operation_timeout' : 'dispatch_failed' };
    }
  }
}

/** A request as Slack makes and signs it (docs.slack.dev/authentication/verifying-requests-from-slack). */
export function signedRequest(
  kind: Kind,
  payload: Record<string, unknown>,
  secret: string,
  timestamp: number,
): { body: string; headers: Record<string, string> } {
  const json = kind === 'events_api';
  const body = json ? JSON.stringify(payload) : formOf(kind, payload);
  return {
    body,
    headers: {
      'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': sign(body, secret, timestamp),
    },
  };
}

/** Slack's signature of a body. */
export function sign(body: string, secret: string, timestamp: number): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

function formOf(kind: Kind, payload: Record<string, unknown>): string {
  if (kind === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return new URLSearchParams(
    Object.entries(payload).map(([key, value]): [string, string] => [key, String(value)]),
  ).toString();
}

function parseAnswer(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}
