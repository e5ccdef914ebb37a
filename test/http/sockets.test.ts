import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Listener } from '../../src/http/exchange.ts';
import { readBody } from '../../src/http/exchange.ts';
import type { ServerLimits, SlackListener } from '../../src/http/server.ts';
import { LIMITS } from '../../src/http/server.ts';
import type { SocketLimits } from '../../src/http/sockets.ts';
import type { Wire } from './wire.ts';
import { serveAlone, wire } from './wire.ts';

/** However slow, silent or many they are: whoever holds connections keeps nobody else out, and Slack least of all. */

/** A page that hears a form out. */
const pages: Listener = async (request, response) => {
  const { kind } = await readBody(request, 1_000_000);
  response.end(kind);
};
/** Slack’s address: what says that it is signed is taken for it. */
const slack: SlackListener = async (request, response, isSlacks) => {
  await readBody(request, 1_000_000);
  if (request.headers['x-signed'] === 'yes') isSlacks();
  response.end('ack');
};

/** The times in which a slow one is given up, short; a test that is not about them keeps the real ones. */
const SHORT: ServerLimits = { ...LIMITS, headMs: 300, requestMs: 600, lookMs: 20, idleMs: 50, stuckMs: 600 };
const few = (sockets: Partial<SocketLimits>): ServerLimits => ({
  ...LIMITS,
  sockets: { ...LIMITS.sockets, ...sockets },
});

const GET = 'GET /page HTTP/1.1\r\nHost: x\r\n\r\n';
const SLOW = 'POST /page HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n';
const SIGNED = 'POST /slack/events HTTP/1.1\r\nHost: x\r\nX-Signed: yes\r\nContent-Length: 2\r\n\r\n{}';
const by = (client: string, request: string): string =>
  request.replace('Host: x', `Host: x\r\nX-Client: ${client}`);

async function answered(line: Wire, request: string): Promise<string> {
  await line.send(request);
  return (await line.answer()).body;
}

