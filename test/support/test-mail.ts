import { onTestFinished } from 'vitest';
import { createMailbox } from '../../sandbox/mail.ts';
import type { Mailbox, Received } from '../../sandbox/mail.ts';
import { createHandler } from '../../src/database.ts';
import type { Command } from '../../src/access/command.ts';
import type { Actor, World } from '../../src/access/people.ts';
import { createMailEdge, routed } from '../../src/email/edge.ts';
import type { Links } from '../../src/ledger/links.ts';
import { createLinks } from '../../src/ledger/links.ts';
import type { Courier } from '../../src/outbox/delivery.ts';
import { createDispatcher } from '../../src/outbox/dispatcher.ts';
import type { Owed } from '../../src/notifications/message.ts';
import type { Change } from './access-fixtures.ts';
import { approve, file, start } from './access-commands.ts';
import { ANN, GUS, person, RITA, worldOf } from './access-fixtures.ts';
import type { TestLedger } from './test-ledger.ts';
import { announceAt, testLedger } from './test-ledger.ts';

/** A ledger, its command handler and its outbox, with a real mail server behind it; the clock and the names are the test's. */
export interface Post extends Pick<TestLedger, 'clock' | 'ledger' | 'logged' | 'views'> {
  readonly mailbox: Mailbox;
  readonly links: Links;
  /** Who is at the keyboard in Slack. */
  readonly active: Set<string>;
  /** Messages for Slack that went out. */
  readonly slack: string[];
  /** Happens, or the test is wrong; the request's number. */
  does(actor: Actor | string, command: Command, no?: number | null, change?: Change): Promise<number>;
  owes(...owed: readonly Owed[]): Promise<void>;
  /** Delivers all that is due. */
  deliver(): Promise<void>;
  /** How each mail stands: `sent`, or `moot: why`. */
  stands(): readonly string[];
  last(): Received;
}

export const HARBOR = 'access@harbor.example';
/** The mail server's password. */
export const SECRET = 'open-sesame';
export const PUBLIC = 'https://access.example.com';
const NAMES: Readonly<Record<string, string>> = {
  UGUS: 'Gus Engineer',
  URITA: 'Rita Requester',
  UOLA: 'Ola Owner',
  UANN: 'Ann Approver',
  UEVE: 'Eve Oncall',
  UEMI: 'Emi Oncall',
};

export async function post(
  change: Change = {},
  names: Readonly<Record<string, string>> = NAMES,
  /** The policy by which mails go out, where it changed since they were owed. */
  later: World = worldOf(change),
): Promise<Post> {
  const world = worldOf(change);
  const mailbox = await createMailbox();
  onTestFinished(() => mailbox.close());
  const g = testLedger(world);
  const { ledger, clock, log, views, logged } = g;
  const handler = createHandler(ledger, clock, { mail: true });
  const links = createLinks(ledger.db, clock);
  const active = new Set<string>();
  const slack: string[] = [];
  const slackCourier: Courier = {
    deliver({ key }) {
      slack.push(key);
      return Promise.resolve({ kind: 'sent' });
    },
  };
  const mail = await createMailEdge(
    { mail: { smtpUrl: mailbox.url.replace('//', `//user:${SECRET}@`), from: HARBOR }, publicUrl: PUBLIC },
    {
      views,
      links,
      clock,
      policy: later.policy,
      learn: () => Promise.resolve(),
      nameOf: (user) => names[user] ?? null,
      isActive: (users) => Promise.resolve(users.some((user) => active.has(user))),
      tenants: { withContacts: () => later.policy.tenants.values() },
      log,
    },
  );
  const courier = routed(slackCourier, mail.courier);
  const dispatcher = createDispatcher({ ledger, clock, courier, log, announceAt });
  onTestFinished(async () => {
    await dispatcher.stop(0);
    mail.stop();
  });
  await dispatcher.start();
  // What is done from now on is delivered when the test says so.
  await dispatcher.settled();
  return {
    clock,
    ledger,
    logged,
    views,
    mailbox,
    links,
    active,
    slack,
    async does(actor, command, no = null, then) {
      const by = typeof actor === 'string' ? person(actor) : actor;
      const now = then === undefined ? world : worldOf(then);
      const outcome = await handler.handle({ command, requestNo: no, actor: by, world: now, delivery: null });
      if (outcome.refusal !== null || outcome.requestNo === null)
        throw new Error(`${command.type}: ${JSON.stringify(outcome.refusal)}`);
      return outcome.requestNo;
    },
    owes: (...owed) => handler.owe('greeting', owed),
    async deliver() {
      dispatcher.wake();
      await dispatcher.settled();
    },
    stands: () =>
      ledger.raw
        .prepare(
          "select state || coalesce(': ' || last_error, '') from outbox where destination like '%mail:%' order by id",
        )
        .pluck()
        .all()
        .map(String),
    last() {
      const mail = mailbox.mails.at(-1);
      if (mail === undefined) throw new Error('no mail came');
      return mail;
    },
  };
}

/** A session of Gus's in Acme's tenant. */
export async function inUse(p: Post): Promise<void> {
  await p.does(RITA, file());
  await p.does(ANN, approve(), 1);
  await p.does(GUS, start, 1);
}

/** A header as it stands in the mail; every one of that name. */
export function header({ parsed }: Received, name: string): string {
  const found = parsed.headers.filter(({ key }) => key === name.toLowerCase());
  return found.map(({ value }) => value).join(' AND ');
}

/** The plain text, in lines. */
export function lines({ parsed }: Received): readonly string[] {
  return (parsed.text ?? '').trimEnd().split(/\r?\n/);
}

/** The tokens of the links in a mail, each with the code that stands under it. */
export function linksIn(mail: Received): readonly { readonly token: string; readonly code: string }[] {
  return [
    ...lines(mail)
      .join('\n')
      .matchAll(/^https:\/\/\S+\/[rt]\/(\S+)\nCode: (\d{3}) (\d{3})$/gm),
  ].map(([, token = '', a = '', b = '']) => ({ token, code: a + b }));
}
