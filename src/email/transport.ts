import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { isLoopback } from '../config.ts';
import type { Delivered } from '../outbox/delivery.ts';
import type { Written } from './layout.ts';
import { headerLine, oneLine } from './layout.ts';

/** Hands mails to the SMTP server. */
export interface Transport {
  /** Never throws for what the server does. */
  send(mail: Mail): Promise<Delivered>;
  close(): void;
}

export interface Person {
  readonly name: string;
  readonly address: string;
}

export interface Mail extends Written {
  readonly to: Person;
  /** Milliseconds since 1970. */
  readonly date: number;
  /** The same for the same delivery, however often it is sent: with its angle brackets. */
  readonly messageId: string;
  /** What the thread hangs on; `null` for a mail that stands alone. */
  readonly thread: string | null;
}

/** How long a server may be silent, and how long one mail may take in all. */
const SILENCE_MS = 10_000;
const WHOLE_MS = 60_000;
/** As many as the dispatcher serves at the same time. */
const CONNECTIONS = 4;
const NAME_MAX = 80;
const WHY_MAX = 300;

const address = z.email().max(254);

/** A refusal at these is about the recipient or the mail; anywhere else it is about us, which can be mended. */
const FOR_GOOD = new Set(['RCPT TO', 'DATA']);
/** How servers say that they do not relay for us: said about the recipient, but a matter of the set-up. */
const NO_RELAY = /\brelay(?:ing)?\b/i;
/** What nodemailer itself finds wrong with a mail before it sends any of it. */
const UNSENDABLE = new Set(['EENVELOPE', 'EMESSAGE']);
/** When these happen, nothing of a mail was sent yet. */
const CONNECTING = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);
const SETTING_UP = new Set(['CONNECT_TIMEOUT', 'GREETING_TIMEOUT', 'UPGRADE_TIMEOUT']);

const smtpError = z.object({
  message: z.string().catch('unknown'),
  code: z.string().optional(),
  originalCode: z.string().optional(),
  timeoutType: z.string().optional(),
  responseCode: z.number().optional(),
  response: z.string().optional(),
  command: z.string().optional(),
});

/** A transport to that server. TLS is required, but for a server on this machine. */
export function createMailTransport(
  { smtpUrl, from }: { readonly smtpUrl: string; readonly from: string },
  silenceMs = SILENCE_MS,
): Transport {
  const url = new URL(smtpUrl);
  const secure = url.protocol === 'smtps:';
  const here = isLoopback(url.hostname);
  const sender = person({ name: 'Support access', address: from });
  const mailer = createTransport({
    pool: true,
    maxConnections: CONNECTIONS,
    // The outbox tries again by itself.
    maxRequeues: 0,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    secure,
    requireTLS: !secure && !here,
    opportunisticTLS: here,
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: !here },
    ...(url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    dnsTimeout: silenceMs,
    // Shorter than the socket's timeout, so that it is known which of them it was.
    connectionTimeout: silenceMs / 2,
    greetingTimeout: silenceMs / 2,
    socketTimeout: silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    // Its log lines hold addresses and whole mails.
    logger: false,
  });
  return {
    async send({ to, subject, text, html, date, messageId, thread }) {
      const recipient = person(to);
      if (recipient === null || sender === null)
        return { kind: 'failed', why: `${recipient === null ? 'it' : 'MAIL_FROM'} is no e-mail address` };
      try {
        await mailer.sendMail({
          from: sender,
          to: recipient,
          subject,
          text,
          html,
          date: new Date(date),
          messageId,
          ...(thread === null ? {} : { inReplyTo: thread, references: [thread] }),
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          signal: AbortSignal.timeout(Math.max(WHOLE_MS, silenceMs)),
        });
        return { kind: 'sent' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close() {
      mailer.close();
    },
  };
}

/** Only what is one address, with a name of one line; `null` for anything else. */
function person({ name, address: given }: Person): Person | null {
  const parsed = address.safeParse(given);
  return parsed.success ? { name: headerLine(name, NAME_MAX), address: parsed.data } : null;
}

function outcomeOf(error: unknown): Delivered {
  if (!(error instanceof Error)) throw error;
  const { message, code, originalCode, timeoutType, responseCode, response, command } =
    smtpError.parse(error);
  const why = oneLine(response ?? message, WHY_MAX);
  if (responseCode !== undefined) {
    if (responseCode >= 500 && FOR_GOOD.has(command ?? '') && !NO_RELAY.test(why))
      return { kind: 'failed', why };
    return { kind: 'retry', afterMs: null, why, inDoubt: false };
  }
  if (UNSENDABLE.has(code ?? '')) return { kind: 'failed', why };
  const before =
    CONNECTING.has(originalCode ?? '') ||
    SETTING_UP.has(timeoutType ?? '') ||
    code === 'ETLS' ||
    code === 'EAUTH';
  // The connection went silent or was cut: the server may have taken the mail without our hearing of it.
  return { kind: 'retry', afterMs: null, why, inDoubt: !before };
}
