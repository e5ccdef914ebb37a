import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/connectors/product-call.ts';
import {
  ANSWER_BYTES_MAX,
  createCaller,
  isProductUrl,
  notConfirmed,
  retryAfterMs,
} from '../../src/connectors/product-call.ts';
import { plainLine } from '../../src/plain-line.ts';
import { answer, listen, NOW, nowhere } from './fixtures.ts';

const SECRET = 'Bearer very-secret-token';

function post(url: string): Call {
  return { method: 'POST', url, headers: { authorization: SECRET }, body: '{"secret":"inside"}' };
}

describe('A product’s address', () => {
  it.each([
    'https://console.example.com/tsa',
    'https://10.0.0.7:8443/hooks',
    'http://127.0.0.1:4000/tsa',
    'http://localhost/tsa',
    'http://[::1]:4000/tsa',
  ])('may be %s', (url) => {
    expect(isProductUrl(url)).toBe(true);
  });

  it.each([
    ['http://console.example.com/tsa', 'plain http that leaves this machine'],
    ['http://127.0.0.1.example.com/', 'a name that only begins like this machine'],
    ['https://user:password@console.example.com/', 'a password in it'],
    ['https://console.example.com/?token=abc', 'a query, where a token would be'],
    ['https://console.example.com/#abc', 'a fragment'],
    ['ftp://console.example.com/', 'another protocol'],
    ['console.example.com', 'no protocol'],
  ])('may not be %s: %s', (url) => {
    expect(isProductUrl(url)).toBe(false);
  });
});

describe('A call', () => {
  it('gives back what was answered, whole', async () => {
    const url = await listen((_request, response) => {
      answer(response, 201, { hello: 'you' });
    });
    expect(await createCaller()(post(url))).toMatchObject({
      kind: 'answered',
      status: 201,
      text: '{"hello":"you"}',
    });
  });

  it('does not follow a redirect, and takes nothing along to where it points', async () => {
    let visits = 0;
    const elsewhere = await listen((_request, response) => {
      visits += 1;
      answer(response, 200, { receipt: 'forged' });
    });
    const url = await listen((_request, response) => {
      response.writeHead(307, { location: elsewhere }).end();
    });
    expect(await createCaller()(post(url))).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('redirect') as string,
    });
    expect(visits).toBe(0);
  });

  it.each([
    ['at once', true],
    ['in pieces without end', false],
  ])('does not read past 64 KiB of an answer that comes %s', async (_how, atOnce) => {
    const url = await listen((_request, response) => {
      response.writeHead(200);
      if (atOnce) {
        response.end('x'.repeat(ANSWER_BYTES_MAX + 1));
        return;
      }
      const pour = (): void => {
        while (response.write('x'.repeat(1_024)));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await createCaller()(post(url))).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('more than 64 KiB') as string,
    });
  });

  it('takes an answer of exactly 64 KiB', async () => {
    const url = await listen((_request, response) => {
      response.end('x'.repeat(ANSWER_BYTES_MAX));
    });
    expect(await createCaller()(post(url))).toMatchObject({ kind: 'answered', status: 200 });
  });

  it('asks for no packed answer, and reads none: what grows when it is unpacked cannot fill us', async () => {
    const asked: (string | undefined)[] = [];
    const url = await listen((request, response) => {
      asked.push(request.headers['accept-encoding']);
      answer(response, 200, {});
    });
    await createCaller()(post(url));
    expect(asked).toEqual(['identity']);
  });

  it.each([
    ['before it answers', false],
    ['in the middle of its answer', true],
  ])('does not wait for a product that hangs %s: it may have done it', async (_when, begins) => {
    const url = await listen((_request, response) => {
      if (begins) response.writeHead(200).write('{"receipt":');
    });
    expect(await createCaller(100)(post(url))).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('did not answer within 0.1 s') as string,
    });
  });

  it('has a connection of its own: one that was kept could be dead', async () => {
    const connections = new Set<number | undefined>();
    const url = await listen((request, response) => {
      connections.add(request.socket.remotePort);
      answer(response, 200, {});
    });
    for (let n = 0; n < 3; n += 1) await createCaller()(post(url));
    expect(connections.size).toBe(3);
  });

  it('knows that nothing was done where nothing listens', async () => {
    expect(await createCaller()(post(await nowhere()))).toMatchObject({
      kind: 'try_again',
      why: expect.stringContaining('nothing listens') as string,
    });
  });

  it('does not know what was done when the connection breaks', async () => {
    const url = await listen((request) => {
      request.socket.destroy();
    });
    expect(await createCaller()(post(url))).toMatchObject({ kind: 'unknown' });
  });

  it('says nothing of what was sent, whatever goes wrong', async () => {
    const broken = await listen((request) => {
      request.socket.destroy();
    });
    const silent = await listen(() => undefined);
    const said = await Promise.all(
      [broken, silent, await nowhere()].map((url) => createCaller(100)(post(`${url}/path-of-ours`))),
    );
    for (const one of said) expect(JSON.stringify(one)).not.toMatch(/very-secret|inside|path-of-ours/);
  });
});

describe('What an answer means that does not confirm', () => {
  const answered = (status: number, text = '', headers: Record<string, string> = {}) =>
    notConfirmed(
      { kind: 'answered', status, headers: new Headers(headers), text },
      'https://p.example/x',
      NOW,
    );

  it.each([
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [409, 'refused'],
    [422, 'refused'],
    [408, 'try_again'],
    [425, 'try_again'],
    [429, 'try_again'],
    [503, 'try_again'],
    [500, 'unknown'],
    [502, 'unknown'],
    [504, 'unknown'],
    [200, 'unknown'],
    [204, 'unknown'],
  ])('HTTP %i is %s', (status, kind) => {
    expect(answered(status).kind).toBe(kind);
  });

  it.each([
    ['{"detail":"Sam has no seat here."}', 'Sam has no seat here.'],
    ['{"title":"No seat"}', 'No seat'],
    ['{"error":"no seat"}', 'no seat'],
    ['{"message":"one\\nline \\u202eonly"}', 'one line only'],
  ])('says why in the product’s words: %s', (text, words) => {
    expect(answered(403, text)).toEqual({ kind: 'refused', why: `p.example answered HTTP 403: ${words}` });
  });

  it.each(['<html>An error page</html>', '[]', '{"error":{"code":7}}', '{"detail":""}', ''])(
    'does not show what is no word of a product: %s',
    (text) => {
      expect(answered(403, text)).toEqual({ kind: 'refused', why: 'p.example answered HTTP 403' });
    },
  );

  it('shows no more than 300 characters of them', () => {
    expect(answered(403, JSON.stringify({ detail: 'é'.repeat(5_000) })).why.length).toBeLessThan(340);
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['Mon, 02 Mar 2026 12:00:30 GMT', 30_000],
    ['Mon, 02 Mar 2026 11:00:00 GMT', 0],
    ['99999999', 3_600_000],
    ['soon', null],
    ['-5', null],
  ])('waits as long as Retry-After says: %s', (value, ms) => {
    expect(retryAfterMs(value, NOW)).toBe(ms);
    expect(answered(429, '', { 'retry-after': value })).toMatchObject({ kind: 'try_again', afterMs: ms });
  });

  it('cuts words without tearing a character', () => {
    expect(plainLine('ab😀cd', 4).isWellFormed()).toBe(true);
  });
});
