import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Source } from './support/source.ts';
import { read, ROOT } from './support/source.ts';

/** What is written for people: short where they begin, and without a link that leads nowhere. */

const README_LINES_MAX = 150;

const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].map(read);

/** The links of a page that lead nowhere: files that are not there, and headings that their page does not have. */
function dead(page: Source): readonly string[] {
  const prose = page.text.replaceAll(/```[\s\S]*?```/g, '');
  return [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => {
      const [file = '', heading] = target.split('#');
      const path = file === '' ? page.path : normalize(join(dirname(page.path), file));
      if (!existsSync(join(ROOT, path))) return true;
      return heading !== undefined && !headings(path === page.path ? page : read(path)).includes(heading);
    })
    .map((target) => `${page.path}: ${target}`);
}

/** The names under which a page's headings are linked to. */
function headings({ text }: Source): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, words = '']) =>
    words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('What is written for people', () => {
  it('begins with a README that is read in a few minutes', () => {
    expect(read('README.md').text.split('\n').length - 1).toBeLessThanOrEqual(README_LINES_MAX);
  });

  it.each(pages)('has no link that leads nowhere: $path', (page) => {
    expect(dead(page)).toEqual([]);
  });

  it('is all reached from the README', () => {
    const { text } = read('README.md');
    expect(
      pages.map(({ path }) => path).filter((path) => path !== 'README.md' && !text.includes(path)),
    ).toEqual([]);
  });

  it('says of each folder of the program what is in it', () => {
    const { text } = read('docs/architecture.md');
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}/`);
    expect(folders.filter((folder) => !text.includes(`| \`${folder}\` `))).toEqual([]);
    const named = [...text.matchAll(/^\| `([\w./]+)`/gm)].map(([, path = '']) => path);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names no file of the project that is not there', () => {
    const named = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/`((?:src|test|db|docs|sandbox|bench|manifest)\/[\w./-]+)`/g)].map(
        ([, file = '']) => ({ path, file }),
      ),
    );
    expect(named.filter(({ file }) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it.each([
    '[a](docs/none.md)',
    '[b](#no-such-heading)',
    '[c](docs/install.md#no-such-heading)',
    '![d](none.png)',
  ])('would be broken by %s', (link) => {
    expect(dead({ path: 'README.md', text: `# A\n\n${link}\n` })).toHaveLength(1);
  });
});
