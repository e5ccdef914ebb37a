import { LogLevel } from '@slack/logger';
import type { Logger } from 'pino';
import { describe, expect, it } from 'vitest';
import { redact } from '../src/log/redact.ts';
import { createLog, slackLogger } from '../src/log.ts';

// Put together here, so that no scanner takes them for real ones.
const HEX = '0123456789abcdef';
const SECRETS: Readonly<Record<string, string>> = {
  'bot token': ['xoxb', '1234567890', 'AbCdEfSecret'].join('-'),
  'user token': ['xoxp', '1234567890', 'AbCdEfSecret'].join('-'),
  'rotated token': ['xoxe.xoxb', '1', 'AbCdEfSecret'].join('-'),
  'refresh token': ['xoxe', '1', 'AbCdEfSecret'].join('-'),
  'app-level token': ['xapp', '1', 'A0123', 'AbCdEfSecret'].join('-'),
  'workflow token': ['xwfp', 'AbCdEfSecret'].join('-'),
  'signing secret': HEX.repeat(2),
  signature: `v0=${HEX.repeat(4)}`,
  'bearer header': 'Bearer AbCdEfSecret.123',
  'response link': 'https://hooks.slack.com/commands/T0/123/AbCdEfSecret',
  'action link': 'https://hooks.slack.com/actions/T0/123/AbCdEfSecret',
  webhook: 'https://hooks.slack.com/services/T0/B0/AbCdEfSecret',
  'workflow link': 'https://hooks.slack.com/triggers/T0/123/AbCdEfSecret',
  'socket link': 'wss://wss-primary.slack.com/link/?ticket=AbCdEfSecret&app_id=1',
  'product key': ['tsak', HEX.slice(0, 12), 'AbCdEfSecret'].join('_'),
  'webhook secret': ['whsec', 'AbCdEfSecret+/AbCdEf='].join('_'),
  'signed statement': ['eyJhbGciOiJFZERTQSJ9', 'eyJpc3MiOiJ4In0', 'AbCdEfSecret'].join('.'),
  'trigger id': `13345224609.738474920.${HEX.repeat(2)}`,
};

/** What is written when something is logged at the finest level. */
function written(say: (log: Logger) => void): string {
  const lines: string[] = [];
  say(createLog('trace', { write: (line: string) => void lines.push(line) }));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  return lines.join('');
}

class Leaky {
  readonly #secret: string;
  constructor(secret: string) {
    this.#secret = secret;
  }
  toJSON(): string {
    return this.#secret;
  }
}

const deep = (secret: string): unknown => {
  let value: unknown = secret;
  for (let i = 0; i < 12; i += 1) value = i % 2 === 0 ? { inside: value } : [value];
  return value;
};

/** Every way in which something can come to be logged. */
const PATHS: Readonly<Record<string, (log: Logger, secret: string) => void>> = {
  'the message': (log, s) => {
    log.info(`got ${s} from Slack`);
  },
  'the message of every level': (log, s) => {
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)
      log[level]({ note: s }, s);
  },
  'a value for the message': (log, s) => {
    log.info('got %s, %j and %o', s, { note: s }, [s]);
  },
  'a message in two parts': (log, s) => {
    log.info(`${s.slice(0, 4)}%s`, s.slice(4));
  },
  'a field': (log, s) => {
    log.info({ note: s }, 'said');
  },
  'a field deep inside': (log, s) => {
    log.info({ a: [{ b: { c: [s] } }], deep: deep(s) }, 'said');
  },
  'the name of a field': (log, s) => {
    log.info({ [s]: 1 }, 'said');
  },
  'an error’s message and stack': (log, s) => {
    log.error({ error: new Error(`failed with ${s}`) }, 'failed');
  },
  'an error by itself': (log, s) => {
    log.error(new Error(`failed with ${s}`));
  },
  'an error’s fields': (log, s) => {
    log.error({ err: Object.assign(new Error('failed'), { data: { note: s }, config: s }) }, 'failed');
  },
  'an error’s cause': (log, s) => {
    log.error({ error: new Error('failed', { cause: new Error(s) }) }, 'failed');
  },
  'errors in an error': (log, s) => {
    log.error({ error: new AggregateError([new Error(s), s], 'failed') }, 'failed');
  },
  'what a logger’s child always says': (log, s) => {
    log.child({ note: s }).info('said');
  },
  'what is set on a logger later': (log, s) => {
    log.setBindings({ note: s });
    log.info('said');
  },
  'what is put before messages': (log, s) => {
    log.child({}, { msgPrefix: `${s} ` }).info('said');
  },
  'what a thing makes of itself': (log, s) => {
    log.info({ leaky: new Leaky(s), own: { toJSON: () => s } }, 'said');
  },
  'a quote inside a quote': (log, s) => {
    log.info(JSON.stringify({ text: JSON.stringify({ text: s }) }));
  },
  bytes: (log, s) => {
    log.info({ body: Buffer.from(s), view: new TextEncoder().encode(s) }, 'said');
  },
  'links, maps and sets': (log, s) => {
    log.info({ map: new Map([[s, s]]), set: new Set([s]), headers: new Headers({ a: s }) }, 'said');
  },
  'Slack’s own logger': (log, s) => {
    const slack = slackLogger(log);
    for (const level of ['debug', 'info', 'warn', 'error'] as const)
      slack[level](`got ${s}`, { note: s }, [s], new Error(s), JSON.stringify({ note: s }));
  },
};

