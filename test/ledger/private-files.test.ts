import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import { file } from '../support/access-commands.ts';
import { RITA } from '../support/access-fixtures.ts';
import { folder, testLedger } from '../support/test-ledger.ts';

const CHILD = new URL('../support/ledger-child.ts', import.meta.url).pathname;
const CLI = new URL('../../src/cli.ts', import.meta.url).pathname;

/** The mode of every file in the folder of that one, and of the folder. */
function modes(path: string): Record<string, string> {
  const of = (one: string): string => (statSync(one).mode & 0o777).toString(8);
  const inside = readdirSync(dirname(path)).map((name) => [name, of(join(dirname(path), name))] as const);
  return { '.': of(dirname(path)), ...Object.fromEntries(inside) };
}

/** Runs a script under that umask until it says that it is ready, or until its end. */
async function under(umask: string, args: readonly string[], until?: string): Promise<void> {
  const command = `umask ${umask}; exec "$0" "$@"`;
  const run = spawn('/bin/sh', ['-c', command, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(run, 'exit');
  let said = '';
  for await (const chunk of run.stdout) {
    said += String(chunk);
    if (until !== undefined && said.includes(until)) break;
  }
  if (until !== undefined) run.kill('SIGKILL');
  await gone;
}

describe('The ledger is its owner’s alone', () => {
  it.each(['000', '022', '077', '277'])(
    'whatever the umask (%s): the file, what stands beside it, the folder, and a backup',
    async (umask) => {
      const path = join(folder(), 'data', 'tsa.sqlite');
      // It has said so after it wrote, and is killed: all that SQLite keeps beside the file is still there.
      await under(umask, [CHILD, 'write', path], '\n1 ');
      const written = modes(path);
      expect(Object.keys(written)).toEqual(
        expect.arrayContaining(['tsa.sqlite', 'tsa.sqlite-wal', 'tsa.sqlite-shm', 'tsa.sqlite.lock']),
      );
      expect(written).toEqual({
        ...Object.fromEntries(Object.keys(written).map((name) => [name, '600'])),
        '.': '700',
      });
      const copy = join(folder(), 'copy.sqlite');
      await under(umask, [CLI, 'backup', copy, '--database', path]);
      expect(modes(copy)['copy.sqlite']).toBe('600');
    },
  );

  it('where it was not, from the next start on, and what was mended is told', async () => {
    const path = join(folder(), 'tsa.sqlite');
    await under('022', [CHILD, 'write', path], '\n1 ');
    for (const name of readdirSync(dirname(path))) chmodSync(join(dirname(path), name), 0o644);
    chmodSync(`${path}.lock`, 0o666);
    const ledger = openDatabase(path);
    expect(ledger.mended).toEqual([
      `${path} was open to others (mode 0644); now it is its owner’s alone`,
      `${path}-wal was open to others (mode 0644); now it is its owner’s alone`,
      `${path}-shm was open to others (mode 0644); now it is its owner’s alone`,
      `${path}.lock was open to others (mode 0666); now it is its owner’s alone`,
      `${path}.head was open to others (mode 0644); now it is its owner’s alone`,
    ]);
    const { '.': _, ...files } = modes(path);
    expect(new Set(Object.values(files))).toEqual(new Set(['600']));
    await ledger.close();
    const again = openDatabase(path);
    expect(again.mended).toEqual([]);
    await again.close();
  });

  it('also where the setting names a link to it', async () => {
    const real = join(folder(), 'real.sqlite');
    const path = join(folder(), 'tsa.sqlite');
    await under('022', [CHILD, 'write', real], '\n1 ');
    chmodSync(real, 0o640);
    chmodSync(`${real}-wal`, 0o640);
    symlinkSync(real, path);
    const ledger = openDatabase(path);
    const { '.': _, ...files } = modes(real);
    expect(new Set(Object.values(files))).toEqual(new Set(['600']));
    await ledger.close();
  });

  it('leaves a folder that was there as it was', async () => {
    const place = join(folder(), 'shared');
    mkdirSync(place);
    chmodSync(place, 0o755);
    await openDatabase(join(place, 'tsa.sqlite')).close();
    expect((statSync(place).mode & 0o777).toString(8)).toBe('755');
  });

  it('or the program does not start, and says what to do', async () => {
    // Somebody else’s, whoever runs this.
    const others = '/etc/passwd';
    const before = readFileSync(others);
    const run = spawn(process.execPath, [CHILD, 'hold', others], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(process.getuid?.() === 0 ? { uid: 65_534 } : {}),
    });
    const [said] = await Promise.all([text(run.stderr), once(run, 'exit')]);
    expect(said).toContain(
      `Cannot open the ledger at ${others}: ${others} is open to others (mode 0644), and that cannot be changed here. Its owner or root can: chmod 600 ${others}`,
    );
    expect(readFileSync(others)).toEqual(before);
  });

  it('and doctor tells where it is not', async () => {
    const g = testLedger();
    await g.given(RITA, file());
    chmodSync(g.path, 0o604);
    const run = spawn(process.execPath, [CLI, 'doctor', '--database', g.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await text(run.stdout);
    expect(said).toContain(`Open to others: 1\n  ${g.path}, mode 0604: chmod 600 ${g.path}\n`);
    expect(said).toMatch(/Needs attention: .*others may read the ledger/);
  });
});

it('The service that is described runs with a umask that gives nothing to others', () => {
  const readme = readFileSync(new URL('../../docs/install.md', import.meta.url), 'utf8');
  const unit = /\[Service\]\n([^`]*)\n\[Install\]/.exec(readme)?.[1] ?? '';
  expect(unit.split('\n')).toContain('UMask=0077');
});
