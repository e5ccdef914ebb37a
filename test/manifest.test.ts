import { WebClient } from '@slack/web-api';
import { execFileSync, spawnSync } from 'node:child_process';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifest, NotAnAddress, renderManifest } from '../manifest/manifest.ts';
import { botScopes, EVENTS, INPUTS, METHODS } from '../manifest/scopes.ts';
import type { Source } from './support/source.ts';
import { namesOf, nodesOf, read, ROOT, sources } from './support/source.ts';

/** What a client is called in this program; what follows such a name is a Web API method. */
const CLIENTS = new Set(['client', 'interactive', 'background', 'web']);
const LISTENERS = new Set([
  'command',
  'action',
  'view',
  'options',
  'shortcut',
  'event',
  'message',
  'function',
]);
const KNOWN = new Set(methodsOf(new WebClient('none'), []));

/** Every method that Slack's client has, such as `chat.postMessage`. */
function methodsOf(part: object, path: readonly string[]): readonly string[] {
  const entries: [string, unknown][] = Object.entries(part);
  return entries.flatMap(([key, value]) => {
    const at = [...path, key];
    if (typeof value === 'function') return [at.join('.')];
    const isNamespace =
      value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
    return isNamespace && path.length < 4 ? methodsOf(value, at) : [];
  });
}

/** The Web API methods that a file names on a client, or on a part of one. */
function calledIn(source: Source): readonly string[] {
  return nodesOf(source).flatMap((node) => {
    if (!isAccess(node) || (isAccess(node.parent) && node.parent.expression === node)) return [];
    const names = namesOf(node);
    const client = names.findLastIndex((name) => CLIENTS.has(name));
    const method = names.slice(client + 1);
    if (client >= 0 && method[0] === 'apiCall') return [firstText(node.parent) ?? 'apiCall'];
    if (client >= 0 && method.length > 0) return [method.join('.')];
    return [4, 3, 2]
      .map((length) => names.slice(-length).join('.'))
      .filter((tail) => KNOWN.has(tail))
      .slice(0, 1);
  });
}

function isAccess(node: ts.Node): node is ts.PropertyAccessExpression | ts.ElementAccessExpression {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

/** What a file asks Bolt to be told of: the kind, and its name where it has one. */
function listenedIn(source: Source): readonly { readonly kind: string; readonly name: string | null }[] {
  return nodesOf(source).flatMap((node) => {
    if (!ts.isCallExpression(node)) return [];
    const [root, kind, ...more] = namesOf(node.expression);
    if (root !== 'app' || kind === undefined || !LISTENERS.has(kind) || more.length > 0) return [];
    return [{ kind, name: firstText(node) }];
  });
}

/** The ids under a slice's `shortcuts` or `commands`. */
function claimedIn(source: Source, table: string): readonly string[] {
  return nodesOf(source).flatMap((node) => {
    const isTable = ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && node.name.text === table;
    if (!isTable || !ts.isObjectLiteralExpression(node.initializer)) return [];
    return node.initializer.properties.map((property) =>
      property.name !== undefined && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name))
        ? property.name.text
        : '?',
    );
  });
}

function firstText(node: ts.Node): string | null {
  const first = ts.isCallExpression(node) ? node.arguments[0] : undefined;
  return first !== undefined && ts.isStringLiteralLike(first) ? first.text : null;
}

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();
const planted = (text: string): Source => ({ path: 'src/planted.ts', text });

describe('The manifest holds what the program uses, and nothing else', () => {
  const all = sources('src');
  const listened = all.flatMap(listenedIn);
  const { features, settings } = manifest({ mode: 'socket' });

  it('has the Slack scopes of every Web API method that is called, and of no other', () => {
    expect(sorted(all.flatMap(calledIn))).toEqual(sorted(Object.keys(METHODS)));
  });

  it('has the Slack scopes of the kinds of input that forms have, and of no other', () => {
    const drawn = all.flatMap(({ text }) =>
      [...text.matchAll(/type: '(file_input)'/g)].map(([, kind = '']) => kind),
    );
    expect(sorted(drawn)).toEqual(sorted(Object.keys(INPUTS)));
  });

  it('knows only methods that Slack has', () => {
    expect(Object.keys(METHODS).filter((method) => !KNOWN.has(method))).toEqual([]);
  });

  it('subscribes to the events that are listened to, and to no other', () => {
    const names = listened.filter(({ kind }) => kind === 'event').map(({ name }) => name ?? '?');
    expect(sorted(names)).toEqual(sorted(Object.keys(EVENTS)));
    expect(settings.event_subscriptions.bot_events).toEqual(sorted(names));
  });

  it('listens to nothing that the manifest does not turn on', () => {
    const kinds = sorted(listened.map(({ kind }) => kind));
    expect(kinds).toEqual(['action', 'command', 'event', 'options', 'shortcut', 'view']);
    expect(settings.interactivity.is_enabled).toBe(true);
    expect(features.slash_commands.map(({ command }) => command)).toEqual(['/tsa']);
  });

  it('offers the shortcuts that a slice answers to, and no other', () => {
    const ids = all.flatMap((source) => claimedIn(source, 'shortcuts'));
    expect(sorted(ids)).toEqual(sorted(features.shortcuts.map((shortcut) => shortcut.callback_id)));
  });

  it('hints only at words after /tsa that a slice answers to', () => {
    const words = all.flatMap((source) => claimedIn(source, 'commands'));
    const hinted = features.slash_commands.flatMap(({ usage_hint: hint }) =>
      hint.split('|').map((part) => /\w+/.exec(part)?.[0] ?? ''),
    );
    expect(hinted.filter((word) => !words.includes(word))).toEqual([]);
  });

  it('asks an installing admin for these bot scopes', () => {
    expect(botScopes()).toEqual([
      'bookmarks:read',
      'bookmarks:write',
      'channels:history',
      'channels:read',
      'chat:write',
      'commands',
      'files:read',
      'groups:history',
      'groups:read',
      'im:history',
      'im:write',
      'pins:write',
      'usergroups:read',
      'users:read',
      'users:read.email',
    ]);
  });
});

