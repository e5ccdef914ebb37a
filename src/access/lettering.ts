/**
 * Letters that are not what they look like: some nobody sees, some belong to another alphabet than the word they stand
 * in. A text that holds the first kind is refused; a name that holds either is shown as such (Unicode UTS #39).
 */

/** Scripts in which joiners without width decide how letters are drawn (UAX #31, "Layout and Format Control Characters"). */
const JOINING = scripts(
  'Arab Syrc Mand Nkoo Adlm Rohg Mong Phag Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Tibt Mymr Khmr Bali Java',
);
/** Scripts that are written without spaces, where a space without width says where a line may break. */
const UNSPACED = scripts('Thai Laoo Khmr Mymr');
/** Scripts from right to left: marks of direction belong to such text. */
const RIGHT_TO_LEFT = new RegExp(`[${scripts('Hebr Arab Syrc Thaa Nkoo Mand Samr Adlm Rohg')}]`, 'u');

const PICTURE = String.raw`\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f]*`;

/** What has no shape of its own, where it does what it is for. */
const IN_ORDER = [
  // Emoji: what is put together of several, be it newer than this Node, and what Unicode lists.
  `${PICTURE}(?:\u200d${PICTURE})+`,
  String.raw`\p{RGI_Emoji}`,
  String.raw`(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]`,
  // Between letters, and after the sign that takes a vowel away.
  `(?<=[${JOINING}])[\u200c\u200d](?=[${JOINING}])`,
  String.raw`(?<=[\p{Mn}&&[${JOINING}]])\u200d`,
  `(?<=[${UNSPACED}])\u200b(?=[${UNSPACED}])`,
  // Which of several forms of one character is meant.
  String.raw`(?<=\p{sc=Han})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  String.raw`(?<=\p{sc=Mong})[\u180b-\u180d\u180f]`,
].join('|');

/** Control characters, those that reorder what follows (UAX #9), and those without shape or width. */
const UNSEEN = String.raw`[[\p{Cc}--[\t\n\r]]\p{Default_Ignorable_Code_Point}\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\u2800]`;
const DIRECTION = /[\u061c\u200e\u200f]/;

const MAYBE = new RegExp(UNSEEN, 'v');
const EITHER = new RegExp(`(?:${IN_ORDER})|(?<unseen>${UNSEEN})`, 'gv');

const COMMAND = /[[\p{Cc}--[\t\n\r]]\u202a-\u202e\u2066-\u2069]/v;

/** Does this hold control characters, or those that reorder what follows? Nothing that is written needs them. */
export function commands(text: string): boolean {
  return COMMAND.test(text);
}

/** Does this hold characters that nobody sees, or that reorder what is seen, where none are needed? */
export function hidesSomething(text: string): boolean {
  return revealed(text) !== text;
}

/** The text with what nobody sees written out: `⟨U+200B⟩`. */
export function revealed(text: string): string {
  return without(text, (unseen) => `⟨${codeOf(unseen)}⟩`);
}

/** The text without what nobody sees: for what is only proposed, and looked at before it is sent. */
export function cleaned(text: string): string {
  return without(text, () => '');
}

function without(text: string, instead: (unseen: string) => string): string {
  if (!MAYBE.test(text)) return text;
  const turns = RIGHT_TO_LEFT.test(text);
  let all = '';
  let from = 0;
  for (const { index, groups } of text.matchAll(EITHER)) {
    const unseen = groups?.['unseen'];
    if (unseen === undefined || (turns && DIRECTION.test(unseen))) continue;
    all += text.slice(from, index) + instead(unseen);
    from = index + unseen.length;
  }
  return all + text.slice(from);
}

/** Alphabets whose letters are taken for each other's. */
const ALIKE = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Georgian', 'Cherokee', 'Coptic', 'Lisu'] as const;
const SCRIPTS = ALIKE.map((name) => ({ name, letter: new RegExp(`^\\p{sc=${name}}$`, 'u') }));
const WORD = /[\p{L}\p{M}]+/gu;
/** Letters that are pointed out; more of them tell no more. */
const POINTED_OUT_MAX = 3;

/** Letters that stand in a word of another alphabet, by the alphabet that they are of. */
export function strayLetters(name: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const [word] of name.matchAll(WORD)) {
    const letters = Array.from(word).map((letter) => ({ letter, script: scriptOf(letter) }));
    const counts = new Map<string, number>();
    for (const { script } of letters) if (script !== null) counts.set(script, (counts.get(script) ?? 0) + 1);
    if (counts.size < 2) continue;
    // The word is of the alphabet that most of it is written in; of Latin, where that cannot be told.
    const [most] = [...counts].sort(
      ([a, n], [b, m]) => m - n || Number(b === 'Latin') - Number(a === 'Latin'),
    );
    for (const { letter, script } of letters)
      if (script !== null && script !== most?.[0])
        found.set(script, (found.get(script) ?? new Set<string>()).add(letter));
  }
  return new Map([...found].map(([script, letters]) => [script, [...letters]]));
}

function scriptOf(letter: string): string | null {
  return SCRIPTS.find((script) => script.letter.test(letter))?.name ?? null;
}

/** Long enough to know a name by, short enough to leave room for what is said of it. */
const NAME_MAX = 40;

/** A name as it is shown: with what is odd about its letters behind it, `Аda [А: Cyrillic]`. */
export function plainly(name: string): string {
  const seen = revealed(name);
  const stray = [...strayLetters(name)].map(
    ([script, letters]) =>
      `${letters.slice(0, POINTED_OUT_MAX).join(' ')}${letters.length > POINTED_OUT_MAX ? ' …' : ''}: ${script}`,
  );
  return stray.length === 0 ? seen : `${short(seen)} [${stray.join('; ')}]`;
}

/** A name that is taken for another one's, with who it is. */
export function withId(name: string, id: string): string {
  return `${short(name)} [${id}]`;
}

function short(name: string): string {
  const characters = Array.from(name);
  return characters.length <= NAME_MAX ? name : `${characters.slice(0, NAME_MAX - 1).join('')}…`;
}

/** What letters of other alphabets, and digits, are taken for; case by case where that matters. */
const TAKEN_FOR: ReadonlyMap<string, string> = new Map(
  [
    ['АВЕЅІЈКМНОРСТУХЬ', 'ABESIJKMHOPCTYXb'],
    ['авгеѕіјкмнопрстухьһӏԁԛԝғ', 'abresijkmhonpctyxbhldqwf'],
    ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
    ['αβγεηικνορτυχω', 'abyenikvoptuxw'],
    ['օսոհցզ', 'ounhgq'],
    ['ıɡɑ', 'iga'],
    ['01|', 'oll'],
  ].flatMap(([from = '', to = '']) =>
    Array.from(from).map((letter, i) => [letter, to[i] ?? letter] as const),
  ),
);

/** What a name looks like: two names that people take for each other look the same. */
export function looks(name: string): string {
  const letters = Array.from(name.normalize('NFKD')).map((letter) => TAKEN_FOR.get(letter) ?? letter);
  return letters
    .join('')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('i', 'l');
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function scripts(names: string): string {
  return names
    .split(' ')
    .map((name) => String.raw`\p{scx=${name}}`)
    .join('');
}
