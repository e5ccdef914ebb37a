import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { readDatabasePath } from './config.ts';

/**
 * Starts the program, with what Node compiled of it last time kept beside the ledger: types are not stripped again at
 * every start. Not in the folder for temporary files, where others could write what is then run as ours.
 */
const compiled = join(dirname(readDatabasePath()), 'compiled');
try {
  mkdirSync(compiled, { recursive: true, mode: 0o700 });
  enableCompileCache(compiled);
} catch {
  // Where nothing can be kept the start takes longer, and says itself what is wrong with the ledger's folder.
}
await import('./program.ts');
