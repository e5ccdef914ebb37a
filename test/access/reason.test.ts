import { describe, expect, it } from 'vitest';
import { alike, checkReason, GOOD_REASON } from '../../src/access/reason.ts';
import { deny, file } from '../support/access-commands.ts';
import { ANN, RITA } from '../support/access-fixtures.ts';
import { pending, story } from '../support/access-story.ts';

const ACME = { id: 'acme', name: 'Acme Ltd' };
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The first characters of a text, as people count them. */
function first(count: number, text: string): string {
  const all = [...characters.segment(text)].map((s) => s.segment);
  expect(all.length).toBeGreaterThanOrEqual(count);
  return all.slice(0, count).join('');
}

describe('a reason', () => {
  it('that is shown as a good example is one', () => {
    expect(checkReason(GOOD_REASON, ACME)).toBeNull();
  });

  it.each([
    ['English', 'Export stalls at 98%'],
    ['German', 'Bär löscht Öl um 3 Uhr früh'],
    ['German, its umlauts in two parts', 'Bär löscht Öl um 3 Uhr früh'.normalize('NFD')],
    ['Japanese', '三月の請求書が二重に表示されているため原因を調べる'],
    ['Arabic', 'فواتير مارس تظهر مرتين منذ التحديث الأخير للنظام'],
    ['emoji and words', 'VAT 👨‍👩‍👧‍👦 bug on 🇩🇪 row 77'],
  ])('has 20 characters as people count them: %s', (_, text) => {
    expect(checkReason(first(19, text), ACME)).toBe('too_short');
    expect(checkReason(first(20, text), ACME)).toBeNull();
  });

  it.each([
    ['English', 'Invoices duplicated overnight', ' again'],
    ['German', 'Rechnungsdruck bleibt hängen', ' seit Montag'],
    ['Japanese', 'データベース、バックアップ、スケジューラー', '、ログ'],
    ['Arabic', 'الفواتير متكررة والاستيرادات', ' متوقفة'],
    ['emoji and words', 'Invoices 🔥🔥 duplicated 🔥🔥 overnight', ' again'],
  ])('has four words: %s', (_, three, more) => {
    expect(checkReason(three, ACME)).toBe('too_few_words');
    expect(checkReason(three + more, ACME)).toBeNull();
  });

  it.each([
    'need access',
    'support issue',
    'Need access for a support issue, please',
    'Customer has a problem with their system, need to look into it urgently',
    'asap asap asap asap asap asap asap',
    'checking something for the customer as discussed',
    'NEED ACCESS to investigate and fix the Acme issue',
    'Ｎｅｅｄ ａｃｃｅｓｓ ｆｏｒ ａ ｓｕｐｐｏｒｔ ｉｓｓｕｅ',
  ])('says something: "%s" does not', (text) => {
    expect(checkReason(text, ACME)).toBe('vague');
  });

  it('tells at least two things', () => {
    expect(checkReason('Please look into the printer issue for us', ACME)).toBe('vague');
    expect(checkReason('Please look into the printer queue for us', ACME)).toBeNull();
  });

  it('is more than the name of the tenant', () => {
    expect(checkReason('Acme', ACME)).toBe('only_the_tenant');
    expect(checkReason('acme ACME Acme Ltd, acme ltd acme.', ACME)).toBe('only_the_tenant');
  });

  it.each(['', '   ', '\n\t', '.....................', '🔥'.repeat(40), '​​'])(
    'is there: %j is none',
    (text) => {
      expect(checkReason(text, ACME)).toBe('missing');
    },
  );

  it('speaks of the same problem as another when half of what they tell is shared', () => {
    expect(alike('Invoices for March show twice', 'March invoices show double entries')).toBe(true);
    expect(alike('Invoices for March show twice', 'Rotate the relay certificate')).toBe(false);
    expect(alike('need access', 'need access')).toBe(false);
  });
});

