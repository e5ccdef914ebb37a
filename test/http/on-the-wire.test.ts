import { describe, expect, it } from 'vitest';
import { file } from '../support/access-commands.ts';
import { RITA } from '../support/access-fixtures.ts';
import type { TestPages, Mailed } from '../support/test-pages.ts';
import { consenting, openTestPages, facts } from '../support/test-pages.ts';
import type { Wire } from './wire.ts';
import { chunked, stillServes, serveAlone, wire } from './wire.ts';

/** A form reaches its page however it is carried there; and whatever comes in its place harms nobody who comes after. */

interface Scene {
  readonly d: TestPages;
  readonly port: number;
  readonly line: Wire;
  readonly link: Mailed;
  /** What a browser sends, when the contact approves. */
  readonly yes: string;
  /** The same with so much in it that it is too long. */
  readonly tooLong: string;
}

/** A contact who is asked for consent, and a connection to the pages. */
async function scene(): Promise<Scene> {
  const d = openTestPages(consenting('acme'));
  await d.given(RITA, file());
  const link = await d.issue('consent');
  const port = await serveAlone({ pages: d.listener });
  return {
    d,
    port,
    line: await wire(port),
    link,
    yes: `code=${link.code}&answer=approve`,
    tooLong: `code=${link.code}&answer=decline&reason=${'x'.repeat(65_537)}`,
  };
}

const CHUNKED = ['Transfer-Encoding: chunked'];
const long = (body: string): readonly string[] => [`Content-Length: ${body.length}`];

