import { REASON_MIN_CHARACTERS, REASON_MIN_WORDS } from './limits.ts';

/** Shown beside every refusal of a reason. */
export const GOOD_REASON =
  'Invoices for March show twice since the 2.14 import; check the import log and remove the duplicates.';

export type ReasonProblem = 'missing' | 'only_the_tenant' | 'vague' | 'too_short' | 'too_few_words';

/** Words that say nothing by themselves. A reason made of these alone ("need access for a support issue") is vague. */
const EMPTY_WORDS = new Set(
  (
    'a about access account admin again all also an and any are as asap at be been but by can case check checking ' +
    'client could customer customers customer’s data debug debugging did discussed do does doing done emergency ' +
    'environment error errors everything fix fixing for from general get getting give go got had has have having help ' +
    'hi hello helping i immediately important in incident inside into investigate investigating investigation is ' +
    'issue issues it its job just know let like log login look looking maintenance make me more my need needed needs ' +
    'now of off on or other our out permission permissions please problem problems quick quickly reason reasons ' +
    'request requested requesting required resolve resolving see solve some something soon stuff support supporting ' +
    'system task temporary tenant test testing thank thanks that the their them there they thing things this ticket ' +
    'to tomorrow today troubleshoot troubleshooting troubleshot up urgent urgently us use user users usual various ' +
    'very want was we were what when where which will with work working would you your'
  ).split(' '),
);

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Could a stranger understand this six weeks later? Says the first thing that is missing, or `null`.
 * Characters and words are counted as people count them, in any language.
 */
export function checkReason(
  reason: string,
  tenant: { id: string; name: string } | null,
): ReasonProblem | null {
  const text = reason.trim();
  const said = wordsOf(text);
  if (said.length === 0) return 'missing';
  const names = new Set(tenant === null ? [] : wordsOf(`${tenant.id} ${tenant.name}`));
  if (said.every((word) => names.has(word))) return 'only_the_tenant';
  if (telling(said, names).size < 2) return 'vague';
  if ([...graphemes.segment(text)].length < REASON_MIN_CHARACTERS) return 'too_short';
  if (said.length < REASON_MIN_WORDS) return 'too_few_words';
  return null;
}

/** Do two reasons speak of the same problem? Half of their telling words are shared. */
export function alike(one: string, other: string): boolean {
  return likenessTo(one)(other);
}

/** The same, for one reason and many others: it is taken apart once. */
export function likenessTo(one: string): (other: string) => boolean {
  const a = telling(wordsOf(one), new Set());
  return (other) => {
    if (other === one) return a.size > 0;
    const b = telling(wordsOf(other), new Set());
    const shared = [...a].filter((word) => b.has(word)).length;
    return shared > 0 && shared * 2 >= Math.min(a.size, b.size);
  };
}

function wordsOf(text: string): string[] {
  return [...words.segment(text.normalize('NFKC').toLowerCase())]
    .filter((s) => s.isWordLike)
    .map((s) => s.segment);
}

function telling(said: readonly string[], names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(said.filter((word) => !EMPTY_WORDS.has(word) && !names.has(word)));
}
