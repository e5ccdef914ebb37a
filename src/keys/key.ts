import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

/** One Ed25519 key (RFC 8037), by the names of its JWK. */
export interface Key {
  /** Its thumbprint (RFC 7638): nobody chooses it, and two keys never share one. */
  readonly kid: string;
  readonly x: string;
  /** The private half; `null`: it signs no more. */
  readonly d: string | null;
}

/** What is published of a key. */
export interface PublicKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly alg: 'EdDSA';
  readonly use: 'sig';
  readonly kid: string;
  readonly x: string;
}

export const half = z.string().regex(/^[\w-]{43}$/, 'is not half of an Ed25519 key');
const jwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: half, d: half.optional() });
const jwks = z.object({ keys: z.array(jwk).min(1) });

/** A new key. */
export async function makeKey(): Promise<Key & { readonly d: string }> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x, d } = z.object({ x: half, d: half }).parse(await exportJWK(privateKey));
  return { kid: await kidOf(x), x, d };
}

/** Keys written as a JWK set (RFC 7517); `null` where the text is none. */
export async function readKeys(text: string): Promise<readonly Key[] | null> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const set = jwks.safeParse(json);
  if (!set.success) return null;
  return Promise.all(set.data.keys.map(async ({ x, d }) => ({ kid: await kidOf(x), x, d: d ?? null })));
}

/** Do its halves belong together? */
export async function isWhole({ x, d }: Key): Promise<boolean> {
  if (d === null) return false;
  try {
    const sign = await importJWK({ kty: 'OKP', crv: 'Ed25519', x, d }, 'EdDSA');
    const check = await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, 'EdDSA');
    await jwtVerify(await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).sign(sign), check);
    return true;
  } catch {
    return false;
  }
}

export function publicHalf({ kid, x }: Key): PublicKey {
  return { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid, x };
}

function kidOf(x: string): Promise<string> {
  return calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x });
}
