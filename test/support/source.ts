import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { posix } from 'node:path';
import ts from 'typescript';

/** The program's own text, read the way the compiler reads it. Paths are from the root of the project. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every TypeScript file under a folder. */
export function sources(folder: string): readonly Source[] {
  return readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => read(`${folder}/${name}`));
}

export function read(path: string): Source {
  return { path, text: readFileSync(`${ROOT}${path}`, 'utf8') };
}

/** What a file imports, types and `import()` included: a path from the root, or a package's name. */
export function importsOf({ path, text }: Source): readonly string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? posix.join(posix.dirname(path), fileName) : fileName,
    );
}

/** Every node of a file, outermost first. */
export function nodesOf({ path, text }: Source): readonly ts.Node[] {
  const all: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    all.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return all;
}

/** `context.client.views.open` as its names; what is not a name stands as `()`. */
export function namesOf(node: ts.Node): readonly string[] {
  if (ts.isIdentifier(node)) return [node.text];
  if (ts.isPropertyAccessExpression(node)) return [...namesOf(node.expression), node.name.text];
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression))
    return [...namesOf(node.expression), node.argumentExpression.text];
  return ['()'];
}
