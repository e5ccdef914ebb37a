import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import type { Keyring } from '../../src/keys/keyring.ts';
import { openKeyringFile } from '../../src/keys/keyring.ts';

/** What tests about products stand on: a clock that is told, keys of their own, and somebody who listens. */

export const NOW = Date.parse('2026-03-02T12:00:00.000Z');
export const MINUTE = 60_000;

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
