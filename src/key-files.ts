import type { KeyBook } from './access-api/key-book.ts';
import { openKeyBook } from './access-api/key-book.ts';
import { keepFilePrivate } from './ledger/private-files.ts';

/** Where keys are: beside the ledger, each in a file of its own, for its owner alone. */

/** The keys that sign what products are told. */
export function signingKeysFile(database: string): string {
  return `${database}.signing-keys.json`;
}

/** The keys by which products ask; the file is made if it is not there. */
export function openProductKeys(database: string): KeyBook {
  const file = `${database}.api-keys.sqlite`;
  keepFilePrivate(file);
  return openKeyBook(file);
}
