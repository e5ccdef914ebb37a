import { expect, it } from 'vitest';
import type { Criteria } from '../../src/ledger/search.ts';
import { createSearch } from '../../src/ledger/search.ts';
import { approve, declare, file, revoke, start } from '../support/access-commands.ts';
import { ANN, DAY, EVE, GUS, OLA, RITA, T0 } from '../support/access-fixtures.ts';
import { testLedger } from '../support/test-ledger.ts';

const ANY: Criteria = {
  from: T0,
  until: T0 + 100 * DAY,
  tenantId: null,
  person: null,
  scopeId: null,
  emergency: false,
  ways: [],
  words: [],
};
const CERTIFICATE = 'Two engineers cannot sign in since the new CERTIFICATE; look at the identity provider.';

it('what was asked for is found by each of its facts, and by all of them together', async () => {
  const g = testLedger();
  const first = await g.given(RITA, file());
  await g.given(ANN, approve(), first);
  await g.given(GUS, start, first);
  await g.given(ANN, revoke, first);
  g.clock.turn(DAY);
  const second = await g.given(RITA, file({ tenantId: 'corp', reason: CERTIFICATE, caseRef: 'SUP-4211' }));
  const third = await g.given(EVE, declare());
  const found = async (criteria: Partial<Criteria>): Promise<readonly number[]> =>
    (await g.views.search({ ...ANY, ...criteria }, 10)).newest.map(({ no }) => no);

  expect(await found({})).toEqual([third, second, first]);
  expect(await found({ until: T0 + DAY })).toEqual([first]);
  expect(await found({ from: T0 + 1 })).toEqual([third, second]);
  expect(await found({ tenantId: 'corp' })).toEqual([second]);
  for (const user of [RITA, GUS, OLA]) expect(await found({ person: user })).toContain(second);
  expect(await found({ scopeId: 'support', tenantId: 'acme', ways: ['revoked'] })).toEqual([first]);
  expect(await found({ ways: ['revoked'] })).toEqual([first]);
  expect(await found({ emergency: true })).toEqual([third]);
  expect(await found({ words: ['certificate', 'SIGN in'] })).toEqual([second]);
  expect(await found({ words: ['sup-4211'] })).toEqual([second]);
  expect(await found({ words: ['certificate'], tenantId: 'acme' })).toEqual([]);
});

it('a search looks at so many requests, and says when there are more of them', async () => {
  const g = testLedger();
  for (let i = 0; i < 3; i += 1) await g.given(RITA, file({ tenantId: ['acme', 'corp', 'bolt'][i] ?? '' }));
  const few = createSearch(g.ledger.db, 2);
  expect(await few.search(ANY, 1)).toMatchObject({ count: 2, newest: [{ no: 3 }], all: false });
  expect(await few.search({ ...ANY, tenantId: 'acme' }, 1)).toMatchObject({ count: 1, all: true });
});
