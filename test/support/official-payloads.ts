import ts from 'typescript';

/** What the SDKs' own types say may be left out of a payload: read from @slack/bolt and @slack/types as they are installed. */

/** A field that may be left out, by its way from the payload: `*` stands for every key, `0` for the first of a list. */
export interface OptionalField {
  readonly path: readonly string[];
  readonly kind: 'text' | 'number' | 'flag' | 'list' | 'thing';
}

export type Variant = 'null' | 'absent' | 'empty' | 'unknown';
export const VARIANTS: readonly Variant[] = ['null', 'absent', 'empty', 'unknown'];

const DEPTH_MAX = 8;

/** The types that are asked for, by name, each with all that may be left out of it. */
export function optionalFields(
  types: Readonly<Record<string, string>>,
): ReadonlyMap<string, readonly OptionalField[]> {
  const file = new URL('official-payloads.generated.ts', import.meta.url).pathname;
  const source = [
    "import type * as bolt from '@slack/bolt';",
    "import type * as slack from '@slack/types';",
    ...Object.entries(types).map(([name, type]) => `export declare const ${name}: ${type};`),
  ].join('\n');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
    strict: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => name === file || exists(name);
  host.getSourceFile = (name, ...more) =>
    name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ESNext) : read(name, ...more);
  const program = ts.createProgram([file], options, host);
  const checker = program.getTypeChecker();
  const root = program.getSourceFile(file);
  if (root === undefined) throw new Error('the types could not be read');
  const found = new Map<string, readonly OptionalField[]>();
  root.forEachChild((node) => {
    if (!ts.isVariableStatement(node)) return;
    for (const declared of node.declarationList.declarations)
      found.set(declared.name.getText(root), [
        ...fieldsOf(checker, checker.getTypeAtLocation(declared.name), []),
      ]);
  });
  return found;
}

function* fieldsOf(
  checker: ts.TypeChecker,
  type: ts.Type,
  path: readonly string[],
): Generator<OptionalField> {
  if (path.length >= DEPTH_MAX || type.isUnion() || (type.flags & ts.TypeFlags.Any) !== 0) return;
  const element = checker.isArrayType(type)
    ? checker.getIndexTypeOfType(type, ts.IndexKind.Number)
    : undefined;
  if (element !== undefined) {
    yield* fieldsOf(checker, element, [...path, '0']);
    return;
  }
  const entries = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  if (entries !== undefined) yield* fieldsOf(checker, entries, [...path, '*']);
  for (const property of checker.getPropertiesOfType(type)) {
    const own = checker.getTypeOfSymbol(property);
    const present = checker.getNonNullableType(own);
    const kind = kindOf(checker, present);
    const way = [...path, property.name];
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0 || own !== present;
    if (optional && kind !== null) yield { path: way, kind };
    if (kind === 'thing' || kind === 'list') yield* fieldsOf(checker, present, way);
  }
}

function kindOf(checker: ts.TypeChecker, type: ts.Type): OptionalField['kind'] | null {
  const { flags } = type;
  const every = (mask: ts.TypeFlags): boolean =>
    type.isUnion() ? type.types.every((one) => (one.flags & mask) !== 0) : (flags & mask) !== 0;
  if (every(ts.TypeFlags.StringLike)) return 'text';
  if (every(ts.TypeFlags.NumberLike)) return 'number';
  if (every(ts.TypeFlags.BooleanLike)) return 'flag';
  if (checker.isArrayType(type)) return 'list';
  return (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection | ts.TypeFlags.Union)) !== 0
    ? 'thing'
    : null;
}

const EMPTY = { text: '', number: 0, flag: false, list: [], thing: {} } as const;
/** What a later Slack, or an odd one, might send there instead. */
const UNKNOWN = { text: { odd: 1 }, number: 'odd', flag: 'odd', list: 'odd', thing: ['odd'] } as const;

/** The same payload with that field so. */
export function varied(
  payload: Readonly<Record<string, unknown>>,
  { path, kind }: OptionalField,
  variant: Variant,
): Record<string, unknown> {
  const copy = structuredClone(payload) as Record<string, unknown>;
  const set = (thing: Record<string, unknown>, [key = '', ...rest]: readonly string[]): void => {
    if (key === '*') {
      for (const one of Object.keys(thing)) set(thing, [one, ...rest]);
      return;
    }
    if (rest.length > 0) {
      const inner = thing[key];
      if (typeof inner === 'object' && inner !== null) set(inner as Record<string, unknown>, rest);
      return;
    }
    if (variant === 'absent') Reflect.deleteProperty(thing, key);
    else if (variant === 'null') thing[key] = null;
    else thing[key] = variant === 'empty' ? EMPTY[kind] : UNKNOWN[kind];
  };
  set(copy, path);
  return copy;
}
