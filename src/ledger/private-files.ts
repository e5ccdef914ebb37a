import { chmodSync, closeSync, fchmodSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { realOf } from './real-path.ts';

/** The ledger names customers' people and all that was done: it is its owner's to read, whatever the umask. */

const OWNERS_FILE = 0o600;
const OWNERS_FOLDER = 0o700;
const OTHERS = 0o077;
/** What SQLite keeps beside the file, the lock, and what was seen of it. SQLite makes its own with the mode of the file. */
const BESIDE = ['-wal', '-shm', '-journal', '.lock', '.lock-journal', '.head'];

/**
 * Makes the file and its folder, where they are not there, for their owner alone, and takes from others what they may do
 * with a file that is there.
 * @returns what was mended, in words
 * @throws Error with words that say what to do, where it cannot be mended
 */
export function keepPrivate(path: string): readonly string[] {
  const mended = keepFilePrivate(path);
  makePrivate(`${realOf(path)}.lock`);
  return mended;
}

/** The same for a file beside the ledger, which no lock belongs to. */
export function keepFilePrivate(path: string): readonly string[] {
  const folder = dirname(path);
  const made = mkdirSync(folder, { recursive: true, mode: OWNERS_FOLDER });
  if (made !== undefined) chmodSync(folder, OWNERS_FOLDER);
  makePrivate(path);
  return openToOthers(path).map(({ file, mode }) => {
    if (mend(file)) return `${file} was open to others (mode ${mode}); now it is its owner’s alone`;
    throw new Error(
      `${file} is open to others (mode ${mode}), and that cannot be changed here. Its owner or root can: chmod 600 ${file}`,
    );
  });
}

/** Makes the file, if it is not there, for its owner alone. */
export function makePrivate(file: string): void {
  let made: number;
  try {
    made = openSync(file, 'wx', OWNERS_FILE);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw error;
  }
  // The umask can only have taken something away.
  fchmodSync(made, OWNERS_FILE);
  closeSync(made);
}

/** The ledger's files with which others than their owner may do something, and their mode. */
export function openToOthers(path: string): readonly { readonly file: string; readonly mode: string }[] {
  const places = new Set([path, realpathSync(path)]);
  return [...places]
    .flatMap((place) => [place, ...BESIDE.map((end) => `${place}${end}`)])
    .flatMap((file) => {
      const mode = modeOf(file);
      return mode === null || (mode & OTHERS) === 0
        ? []
        : [{ file, mode: mode.toString(8).padStart(4, '0') }];
    });
}

function mend(file: string): boolean {
  try {
    chmodSync(file, OWNERS_FILE);
  } catch {
    return false;
  }
  // There are file systems that do not say no, and do nothing.
  return ((modeOf(file) ?? 0) & OTHERS) === 0;
}

/** `null`: there is no such file. */
function modeOf(file: string): number | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.mode & 0o777 : null;
}
