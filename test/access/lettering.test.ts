import { describe, expect, it } from 'vitest';
import { cleaned, hidesSomething, looks, plainly, revealed, withId } from '../../src/access/lettering.ts';

/** Letters that nobody sees, and letters that look like others. */

describe('What nobody sees', () => {
  it.each([
    ['a space without width', 'Ada\u200b Okafor', 'Ada⟨U+200B⟩ Okafor'],
    ['a joiner where nothing is joined', 'Ada\u200d Okafor', 'Ada⟨U+200D⟩ Okafor'],
    ['a non-joiner where nothing would be', 'A\u200cda', 'A⟨U+200C⟩da'],
    ['a word joiner', 'Ada\u2060Okafor', 'Ada⟨U+2060⟩Okafor'],
    ['a byte order mark', '\ufeffAda', '⟨U+FEFF⟩Ada'],
    ['a soft hyphen', 'Oka\u00adfor', 'Oka⟨U+00AD⟩for'],
    ['a filler of Hangul', 'Ada\u3164', 'Ada⟨U+3164⟩'],
    ['an empty pattern of Braille', 'Ada\u2800', 'Ada⟨U+2800⟩'],
    ['a grapheme joiner', 'A\u034fda', 'A⟨U+034F⟩da'],
    ['letters of tags', 'Ada\u{e0041}\u{e0042}', 'Ada⟨U+E0041⟩⟨U+E0042⟩'],
    ['a choice of form where there is none', 'Ada\ufe0f', 'Ada⟨U+FE0F⟩'],
    ['such a choice after a digit', '1\ufe0f', '1⟨U+FE0F⟩'],
    ['a mark of direction in text that goes one way', 'Ada\u200f', 'Ada⟨U+200F⟩'],
    ['an override', 'Ada\u202eadO', 'Ada⟨U+202E⟩adO'],
    ['an isolate', 'Ada\u2066', 'Ada⟨U+2066⟩'],
    ['a control character', 'Ada\u0007', 'Ada⟨U+0007⟩'],
    ['tags behind an emoji', '👍\u{e0041}', '👍⟨U+E0041⟩'],
  ])('is written out: %s', (_, text, shown) => {
    expect(revealed(text)).toBe(shown);
    expect(hidesSomething(text)).toBe(true);
    expect(hidesSomething(cleaned(text))).toBe(false);
    expect(shown.replaceAll(/⟨[^⟩]*⟩/g, '')).toBe(cleaned(text));
  });

  it.each([
    ['plain words, tabs and line breaks', 'Ada Okafor\tand\r\nSam.'],
    ['letters with marks', 'Zoe\u0308 Mu\u0308ller'],
    ['emoji', 'Sam 👍❤️☎︎'],
    ['emoji of several parts', 'Sam 🧑‍💻 👩‍❤️‍💋‍👨 🧑🏽‍🚀 🏳️‍🌈'],
    ['emoji of several parts that are newer than this program', '\u{1faea}\u200d\u{1f7f0}'],
    ['flags and keycaps', '🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣'],
    ['Persian with its non-joiner', 'می‌خواهم'],
    ['Hindi with its joiner', 'क्‍ष and क्‍'],
    ['Malayalam with its joiner', 'അവന്‍'],
    ['Bengali with its non-joiner', 'র‌্যাব'],
    ['Thai with its places to break', 'สวัสดี\u200bครับ'],
    ['Hebrew and Arabic with marks of direction', 'שלום\u200f! (علي\u200f)'],
    ['a name’s own form of a character', '葛\u{e0100}城'],
  ])('is not there in %s', (_, text) => {
    expect(revealed(text)).toBe(text);
    expect(cleaned(text)).toBe(text);
    expect(hidesSomething(text)).toBe(false);
  });

  it('is found in no time, however much there is', () => {
    for (const text of ['\u200b'.repeat(3_000), 'a\u200d'.repeat(1_500), '👩\u200d'.repeat(1_000)])
      expect(hidesSomething(text)).toBe(true);
  });
});

describe('Letters of another alphabet', () => {
  it.each([
    ['Аda Okafor', 'Аda Okafor [А: Cyrillic]'],
    ['Nоrthwind Tradеrs', 'Nоrthwind Tradеrs [о е: Cyrillic]'],
    ['Ρaypal', 'Ρaypal [Ρ: Greek]'],
    ['Яndex', 'Яndex [Я: Cyrillic]'],
    ['ΑВC', 'ΑВC [Α: Greek; В: Cyrillic]'],
    ['рroduсtiоnеr', 'рroduсtiоnеr [р с о …: Cyrillic]'],
  ])('are pointed out in a word: %s', (name, shown) => {
    expect(plainly(name)).toBe(shown);
  });

  it.each([
    'Ada Okafor',
    'Zoë Müller-Łuczak',
    'Иван Петров',
    'Γιώργος',
    'Яндекс.Taxi',
    'Иван (Support)',
    '株式会社 Xマス',
    'LG전자',
    'Հայաստան',
    'µTorrent 2Ω',
  ])('are none in %s', (name) => {
    expect(plainly(name)).toBe(name);
  });

  it('leave room for what is said of them, however long the name', () => {
    const shown = plainly(`Аda ${'x'.repeat(200)}`);
    expect(shown.length).toBeLessThan(75);
    expect(shown).toMatch(/… \[А: Cyrillic\]$/);
    expect(withId(shown, 'U0EVE')).toMatch(/^.{1,60} \[U0EVE\]$/u);
  });

  it('are pointed out beside what nobody sees', () => {
    expect(plainly('Аda\u200b')).toBe('Аda⟨U+200B⟩ [А: Cyrillic]');
  });
});

describe('Two names look the same', () => {
  it.each([
    ['Ada Okafor', 'Аdа Оkаfоr'],
    ['Ada Okafor', 'ADA  OKAFOR'],
    ['Ada Okafor', 'Ada\u200b 0kafor.'],
    ['Ada Okafor', '𝐀𝐝𝐚 Okafor'],
    ['Sam Rivera', 'Sarn Rivera'],
    ['Sam Rivera', 'Sam Ríverá'],
    ['Ian Wall', 'lan VVa11'],
    ['Ben Lindqvist', 'Вen Lіndqvіst'],
  ])('%s and %s', (one, other) => {
    expect(looks(other)).toBe(looks(one));
  });

  it.each([
    ['Ada Okafor', 'Ida Okafor'],
    ['Sam Rivera', 'Sam Riviera'],
    ['Иван', 'Ivan'],
    ['Anna Schmidt', 'Anne Schmidt'],
  ])('but not %s and %s', (one, other) => {
    expect(looks(other)).not.toBe(looks(one));
  });
});
