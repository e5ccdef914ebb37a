import { once } from 'node:events';
import type { Socket } from 'node:net';
import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import { z } from 'zod';

/** A local mail server: takes what the app sends over SMTP, keeps it, and misbehaves on request. */

/** A mail as it came in: who it was really for, and what its reader sees. */
export interface Received {
  /** The recipients of the SMTP dialogue: nobody else got it. */
  readonly to: readonly string[];
  readonly from: string;
  readonly raw: string;
  readonly parsed: Email;
}

/** What a mail server does on its bad days. */
export type MailFault =
  /** Refuses at that point of the dialogue, with that code: 4xx for now, 5xx for good. */
  | {
      readonly kind: 'refuse';
      readonly at: 'greeting' | 'sender' | 'recipient' | 'data';
      readonly code: number;
      readonly says: string;
    }
  /** Says nothing more, from there on. */
  | { readonly kind: 'hang'; readonly at: 'greeting' | 'recipient' | 'data' }
  /** Takes the mail, and cuts the line before it says so. */
  | { readonly kind: 'lost_answer' };

export interface Mailbox {
  /** For SMTP_URL. */
  readonly url: string;
  readonly mails: readonly Received[];
  /** From now on, or `null` for no more of it; the next `times` occasions only, if given. */
  misbehave(fault: MailFault | null, times?: number): void;
  /** Calls back after every mail that came in. */
  onMail(listener: () => void): () => void;
  /** Nobody listens at its address any more, and whoever is connected is cut off. */
  down(): Promise<void>;
  /** Listens again, at the same address. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a mail server on a free port of this machine, at that one of its addresses. */
export async function createMailbox(host = '127.0.0.1'): Promise<Mailbox> {
  const mails: Received[] = [];
  const listeners = new Set<() => void>();
  const sockets = new Set<Socket>();
  let fault: { what: MailFault; times: number } | null = null;
  let port = 0;

  /** Whether the dialogue goes wrong here; counts down. */
  function hits(
    ...points: readonly ('greeting' | 'sender' | 'recipient' | 'data' | 'lost')[]
  ): MailFault | null {
    const what = fault?.what;
    const at = what === undefined ? null : what.kind === 'lost_answer' ? 'lost' : what.at;
    if (fault === null || what === undefined || at === null || !points.includes(at)) return null;
    fault.times -= 1;
    if (fault.times <= 0) fault = null;
    return what;
  }

  /** Goes on, refuses, or never says anything. */
  function pass(what: MailFault | null, go: (error?: Error) => void): void {
    if (what === null || what.kind === 'lost_answer') go();
    else if (what.kind === 'refuse') go(Object.assign(new Error(what.says), { responseCode: what.code }));
  }

  function cut({ remotePort }: SMTPServerSession): void {
    for (const socket of sockets) if (socket.remotePort === remotePort) socket.destroy();
  }

  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(z.instanceof(Buffer).parse(chunk));
    const raw = Buffer.concat(chunks);
    const { mailFrom, rcptTo } = session.envelope;
    mails.push({
      to: rcptTo.map(({ address }) => address),
      from: mailFrom === false ? '' : mailFrom.address,
      raw: raw.toString('utf8'),
      parsed: await PostalMime.parse(raw),
    });
    for (const listener of listeners) listener();
  }

  const make = (): SMTPServer => {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 10,
      onConnect(_session, done) {
        pass(hits('greeting'), done);
      },
      onMailFrom(_address, _session, done) {
        pass(hits('sender'), done);
      },
      onRcptTo(_address, _session, done) {
        pass(hits('recipient'), done);
      },
      onData(stream, session, done) {
        const what = hits('data', 'lost');
        if (what?.kind === 'refuse') {
          stream.resume();
          stream.on('end', () => {
            pass(what, done);
          });
          return;
        }
        take(stream, session).then(
          () => {
            if (what?.kind === 'lost_answer') cut(session);
            else pass(what, done);
          },
          (error: unknown) => {
            done(error instanceof Error ? error : new Error('unknown'));
          },
        );
      },
    });
    // A client that gives up in the middle is no news.
    server.on('error', () => undefined);
    server.server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    return server;
  };

  let server = make();
  let listening = false;
  async function up(): Promise<void> {
    server = make();
    server.listen(port, host);
    await once(server.server, 'listening');
    port = z.object({ port: z.number() }).parse(server.server.address()).port;
    listening = true;
  }
  async function down(): Promise<void> {
    if (!listening) return;
    listening = false;
    const closed = new Promise<void>((resolve) => {
      server.close(resolve);
    });
    for (const socket of sockets) socket.destroy();
    await closed;
  }
  await up();

  return {
    url: `smtp://${host}:${port}`,
    mails,
    misbehave(what, times = Infinity) {
      fault = what === null ? null : { what, times };
    },
    onMail(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    up,
    down,
    close: down,
  };
}