function head({ path }: Mailed, headers: readonly string[], line = `POST ${path} HTTP/1.1`): string {
  const lines = [
    line,
    'Host: access.example.com',
    'Content-Type: application/x-www-form-urlencoded',
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The contact’s yes arrived, once, and whoever comes next is served. */
async function consented({ d, port, line }: Scene): Promise<void> {
  const { status, body } = await line.answer();
  expect([status, body]).toEqual([200, expect.stringContaining('You approved TSA-1')]);
  expect(facts(d)).toEqual(['request.filed by URITA', 'approval.given by customer:cara@acme.example']);
  await stillServes(port, '/tenants');
}

/** Nothing was decided, and whoever comes next is served. */
async function untouched({ d, port, link }: Scene): Promise<void> {
  await stillServes(port, '/tenants');
  expect(facts(d)).toEqual(['request.filed by URITA']);
  expect((await d.links.find(link.token))?.state).toBe('open');
}

describe('An answer reaches its page', () => {
  it('with its length', async () => {
    const s = await scene();
    await s.line.send(head(s.link, long(s.yes)) + s.yes);
    await consented(s);
  });

  it.each([1, 7, 1_000])('in chunks of %i bytes', async (size) => {
    const s = await scene();
    await s.line.send(head(s.link, CHUNKED) + chunked(s.yes, size));
    await consented(s);
  });

  it('in chunks that say more than their size, with trailers', async () => {
    const s = await scene();
    const size = s.yes.length.toString(16);
    const body = `${size};name="value"\r\n${s.yes}\r\n0\r\nDigest: x\r\n\r\n`;
    await s.line.send(head(s.link, [...CHUNKED, 'Trailer: Digest']) + body);
    await consented(s);
  });

  it.each([
    ['with its length', (yes: string) => [long(yes), yes] as const],
    ['in chunks', (yes: string) => [CHUNKED, chunked(yes, 5)] as const],
  ])('byte by byte, %s', async (_, carry) => {
    const s = await scene();
    const [headers, body] = carry(s.yes);
    for (const byte of head(s.link, headers) + body) await s.line.send(byte);
    await consented(s);
  });

  it('from HTTP/1.0, with its length and without naming a host', async () => {
    const s = await scene();
    const form = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${s.yes.length}`;
    await s.line.send(`POST ${s.link.path} HTTP/1.0\r\n${form}\r\n\r\n${s.yes}`);
    await consented(s);
    await s.line.closed;
  });

  it('from HTTP/1.0 in chunks, which it did not have', async () => {
    const s = await scene();
    await s.line.send(head(s.link, CHUNKED, `POST ${s.link.path} HTTP/1.0`) + chunked(s.yes, 5));
    await consented(s);
  });

  it('once it was told to go on, when it asks first', async () => {
    const s = await scene();
    await s.line.send(head(s.link, [...long(s.yes), 'Expect: 100-continue']));
    expect((await s.line.answer()).status).toBe(100);
    await s.line.send(s.yes);
    await consented(s);
  });

  it('after others on the same connection, in whatever way each of them came', async () => {
    const s = await scene();
    const wrong = `code=${s.link.wrong}&answer=approve`;
    const get = `GET ${s.link.path} HTTP/1.1\r\nHost: access.example.com\r\n\r\n`;
    for (const [request, status] of [
      [get, 200],
      [head(s.link, CHUNKED) + chunked(wrong, 9), 422],
      [get, 200],
      [head(s.link, long(wrong)) + wrong, 422],
      [get.replace('GET', 'OPTIONS'), 204],
    ] as const) {
      await s.line.send(request);
      expect((await s.line.answer()).status).toBe(status);
    }
    await s.line.send(head(s.link, CHUNKED) + chunked(s.yes, 9));
    await consented(s);
  });

  it('when several are sent before the first is answered: they are answered in their order', async () => {
    const s = await scene();
    const wrong = `code=${s.link.wrong}&answer=approve`;
    const get = `GET ${s.link.path} HTTP/1.1\r\nHost: access.example.com\r\n\r\n`;
    await s.line.send(get + head(s.link, CHUNKED) + chunked(wrong, 9) + head(s.link, long(s.yes)) + s.yes);
    expect((await s.line.answer()).status).toBe(200);
    expect((await s.line.answer()).status).toBe(422);
    await consented(s);
  });
});

describe('What is too long is answered in words, and nothing is done', () => {
  it.each([
    ['with its length', (body: string) => [long(body), body] as const],
    ['in chunks', (body: string) => [CHUNKED, chunked(body, 4_000)] as const],
  ])('%s', async (_, carry) => {
    const s = await scene();
    const [headers, body] = carry(s.tooLong);
    await s.line.send(head(s.link, headers) + body);
    const { status, body: words } = await s.line.answer();
    expect([status, words]).toEqual([
      413,
      expect.stringContaining('Nothing was changed. Please shorten what you wrote'),
    ]);
    await s.line.closed;
    await untouched(s);
  });

  it('from one byte over 64 KiB', async () => {
    const s = await scene();
    const full = 'x'.repeat(65_536);
    await s.line.send(head(s.link, CHUNKED) + chunked(full, 9_999));
    expect((await s.line.answer()).status).toBe(422);
    await s.line.send(head(s.link, CHUNKED) + chunked(`${full}x`, 9_999));
    expect((await s.line.answer()).status).toBe(413);
    await untouched(s);
  });

  it('and what has no end is cut off', async () => {
    const s = await scene();
    await s.line.send(head(s.link, CHUNKED));
    const piece = chunked('x'.repeat(65_536), 65_536).slice(0, -'0\r\n\r\n'.length);
    let sent = 0;
    while (!s.line.socket.destroyed) {
      await s.line.send(piece).catch(() => undefined);
      sent += piece.length;
      expect(sent).toBeLessThan(64 * 1_048_576);
    }
    await untouched(s);
  });
});

describe('What is not a whole request does nothing', () => {
  it.each([
    ['with its length', (yes: string) => [long(yes), yes] as const],
    ['in chunks', (yes: string) => [CHUNKED, chunked(yes, 5)] as const],
  ])('cut in the middle of the body, %s', async (_, carry) => {
    const s = await scene();
    const [headers, body] = carry(s.yes);
    await s.line.send(head(s.link, headers) + body.slice(0, -6));
    s.line.socket.destroy();
    await s.line.closed;
    await untouched(s);
  });

  it('that ends before its length', async () => {
    const s = await scene();
    await s.line.send(head(s.link, ['Content-Length: 1000']) + s.yes);
    s.line.socket.end();
    await s.line.closed;
    await untouched(s);
  });

  it('cut in the middle of the head', async () => {
    const s = await scene();
    await s.line.send(head(s.link, long(s.yes)).slice(0, 50));
    s.line.socket.destroy();
    await s.line.closed;
    await untouched(s);
  });

  it.each([
    ['has both a length and chunks', [...CHUNKED, 'Content-Length: 5']],
    ['has two lengths', ['Content-Length: 5', 'Content-Length: 6']],
    ['has a length that is none', ['Content-Length: -5']],
    ['has a length with a sign', ['Content-Length: +5']],
    ['is carried in a way that is not known', ['Transfer-Encoding: gzip']],
    ['says chunked twice', ['Transfer-Encoding: chunked, chunked']],
    ['hides chunks behind a space', ['Transfer-Encoding : chunked']],
    ['folds a header', ['Transfer-Encoding:\r\n chunked']],
  ])('that %s: it could be read in two ways', async (_, headers) => {
    const s = await scene();
    await s.line.send(head(s.link, headers) + chunked(s.yes, 5));
    expect((await s.line.answer()).status).toBe(400);
    await s.line.closed;
    await untouched(s);
  });

  it('in chunks whose size is no number', async () => {
    const s = await scene();
    await s.line.send(`${head(s.link, CHUNKED)}xyz\r\n${s.yes}\r\n0\r\n\r\n`);
    expect((await s.line.answer()).status).toBe(400);
    await untouched(s);
  });
});
