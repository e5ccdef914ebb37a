import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { importJWK, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Key, PublicKey } from './key.ts';
import { half, isWhole, makeKey, publicHalf, readKeys } from './key.ts';

/**
 * The keys that sign what products are told. They are in a file that only this program's user may read, made at the
 * first start, or in the environment. A key is published before it signs, and stays published until nothing that it
 * signed can be valid.
 */
export interface Keyring {
  /** Signs those claims as a JWT. They are valid until their `exp`, which is at most `SIGNED_MAX_MS` away. */
  sign(claims: JWTPayload & { readonly exp: number }, typ: string): Promise<string>;
  /** Every key that something valid may be signed with, now or soon. */
  published(): { readonly keys: readonly PublicKey[] };
}

type OpenedKeyring =
  { readonly ok: true; readonly keyring: Keyring } | { readonly ok: false; readonly why: string };

/** Nothing is signed for longer: what a session has left and what one extension adds are 30 days each, at most. */
export const SIGNED_MAX_MS = 90 * 24 * 60 * 60_000;
/** Whoever fetched the keys may go by them for so long. A new one signs only after that. */
export const PUBLISHED_FRESH_MS = 5 * 60_000;
/** A clock of theirs that is late by this much still finds the new key in time. */
const SKEW_MS = 60_000;
const OWNER_ONLY = 0o600;

const keyFile = z.strictObject({
  version: z.literal(1),
  keys: z
    .array(
      z.strictObject({
        kid: z.string().min(1),
        x: half,
        d: half.nullable(),
        madeAt: z.int(),
        /** It signs from then on, until a newer one does. */
        signsFrom: z.int(),
        /** Something that it signed may be valid until then; `null`: no newer key takes its place yet. */
        keptUntil: z.int().nullable(),
      }),
    )
    .min(1),
});
type Keys = z.infer<typeof keyFile>['keys'];

/** The keyring in that file, which is made if it is not there. */
export async function openKeyringFile(path: string, clock: Clock): Promise<OpenedKeyring> {
  const now = clock.now();
  if (!exists(path)) {
    const first = { ...(await makeKey()), madeAt: now, signsFrom: now, keptUntil: null };
    mkdirSync(dirname(path), { recursive: true });
    write(path, [first], 'first');
  }
  const found = read(path);
  if (typeof found === 'string') return { ok: false, why: found };
  const current = signing(found, now);
  if (current === undefined || !(await isWhole(current)))
    return { ok: false, why: `The signing keys in ${path} cannot be used: no key in it can sign.` };
  const look = (): Keys => {
    const keys = read(path);
    // It was right when we started: whoever broke it since must be heard of, not worked related.
    if (typeof keys === 'string') throw new Error(keys);
    return keys;
  };
  return {
    ok: true,
    keyring: {
      sign: (claims, typ) => sign(signing(look(), clock.now()), claims, typ, clock.now()),
      published: () => ({ keys: look().filter(isKept(clock.now())).map(publicHalf) }),
    },
  };
}

/** The keyring of a setting: a JWK set, whose first key signs and whose others are still published. */
export async function openKeyringText(text: string, clock: Clock): Promise<OpenedKeyring> {
  const keys = await readKeys(text);
  const [first] = keys ?? [];
  if (keys === null || first === undefined || !(await isWhole(first)))
    return {
      ok: false,
      why: 'It must be a JWK set of Ed25519 keys ({"keys":[{"kty":"OKP","crv":"Ed25519","x":…,"d":…}]}), of which the first has its private half.',
    };
  const published = keys.map(publicHalf);
  return {
    ok: true,
    keyring: {
      sign: (claims, typ) => sign(first, claims, typ, clock.now()),
      published: () => ({ keys: published }),
    },
  };
}

/** What a rotation did. */
interface Rotated {
  readonly kid: string;
  readonly signsFrom: number;
  /** The keys that were in use, and until when they stay published. */
  readonly kept: readonly { readonly kid: string; readonly until: number }[];
}

/**
 * Puts a new key in the place of the one in use. `compromised`: the old ones are not to be trusted from this moment;
 * what they signed is refused as soon as products look, and the new one signs at once.
 */
export async function rotateKeys(
  path: string,
  now: number,
  { compromised }: { readonly compromised: boolean },
): Promise<{ readonly ok: true; readonly rotated: Rotated } | { readonly ok: false; readonly why: string }> {
  const found = read(path);
  if (typeof found === 'string') return { ok: false, why: found };
  const signsFrom = compromised ? now : now + PUBLISHED_FRESH_MS + SKEW_MS;
  const next = { ...(await makeKey()), madeAt: now, signsFrom, keptUntil: null };
  const until = signsFrom + SIGNED_MAX_MS;
  const old = compromised ? [] : found.filter(isKept(now));
  const inUse = signing(old, now);
  const kept = old.map((key) => ({
    ...key,
    // Only the one in use signs until the new one does; of the others, nobody needs the private half any more.
    d: key === inUse ? key.d : null,
    keptUntil: key.keptUntil ?? until,
  }));
  write(path, [...kept, next], 'again');
  return {
    ok: true,
    rotated: {
      kid: next.kid,
      signsFrom,
      kept: kept.map(({ kid, keptUntil }) => ({ kid, until: keptUntil })),
    },
  };
}

function isKept(now: number): (key: Keys[number]) => boolean {
  return ({ keptUntil }) => keptUntil === null || now < keptUntil;
}

/** The newest key whose time has come. */
function signing(keys: Keys, now: number): Keys[number] | undefined {
  const ready = keys.filter(({ d, signsFrom }) => d !== null && signsFrom <= now);
  // A clock that was put back leaves none ready: then the oldest that can sign does.
  return ready.at(-1) ?? keys.find(({ d }) => d !== null);
}

async function sign(
  key: Key | undefined,
  claims: JWTPayload & { readonly exp: number },
  typ: string,
  now: number,
): Promise<string> {
  if (key === undefined || key.d === null) throw new Error('there is no key that can sign');
  if (claims.exp * 1_000 > now + SIGNED_MAX_MS) throw new Error('nothing is signed for so long');
  const { kid, x, d } = key;
  const secret = await importJWK({ kty: 'OKP', crv: 'Ed25519', x, d }, 'EdDSA');
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid, typ })
    .setIssuedAt(Math.floor(now / 1_000))
    .sign(secret);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The keys, or why not, in words that name the file and never what is in it. */
function read(path: string): Keys | string {
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      return `The signing keys in ${path} can be read by others than their owner. If nobody did, chmod 600 the file; if somebody may have, run keys rotate --compromised after that.`;
    const parsed = keyFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success
      ? parsed.data.keys
      : `The signing keys in ${path} are not in the form of this version.`;
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it is not JSON';
    return `The signing keys in ${path} cannot be read (${why}).`;
  }
}

/** All of it or nothing. `first`: whoever was there before us stays. */
function write(path: string, keys: Keys, which: 'first' | 'again'): void {
  const beside = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(beside, 'wx', OWNER_ONLY);
  try {
    writeSync(file, `${JSON.stringify({ version: 1, keys } satisfies z.infer<typeof keyFile>, null, 2)}\n`);
    fsyncSync(file);
    closeSync(file);
    if (which === 'again') renameSync(beside, path);
    else linkUnlessThere(beside, path);
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  } finally {
    rmSync(beside, { force: true });
  }
}

function linkUnlessThere(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
