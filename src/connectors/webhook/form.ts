import { z } from 'zod';
import { productUrl, secretName } from '../form-parts.ts';
import type { ConnectorPlan } from '../kind.ts';
import { createWebhook } from './connector.ts';

/** Bytes of a Standard Webhooks secret (standardwebhooks.com: "between 24 bytes (192 bits) and 64 bytes (512 bits)"). */
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
/** One in use, one coming, one going. */
const SECRETS_MAX = 3;

export const webhookForm = z
  .strictObject({
    url: productUrl.describe('Where the product takes our calls.'),
    secret_env: z
      .union([secretName, z.array(secretName).min(1).max(SECRETS_MAX)])
      .describe(
        'The environment variable that holds the signing secret (whsec_…). Several while it is changed: each call is signed with all of them.',
      ),
  })
  .transform(({ url, secret_env }): ConnectorPlan => {
    const names = typeof secret_env === 'string' ? [secret_env] : secret_env;
    return {
      kind: 'webhook',
      url,
      scopes: null,
      secrets: names.map((name) => ({
        name,
        looksRight,
        instead:
          'the secret that you and the product share: whsec_ and the base64 of 24 to 64 random bytes, such as printed by: echo whsec_$(openssl rand -base64 32)',
      })),
      connect: (name, secret, deps) => createWebhook({ name, url, secrets: names.map(secret) }, deps),
    };
  });

function looksRight(value: string): boolean {
  const base64 = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(value)?.[1];
  if (base64 === undefined) return false;
  const bytes = Buffer.from(base64, 'base64').length;
  return bytes >= SECRET_BYTES_MIN && bytes <= SECRET_BYTES_MAX;
}
