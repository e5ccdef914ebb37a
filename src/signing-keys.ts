import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { signingKeysFile } from './key-files.ts';
import type { Keyring } from './keys/keyring.ts';
import { openKeyringFile, openKeyringText } from './keys/keyring.ts';
import { CannotOpen } from './ledger/cannot-open.ts';

/** Opens the keys that sign what products are told, wherever the settings put them. @throws CannotOpen */
export async function openSigningKeys(
  { accessApi, database }: Pick<Config, 'accessApi' | 'database'>,
  clock: Clock,
): Promise<Keyring> {
  const inSettings = accessApi?.signingKeys ?? null;
  const keyring = await (inSettings === null
    ? openKeyringFile(signingKeysFile(database), clock)
    : openKeyringText(inSettings, clock));
  if (keyring.ok) return keyring.keyring;
  throw new CannotOpen(inSettings === null ? keyring.why : `SIGNING_KEYS cannot be used. ${keyring.why}`);
}
