import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { InputValue, Message, OpenView, Workspace } from '../workspace.ts';
import type { PageHandler, Sandbox } from '../server.ts';
import { readBody, send } from '../server.ts';
import type { Mailbox } from '../mail.ts';
import { inbox } from './inbox.ts';
import type { Fault } from '../faults.ts';

/** The sandbox's page: static files, what one person sees as JSON, a stream of changes, and what they do. */

const FILES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/app.js': 'app.js',
  '/blocks.js': 'blocks.js',
  '/modal.js': 'modal.js',
  '/mrkdwn.js': 'mrkdwn.js',
  '/style.css': 'style.css',
};
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
const FOLDER = new URL('./browser/', import.meta.url);

const place = z.union([z.object({ channel: z.string(), ts: z.string() }), z.object({ viewId: z.string() })]);
const act = z.discriminatedUnion('do', [
  z.object({ do: z.literal('say'), as: z.string(), channel: z.string(), text: z.string().min(1).max(4_000) }),
  z.object({ do: z.literal('press'), as: z.string(), place, blockId: z.string(), actionId: z.string() }),
  z.object({
    do: z.literal('fill'),
    as: z.string(),
    viewId: z.string(),
    blockId: z.string(),
    actionId: z.string(),
    value: z.custom<InputValue>((v) => typeof v === 'object' && v !== null && 'type' in v),
  }),
  z.object({
    do: z.literal('attach'),
    as: z.string(),
    viewId: z.string(),
    blockId: z.string(),
    actionId: z.string(),
    files: z.array(z.object({ name: z.string(), mimetype: z.string(), size: z.number() })).max(10),
  }),
  z.object({
    do: z.literal('suggest'),
    as: z.string(),
    viewId: z.string(),
    blockId: z.string(),
    actionId: z.string(),
    text: z.string(),
  }),
  z.object({ do: z.literal('submit'), as: z.string(), viewId: z.string() }),
  z.object({ do: z.literal('close'), as: z.string() }),
  z.object({ do: z.literal('home'), as: z.string() }),
  z.object({ do: z.literal('shortcut'), as: z.string(), id: z.string() }),
  z.object({ do: z.literal('read'), as: z.string(), channel: z.string() }),
  z.object({
    do: z.literal('misbehave'),
    as: z.string(),
    kind: z.enum(['rate_limited', 'server_error', 'lost_answer', 'drop_socket', 'duplicates', 'well']),
  }),
]);

/**
 * @param mailbox  the customers' mail, where there is some to show
 * @param product  where the product is, whose tenants are entered; `null`: there is none
 */
export function page(
  sandbox: Omit<Sandbox, 'close'>,
  mailbox: Mailbox | null = null,
  product: string | null = null,
): PageHandler {
  const { workspace } = sandbox;
  const mail = mailbox === null ? null : inbox(mailbox);
  mailbox?.onMail(() => {
    workspace.record({
      direction: 'from_app',
      what: `mail to ${mailbox.mails.at(-1)?.to.join(', ') ?? ''}`,
      ms: null,
      body: mailbox.mails.at(-1)?.raw ?? null,
    });
    workspace.changed();
  });
  return async (request, response) => {
    if (mail !== null && (await mail(request, response))) return true;
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const file = FILES[url.pathname];
    if (request.method === 'GET' && file !== undefined) {
      const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'text/plain';
      response.writeHead(200, {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'self'; style-src 'self'; img-src 'self' data:",
      });
      response.end(await readFile(new URL(file, FOLDER)));
      return true;
    }
    if (request.method === 'GET' && url.pathname === '/console' && product !== null) {
      response.writeHead(302, { location: product });
      response.end();
      return true;
    }
    if (request.method === 'GET' && url.pathname.startsWith('/archives/')) {
      const channel = url.pathname.split('/')[2] ?? '';
      response.writeHead(302, { location: `/?${new URLSearchParams({ in: channel }).toString()}` });
      response.end();
      return true;
    }
    if (request.method === 'GET' && url.pathname === '/ui/state') {
      const as = url.searchParams.get('as') ?? '';
      send(response, 200, stateFor(sandbox, as, url.searchParams.get('in') ?? ''));
      return true;
    }
    if (request.method === 'GET' && url.pathname === '/ui/traffic') {
      send(response, 200, workspace.traffic.slice(-80).reverse());
      return true;
    }
    if (request.method === 'GET' && url.pathname === '/ui/changes') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      const tell = (): void => {
        response.write(`data: ${workspace.version}\n\n`);
      };
      tell();
      response.on('close', workspace.onChange(tell));
      return true;
    }
    if (request.method === 'POST' && url.pathname === '/ui/act') {
      const parsed = act.safeParse(JSON.parse((await readBody(request)).toString('utf8')));
      if (!parsed.success) send(response, 400, { error: 'not something a person can do' });
      else send(response, 200, await perform(sandbox, parsed.data));
      return true;
    }
    return false;
  };
}

