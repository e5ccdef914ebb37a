import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** Programs measured from outside, each a process of its own. */

export interface Launched<T> {
  /** What its line that says it is ready holds. */
  readonly told: T;
  readonly readyMs: number;
  /** Megabytes resident now. */
  rss(): number;
  send(message: number): void;
  /** Calls back with whatever it says to whoever started it. */
  onMessage(listener: (message: unknown) => void): void;
  stop(): Promise<void>;
}

const READY = new Set(['ready', 'TSA is ready']);

/** Starts a program of ours and waits until it says that it is ready. `flags`: Node's own. */
export async function launch<T>(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  told: z.ZodType<T>,
  flags: readonly string[] = [],
): Promise<Launched<T>> {
  const began = performance.now();
  const child: ChildProcess = spawn(
    process.execPath,
    [...flags, new URL(program, import.meta.url).pathname, ...args],
    {
      env,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
  const gone = new Promise<number>((resolve) => {
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
  if (child.stdout === null) throw new Error('its output cannot be read');
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<T>((resolve, reject) => {
    lines.on('line', (line) => {
      const said = parse(line);
      if (READY.has(said.msg)) resolve(told.parse(said));
      else if ((said.level ?? 0) >= 40) console.error(line);
    });
    gone.then((code) => {
      reject(new Error(`${program} left with ${code} before it was ready`));
    }, reject);
  });
  const first = await ready;
  const readyMs = performance.now() - began;
  return {
    told: first,
    readyMs,
    rss() {
      const status = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1_024;
    },
    send: (message) => child.send(message),
    onMessage: (listener) => child.on('message', listener),
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

const spoken = z.looseObject({ msg: z.string().catch(''), level: z.number().optional().catch(undefined) });

function parse(line: string): z.infer<typeof spoken> {
  try {
    return spoken.parse(JSON.parse(line));
  } catch {
    return { msg: '' };
  }
}