describe('a text that people will read', () => {
  const reasonOf = (length: number) => 'Invoices for March show twice since the import. '.padEnd(length, 'x');

  it('is kept whole or refused, never cut', () => {
    story()
      .when(RITA, file({ reason: reasonOf(3_000) }))
      .thenHappens({ type: 'request.filed', reason: reasonOf(3_000) });
    story()
      .when(RITA, file({ reason: reasonOf(3_001) }))
      .thenInvalid({ field: 'reason', problem: 'too_long', max: 3_000 });
    pending()
      .when(ANN, { ...deny, reason: 'x'.repeat(3_000) })
      .thenHappens({ type: 'request.denied' });
    pending()
      .when(ANN, { ...deny, reason: 'x'.repeat(3_001) })
      .thenInvalid({ field: 'reason', problem: 'too_long', max: 3_000 });
  });

  it.each(['allowedActions', 'offLimits', 'caseRef'] as const)(
    'is one line of at most 500 as %s',
    (field) => {
      story()
        .when(RITA, file({ [field]: 'x'.repeat(500) }))
        .thenHappens({ type: 'request.filed' });
      story()
        .when(RITA, file({ [field]: 'x'.repeat(501) }))
        .thenInvalid({ field, problem: 'too_long', max: 500 });
    },
  );

  it('lists at most twenty roles, each of which has a name', () => {
    const roles = Array.from({ length: 21 }, (_, i) => `role-${i}`);
    story()
      .when(RITA, file({ roles: roles.slice(1) }))
      .thenHappens({ type: 'request.filed' });
    story().when(RITA, file({ roles })).thenInvalid({ field: 'roles', problem: 'too_many' });
    story()
      .when(RITA, file({ roles: [' '] }))
      .thenInvalid({ field: 'roles', problem: 'missing' });
  });

  it.each([
    ['a high surrogate alone', '\ud83d'],
    ['a low surrogate alone', '\udd25'],
    ['a right-to-left override', '\u202e'],
    ['a left-to-right embedding', '\u202a'],
    ['a first strong isolate', '\u2068'],
    ['a null character', '\u0000'],
    ['a bell', '\u0007'],
    ['an escape', '\u001b'],
    ['a delete', '\u007f'],
    ['a control of the second set', '\u0085'],
  ])('never holds %s', (_, bad) => {
    const reason = `Invoices for March show ${bad}twice since the import.`;
    story().when(RITA, file({ reason })).thenInvalid({ field: 'reason', problem: 'malformed' });
    const line = `Read the ${bad}import log.`;
    story()
      .when(RITA, file({ allowedActions: line }))
      .thenInvalid({ field: 'allowedActions', problem: 'malformed' });
    pending()
      .when(ANN, { ...deny, reason: bad })
      .thenInvalid({ field: 'reason', problem: 'malformed' });
  });

  it.each([
    ['a space without width', '\u200b'],
    ['a joiner where nothing is joined', '\u200d'],
    ['a soft hyphen', '\u00ad'],
    ['a byte order mark', '\ufeff'],
    ['a mark of direction', '\u200e'],
    ['letters of tags', '\u{e0041}'],
  ])('never hides %s', (_, bad) => {
    const reason = `Invoices for March show ${bad}twice since the import.`;
    story().when(RITA, file({ reason })).thenInvalid({ field: 'reason', problem: 'malformed' });
    pending()
      .when(ANN, { ...deny, reason: `Use${bad} staging.` })
      .thenInvalid({ field: 'reason', problem: 'malformed' });
  });

  it('may have several lines, and run from right to left', () => {
    const reason = 'فواتير مارس تظهر مرتين منذ التحديث الأخير\r\n\tسجل الاستيراد';
    story().when(RITA, file({ reason })).thenHappens({ type: 'request.filed', reason });
  });

  it.each(['', '   ', '\u200b', '\u2060\ufeff', '\u00ad', '\u3000\n'])(
    'can be seen where it is required: %j cannot',
    (blank) => {
      story()
        .when(RITA, file({ allowedActions: blank }))
        .thenInvalid({ field: 'allowedActions', problem: 'missing' });
      pending()
        .when(ANN, { ...deny, reason: blank })
        .thenInvalid({ field: 'reason', problem: 'missing' });
    },
  );

  it('is kept without the spaces around it', () => {
    story()
      .when(RITA, file({ reason: '  Invoices for March show twice since the import.\n' }))
      .thenHappens({ type: 'request.filed', reason: 'Invoices for March show twice since the import.' });
  });
});
