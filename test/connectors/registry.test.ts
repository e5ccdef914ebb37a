import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configWords } from '../../src/config.ts';
import type { ConnectorPlan } from '../../src/connectors/kind.ts';
import { connectorFor } from '../../src/access/policy.ts';
import { accessForm, connectorsForm, openConnectors } from '../../src/connectors/registry.ts';
import { clockAt, depsOf } from './fixtures.ts';

// Put together here, so that no scanner takes it for a real one.
const SECRET = `whsec_${Buffer.from('secret'.repeat(5)).toString('base64')}`;
const WEBHOOK = { webhook: { url: 'https://console.example.com/tsa', secret_env: 'CONSOLE_SECRET' } };
const SCIM = {
  scim: {
    url: 'https://id.example.com/scim/v2/',
    token_env: 'SCIM_TOKEN',
    groups: { support: 'g-support', admin: 'g-admin' },
  },
};

function plans(connectors: unknown): ReadonlyMap<string, ConnectorPlan> {
  return connectorsForm.parse(connectors);
}

function complaints(connectors: unknown): string {
  const parsed = connectorsForm.safeParse(connectors);
  return parsed.success ? 'none' : z.prettifyError(parsed.error);
}

describe('The policy', () => {
  it('names connectors of each kind, with the names of their secrets', () => {
    const read = plans({ console: WEBHOOK, idp: SCIM });
    expect([...read].map(([name, { kind, url, scopes }]) => ({ name, kind, url, scopes }))).toEqual([
      { name: 'console', kind: 'webhook', url: 'https://console.example.com/tsa', scopes: null },
      { name: 'idp', kind: 'scim', url: 'https://id.example.com/scim/v2', scopes: ['support', 'admin'] },
    ]);
    expect([...read.values()].flatMap(({ secrets }) => secrets.map(({ name }) => name))).toEqual([
      'CONSOLE_SECRET',
      'SCIM_TOKEN',
    ]);
  });

  it('names several secrets while they are changed, the newest first', () => {
    const secret_env = ['CONSOLE_SECRET', 'CONSOLE_SECRET_OLD'];
    const [plan] = plans({ console: { webhook: { ...WEBHOOK.webhook, secret_env } } }).values();
    expect(plan?.secrets.map(({ name }) => name)).toEqual(secret_env);
  });

  it('needs no connectors at all', () => {
    expect(connectorsForm.parse(undefined)).toEqual(new Map());
  });

  it.each([
    [{}, 'say one kind: webhook or scim'],
    [{ ...WEBHOOK, ...SCIM }, 'say one kind: webhook or scim'],
    [{ smoke_signal: {} }, 'Unrecognized key: "smoke_signal"'],
    [{ webhook: { ...WEBHOOK.webhook, url: 'http://console.example.com/tsa' } }, 'https'],
    [{ webhook: { ...WEBHOOK.webhook, url: 'https://u:p@console.example.com/' } }, 'neither name, password'],
    [{ webhook: { ...WEBHOOK.webhook, secret_env: SECRET } }, 'the secret itself never stands here'],
    [{ webhook: { ...WEBHOOK.webhook, secret: SECRET } }, 'Unrecognized key: "secret"'],
    [{ webhook: { ...WEBHOOK.webhook, secret_env: [] } }, 'secret_env'],
    [{ scim: { ...SCIM.scim, groups: {} } }, 'name the group of at least one scope'],
    [{ scim: { ...SCIM.scim, groups: { a: 'g', b: 'g' } } }, 'give each scope a group of its own'],
    [{ scim: { ...SCIM.scim, groups: { a: 'g 1' } } }, 'id'],
    [{ scim: { ...SCIM.scim, token_env: 'not a name' } }, 'the name of an environment variable'],
  ])('says what is wrong with %j', (connector, words) => {
    expect(complaints({ console: connector })).toContain(words);
  });

  it.each(['by_hand', 'Console', '7up', 'a b', ''])('does not call a connector “%s”', (name) => {
    expect(complaints({ [name]: WEBHOOK })).not.toBe('none');
  });

  it('is explained to editors: its form is a JSON schema with words at every setting', () => {
    const form = z.strictObject({ connectors: connectorsForm, access: accessForm });
    const schema = JSON.stringify(z.toJSONSchema(form, { io: 'input', target: 'draft-07' }));
    for (const words of ['told by signed webhooks', 'bearer token', 'Groups for this alone', 'by_hand'])
      expect(schema).toContain(words);
  });
});

describe('Which connector gives access', () => {
  it.each([
    [null, null, null],
    ['by_hand', null, null],
    [null, 'idp', 'idp'],
    ['console', null, 'console'],
    ['console', 'idp', 'console'],
    ['by_hand', 'idp', null],
    ['console', 'by_hand', 'console'],
  ])('tenant says %s, scope says %s: %s', (tenant, scope, connector) => {
    expect(connectorFor({ access: tenant }, { access: scope })).toBe(connector);
  });
});

describe('At the start', () => {
  it('every connector has its secrets from the environment', async () => {
    const env = { CONSOLE_SECRET: ` ${SECRET}\n`, SCIM_TOKEN: 'token-of-the-idp' };
    const opened = openConnectors(plans({ console: WEBHOOK, idp: SCIM }), env, await depsOf(clockAt()));
    if (!opened.ok) throw new Error('not opened');
    expect([...opened.connectors].map(([name, { kind, name: own }]) => [name, own, kind])).toEqual([
      ['console', 'console', 'webhook'],
      ['idp', 'idp', 'scim'],
    ]);
  });

  it('all that are missing or wrong are told at once, like every other setting, and none is shown', async () => {
    const secret_env = ['CONSOLE_SECRET', 'CONSOLE_SECRET_OLD'];
    const read = plans({ console: { webhook: { ...WEBHOOK.webhook, secret_env } }, idp: SCIM });
    const env = { CONSOLE_SECRET: '', CONSOLE_SECRET_OLD: 'whsec_tooshort', SCIM_TOKEN: 'with a space' };
    const opened = openConnectors(read, env, await depsOf(clockAt()));
    if (opened.ok) throw new Error('opened');
    const words = configWords(opened.problems);
    expect(words).toContain('CONSOLE_SECRET is missing (the connector console needs it)');
    expect(words).toContain('CONSOLE_SECRET_OLD does not look right (the connector console needs it)');
    expect(words).toContain('SCIM_TOKEN does not look right (the connector idp needs it)');
    expect(words).not.toMatch(/tooshort|with a space/);
  });

  it.each([
    [SECRET, true],
    [SECRET.replace('whsec_', ''), false],
    ['whsec_c2hvcnQ=', false],
    [`whsec_${Buffer.alloc(65).toString('base64')}`, false],
    ['whsec_****************************************', false],
  ])('a webhook’s secret is of 24 to 64 bytes: %s', (value, right) => {
    const [plan] = plans({ console: WEBHOOK }).values();
    expect(plan?.secrets[0]?.looksRight(value)).toBe(right);
  });
});