describe.each(Object.entries(SECRETS))('A %s', (_name, secret) => {
  it.each(Object.entries(PATHS))('does not get out by %s', (_path, say) => {
    const text = written((log) => {
      say(log, secret);
    });
    const tell = secret.includes('AbCdEfSecret') ? 'AbCdEfSecret' : HEX.repeat(2);
    expect(text).not.toContain(tell);
    expect(text).not.toContain([...Buffer.from(tell)].join(','));
  });
});

describe('A secret without a look of its own', () => {
  const SECRET = 'Hunter2Hunter2';

  it.each([
    'token',
    'botToken',
    'SLACK_BOT_TOKEN',
    'client_secret',
    'signingSecret',
    'Authorization',
    'x-slack-signature',
    'password',
    'response_url',
    'trigger_id',
    'set-cookie',
    'credentials',
    'apiKey',
  ])('is known by the name of its field: %s', (name) => {
    const told = written((log) => {
      log.info({ [name]: SECRET, inside: [{ [name]: { value: SECRET } }] }, 'said');
      log.child({ [name]: SECRET }).info('said');
      slackLogger(log).debug('got', { [name]: SECRET });
    });
    expect(told).not.toContain(SECRET);
  });

  it.each([
    `{"token":"${SECRET}","type":"event_callback"}`,
    `{"payload":"{\\"token\\":\\"${SECRET}\\"}"}`,
    `token=${SECRET}&team_id=T1`,
    `{ token: '${SECRET}', team: 'T1' }`,
    `authorization: Basic ${SECRET}`,
    `Authorization: ${SECRET}`,
    `SLACK_SIGNING_SECRET=${SECRET}`,
    `"trigger_id": "${SECRET}"`,
  ])('is known by the name before it, in a text: %s', (text) => {
    const told = written((log) => {
      log.info(text);
      log.info({ text }, 'said');
      slackLogger(log).debug(`Received a message: ${text}`);
    });
    expect(told).not.toContain(SECRET);
  });
});

describe('What is no secret', () => {
  it('is told as it is', () => {
    const told = written((log) => {
      log.info({ no: 42, tenant: 'northwind', when: new Date(0), ok: false, nothing: null }, 'filed TSA-42');
    });
    expect(JSON.parse(told)).toMatchObject({
      level: 'info',
      no: 42,
      tenant: 'northwind',
      when: '1970-01-01T00:00:00.000Z',
      ok: false,
      nothing: null,
      msg: 'filed TSA-42',
    });
  });

  it('of an error is told with its cause, so that a failure can be understood', () => {
    const error = Object.assign(new TypeError('failed', { cause: new Error('refused') }), { code: 'ECONN' });
    expect(redact(error)).toMatchObject({
      name: 'TypeError',
      message: 'failed',
      code: 'ECONN',
      cause: { message: 'refused' },
    });
  });

  it('stays as it was: what is logged is a copy', () => {
    const thing = { token: 'Hunter2', list: ['a'] };
    redact(thing);
    expect(thing).toEqual({ token: 'Hunter2', list: ['a'] });
  });
});