async function perform(sandbox: Omit<Sandbox, 'close'>, what: z.infer<typeof act>): Promise<unknown> {
  const { workspace, humans, faults, deliverer } = sandbox;
  // A window may still show a form that was closed elsewhere: what is typed there goes nowhere.
  const place = 'place' in what ? what.place : what;
  if ('viewId' in place && workspace.findView(place.viewId) === undefined) return { options: [] };
  switch (what.do) {
    case 'say':
      await humans.say(what.as, what.channel, what.text);
      return {};
    case 'press':
      await humans.press(what.as, what.place, what.blockId, what.actionId);
      return {};
    case 'fill':
      await humans.fill(what.as, what.viewId, what.blockId, what.actionId, what.value);
      return {};
    case 'attach': {
      const files = what.files.map((file) => workspace.upload(file));
      await humans.fill(what.as, what.viewId, what.blockId, what.actionId, { type: 'file_input', files });
      return {};
    }
    case 'suggest':
      return { options: await humans.suggest(what.as, what.viewId, what.blockId, what.actionId, what.text) };
    case 'submit':
      await humans.submit(what.as, what.viewId);
      return {};
    case 'close':
      humans.close(what.as);
      return {};
    case 'home':
      await humans.openHome(what.as);
      return {};
    case 'shortcut':
      await humans.shortcut(what.as, what.id);
      return {};
    case 'read':
      humans.markRead(what.as, what.channel);
      return {};
    case 'misbehave': {
      const fault: Record<string, Fault> = {
        rate_limited: { kind: 'rate_limited', retryAfterS: 5 },
        server_error: { kind: 'server_error' },
        lost_answer: { kind: 'lost_answer' },
      };
      const chosen = fault[what.kind];
      if (chosen !== undefined) faults.next('chat.postMessage', chosen);
      if (what.kind === 'drop_socket') deliverer.dropSockets(false);
      if (what.kind === 'duplicates') faults.duplicates = true;
      if (what.kind === 'well') faults.clear();
      return {};
    }
  }
}

/** Everything that this person's window shows. */
function stateFor({ workspace, deliverer }: Omit<Sandbox, 'close'>, as: string, shownId: string): unknown {
  const mine = [...workspace.conversations.values()].filter((c) => c.members.has(as) && c.kind === 'channel');
  const dm = workspace.people.has(as) ? workspace.directMessage(as) : undefined;
  const all = dm === undefined ? mine : [...mine, dm];
  const shown = all.find((c) => c.id === shownId) ?? all[0];
  const top = workspace.stackOf(as).at(-1);
  return {
    version: workspace.version,
    connected: deliverer.connected,
    me: as,
    bot: workspace.bot.id,
    people: [...workspace.people.values()].map((person) => ({
      id: person.id,
      name: person.name,
      title: person.title,
      kind: person.kind,
      deleted: person.deleted,
      external: person.teamId !== workspace.teamId,
      unread: unreadOf(workspace, person.id),
      told: workspace.directMessage(person.id).unread.get(person.id) ?? 0,
    })),
    conversations: all.map((c) => ({
      id: c.id,
      name: c.kind === 'im' ? workspace.bot.name : c.name,
      kind: c.kind,
      unread: c.unread.get(as) ?? 0,
    })),
    shown: shown?.id ?? null,
    bookmarks: shown?.bookmarks ?? [],
    messages: [...(shown?.messages.values() ?? [])]
      .filter((m) => m.onlyFor === null || m.onlyFor === as)
      .map(shownMessage),
    modal: top === undefined ? null : shownView(top, workspace.stackOf(as).length),
    home: homeOf(workspace, as),
  };
}

function homeOf(workspace: Workspace, as: string): unknown {
  const home = workspace.homes.get(as);
  return home === undefined ? null : shownView(home, 1);
}

function unreadOf(workspace: Workspace, user: string): number {
  return [...workspace.conversations.values()].reduce(
    (sum, c) => sum + (c.members.has(user) ? (c.unread.get(user) ?? 0) : 0),
    0,
  );
}

function shownMessage({ ts, user, onlyFor, threadTs, broadcast, text, blocks, edited }: Message): unknown {
  return { ts, user, mine: onlyFor !== null, threadTs, broadcast, text, blocks, edited };
}

function shownView({ id, hash, form, values, errors, trouble }: OpenView, depth: number): unknown {
  return { id, hash, form, values, errors, trouble, depth };
}
