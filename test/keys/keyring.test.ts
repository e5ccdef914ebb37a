import { createPublicKey, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jwks, JWKS_PATH } from '../../src/keys/jwks.ts';
import { makeKey } from '../../src/keys/key.ts';
import type { Keyring } from '../../src/keys/keyring.ts';
import {
  openKeyringFile,
  openKeyringText,
  PUBLISHED_FRESH_MS,
  rotateKeys,
  SIGNED_MAX_MS,
} from '../../src/keys/keyring.ts';

const NOW = Date.parse('2026-03-02T12:00:00.000Z');
const HOUR = 3_600_000;

function testLedger() {
  const folder = mkdtempSync(join(tmpdir(), 'tsa-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const clock = { at: NOW, now: () => clock.at, uuid: () => 'none' };
  return { path: join(folder, 'data', 'keys.json'), folder, clock };
}

async function opened(path: string, clock: { now(): number; uuid(): string }): Promise<Keyring> {
  const keyring = await openKeyringFile(path, clock);
  if (!keyring.ok) throw new Error(keyring.why);
  return keyring.keyring;
}

/** Checked by node:crypto alone: what is signed here must be right for others than the library that signed it. */
function isSigned(jwt: string, keyring: Keyring): boolean {
  const [head = '', body = '', signature = ''] = jwt.split('.');
  const { kid } = decodeProtectedHeader(jwt);
  const jwk = keyring.published().keys.find((key) => key.kid === kid);
  if (jwk === undefined) return false;
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  return verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
}

const claims = (exp: number) => ({ iss: 'https://tsa.example.com', exp: exp / 1_000 });

describe('The signing keys', () => {
  it('are made at the first start, in a file that only its owner reads, and are the same at the next', async () => {
    const { path, clock } = testLedger();
    const first = await opened(path, clock);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['keys.json']);
    const again = await opened(path, clock);
    expect(again.published()).toEqual(first.published());
    expect(first.published().keys).toHaveLength(1);
  });

  it('made by two that start at once are one', async () => {
    const { path, clock } = testLedger();
    const all = await Promise.all(Array.from({ length: 8 }, () => opened(path, clock)));
    expect(new Set(all.map((keyring) => JSON.stringify(keyring.published()))).size).toBe(1);
  });

  it('sign what anybody can check by what is published, and publish no private half', async () => {
    const { path, clock } = testLedger();
    const keyring = await opened(path, clock);
    const jwt = await keyring.sign(claims(NOW + HOUR), 'test+jwt');
    expect(isSigned(jwt, keyring)).toBe(true);
    expect(isSigned(`${jwt.slice(0, -6)}AAAAAA`, keyring)).toBe(false);
    expect(decodeProtectedHeader(jwt)).toMatchObject({ alg: 'EdDSA', typ: 'test+jwt' });
    for (const key of keyring.published().keys) expect(Object.keys(key)).not.toContain('d');
  });

  it('sign nothing for longer than they are kept', async () => {
    const { path, clock } = testLedger();
    const keyring = await opened(path, clock);
    await expect(keyring.sign(claims(NOW + SIGNED_MAX_MS + 1_000), 'test+jwt')).rejects.toThrow('so long');
    expect(isSigned(await keyring.sign(claims(NOW + SIGNED_MAX_MS), 'test+jwt'), keyring)).toBe(true);
  });

  it.each([
    [
      'others than its owner may read it',
      (path: string) => {
        chmodSync(path, 0o640);
      },
      'chmod 600',
    ],
    [
      'it is cut short',
      (path: string) => {
        writeFileSync(path, '{"version":1,');
      },
      'cannot be read',
    ],
    [
      'it is of another form',
      (path: string) => {
        writeFileSync(path, '{"version":2}');
      },
      'form of this version',
    ],
  ])('are refused in words when %s', async (_when, harm, words) => {
    const { path, clock } = testLedger();
    await opened(path, clock);
    const d = secretsIn(path);
    harm(path);
    const refused = await openKeyringFile(path, clock);
    expect(refused).toMatchObject({ ok: false, why: expect.stringContaining(words) as string });
    for (const secret of d) expect(JSON.stringify(refused)).not.toContain(secret);
  });

  it('are refused when no private half fits its public one', async () => {
    const { path, clock } = testLedger();
    await opened(path, clock);
    const other = await makeKey();
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"d": "[^"]+"/, `"d": "${other.d}"`));
    expect(await openKeyringFile(path, clock)).toMatchObject({ ok: false });
  });
});