describe('The search for calls and listeners finds what is there', () => {
  it.each([
    ['client.files.list({})', 'files.list'],
    ['context.client.chat.postEphemeral({})', 'chat.postEphemeral'],
    ['clients.background.admin.users.list({})', 'admin.users.list'],
    ["client['reactions']['add']({})", 'reactions.add'],
    ["client.apiCall('pins.add', {})", 'pins.add'],
    ['client.apiCall(name, {})', 'apiCall'],
    ['const { chat } = client; chat.delete({})', 'chat.delete'],
    ['const post = client.chat.meMessage; post({})', 'chat.meMessage'],
    ['client.team?.info()', 'team.info'],
    ['client.not.there()', 'not.there'],
  ])('a planted %s', (text, method) => {
    expect(calledIn(planted(text))).toEqual([method]);
  });

  it.each([
    ["app.event('message', run)", { kind: 'event', name: 'message' }],
    ["app.message('hello', run)", { kind: 'message', name: 'hello' }],
    ['app.command(/.*/, run)', { kind: 'command', name: null }],
  ])('a planted %s', (text, listener) => {
    expect(listenedIn(planted(text))).toEqual([listener]);
  });

  it('a planted shortcut', () => {
    expect(claimedIn(planted('const slice = { shortcuts: { more: run } }'), 'shortcuts')).toEqual(['more']);
  });
});

describe('slack-manifest.yml', () => {
  it('is current: npm run manifest would write what is there', () => {
    expect(read('slack-manifest.yml').text).toBe(renderManifest({ mode: 'socket' }));
  });

  it('says what the data says', () => {
    expect(parse(renderManifest({ mode: 'socket' }))).toEqual(manifest({ mode: 'socket' }));
  });

  it('names no address in Socket Mode', () => {
    expect(renderManifest({ mode: 'socket' })).not.toMatch(/url/);
    expect(manifest({ mode: 'socket' }).settings.socket_mode_enabled).toBe(true);
  });

  it('keeps to the lengths that Slack allows', () => {
    const { display_information: about, features } = manifest({ mode: 'socket' });
    expect(about.name.length).toBeLessThanOrEqual(35);
    expect(about.description.length).toBeLessThanOrEqual(140);
    expect(about.long_description.length).toBeGreaterThanOrEqual(175);
    for (const { name, description } of features.shortcuts) {
      expect(name.length).toBeLessThanOrEqual(24);
      expect(description.length).toBeLessThanOrEqual(150);
    }
  });
});

describe('The manifest for HTTP mode', () => {
  const at = 'https://tsa.example.com/slack/events';

  it('sends commands, events, interactions and typed options to one path', () => {
    const { features, settings } = manifest({ mode: 'http', url: 'https://tsa.example.com/' });
    expect(features.slash_commands.map(({ url }) => url)).toEqual([at]);
    expect(settings.event_subscriptions.request_url).toBe(at);
    expect(settings.interactivity.request_url).toBe(at);
    expect(settings.interactivity.message_menu_options_url).toBe(at);
    expect(settings.socket_mode_enabled).toBe(false);
  });

  it('asks for the same Slack scopes as the other', () => {
    const http = manifest({ mode: 'http', url: 'https://tsa.example.com' });
    expect(http.oauth_config).toEqual(manifest({ mode: 'socket' }).oauth_config);
  });

  it.each([
    'http://tsa.example.com',
    'tsa.example.com',
    'https://me:pw@tsa.example.com',
    'https://tsa.example.com/?a=1',
  ])('is not made for %s, which Slack could not call or should not know', (url) => {
    expect(() => manifest({ mode: 'http', url })).toThrow(NotAnAddress);
  });

  it('is printed on request, and a wrong address is answered in words', () => {
    const run = ['manifest/write.ts', '--http'];
    const options = { cwd: ROOT, encoding: 'utf8' } as const;
    expect(execFileSync(process.execPath, [...run, 'https://tsa.example.com'], options)).toBe(
      renderManifest({ mode: 'http', url: 'https://tsa.example.com' }),
    );
    const wrong = spawnSync(process.execPath, [...run, 'here'], options);
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toMatch(/^Write the address at which Slack reaches this program/);
    expect(wrong.stderr).not.toMatch(/\bat .*\.ts:/);
  });
});
