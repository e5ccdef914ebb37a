import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';
import type { World } from '../access/people.ts';
import type { Policy, UserId } from '../access/policy.ts';
import { isElsewhere } from '../access/whose.ts';
import type { Clock } from '../clock.ts';
import type { Owed } from '../notifications/message.ts';
import type { ReportedActions } from '../ledger/actions.ts';
import type { CommandHandler } from '../ledger/command-handler.ts';
import { visibleTo } from '../access/reading.ts';
import type { FullRecord } from '../ledger/history.ts';
import type { Link, Links } from '../ledger/links.ts';
import type { TenantViews } from '../ledger/tenant-views.ts';
import type { Views } from '../ledger/views.ts';
import type { TenantIndex } from '../policy/tenant-index.ts';
import { lasting } from '../wording/durations.ts';
import type { Html } from './views/frame.ts';
import { frame, says } from './views/frame.ts';
import type { Limit, Limits } from './limits.ts';
import type { Theirs } from './views/words.ts';
import { refusalSentence } from '../wording/contact-refusals.ts';
import { usersIn } from './views/words.ts';

/** What the pages ask about people. Slack may be down: nothing that a contact outside it does waits for its answer. */
export interface PeopleKnown {
  /** The world for one decision; of those about whom Slack is silent, what was last known holds. */
  asked(look: (world: World) => void, silence: 'last_known'): Promise<World>;
  /** The world with these people as they were a minute ago at most. */
  recent(users: readonly UserId[]): Promise<World>;
  /** What is known without asking. */
  known(): World;
  /** What somebody calls themselves; `null` if Slack was not asked about them yet. */
  profile(user: UserId): { readonly name: string } | null;
  /** Makes sure that these people's names are known, as far as Slack answers. */
  learn(users: readonly UserId[]): Promise<void>;
}

/** What every page works with. */
export interface PagesDeps {
  readonly handler: CommandHandler;
  readonly views: Views;
  readonly tenantViews: TenantViews;
  readonly reported: ReportedActions;
  readonly links: Links;
  readonly policy: Policy;
  readonly tenants: Pick<TenantIndex, 'ofContact'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where customers reach the pages, without a slash at its end. */
  readonly publicUrl: string;
  /** Are mails sent? Without them nobody is sent a link. */
  readonly mail: boolean;
  /** The header in which a proxy in front names the client; `null`: whoever connects is the client. */
  readonly clientHeader: string | null;
  readonly directory: PeopleKnown;
}

/** What the pages' routes share: finding a link, counting tries, and answering. */
export interface PageContext {
  readonly deps: PagesDeps;
  readonly limits: Limits;
  readonly page: (c: Context, page: PageParts) => Response | Promise<Response>;
  /**
   * The link of that token, or the answer that there is none. Looking for one that does not exist counts as a guess.
   */
  find(c: Context, token: string): Promise<Link | Response>;
  unknown(c: Context): Promise<Response>;
  /** Counts a try, for that key and for the client; the answer if it is one too many, else `null`. */
  tooOften(c: Context, limit: Limit, key: string): Promise<Response | null>;
  tryCode(token: string, typed: string): Promise<'right' | 'over' | { readonly problem: string }>;
  nameOf(user: UserId): string;
  /** Requests as the customer reads them, everybody in them known by name as far as Slack answers. */
  read(records: readonly FullRecord[]): Promise<readonly Theirs[]>;
  /** Owes the mail that was asked for with that link, and says so; or why not. */
  mailAsked(c: Context, link: Link, owed: Owed): Promise<Response>;
  client(c: Context): string;
  wait(c: Context, seconds: number): Response | Promise<Response>;
}

interface PageParts {
  readonly title: string;
  readonly place: string | null;
  readonly body: Html;
  readonly status: ContentfulStatusCode;
  readonly live?: boolean;
}

/** What a token looks like; anything else is not even looked up. */
const TOKEN = /^[\w-]{43}$/;
/** How long a page waits for names while Slack does not answer. */
const NAMES_WITHIN_MS = 1_500;
/** After that, pages do not wait for names for this long. */
const NAMES_AGAIN_MS = 10_000;

