import type { Logger } from 'pino';
import type { Timekeeper } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Health } from '../health.ts';
import { heldBack, portTaken } from '../start-problems.ts';
import type { PagesDeps } from './page-context.ts';
import type { SharedListener } from './server.ts';
import { serve } from './server.ts';
import type { Intake } from './slack-requests.ts';
import { createSlackRequests } from './slack-requests.ts';

/** One port for health, the customers' pages, and in HTTP mode Slack. */
export interface HttpEdge {
  /** Serves from now on; the port. @throws CannotOpen */
  start(): Promise<number>;
  /** Takes no more requests, and waits for those that are being answered. */
  stop(): Promise<void>;
}

/** Puts together what is behind the port; nothing is served yet. The pages are loaded only where they are published. */
export async function createHttpEdge(
  config: Pick<Config, 'slack' | 'publicUrl' | 'clientHeader'>,
  deps: {
    readonly health: Health;
    /** What Slack's requests are handed to. */
    readonly slack: { readonly intake: Intake; seen(): void };
    /** What products ask, where they share this port. */
    readonly products: SharedListener | null;
    readonly pages: Omit<PagesDeps, 'publicUrl' | 'clientHeader'>;
    readonly clock: Timekeeper;
    readonly log: Logger;
  },
): Promise<HttpEdge> {
  const { health, slack, clock, log } = deps;
  const { publicUrl, clientHeader } = config;
  const { mode } = config.slack;
  const pages =
    publicUrl === null
      ? null
      : (await import('./routes/pages.ts')).createPages({ ...deps.pages, publicUrl, clientHeader });
  let server: Awaited<ReturnType<typeof serve>> | null = null;
  return {
    async start() {
      server = await heldBack(portTaken, () =>
        serve({
          port: mode.kind === 'http' ? mode.port : mode.httpPort,
          health,
          slack:
            mode.kind === 'http'
              ? createSlackRequests({
                  signingSecret: mode.signingSecret,
                  intake: slack.intake,
                  clock,
                  log,
                  onSeen: () => {
                    slack.seen();
                  },
                })
              : null,
          accessApi: deps.products,
          pages: pages?.listener ?? null,
          clientHeader,
          log,
        }),
      );
      return server.port;
    },
    async stop() {
      await server?.close();
      await pages?.settled();
    },
  };
}
