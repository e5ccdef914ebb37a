import type { Context } from 'hono';
import type { Keyring } from './keyring.ts';
import { PUBLISHED_FRESH_MS } from './keyring.ts';

/** `GET /.well-known/jwks.json`: the keys by which a product checks our statements, for everybody (RFC 7517). */
export const JWKS_PATH = '/.well-known/jwks.json';

export function jwks(keyring: Keyring): (c: Context) => Response {
  return (c) => {
    c.header('Content-Type', 'application/jwk-set+json');
    c.header('Cache-Control', `public, max-age=${PUBLISHED_FRESH_MS / 1_000}`);
    return c.body(JSON.stringify(keyring.published()));
  };
}
