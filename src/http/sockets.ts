import type { Socket } from 'node:net';

/**
 * Who may keep a connection open. Until its first signed request nobody knows whether a connection is Slack's, so no
 * newcomer is turned away (as `maxConnections` would): when there are too many, the one is closed on which nothing has
 * begun for longest. Slow and silent ones soon are; Slack is known after a moment, and then counted apart.
 */
export interface Sockets {
  /** Somebody connected. Behind a proxy nobody knows yet who: `null`. */
  arrived(socket: Socket, client: string | null): void;
  /** The head of a request came. It may be anybody's again: a proxy uses one connection for all. */
  asked(socket: Socket, client: string): void;
  /** That request was signed by Slack. */
  slackAsked(socket: Socket): void;
}

/** How many connections may be open, of each kind. */
export interface SocketLimits {
  /** Of Slack, between one signed request and the next. */
  readonly slack: number;
  /** Of everybody else together. */
  readonly others: number;
  /** Of each client of these. A browser opens six; a whole company may have one address. */
  readonly perClient: number;
}

/** Counts connections, and closes what is too many. */
export function createSockets(limits: SocketLimits, onTooMany: (of: keyof SocketLimits) => void): Sockets {
  // Each in the order in which something last began on them.
  const slack = new Set<Socket>();
  const others = new Set<Socket>();
  const ofClient = new Map<string, Set<Socket>>();
  const clients = new WeakMap<Socket, string>();

  function forget(socket: Socket): void {
    slack.delete(socket);
    others.delete(socket);
    const client = clients.get(socket);
    if (client === undefined) return;
    clients.delete(socket);
    const own = ofClient.get(client);
    own?.delete(socket);
    if (own?.size === 0) ofClient.delete(client);
  }

  function atMost(of: keyof SocketLimits, open: ReadonlySet<Socket>): void {
    const [first] = open;
    if (first === undefined || open.size <= limits[of]) return;
    forget(first);
    first.destroy();
    onTooMany(of);
  }

  function isAnybodys(socket: Socket, client: string | null): void {
    forget(socket);
    if (socket.destroyed) return;
    others.add(socket);
    if (client !== null) {
      const own = (ofClient.get(client) ?? new Set()).add(socket);
      ofClient.set(client, own);
      clients.set(socket, client);
      atMost('perClient', own);
    }
    atMost('others', others);
  }

  return {
    arrived(socket, client) {
      socket.once('close', () => {
        forget(socket);
      });
      isAnybodys(socket, client);
    },
    asked: isAnybodys,
    slackAsked(socket) {
      forget(socket);
      if (socket.destroyed) return;
      slack.add(socket);
      atMost('slack', slack);
    },
  };
}
