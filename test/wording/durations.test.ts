import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/wording/durations.ts';

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

describe('A length of time', () => {
  it.each([
    ['90s', 90 * S],
    ['30m', 30 * M],
    ['2h', 2 * H],
    ['1d', D],
    ['1h 30m', H + 30 * M],
    ['1h30m', H + 30 * M],
    ['1d 2h 3m 4s', D + 2 * H + 3 * M + 4 * S],
    ['  2 H  ', 2 * H],
    ['0m', 0],
  ])('is read from %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ['45', 45 * M],
    ['0', 0],
  ])('without a unit is minutes: %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ['10 sec', 10 * S],
    ['1 second', S],
    ['10 secs', 10 * S],
    ['20 seconds', 20 * S],
    ['5 min', 5 * M],
    ['5 mins', 5 * M],
    ['1 minute', M],
    ['15 minutes', 15 * M],
    ['1 hr', H],
    ['2 hrs', 2 * H],
    ['1 hour', H],
    ['2 hours', 2 * H],
    ['1 day', D],
    ['3 days', 3 * D],
  ])('may be written out: %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['1 month', '3 months', '2 moons', '5 days ago', '1 half', '4 horses', '9 steps'])(
    'is not guessed from a word that only begins like a unit: %j',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it.each([
    '',
    ' ',
    'h',
    'soon',
    '-5m',
    '1.5h',
    '1,5h',
    '2h and',
    'in 2h',
    '1h30',
    '1234567m',
    '١h',
    '2h\n;',
  ])('is not read from %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it('is the sum of its parts, in any number and order', () => {
    const unit = fc.constantFrom('s', 'm', 'h', 'd');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(999_999), unit), { minLength: 1, maxLength: 6 }), (parts) => {
        const ms = { s: S, m: M, h: H, d: D };
        const text = parts.map(([number, name]) => `${number}${name}`).join(' ');
        expect(parseDuration(text)).toBe(parts.reduce((sum, [number, name]) => sum + number * ms[name], 0));
      }),
    );
  });

  it('is a whole number that is not negative, or nothing, for any text at all', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseDuration(text);
        expect(ms === null || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
      }),
    );
  });
});
