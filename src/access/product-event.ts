import { z } from 'zod';
import { INSTANT_MAX } from './limits.ts';

/**
 * What becomes of an access in a product, as the ledger keeps it. Which access is meant is told by the version of the
 * event that asked for it: a request that is started again has another one.
 */

const instant = z.int().min(0).max(INSTANT_MAX);
const text = z.string().refine((value) => value.isWellFormed(), 'text is not well-formed Unicode');
const access = z.int().min(1);

export const productEvents = [
  z.strictObject({
    /** The product is asked to let the grantee in. Nobody is in before it says so. */
    type: z.literal('access.asked'),
    by: z.string().min(1),
    connector: text,
    notBefore: instant,
    /** The session’s end, fixed here: the product holds it, whoever is down. */
    notAfter: instant,
    /** Not confirmed by then, it is called off. */
    openBy: instant,
  }),
  z.strictObject({
    /** The product did not do what it was asked, or nobody knows; it is asked again. Its words. */
    type: z.literal('access.not_answered'),
    access,
    words: text,
  }),
  z.strictObject({
    type: z.literal('access.opened'),
    access,
    receipt: text,
    /** By what the product knows it; `null`: by our id. */
    handle: text.nullable(),
  }),
  z.strictObject({
    type: z.literal('access.open_failed'),
    access,
    why: z.enum(['refused', 'late']),
    words: text,
  }),
  z.strictObject({ type: z.literal('access.extension_asked'), access, notAfter: instant }),
  z.strictObject({ type: z.literal('access.extended'), access, notAfter: instant, receipt: text }),
  z.strictObject({ type: z.literal('access.extension_refused'), access, words: text }),
  z.strictObject({ type: z.literal('access.closed'), access, receipt: text }),
  /** Too long without the product’s word that nobody is in with it any more. */
  z.strictObject({ type: z.literal('access.not_closed'), access, since: instant, words: text }),
  /** Somebody states that they removed it, and how they looked. */
  z.strictObject({ type: z.literal('access.closed_by_hand'), access, by: z.string().min(1), note: text }),
  /** The product does not list it, though its session goes on. */
  z.strictObject({ type: z.literal('access.missing'), access }),
] as const;

/** What a product lists as open and no session explains. It is of no request. */
export const orphanEvents = [
  z.strictObject({
    type: z.literal('access.orphan_found'),
    connector: text,
    /** By what the product calls it; `null`: it does not say. */
    accessId: text.nullable(),
    /** Who has it, in the product’s words. */
    grantee: text,
    tenant: text.nullable(),
    /** The policy says that it is closed. */
    closing: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('access.orphan_removed'),
    connector: text,
    accessId: text.nullable(),
    grantee: text,
    tenant: text.nullable(),
    receipt: text,
  }),
] as const;
