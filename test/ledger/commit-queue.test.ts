import type { Transaction } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Tables } from '../../src/ledger/tables.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** Something to write that belongs to nobody. */
function week(name: string): (tx: Transaction<Tables>) => Promise<string> {
  return async (tx) => {
    await tx.insertInto('digest_week').values({ week: name, from_at: 0, until_at: 1 }).execute();
    return name;
  };
}
const fails = (name: string) => async (tx: Transaction<Tables>) => {
  await week(name)(tx);
  throw new Error(`${name} is not to be`);
};
const weeks = (g: TestLedger): unknown[] =>
  g.ledger.raw.prepare('select week from digest_week order by week').pluck().all();

describe('The commit queue', () => {
  it('commits what arrives together at once, and says so once to whoever listens', async () => {
    const g = testLedger();
    const seen: unknown[] = [];
    const after = (): void => void seen.push(g.ledger.raw.inTransaction, ...weeks(g));
    expect(await Promise.all([g.ledger.write(week('a'), after), g.ledger.write(week('b'), after)])).toEqual([
      'a',
      'b',
    ]);
    expect(seen).toEqual([false, 'a', 'b']);
  });

  it('undoes what fails, all of it, and nothing else', async () => {
    const g = testLedger();
    const all = [g.ledger.write(week('a')), g.ledger.write(fails('b')), g.ledger.write(week('c'))];
    const results = await Promise.allSettled(all);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(weeks(g)).toEqual(['a', 'c']);
  });

  it('works in the order of the calls, and is done when all of it is written', async () => {
    const g = testLedger();
    const order: string[] = [];
    const done = Array.from({ length: 150 }, (_, i) =>
      g.ledger.write(async (tx) => void order.push(await week(`w${String(i).padStart(3, '0')}`)(tx))),
    );
    await g.ledger.written();
    expect(weeks(g)).toHaveLength(150);
    expect(order).toEqual(weeks(g));
    await Promise.all(done);
  });
});