/** So many connections on which a form was begun and not gone on with; it is known at the other end. */
async function slow(port: number, many: number, request = SLOW): Promise<readonly Wire[]> {
  const lines: Wire[] = [];
  for (let i = 0; i < many; i++) {
    const line = await wire(port);
    await line.send(request.replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n'));
    expect((await line.answer()).status).toBe(100);
    await line.send('a');
    lines.push(line);
  }
  return lines;
}
const open = (lines: readonly Wire[]): number => lines.filter(({ socket }) => !socket.destroyed).length;

describe('Whoever takes too long is given up', () => {
  it.each([
    ['a body that comes byte by byte', SLOW],
    ['chunks that come byte by byte', SLOW.replace('Content-Length: 900000', 'Transfer-Encoding: chunked')],
    ['a head that comes byte by byte', `${GET.slice(0, -2)}X-More: `],
  ])('over %s', async (_, begin) => {
    const port = await serveAlone({ pages, limits: SHORT });
    const line = await wire(port);
    await line.send(begin);
    const piece = begin.includes('chunked') ? '1\r\nx\r\n' : 'x';
    while (!line.socket.destroyed) {
      await line.send(piece).catch(() => undefined);
      expect(await answered(await wire(port), GET)).toBe('whole');
    }
    await line.closed;
  });

  it('over saying nothing, before the first request and after one', async () => {
    const port = await serveAlone({ pages, limits: SHORT });
    await (
      await wire(port)
    ).closed;
    const line = await wire(port);
    expect(await answered(line, GET)).toBe('whole');
    await line.closed;
  });

  it('over reading nothing of the answer', async () => {
    let told: (response: ServerResponse) => void = () => undefined;
    const answering = new Promise<ServerResponse>((resolve) => (told = resolve));
    const endless: Listener = (_, response) => {
      told(response);
      response.end(Buffer.alloc(100_000_000));
      return Promise.resolve();
    };
    const line = await wire(await serveAlone({ pages: endless, limits: SHORT }));
    line.socket.pause();
    await line.send(GET);
    await once(await answering, 'close');
  });

  it('by limits that Node keeps as they are: it swaps those for the head and for the whole if that is the smaller one', () => {
    expect(LIMITS.headMs).toBeLessThanOrEqual(LIMITS.requestMs);
    expect(LIMITS.sockets.slack + LIMITS.sockets.others).toBeLessThanOrEqual(1_024 - 200);
  });

  it('after so many requests on one connection, sent without waiting for answers', async () => {
    let asked = 0;
    const counting: Listener = (_, response) => {
      asked++;
      response.end('whole');
      return Promise.resolve();
    };
    const port = await serveAlone({ pages: counting, limits: { ...LIMITS, requestsPerSocket: 3 } });
    const line = await wire(port);
    await line.send(GET.repeat(50));
    for (const end of ['keep-alive', 'keep-alive', 'close'])
      expect((await line.answer()).head.toLowerCase()).toContain(`connection: ${end}`);
    expect(await answered(await wire(port), GET)).toBe('whole');
    expect(asked).toBe(4);
  });
});

describe('When too many connections are open', () => {
  it('the ones that waited longest are closed, and whoever comes is served', async () => {
    const logged: string[] = [];
    const port = await serveAlone({ pages, limits: few({ others: 5 }) }, logged);
    const [first, ...more] = await slow(port, 5);
    expect(await answered(await wire(port), GET)).toBe('whole');
    await first?.closed;
    expect(open(more)).toBe(4);
    expect(logged.join('')).toContain('too many connections were open');
  });

  it('who begins another request is no longer one of those that waited longest', async () => {
    const port = await serveAlone({ pages, limits: few({ others: 3 }) });
    const line = await wire(port);
    expect(await answered(line, GET)).toBe('whole');
    const [first, second] = await slow(port, 2);
    expect(await answered(line, GET)).toBe('whole');
    await wire(port);
    await first?.closed;
    expect(await answered(line, GET)).toBe('whole');
    expect(second?.socket.destroyed).toBe(false);
  });

  it('three hundred slow ones, of which always more come, keep no new request of Slack’s from its answer', async () => {
    const port = await serveAlone({ pages, slack, limits: few({ others: 20 }) });
    for (let i = 0; i < 15; i++) {
      await slow(port, 20);
      expect(await answered(await wire(port), SIGNED)).toBe('ack');
    }
  });

  it('a connection of Slack’s stays, however many others come', async () => {
    const port = await serveAlone({ pages, slack, limits: few({ others: 5, perClient: 4 }) });
    const line = await wire(port);
    expect(await answered(line, SIGNED)).toBe('ack');
    await slow(port, 30);
    expect(await answered(line, SIGNED)).toBe('ack');
  });

  it('nobody gets one of Slack’s places by its address alone, or keeps it for something else', async () => {
    const port = await serveAlone({ pages, slack, limits: few({ others: 5 }) });
    const posing = await slow(port, 3, SLOW.replace('/page', '/slack/events'));
    const shared = await wire(port);
    expect(await answered(shared, SIGNED)).toBe('ack');
    expect(await answered(shared, GET)).toBe('whole');
    await slow(port, 5);
    await Promise.all([...posing, shared].map(({ closed }) => closed));
  });

  it('Slack’s own are bounded too', async () => {
    const port = await serveAlone({ pages, slack, limits: few({ slack: 2 }) });
    const lines = [await wire(port), await wire(port), await wire(port)];
    for (const line of lines) expect(await answered(line, SIGNED)).toBe('ack');
    await lines[0]?.closed;
    expect(open(lines)).toBe(2);
  });
});

describe('One client', () => {
  it('has so many connections and no more: the next costs it its own', async () => {
    const port = await serveAlone({ pages, limits: few({ perClient: 3 }) });
    const lines = await slow(port, 5);
    await Promise.all(lines.slice(0, 2).map(({ closed }) => closed));
    expect(open(lines)).toBe(3);
  });

  it('behind a proxy is whom the proxy names, and the proxy itself is none', async () => {
    const port = await serveAlone({ pages, clientHeader: 'X-Client', limits: few({ perClient: 3 }) });
    const idle = await Promise.all(Array.from({ length: 10 }, () => wire(port)));
    const other = await slow(port, 3, by('203.0.113.1, 203.0.113.8', SLOW));
    const one = await slow(port, 5, by('203.0.113.7', SLOW));
    await Promise.all(one.slice(0, 2).map(({ closed }) => closed));
    expect([open(idle), open(other), open(one)]).toEqual([10, 3, 3]);
  });

  it('with IPv6 is its whole network', async () => {
    const port = await serveAlone({ pages, clientHeader: 'X-Client', limits: few({ perClient: 1 }) });
    const [first] = await slow(port, 1, by('2001:db8:1:2::1', SLOW));
    await slow(port, 1, by('2001:db8:1:2:ffff::9', SLOW));
    await first?.closed;
  });
});
