import type { SocketModeClient } from '@slack/socket-mode';
import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';

/** Whether Slack is there: it called, or took our token. An answer that refuses the token is no sign of life. */
export interface SignsOfLife {
  /** Slack called. */
  seen(): void;
  /** When Slack was last seen, and since when the connection is down; `null` while it is up. */
  look(): SlackSeen;
  /** Asks for signs of life from now on. */
  start(): void;
  stop(): void;
}

export interface SlackSeen {
  readonly seenAt: number;
  readonly downSince: number | null;
}

/** Slack is asked this often, so that quiet hours do not look like an outage. */
const HEARTBEAT_MS = 25_000;

/** @param socket the connection in Socket Mode; `null`: Slack calls over HTTP */
export function createSignsOfLife(
  client: WebClient,
  socket: SocketModeClient | null,
  clock: Clock,
  log: Logger,
): SignsOfLife {
  let at = clock.now();
  let downSince = socket === null ? null : at;
  let heartbeat: NodeJS.Timeout | undefined;
  const seen = (): void => void (at = clock.now());
  socket?.on('connected', () => {
    downSince = null;
    seen();
  });
  for (const gone of ['close', 'reconnecting', 'disconnecting', 'disconnected'])
    socket?.on(gone, () => (downSince ??= clock.now()));
  return {
    seen,
    look: () => ({ seenAt: at, downSince }),
    start() {
      heartbeat = setInterval(() => {
        client.auth.test().then(seen, (error: unknown) => {
          log.warn({ error }, 'Slack does not answer, or refuses the token');
        });
      }, HEARTBEAT_MS);
    },
    stop() {
      clearInterval(heartbeat);
    },
  };
}