export function createPageContext(
  deps: PagesDeps,
  limits: Limits,
  clientOf: (c: Context) => string,
): PageContext {
  // Somebody whom Slack does not know is called by their id.
  const known = (user: UserId): string | null => {
    const name = deps.directory.profile(user)?.name;
    return name === undefined || name === user ? null : name;
  };
  let silentUntil = -Infinity;
  const self: PageContext = {
    deps,
    limits,
    page: (c, { title, place, body, status, live = false }) =>
      c.html(frame({ title, place, body, live }), status),
    async find(c, token) {
      // Looked up before anything is counted: other people's guesses keep nobody out who has a link.
      const link = TOKEN.test(token) ? await deps.links.find(token) : null;
      return link ?? self.unknown(c);
    },
    async unknown(c) {
      const wait = await limits.misses.take(self.client(c));
      return wait === null ? notFound(self, c) : self.wait(c, wait);
    },
    async tooOften(c, limit, key) {
      const byClient = limit === limits.mails ? limits.clientMails : limits.clientActs;
      const wait = (await byClient.take(self.client(c))) ?? (await limit.take(key));
      return wait === null ? null : self.wait(c, wait);
    },
    async tryCode(token, typed) {
      const code = typed.replaceAll(/[\s-]/g, '');
      if (code === '') return { problem: 'Type the 6-digit code that stands in the mail beside the link.' };
      if (!/^\d{6}$/.test(code))
        return { problem: 'The code has six digits. It stands in the mail beside the link.' };
      const tried = await deps.links.tryCode(token, code);
      if (tried !== 'wrong') return tried;
      return { problem: 'This is not the code of this mail. After five wrong codes the link ends.' };
    },
    nameOf: (user) =>
      known(user) ?? (isElsewhere(user) ? 'somebody of another company' : 'a member of the support team'),
    async read(records) {
      const read = records.map((record) => visibleTo('customer', record, deps.policy));
      const unknown = usersIn(read).filter((user) => known(user) === null);
      if (unknown.length === 0 || deps.clock.now() < silentUntil) return read;
      const late = new Promise<'late'>((resolve) => {
        setTimeout(resolve, NAMES_WITHIN_MS, 'late').unref();
      });
      const answer = await Promise.race([deps.directory.learn(unknown), late]);
      if (answer === 'late') silentUntil = deps.clock.now() + NAMES_AGAIN_MS;
      return read;
    },
    async mailAsked(c, { tenantId, requestNo: about, email }, owed) {
      const command = { type: 'ask_link', tenantId, about } as const;
      const actor = { kind: 'contact', email } as const;
      const attempt = { command, actor, world: deps.directory.known(), delivery: null };
      const refusal = await deps.handler.handleGlobal(attempt, [owed]);
      const title = refusal === null ? 'A new mail is on its way' : 'No mail was sent';
      const body =
        refusal === null
          ? says(
              title,
              'It goes to the address that the link was sent to, and should be there in a few minutes. Use the link and the code of the newest mail.',
              'Nothing there? Look into the spam folder, or write to your support team.',
            )
          : says(title, refusalSentence(refusal));
      return self.page(c, { title, place: null, body, status: refusal === null ? 200 : 409 });
    },
    client: clientOf,
    wait(c, seconds) {
      c.header('Retry-After', String(seconds));
      const body = says(
        'That was too often',
        `Please try again in ${lasting(seconds * 1_000)}. Nothing was changed.`,
      );
      return self.page(c, { title: 'That was too often', place: null, body, status: 429 });
    },
  };
  return self;
}

/** The page that says that there is nothing here. */
export function notFound(context: PageContext, c: Context): Response | Promise<Response> {
  const body = html`<h1>There is nothing here</h1>
    <p>
      The link is not complete, or it never was one. Open it again from the mail, or copy all of it.
      Everything after the last slash belongs to it.
    </p>
    <p>To see who was in your tenant, <a href="/tenants">ask for a link to your tenant’s page</a>.</p>`;
  return context.page(c, { title: 'Nothing here', place: null, body, status: 404 });
}

/** What a form sent; nothing, where something else was sent. */
export async function formOf(c: Context): Promise<Readonly<Record<string, string>>> {
  const isForm = c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm ? Object.fromEntries(new URLSearchParams(await c.req.text())) : {};
}

/** Names a secret without giving it away. */
export function keyOf(secret: string): string {
  return createHash('sha256').update(`key of ${secret}`).digest('base64url');
}
