import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import type { Access } from '../../src/connectors/connector.ts';
import type { ConnectorDeps } from '../../src/connectors/kind.ts';
import { createCaller } from '../../src/connectors/product-call.ts';
import type { Keyring } from '../../src/keys/keyring.ts';
import { openKeyringFile } from '../../src/keys/keyring.ts';

/** What the tests of connectors stand on: a clock that is told, keys of their own, and products that listen here. */

export const NOW = Date.parse('2026-03-02T12:00:00.000Z');
export const MINUTE = 60_000;
export const ISSUER = 'https://tsa.example.com';

export interface TestClock extends Clock {
  at: number;
}

export function clockAt(at = NOW): TestClock {
  let ids = 0;
  return {
    at,
    now() {
      return this.at;
    },
    uuid() {
      ids += 1;
      return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
    },
  };
}

export const ACCESS: Access = {
  id: 'acc_7Q',
  session: 'TSA-42',
  tenant: { id: 'northwind', name: 'Northwind Traders', environment: 'production' },
  scope: { id: 'support', name: 'Support' },
  grantee: { slackId: 'U0SAM', email: 'sam@harbor.example', name: 'Sam Rivera' },
  allowedActions: 'Reset the login cache',
  offLimits: 'User data',
  reason: 'Login fails for all users since 16:00; reset the login cache.',
  caseRef: 'SUP-4211',
  notBefore: NOW,
  notAfter: NOW + 60 * MINUTE,
};

/** A server of this test, on a free port. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`;
}

/** An address of this machine where nothing listens. */
export async function nowhere(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(z.instanceof(Buffer).parse(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

export function answer(response: ServerResponse, status: number, body: object | string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tsa-test-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

export async function keyringOf(clock: Clock, path = join(folder(), 'keys.json')): Promise<Keyring> {
  const opened = await openKeyringFile(path, clock);
  if (!opened.ok) throw new Error(opened.why);
  return opened.keyring;
}

/** What a connector is given. `withinMs` is for products that never answer. */
export async function depsOf(clock: Clock, withinMs?: number): Promise<ConnectorDeps> {
  return { call: createCaller(withinMs), keyring: await keyringOf(clock), issuer: ISSUER, clock };
}

/** So long the tests wait for what never answers. */
export const IMPATIENT_MS = 200;
