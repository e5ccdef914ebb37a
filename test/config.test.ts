import { describe, expect, it } from 'vitest';
import type { Config, ConfigProblem } from '../src/config.ts';
import { configWords, readConfig } from '../src/config.ts';
import { read } from './support/source.ts';

const BOT = ['xoxb', '1234', 'right'].join('-');
const APP = ['xapp', '1', 'right'].join('-');
const SIGNING = 'signing-secret-of-the-app';
const SOCKET = { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP };
const HTTP = { SLACK_BOT_TOKEN: BOT, SLACK_SIGNING_SECRET: SIGNING, PORT: '8080' };

type Env = Readonly<Record<string, string>>;

function configOf(env: Env): Config {
  const settings = readConfig(env);
  if (!settings.ok) throw new Error(configWords(settings.problems));
  return settings.config;
}

function problemsOf(env: Env): readonly ConfigProblem[] {
  const settings = readConfig(env);
  return settings.ok ? [] : settings.problems;
}

const namesOf = (env: Env): readonly string[] => problemsOf(env).map(({ name }) => name);

describe('The settings', () => {
  it('are for Socket Mode when there is an app-level token', () => {
    expect(configOf(SOCKET)).toEqual({
      slack: {
        botToken: BOT,
        apiUrl: 'https://slack.com/api/',
        mode: { kind: 'socket', appToken: APP, httpPort: 3001 },
      },
      database: 'data/tsa.sqlite',
      policy: 'policy.yml',
      logLevel: 'info',
      mail: null,
      publicUrl: null,
      clientHeader: null,
      accessApi: null,
    });
  });

  it('are for HTTP mode when there is none', () => {
    expect(configOf(HTTP).slack.mode).toEqual({ kind: 'http', signingSecret: SIGNING, port: 8080 });
  });

  it('are taken as they are written, without the spaces around them', () => {
    const config = configOf({
      ...SOCKET,
      SLACK_BOT_TOKEN: ` ${BOT}\n`,
      TSA_HTTP_PORT: '0',
      TSA_DATABASE: '/data/a.sqlite',
      TSA_POLICY: 'b.yml',
      LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({
      slack: { botToken: BOT, mode: { httpPort: 0 } },
      database: '/data/a.sqlite',
      policy: 'b.yml',
      logLevel: 'debug',
    });
  });

  it('send mails when there is a mail server, over TLS or on this machine', () => {
    const customers = {
      SMTP_URL: 'smtps://me:pw@mail.example.com',
      MAIL_FROM: 'access@example.com',
      PUBLIC_URL: 'https://access.example.com/',
    };
    expect(configOf({ ...SOCKET, ...customers })).toMatchObject({
      mail: { smtpUrl: 'smtps://me:pw@mail.example.com', from: 'access@example.com' },
      publicUrl: 'https://access.example.com',
    });
    expect(namesOf({ ...SOCKET, SMTP_URL: 'smtp://localhost' })).toEqual(['MAIL_FROM', 'PUBLIC_URL']);
    expect(
      namesOf({
        ...SOCKET,
        SMTP_URL: 'https://mail.example.com',
        MAIL_FROM: 'a@example.com\r\nBcc: b@example.com',
        PUBLIC_URL: 'http://access.example.com',
      }),
    ).toEqual(['SMTP_URL', 'MAIL_FROM', 'PUBLIC_URL']);
    const percent = 'smtps://me:50%off@mail.example.com';
    expect(namesOf({ ...SOCKET, ...customers, SMTP_URL: percent })).toEqual(['SMTP_URL']);
    expect(namesOf({ ...SOCKET, ...customers, SMTP_URL: percent.replace('%', '%25') })).toEqual([]);
  });

  it('answer products where an address for it is set, beside the pages or on a port of their own', () => {
    const asked = { ...SOCKET, ACCESS_API_URL: 'https://access.example.com/' };
    expect(configOf(asked).accessApi).toEqual({
      url: 'https://access.example.com',
      port: null,
      signingKeys: null,
    });
    const more = { ACCESS_API_PORT: '8443', SIGNING_KEYS: '{"keys":[]}' };
    expect(configOf({ ...asked, ...more }).accessApi).toMatchObject({
      port: 8443,
      signingKeys: '{"keys":[]}',
    });
    expect(namesOf({ ...SOCKET, ACCESS_API_PORT: '8443' })).toEqual(['ACCESS_API_URL']);
    expect(namesOf({ ...asked, ACCESS_API_PORT: 'x', ACCESS_API_URL: 'http://access.example.com' })).toEqual([
      'ACCESS_API_URL',
      'ACCESS_API_PORT',
    ]);
  });

  it('that are empty count as left out', () => {
    const empty = { SLACK_SIGNING_SECRET: '', PORT: ' ', SLACK_API_URL: '', LOG_LEVEL: '', TSA_POLICY: '' };
    expect(configOf({ ...SOCKET, ...empty })).toEqual(configOf(SOCKET));
  });

  it('are those that .env.example explains, and no others', () => {
    const wanted = [...read('src/config.ts').text.matchAll(/(?:need\(|get\(|env\[)\s*'([A-Z_]+)'/g)].map(
      ([, name]) => name,
    );
    const explained = [...read('.env.example').text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(explained.sort()).toEqual([...new Set(wanted)].sort());
  });

  it('of .env.example lack nothing but what only the operator knows', () => {
    const lines = [...read('.env.example').text.matchAll(/^([A-Z_]+)=(.*)$/gm)];
    const example = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
    expect(namesOf(example)).toEqual(['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'PORT']);
    expect(configOf({ ...example, ...SOCKET })).toEqual(configOf(SOCKET));
  });
});

describe('What is wrong with the settings', () => {
  it('is told all at once, in Socket Mode', () => {
    const wrong = {
      SLACK_BOT_TOKEN: APP,
      SLACK_APP_TOKEN: BOT,
      SLACK_API_URL: 'slack.com',
      LOG_LEVEL: 'loud',
      TSA_HTTP_PORT: '70000',
    };
    expect([...namesOf(wrong)].sort()).toEqual(Object.keys(wrong).sort());
  });

  it('is told all at once, in HTTP mode', () => {
    expect(namesOf({})).toEqual(['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'PORT']);
  });

  it('is told with what to put there instead', () => {
    const words = configWords(problemsOf({ LOG_LEVEL: 'loud' }));
    expect(words).toMatch(/^TSA cannot start/);
    expect(words).toMatch(/SLACK_BOT_TOKEN is missing\.\n {4}Put there: .*xoxb-/);
    expect(words).toMatch(/LOG_LEVEL does not look right\.\n {4}Put there: one of trace, debug, info, warn/);
    expect(words).toMatch(/SLACK_SIGNING_SECRET is missing\.\n {4}Put there: .*Socket Mode/);
    expect(problemsOf({}).every(({ instead }) => instead.length > 10)).toBe(true);
  });

  it('names the policy all the same, so that it is checked in the same run', () => {
    expect(readConfig({ TSA_POLICY: 'mine.yml' })).toMatchObject({ ok: false, policy: 'mine.yml' });
    expect(readConfig({})).toMatchObject({ ok: false, policy: 'policy.yml' });
  });

  it('never shows what was put there: it may be a secret in the wrong place', () => {
    const values = ['Hunter2-Hunter2', `${BOT} ${BOT}`, `https://Hunter2@slack.com/api/`, 'short'];
    const names = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_API_URL'];
    for (const value of values) {
      const env = Object.fromEntries(
        [...names, 'LOG_LEVEL', 'PORT', 'TSA_HTTP_PORT'].map((name) => [name, value]),
      );
      const told = `${configWords(problemsOf(env))}${JSON.stringify(readConfig(env))}`;
      expect(told).not.toContain(value);
      expect(told).not.toContain('Hunter2');
      expect(told).not.toContain(BOT);
    }
  });

  it.each(['xoxb-', `${BOT} ${BOT}`, `${BOT}\nHost: elsewhere`, 'xoxp-1', `Bearer ${BOT}`])(
    'is a bot token like %j',
    (token) => {
      expect(namesOf({ ...SOCKET, SLACK_BOT_TOKEN: token })).toEqual(['SLACK_BOT_TOKEN']);
    },
  );

  it.each(['xapp-', 'xoxb-1', `${APP} x`])('is an app-level token like %j', (token) => {
    expect(namesOf({ ...SOCKET, SLACK_APP_TOKEN: token })).toEqual(['SLACK_APP_TOKEN']);
  });

  it.each(['short', 'two words that are long'])('is a signing secret like %j', (secret) => {
    expect(namesOf({ ...HTTP, SLACK_SIGNING_SECRET: secret })).toEqual(['SLACK_SIGNING_SECRET']);
  });

  it.each(['-1', '65536', '80.5', '0x50', '8080 ok', '1e3'])('is a port like %j', (port) => {
    expect(namesOf({ ...HTTP, PORT: port })).toEqual(['PORT']);
    expect(namesOf({ ...SOCKET, TSA_HTTP_PORT: port })).toEqual(['TSA_HTTP_PORT']);
  });

  it.each([
    'http://slack.com/api/',
    'https://slack.com/api',
    'https://slack.com/',
    'https://me:pw@slack.com/api/',
    'https://slack.com/api/?to=/api/',
    'https://slack.com/api/#/api/',
    'ftp://127.0.0.1/api/',
    'http://127.0.0.1.example.com/api/',
    'slack',
  ])('is an address of the Web API like %s, to which a token must not go', (url) => {
    expect(namesOf({ ...SOCKET, SLACK_API_URL: url })).toEqual(['SLACK_API_URL']);
  });

  it.each([
    'http://127.0.0.1:4000/api/',
    'http://localhost:4000/api/',
    'http://[::1]:4000/api/',
    'https://a.example/api/',
  ])('is not an address like %s', (url) => {
    expect(configOf({ ...SOCKET, SLACK_API_URL: url }).slack.apiUrl).toBe(url);
  });
});
