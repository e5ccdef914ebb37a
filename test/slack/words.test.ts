import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { button, fit, section, sections } from '../../src/slack/messages/blocks.ts';
import { escape, oneLine, quote } from '../../src/slack/messages/words.ts';
import { mrkdwnIn } from '../support/slack-acts.ts';

/** Text of the worst kind: marks, broken entities, every line break, half characters, pictures. */
const bad = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '&',
        '&lt;',
        '<!channel>',
        '<@U1>',
        '*',
        '`',
        '> ',
        '\n',
        '\r',
        '\r\n',
        '\u2028',
      ),
      fc.constantFrom('\u2029', '\u0085', '\v', ' ', '\u00a0', '👩‍👩‍👧', '\ud83d', 'ש', '\u202e'),
      fc.string({ unit: 'binary', maxLength: 40 }),
    ),
    { maxLength: 200 },
  )
  .map((parts) => parts.join(''));
const BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
const texts = (blocks: unknown): readonly string[] => mrkdwnIn(blocks).map(({ text }) => text);

describe('a quotation', () => {
  it('marks every line of what was said, whatever a reader takes for a line', () => {
    fc.assert(
      fc.property(bad, fc.oneof(fc.constant(Infinity), fc.integer({ min: 10, max: 400 })), (text, max) => {
        const quoted = quote(text, max);
        expect(quoted.split(BREAK).filter((line) => !line.startsWith('> '))).toEqual([]);
        expect(quoted.length).toBeLessThanOrEqual(max);
        expect(quoted).not.toMatch(/</);
        expect(quoted.replaceAll(/^> /gm, '')).not.toMatch(/>/);
      }),
    );
  });

  it('holds all that can be seen of it, unless there is no room', () => {
    const seen = (text: string): string => text.replaceAll(/[\s\u0085]/g, '');
    fc.assert(
      fc.property(bad, (text) => {
        const back = quote(text)
          .split('\n')
          .map((line) => line.slice(2))
          .join('\n');
        expect(seen(back)).toBe(seen(escape(text)));
      }),
    );
    expect(quote('abcdefghij', 9)).toBe('> abcde …');
    expect(quote('abcdefg', 9)).toBe('> abcdefg');
  });

  it('cannot push what follows it out of sight with empty lines', () => {
    expect(quote(`one${'\n \t'.repeat(2_000)}\n\r\n\u2028two\n\nthree`)).toBe(
      '> one\n> \n> two\n> \n> three',
    );
  });
});

describe('a text on one line', () => {
  it('is one line, escaped, and no longer than there is room for', () => {
    fc.assert(
      fc.property(bad, fc.integer({ min: 10, max: 400 }), (text, max) => {
        const line = oneLine(text.replaceAll('\u0085', ''), max);
        expect(line).not.toMatch(/[<>\n\r\v\f\u2028\u2029]/);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
      }),
    );
  });
});

describe('a long text', () => {
  it('goes into as many paragraphs as hold it, with no mark, entity or quotation cut apart', () => {
    const line = fc.oneof(
      bad.map((text) => `> ${oneLine(text, 9_000)}`),
      fc
        .array(fc.constantFrom('<@U0ADA>', '&lt;', '👩‍👩‍👧', 'word '), { maxLength: 900 })
        .map((parts) => parts.join('')),
      fc.constant(`> ${'&amp;'.repeat(2_000)}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const all = texts(sections(lines.join('\n')));
        for (const text of all) {
          expect(text.length).toBeLessThanOrEqual(3_000);
          expect(text.trim()).not.toBe('');
          expect(text.replaceAll(/&(?:amp|lt|gt);|<@U0ADA>/g, '')).not.toMatch(/[&<]/);
        }
        const seen = (text: string): string => text.replaceAll(/^> /gm, '').replaceAll(/\s/g, '');
        expect(seen(all.map(seen).join(''))).toBe(seen(lines.map(seen).join('')));
        const quoted = lines.every((one) => one.startsWith('> '));
        if (quoted)
          expect(all.flatMap((text) => text.split('\n')).every((one) => one.startsWith('> '))).toBe(true);
      }),
    );
  });

  it('is one paragraph of exactly 3,000 characters, and two of one more', () => {
    expect(texts(sections('x'.repeat(3_000))).map((text) => text.length)).toEqual([3_000]);
    expect(texts(sections('x'.repeat(3_001))).map((text) => text.length)).toEqual([3_000, 1]);
    expect(texts([section('x'.repeat(3_001))]).map((text) => text.length)).toEqual([3_000]);
  });

  it('is cut for a place without markup, but not within a character', () => {
    expect(fit('abc', 3)).toBe('abc');
    expect(fit('abcd', 3)).toBe('ab…');
    expect(fit('a👩bcd', 3)).toBe('a…');
  });
});

describe('a button', () => {
  it('is called by what stands on it, and says more to whoever cannot see where it stands', () => {
    expect(button('Accept', 'a', '1', { label: 'Take on TSA-1' }).accessibility_label).toBe(
      'Accept: Take on TSA-1',
    );
    expect(button('Deny', 'a', '1', { label: 'Deny TSA-1' }).accessibility_label).toBe('Deny TSA-1');
    expect(button('Done', 'a', '1').accessibility_label).toBe('Done');
  });
});
