import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a product may ask with a key. */
export const QUESTIONS = ['evaluate', 'report_actions'] as const;
export type Question = (typeof QUESTIONS)[number];

/** A product's key as it is kept: of the key itself only the SHA-256. */
export interface ApiKey {
  readonly id: string;
  /** Which product it is for, in the operator's words. */
  readonly name: string;
  readonly hash: Buffer;
  readonly tenants: readonly string[] | 'any';
  readonly questions: readonly Question[];
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** What marks a key of ours, for people and for whatever looks for secrets where none should be. */
const PREFIX = 'tsak';
const ID_LENGTH = 12;
const SECRET_BYTES = 32;
const FORM = new RegExp(`^${PREFIX}_([a-z0-9]{${ID_LENGTH}})_([\\w-]{43})$`);
/** Compared with where there is no such key, so that it takes the same time. */
const NOBODY = Buffer.alloc(32);

/** A new key: its id and hash are kept, the key itself is shown once and never again. */
export function makeApiKey(): { readonly id: string; readonly hash: Buffer; readonly key: string } {
  const id = BigInt(`0x${randomBytes(10).toString('hex')}`)
    .toString(36)
    .padStart(ID_LENGTH, '0')
    .slice(-ID_LENGTH);
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { id, hash: hashOf(secret), key: `${PREFIX}_${id}_${secret}` };
}

/** The id in an `Authorization` header, and what proves it; `null` where it holds no key of ours. */
export function presented(
  header: string | undefined,
): { readonly id: string; readonly secret: string } | null {
  const [, id, secret] = FORM.exec(/^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '') ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** Is that the key, and does it still hold? Takes the same time for a wrong secret, a revoked key, and none at all. */
export function isKey(key: ApiKey | null, secret: string): boolean {
  const same = timingSafeEqual(hashOf(secret), key?.hash ?? NOBODY);
  return same && key !== null && key.revokedAt === null;
}

export function mayAskAbout({ tenants }: ApiKey, tenantId: string): boolean {
  return tenants === 'any' || tenants.includes(tenantId);
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