describe('Logging never fails', () => {
  const circle: Record<string, unknown> = { name: 'circle' };
  circle.self = circle;

  it.each([
    ['a circle', circle],
    ['a bigint', { n: 10n }],
    ['a symbol', { s: Symbol('s') }],
    ['a date that is none', { d: new Date(NaN) }],
    ['nothing', undefined],
  ])('over %s', (_name, value) => {
    written((log) => {
      log.info({ value }, 'said');
      slackLogger(log).error('said', value);
    });
  });
});

describe('Slack’s own logger', () => {
  const said = (level: string): string[] => {
    const lines: string[] = [];
    const slack = slackLogger(createLog(level, { write: (line: string) => void lines.push(line) }));
    slack.debug('payload');
    slack.info('news');
    slack.warn('careful');
    slack.error('broken');
    return lines.map((line) => (/"msg":"(\w+)"/.exec(line) ?? [])[1] ?? '');
  };

  it('tells whole payloads only at trace, and its news only at debug', () => {
    expect(said('info')).toEqual(['careful', 'broken']);
    expect(said('debug')).toEqual(['news', 'careful', 'broken']);
    expect(said('trace')).toEqual(['payload', 'news', 'careful', 'broken']);
  });

  it('says how much it is asked to tell, and leaves that to ours', () => {
    const slack = slackLogger(createLog('info', { write: () => undefined }));
    slack.setLevel(LogLevel.DEBUG);
    slack.setName('web-api');
    expect(slack.getLevel()).toBe(LogLevel.INFO);
    expect(slackLogger(createLog('trace', { write: () => undefined })).getLevel()).toBe(LogLevel.DEBUG);
  });
});

/** What is written, line by line, when something is logged; flushed at the end, as when the minute is over. */
function lines(say: (log: Logger) => void, level = 'info'): readonly Record<string, unknown>[] {
  const out: string[] = [];
  const log = createLog(level, { write: (line: string) => void out.push(line) });
  say(log);
  log.flush();
  return out.map((line) => {
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(1_024);
    expect(line.endsWith('\n')).toBe(true);
    return JSON.parse(line) as Record<string, unknown>;
  });
}

describe('A line', () => {
  const LARGE: Readonly<Record<string, unknown>> = {
    'a long message': 'no word ends. '.repeat(50_000),
    'a word without end': 'x'.repeat(1_000_000),
    'what takes six bytes a character': '\u0000\u0001 '.repeat(50_000),
    'what takes four bytes a character': '🚪 '.repeat(50_000),
    'many things': Array.from({ length: 60_000 }, (_, i) => ({ expected: 'object', path: ['blocks', i] })),
    'many names': Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`name ${i}`, i])),
    'long names': Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`${i} `.repeat(500), 1])),
    'things in things': JSON.parse(`${'{"a":['.repeat(5_000)}${']}'.repeat(5_000)}`) as unknown,
    'an error': Object.assign(
      new Error('wrong: '.repeat(100_000), { cause: new Error('so '.repeat(9_000)) }),
      {
        issues: Array(10_000).fill({ code: 'invalid_type' }),
      },
    ),
  };

  it.each(Object.entries(LARGE))('has at most 1 kB, and still says what happened, with %s', (_, large) => {
    const told = lines((log) => {
      log.error({ first: large, error: large, last: 'seen' }, 'a payload was not handled');
      log.trace(String(large));
      slackLogger(log).debug('got', large);
      log.child({ large }).fatal(typeof large === 'string' ? large : 'said');
    }, 'trace');
    expect(told).toHaveLength(4);
    expect(told[0]).toMatchObject({ level: 'error', msg: 'a payload was not handled' });
    expect(Date.parse(String(told[0]?.['time']))).not.toBeNaN();
  });

  it('with a large thing in it costs no more than a small one: what is not told is not looked at', () => {
    let looked = 0;
    const list = Array.from({ length: 100_000 }, () => ({
      get text() {
        looked += 1;
        return 'x';
      },
    }));
    lines((log) => {
      log.error({ list }, 'said');
    });
    expect(looked).toBeLessThan(5_000);
  });

  it('that is cut never ends in half a secret', () => {
    const secrets = [
      HEX.repeat(2),
      `v0=${HEX.repeat(4)}`,
      ['xoxb', '1', 'AbCdEfSecret'].join('-'),
      'token=AbCdEfSecret',
    ];
    for (const secret of secrets)
      for (let before = 850; before < 1_030; before++) {
        const text = `${'. '.repeat(before / 2)}${' '.repeat(before % 2)}${secret} and more`.padEnd(
          5_000,
          ' on',
        );
        const told = JSON.stringify(
          lines((log) => {
            log.info({ text }, 'said');
          }),
        );
        expect(told).not.toMatch(/[0-9a-f]{8}|AbCdEf/);
      }
  });

  it('of an error says where it happened, however long its words', () => {
    const [told] = lines((log) => {
      log.error({ error: new Error('wrong: '.repeat(1_000)) }, 'failed');
    });
    const error = told?.['error'] as { message: string; stack: string };
    expect(error.message).toMatch(/^wrong: /);
    expect(error.stack).toMatch(/^at .*log\.test\.ts:\d+/);
  });
});

