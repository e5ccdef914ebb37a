import { z } from 'zod';
import { isProductUrl } from './product-call.ts';

/** What the forms of several kinds have in common. */

export const productUrl = z
  .string()
  .max(500, 'at most 500 characters')
  .refine(
    isProductUrl,
    'write an address such as https://console.example.com/tsa: https (http on this machine only), and neither name, password nor query in it',
  );

export const secretName = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]{0,99}$/,
    'write the name of an environment variable, such as CONSOLE_SECRET; the secret itself never stands here',
  );
