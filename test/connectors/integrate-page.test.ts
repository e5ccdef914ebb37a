import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createWebhook } from '../../src/connectors/webhook/connector.ts';
import { ACCESS, answer, bodyOf, clockAt, depsOf, listen } from './fixtures.ts';

const PAGE = readFileSync(new URL('../../docs/integrate-webhook.md', import.meta.url), 'utf8');

it('The page for products shows a call as it is really made', async () => {
  const came: string[] = [];
  const url = await listen((request, response) => {
    bodyOf(request).then(
      (body) => {
        came.push(body);
        answer(response, 200, { receipt: 'r' });
      },
      () => response.destroy(),
    );
  });
  const secrets = [`whsec_${Buffer.from('page'.repeat(8)).toString('base64')}`];
  await createWebhook({ name: 'console', url, secrets }, await depsOf(clockAt())).open(ACCESS);
  const form = z.looseObject({ data: z.looseObject({ statement: z.string() }) });
  const real = form.parse(JSON.parse(came[0] ?? ''));
  const shown = form.parse(JSON.parse(/```json\n([\s\S]+?)```/.exec(PAGE)?.[1] ?? ''));
  expect(real.data.statement).toMatch(/^eyJ/);
  expect({ ...real, data: { ...real.data, statement: 'eyJ…' } }).toEqual(shown);
});

it('The page for products names every kind of call, and nothing that there is not', () => {
  const named = [...PAGE.matchAll(/^\| `(access\.\w+)`/gm)].map(([, type]) => type);
  const code = readFileSync(new URL('../../src/connectors/webhook/connector.ts', import.meta.url), 'utf8');
  const made = [...code.matchAll(/'(access\.\w+)'/g)].map(([, type]) => type);
  expect(named.toSorted()).toEqual([...new Set(made)].toSorted());
});
