import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import type { Listener } from '../../src/http/exchange.ts';
import type { ServerLimits, SlackListener } from '../../src/http/server.ts';
import { LIMITS, serve } from '../../src/http/server.ts';
import { createLog } from '../../src/log.ts';

/** The bare wire: bytes are sent as a test writes them, and what comes back is read as it comes. */
export interface Wire {
  readonly socket: Socket;
  /** Sends it, and waits until it is sent. */
  send(bytes: string): Promise<void>;
  /** The next whole answer. */
  answer(): Promise<Answer>;
  /** Resolves when the other side closed it. */
  readonly closed: Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Opens a connection; closed when the test is over. */
export async function wire(port: number, address = '127.0.0.1'): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: address, noDelay: true });
  let got = Buffer.alloc(0);
  let over = false;
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const one of waiting) one();
  };
  socket.on('data', (more) => {
    got = Buffer.concat([got, more]);
    look();
  });
  // A reset is how some of these end; what came before it is what is judged.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      over = true;
      look();
      resolve();
    });
  });
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return {
    socket,
    closed,
    send: (bytes) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) reject(new Error('the connection is closed'));
        else
          socket.write(bytes, () => {
            resolve();
          });
      }),
    answer: () =>
      new Promise((resolve, reject) => {
        const next = (): void => {
          const read = readAnswer(got, over);
          if (read === null && !over) return;
          waiting.delete(next);
          if (read === null) {
            reject(new Error(`closed without an answer: ${JSON.stringify(got.toString())}`));
            return;
          }
          got = got.subarray(read.length);
          resolve(read.answer);
        };
        waiting.add(next);
        next();
      }),
  };
}

/** The first whole answer in the bytes, and how long it is; `null` while there is none. */
function readAnswer(
  bytes: Buffer,
  over: boolean,
): { readonly answer: Answer; readonly length: number } | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const head = bytes.subarray(0, end).toString();
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  const told = /^content-length: (\d+)$/im.exec(head)?.[1];
  const bare = status < 200 || status === 204;
  if (!bare && told === undefined && !over) return null;
  const length = bare ? 0 : told === undefined ? bytes.length - end - 4 : Number(told);
  if (bytes.length < end + 4 + length) return null;
  const body = bytes.subarray(end + 4, end + 4 + length).toString();
  return { answer: { status, head, body }, length: end + 4 + length };
}

/** Serves the pages (or what Slack calls) alone, on a port of this machine; closed when the test is over. */
export async function serveAlone(
  listeners: {
    readonly pages?: Listener;
    readonly slack?: SlackListener;
    readonly clientHeader?: string;
    readonly limits?: ServerLimits;
  },
  logged: string[] = [],
): Promise<number> {
  const served = await serve({
    port: 0,
    health: () => false,
    slack: listeners.slack ?? null,
    pages: listeners.pages ?? null,
    clientHeader: listeners.clientHeader ?? null,
    limits: listeners.limits ?? LIMITS,
    log: createLog('debug', { write: (line: string) => void logged.push(line) }),
  });
  onTestFinished(() => served.close());
  return served.port;
}

/** The same bytes in chunks of that many. */
export function chunked(body: string, size: number): string {
  const chunks: string[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.slice(at, at + size);
    chunks.push(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  }
  return `${chunks.join('')}0\r\n\r\n`;
}

/** It still serves: somebody new is answered. */
export async function stillServes(port: number, path: string): Promise<void> {
  const fresh = await wire(port);
  await fresh.send(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect((await fresh.answer()).status).toBe(200);
}
