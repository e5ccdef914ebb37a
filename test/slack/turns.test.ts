import { describe, expect, it } from 'vitest';
import { createLookUps, createTurns } from '../../src/slack/interactions/turns.ts';
import { setClock } from '../support/test-ledger.ts';

/** Work that is done when it is told to be. */
function held(): { work: () => Promise<string>; finish: (with_: string) => void; readonly begun: number } {
  const waiting: ((result: string) => void)[] = [];
  let begun = 0;
  return {
    work: () => {
      begun += 1;
      return new Promise((resolve) => waiting.push(resolve));
    },
    finish: (result) => waiting.shift()?.(result),
    get begun() {
      return begun;
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('What takes a while', () => {
  it('is done one after the other, and once for all who asked for the same before its turn', async () => {
    const turns = createTurns<string>(setClock(), { rest: 0 });
    const review = held();
    const other = held();
    const first = turns.take('review', review.work);
    await settled();
    // What is under way may not know what happened since: these wait for the next.
    const twenty = Array.from({ length: 20 }, () => turns.take('review', review.work));
    const history = turns.take('history', other.work);
    expect(turns.waiting).toBe(2);
    await settled();
    expect([review.begun, other.begun]).toEqual([1, 0]);
    review.finish('as it was');
    expect(await first).toBe('as it was');
    await expect.poll(() => review.begun).toBe(2);
    expect(other.begun).toBe(0);
    review.finish('as it is');
    expect(new Set(await Promise.all(twenty))).toEqual(new Set(['as it is']));
    await expect.poll(() => other.begun).toBe(1);
    other.finish('long ago');
    expect(await history).toBe('long ago');
    expect(review.begun).toBe(2);
  });

  it('that fails is told to whoever waited for it, and holds up no other', async () => {
    const turns = createTurns<string>(setClock(), { rest: 0 });
    const failing = turns.take('a', () => Promise.reject(new Error('broken')));
    const next = turns.take('b', () => Promise.resolve('fine'));
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('fine');
    expect(await turns.take('a', () => Promise.resolve('again'))).toBe('again');
  });

  it('is put off, in words, when too many wait for something else already', async () => {
    const lookUps = createLookUps(setClock());
    const { work, finish } = held();
    const say = async (): Promise<{ text: string }> => ({ text: await work() });
    const asked = Array.from({ length: 201 }, (_, n) => lookUps.list(String(n), say));
    expect((await asked[200])?.text).toMatch(/Too many people .* try again in a minute/);
    const first = asked[0];
    await settled();
    finish('found');
    expect(await first).toEqual({ text: 'found' });
  });
});
