import { parseArgs } from 'node:util';
import type { ApiKey, Question } from './access-api/api-key.ts';
import { QUESTIONS } from './access-api/api-key.ts';
import type { KeyBook } from './access-api/key-book.ts';
import { hasSigningKeys, readDatabasePath } from './config.ts';
import { openProductKeys, signingKeysFile } from './key-files.ts';
import { rotateKeys } from './keys/keyring.ts';

/** `tsa keys`: the keys by which products ask, and those that sign what they are told. The program may go on meanwhile. */

const USAGE = `Usage: npm run -s tsa -- keys COMMAND [--database FILE]

  keys make NAME --tenants ID,ID   makes a key for a product, and shows it once; --tenants all for every tenant,
                                   --for evaluate or --for report_actions for one kind of question only
  keys list                        tells which keys there are, what for, and when each was last used
  keys revoke ID                   ends a key, from its very next question on
  keys rotate                      makes a new key to sign with; what the old one signed stays valid
  keys rotate --compromised        the same, and what the old ones signed is valid no more`;

const WELL = 0;
const NOT_DONE = 2;
const NAME_MAX = 80;

interface Asked {
  readonly database: string;
  readonly words: readonly string[];
  readonly tenants: string | undefined;
  readonly questions: string | undefined;
  readonly compromised: boolean;
}

/** Does what is asked for, and tells the exit code. */
export async function keysTool(args: readonly string[], now: number): Promise<number> {
  const asked = read(args);
  if (asked === null) return misunderstood();
  const [command, what = '', ...more] = asked.words;
  const { database, tenants, questions, compromised } = asked;
  const others = (given: readonly unknown[]): boolean =>
    more.length > 0 || given.some((one) => one !== undefined && one !== false);
  switch (commandOf(command)) {
    case 'make':
      return others([compromised]) ? misunderstood() : make(asked, what, now);
    case 'list':
      return what !== '' || others([tenants, questions, compromised])
        ? misunderstood()
        : using(database, (keys) => list(keys));
    case 'revoke':
      return what === '' || others([tenants, questions, compromised])
        ? misunderstood()
        : using(database, (keys) => revoke(keys, what, now));
    case 'rotate':
      return what !== '' || others([tenants, questions])
        ? misunderstood()
        : rotate(database, compromised, now);
    case null:
      return misunderstood();
  }
}

const COMMANDS = ['make', 'list', 'revoke', 'rotate'] as const;

function commandOf(word: string | undefined): (typeof COMMANDS)[number] | null {
  return COMMANDS.find((command) => command === word) ?? null;
}

function read(args: readonly string[]): Asked | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        database: { type: 'string' },
        tenants: { type: 'string' },
        for: { type: 'string' },
        compromised: { type: 'boolean', default: false },
      },
    });
    const { database = readDatabasePath(), tenants, for: questions, compromised } = values;
    return { database, words: positionals, tenants, questions, compromised };
  } catch {
    return null;
  }
}

function misunderstood(): number {
  console.error(USAGE);
  return NOT_DONE;
}

function using(database: string, work: (keys: KeyBook) => number): number {
  const keys = openProductKeys(database);
  try {
    return work(keys);
  } finally {
    keys.close();
  }
}

function make({ database, tenants, questions }: Asked, name: string, now: number): number {
  const ids = (tenants ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const wanted = questions === undefined ? QUESTIONS : questions.split(',').map((one) => one.trim());
  const known = wanted.flatMap((one) => QUESTIONS.filter((question) => question === one));
  if (name === '' || name.length > NAME_MAX || ids.length === 0 || known.length !== wanted.length)
    return misunderstood();
  const what = { name, tenants: ids.includes('all') ? ('any' as const) : ids, questions: known };
  return using(database, (keys) => {
    const { id, key } = keys.make(what, now);
    console.error(
      `A key for ${name}, ${tenantWords(what.tenants)}, to ${known.join(' and ')}. It is shown this once; revoke it with: keys revoke ${id}`,
    );
    console.log(key);
    return WELL;
  });
}

function list(keys: KeyBook): number {
  const all = keys.list();
  if (all.length === 0) console.log('There are no keys. Make one: keys make NAME --tenants ID,ID');
  for (const key of all) console.log(lineOf(key));
  return WELL;
}

function lineOf({ id, name, tenants, questions, madeAt, revokedAt, lastUsedAt }: ApiKey): string {
  const used = lastUsedAt === null ? 'never used' : `last used ${iso(lastUsedAt)}`;
  const state = revokedAt === null ? used : `revoked ${iso(revokedAt)}, ${used}`;
  return `${id}  ${name}: ${tenantWords(tenants)}, to ${questionWords(questions)}; made ${iso(madeAt)}; ${state}`;
}

function tenantWords(tenants: ApiKey['tenants']): string {
  return tenants === 'any' ? 'all tenants' : `tenants ${tenants.join(', ')}`;
}

function questionWords(questions: readonly Question[]): string {
  return questions.join(' and ');
}

function revoke(keys: KeyBook, id: string, now: number): number {
  if (!keys.revoke(id, now)) {
    console.error(`There is no key ${id} that still holds. Nothing was changed. See them with: keys list`);
    return NOT_DONE;
  }
  console.log(`The key ${id} is revoked.`);
  return WELL;
}

async function rotate(database: string, compromised: boolean, now: number): Promise<number> {
  if (hasSigningKeys()) {
    console.error(
      'The keys that sign are in SIGNING_KEYS: put a new one first there, and leave the old one behind it. Nothing was changed.',
    );
    return NOT_DONE;
  }
  const done = await rotateKeys(signingKeysFile(database), now, { compromised });
  if (!done.ok) {
    console.error(`${done.why} Nothing was changed.`);
    return NOT_DONE;
  }
  const { kid, signsFrom, kept } = done.rotated;
  console.log(`The new key ${kid} signs from ${iso(signsFrom)}.`);
  for (const old of kept) console.log(`The key ${old.kid} stays published until ${iso(old.until)}.`);
  return WELL;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
