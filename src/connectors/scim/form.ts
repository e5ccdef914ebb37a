import { z } from 'zod';
import { productUrl, secretName } from '../form-parts.ts';
import type { ConnectorPlan } from '../kind.ts';
import { createScim } from './connector.ts';

export const scimForm = z
  .strictObject({
    url: productUrl.describe('The base of the SCIM service, such as https://id.example.com/scim/v2.'),
    token_env: secretName.describe('The environment variable that holds the bearer token.'),
    groups: z
      .record(
        z.string(),
        z
          .string()
          .min(1)
          .max(200)
          .regex(/^[\x21-\x7e]+$/, 'write the group’s id in the SCIM service'),
      )
      .refine((groups) => Object.keys(groups).length > 0, 'name the group of at least one scope')
      .refine(
        (groups) => new Set(Object.values(groups)).size === Object.keys(groups).length,
        'give each scope a group of its own: with one group for two, nobody could tell who has which',
      )
      .describe(
        'The group of each scope: the scope’s id, and the group’s id (not its name). Groups for this alone: whoever is in one without a session is found, and may be removed.',
      ),
  })
  .transform(({ url, token_env, groups }): ConnectorPlan => {
    const base = url.replace(/\/+$/, '');
    return {
      kind: 'scim',
      url: base,
      scopes: Object.keys(groups),
      secrets: [
        {
          name: token_env,
          looksRight: (value) => /^[\w.~+/=:-]{8,4000}$/.test(value),
          instead: 'the bearer token that the SCIM service gave you for this program',
        },
      ],
      connect: (name, secret, deps) =>
        createScim({ name, base, token: secret(token_env), groups: new Map(Object.entries(groups)) }, deps),
    };
  });
