import { expect, it } from 'vitest';
import { createKeptFigures } from '../../src/ledger/kept-figures.ts';
import { readRepeats } from '../../src/ledger/repeats.ts';
import { approve, closeOut, end, file, start } from '../support/access-commands.ts';
import { ANN, DAY, GUS, OLA, RITA, T0 } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

const OTHER = 'Two engineers cannot sign in since the new certificate; look at the identity provider.';

/** Asked for, used and closed out, all at this instant; the next one a day later. */
async function lived(
  g: TestLedger,
  tenantId = 'acme',
  reason = file().reason,
  productProblem = '',
): Promise<void> {
  const no = await g.given(RITA, file({ tenantId, reason }));
  await g.given(ANN, approve(), no);
  await g.given(GUS, start, no);
  await g.given(GUS, end, no);
  await g.given(OLA, closeOut({ productProblem }), no);
  g.clock.turn(DAY);
}
const repeats = async ({ ledger, clock }: TestLedger, from = T0) =>
  readRepeats(ledger.reader, (await createKeptFigures(ledger).of(from, clock.now())).alike);

it('the third request in 30 days for the same tenant with a similar reason is a product problem, not the second', async () => {
  const g = testLedger();
  await lived(g);
  await lived(g);
  await lived(g, 'corp');
  await lived(g, 'acme', OTHER);
  expect(await repeats(g)).toEqual([]);
  await lived(g);
  expect(await repeats(g)).toEqual([{ tenantId: 'acme', requests: [1, 2, 5], owner: OLA, raised: null }]);
  await lived(g);
  expect(await repeats(g)).toMatchObject([{ requests: [1, 2, 5, 6] }]);
  expect(await g.verify()).toMatchObject({ ok: true });
});

it('a product problem that a closeout named has its words and an owner', async () => {
  const g = testLedger();
  await lived(g, 'acme', undefined, 'The import runs twice.');
  await lived(g);
  await lived(g);
  const raised = { no: 1, by: OLA, words: 'The import runs twice.' };
  expect(await repeats(g)).toMatchObject([{ requests: [1, 2, 3], raised }]);
});

it('what is 30 days old counts no more, and a week without a new one tells nothing', async () => {
  const g = testLedger();
  await lived(g);
  g.clock.turn(DAY);
  await lived(g);
  g.clock.set(T0 + 30 * DAY);
  await lived(g);
  expect(await repeats(g)).toEqual([]);
  // The last moment at which the second is not 30 days old.
  g.clock.set(T0 + 32 * DAY - 1);
  await lived(g);
  expect(await repeats(g)).toMatchObject([{ requests: [2, 3, 4] }]);
  const quiet = g.clock.now();
  g.clock.turn(7 * DAY);
  expect(await repeats(g, quiet)).toEqual([]);
});
