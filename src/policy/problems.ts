import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** One thing that is wrong with the policy, and where. */
export interface PolicyProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

type Path = readonly PropertyKey[];

/** A name further from a known one than this is another name, not a slip. */
const SLIP_MAX = 3;

/** What a form has against a value, in an operator's words; each with the path of what is at fault. */
export function complaintsOf(
  issue: z.core.$ZodIssue,
  form: z.ZodType,
): readonly { readonly path: Path; readonly message: string }[] {
  const name = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `${[name, key].filter(Boolean).join('.')} ${notKnown('setting', key, knownKeys(form, issue.path))}`,
    }));
  const { path } = issue;
  if (issue.code === 'invalid_key')
    return issue.issues.map(({ message }) => ({ path, message: `${name}: ${message}` }));
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  if (missing) return [{ path, message: `${name}: is missing` }];
  if (path.length === 0 && issue.code === 'invalid_type')
    return [{ path, message: 'holds no settings. Copy policy.example.yml there.' }];
  return [{ path, message: `${name || 'the file'}: ${issue.message}` }];
}

/** Says that a name is not known, and which one may have been meant. */
export function notKnown(what: string, name: string, known: readonly string[]): string {
  const guess = known.length === 0 ? '' : closest(name, known);
  const slip = guess !== '' && distance(name, guess) <= Math.min(SLIP_MAX, name.length / 2);
  return `is not a ${what}. ${slip ? `Did you mean ${guess}?` : `Known here: ${known.join(', ')}.`}`;
}

/** The keys that the form knows at a place. */
function knownKeys(form: z.ZodType, path: Path): readonly string[] {
  let schema: unknown = z.toJSONSchema(form, { io: 'input', unrepresentable: 'any' });
  const node = z.object({
    properties: z.record(z.string(), z.unknown()).optional(),
    items: z.unknown().optional(),
  });
  for (const key of path) {
    const here = node.safeParse(schema);
    schema = !here.success
      ? undefined
      : typeof key === 'number'
        ? here.data.items
        : here.data.properties?.[String(key)];
  }
  const here = node.safeParse(schema);
  return here.success ? Object.keys(here.data.properties ?? {}) : [];
}
