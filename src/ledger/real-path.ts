import { existsSync, realpathSync } from 'node:fs';

/**
 * The file itself, where a link is named: there SQLite keeps what belongs to it, and whatever it is called by, it has one
 * lock.
 */
export function realOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