describe('A rotation', () => {
  it('publishes the new key before it signs, and the old one until nothing that it signed can be valid', async () => {
    const { path, clock } = testLedger();
    const keyring = await opened(path, clock);
    const [old] = keyring.published().keys;
    const done = await rotateKeys(path, NOW, { compromised: false });
    if (!done.ok) throw new Error(done.why);
    const { kid, signsFrom, kept } = done.rotated;

    // Whoever asked a moment before the rotation asks again before the new key signs.
    expect(signsFrom).toBeGreaterThan(NOW + PUBLISHED_FRESH_MS);
    expect(keyring.published().keys.map((key) => key.kid)).toEqual([old?.kid, kid]);
    clock.at = signsFrom - 1;
    const furthest = Math.floor((clock.at + SIGNED_MAX_MS) / 1_000) * 1_000;
    const last = await keyring.sign(claims(furthest), 'test+jwt');
    expect(decodeProtectedHeader(last).kid).toBe(old?.kid);
    clock.at = signsFrom;
    const first = await keyring.sign(claims(signsFrom + HOUR), 'test+jwt');
    expect(decodeProtectedHeader(first).kid).toBe(kid);

    const until = kept[0]?.until ?? 0;
    clock.at = until - 1;
    expect(isSigned(last, keyring)).toBe(true);
    clock.at = until;
    expect(keyring.published().keys.map((key) => key.kid)).toEqual([kid]);
    expect(until).toBeGreaterThanOrEqual(furthest);
  });

  it('keeps what was valid valid, for whoever asks for the keys', async () => {
    const { path, clock } = testLedger();
    const keyring = await opened(path, clock);
    const before = await keyring.sign(claims(NOW + HOUR), 'test+jwt');
    for (let n = 0; n < 3; n += 1) await rotateKeys(path, NOW, { compromised: false });
    const check = createLocalJWKSet({ keys: [...keyring.published().keys] });
    await expect(jwtVerify(before, check, { currentDate: new Date(NOW) })).resolves.toBeDefined();
  });

  it('after which somebody may know the old keys trusts none of them from that moment', async () => {
    const { path, clock } = testLedger();
    const keyring = await opened(path, clock);
    const before = await keyring.sign(claims(NOW + HOUR), 'test+jwt');
    await rotateKeys(path, NOW, { compromised: true });
    expect(isSigned(before, keyring)).toBe(false);
    expect(isSigned(await keyring.sign(claims(NOW + HOUR), 'test+jwt'), keyring)).toBe(true);
    expect(secretsIn(path)).toHaveLength(1);
  });

  it('leaves of keys that sign no more the public half alone', async () => {
    const { path, clock } = testLedger();
    await opened(path, clock);
    await rotateKeys(path, NOW, { compromised: false });
    await rotateKeys(path, NOW + HOUR, { compromised: false });
    // The one in use, and the one to come.
    expect(secretsIn(path)).toHaveLength(2);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('changes nothing in a file that it does not understand', async () => {
    const { path, clock } = testLedger();
    await opened(path, clock);
    writeFileSync(path, '{}');
    expect(await rotateKeys(path, NOW, { compromised: true })).toMatchObject({ ok: false });
    expect(readFileSync(path, 'utf8')).toBe('{}');
  });
});

describe('Keys in the environment', () => {
  it('sign with the first, and publish all of them, without their private halves', async () => {
    const [first, second] = [await makeKey(), await makeKey()];
    const jwk = ({ x, d }: { x: string; d: string }) => ({ kty: 'OKP', crv: 'Ed25519', x, d });
    const text = JSON.stringify({ keys: [jwk(first), jwk(second)] });
    const keyring = await openKeyringText(text, { now: () => NOW, uuid: () => 'none' });
    if (!keyring.ok) throw new Error(keyring.why);
    const jwt = await keyring.keyring.sign(claims(NOW + HOUR), 'test+jwt');
    expect(decodeProtectedHeader(jwt).kid).toBe(first.kid);
    expect(isSigned(jwt, keyring.keyring)).toBe(true);
    expect(JSON.stringify(keyring.keyring.published())).not.toMatch(`${first.d}|${second.d}`);
    expect(keyring.keyring.published().keys.map(({ kid }) => kid)).toEqual([first.kid, second.kid]);
  });

  it.each(['', 'nonsense', '{"keys":[]}', '{"keys":[{"kty":"RSA","n":"…","e":"AQAB"}]}'])(
    'that are none are refused in words: %s',
    async (text) => {
      const refused = await openKeyringText(text, { now: () => NOW, uuid: () => 'none' });
      expect(refused).toMatchObject({ ok: false, why: expect.stringContaining('JWK set') as string });
    },
  );

  it('whose first has no private half, or another’s, are refused without showing it', async () => {
    const [one, other] = [await makeKey(), await makeKey()];
    for (const d of [undefined, other.d]) {
      const text = JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: one.x, d }] });
      const refused = await openKeyringText(text, { now: () => NOW, uuid: () => 'none' });
      expect(refused.ok).toBe(false);
      expect(JSON.stringify(refused)).not.toContain(other.d);
    }
  });
});

it('The keys are served to everybody at the well-known place, and may be kept for five minutes', async () => {
  const { path, clock } = testLedger();
  const keyring = await opened(path, clock);
  const app = new Hono().get(JWKS_PATH, jwks(keyring));
  const response = await app.request('/.well-known/jwks.json');
  expect(response.headers.get('content-type')).toBe('application/jwk-set+json');
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  expect(await response.json()).toEqual(keyring.published());
});

function secretsIn(path: string): readonly string[] {
  return [...readFileSync(path, 'utf8').matchAll(/"d": "([^"]+)"/g)].map(([, d]) => d ?? '');
}