describe('What is said again', () => {
  it('is told once, and counted', () => {
    const told = lines((log) => {
      for (let i = 0; i < 20_000; i++) log.warn({ status: 401 }, 'turned away');
    });
    expect(told).toMatchObject([
      { level: 'warn', status: 401, msg: 'turned away' },
      { level: 'warn', repeated: 19_999, msg: 'turned away' },
    ]);
    expect(told[0]).not.toHaveProperty('repeated');
  });

  it('with something else in it is told ten times, and then counted', () => {
    const told = lines((log) => {
      for (let i = 0; i < 5_000; i++) log.error({ error: new Error(`odd ${i}`) }, 'not handled');
    });
    expect(told).toHaveLength(11);
    expect(told[9]).toMatchObject({ error: { message: 'odd 9' } });
    expect(told[10]).toMatchObject({ level: 'error', repeated: 4_990, msg: 'not handled' });
  });

  it('of what differs is told each: nobody’s line is lost behind another’s', () => {
    const told = lines((log) => {
      for (const no of [1, 2, 1]) log.info({ no }, 'asked for help');
      log.warn('asked for help');
      log.info({ no: 1 }, 'consented');
    });
    expect(told.map(({ level, no, msg, repeated }) => [level, no, msg, repeated])).toEqual([
      ['info', 1, 'asked for help', undefined],
      ['info', 2, 'asked for help', undefined],
      ['warn', undefined, 'asked for help', undefined],
      ['info', 1, 'consented', undefined],
      ['info', undefined, 'asked for help', 1],
    ]);
  });

  it('in ever new words is bounded, and hides nothing that is worse', () => {
    const told = lines((log) => {
      for (let i = 0; i < 20_000; i++) log.warn(`odd ${i}`);
      log.error('broken');
      log.fatal('leaving');
    });
    expect(told.length).toBeLessThan(200);
    expect(told.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['broken', 'leaving', 'other messages']),
    );
    const counted = told.map(({ repeated }) => Number(repeated ?? 1)).reduce((a, b) => a + b);
    expect(counted).toBe(20_002);
  });

  it('is told anew when the time is over in which it was counted', async () => {
    const out: string[] = [];
    let told: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (told = resolve));
    const write = (line: string): void => {
      out.push(line);
      if (line.includes('repeated')) told();
    };
    const log = createLog('info', { write }, 20);
    for (let i = 0; i < 3; i++) log.warn('odd');
    await over;
    log.warn('odd');
    expect(out.map((line) => (JSON.parse(line) as { repeated?: number }).repeated)).toEqual([
      undefined,
      2,
      undefined,
    ]);
  });

  it('is told each time to whoever asked for everything', () => {
    const told = lines((log) => {
      for (let i = 0; i < 50; i++) log.debug('got a payload');
    }, 'debug');
    expect(told).toHaveLength(50);
  });
});
