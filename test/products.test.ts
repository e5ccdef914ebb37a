import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Config } from '../src/config.ts';
import { openProductKeys } from '../src/key-files.ts';
import type { Products } from '../src/products.ts';
import { openProducts } from '../src/products.ts';
import { openSigningKeys } from '../src/signing-keys.ts';
import { approve, file, start } from './support/access-commands.ts';
import { ANN, GUS, RITA, worldOf } from './support/access-fixtures.ts';
import type { TestLedger } from './support/test-ledger.ts';
import { testLedger } from './support/test-ledger.ts';
import { listen } from './keys/fixtures.ts';

/** What products ask, on a ledger of its own. */

function configOf(g: TestLedger, signingKeys: string | null = null): Config {
  return {
    slack: { botToken: '', apiUrl: '', mode: { kind: 'socket', appToken: '', httpPort: 0 } },
    mail: null,
    publicUrl: null,
    clientHeader: null,
    accessApi: { url: 'https://access.example.com', port: null, signingKeys },
    database: g.path,
    policy: '',
    logLevel: 'debug',
  };
}

async function opened(g: TestLedger, signingKeys: string | null = null): Promise<Products> {
  const { ledger, handler, clock, log } = g;
  const directory = { profile: () => null, learn: () => Promise.resolve() };
  const products = openProducts(configOf(g, signingKeys), {
    ledger,
    handler,
    directory,
    policy: worldOf().policy,
    keyring: await openSigningKeys(configOf(g, signingKeys), clock),
    clock,
    log,
  });
  if (products === null) throw new Error('nothing is answered');
  onTestFinished(() => products.stop());
  return products;
}

it('Nobody is in until the program has caught up on what time did meanwhile', async () => {
  const g = testLedger();
  const no = await g.given(RITA, file());
  await g.given(ANN, approve(), no);
  await g.given(GUS, start, no);
  const products = await opened(g);
  const keys = openProductKeys(g.path);
  const { key } = keys.make({ name: 'console', tenants: ['acme'], questions: ['evaluate'] }, 0);
  keys.close();
  const url = await listen((request, response) => {
    products.listener(request, response).catch(() => response.destroy());
  });
  const isIn = async (): Promise<unknown> => {
    const answer = await fetch(`${url}/access/v1/evaluation`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        subject: { type: 'user', id: GUS },
        action: { name: 'enter' },
        resource: { type: 'tenant', id: 'acme' },
      }),
    });
    return z.object({ decision: z.boolean() }).parse(await answer.json()).decision;
  };
  expect(await isIn()).toBe(false);
  await products.start(() => false);
  expect(await isIn()).toBe(true);
});

it('Keys in the environment that cannot sign keep the program from starting, in words that do not tell them', async () => {
  const g = testLedger();
  const wrong = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"secret-half"}]}';
  await expect(opened(g, wrong)).rejects.toThrow(/^SIGNING_KEYS cannot be used\. It must be a JWK set/);
  await expect(opened(g, wrong)).rejects.not.toThrow('secret-half');
});
