import { z } from 'zod';
import { INSTANT_MAX } from './limits.ts';

/** What is said about a session when it is over, as the ledger keeps it. */

const instant = z.int().min(0).max(INSTANT_MAX);
const text = z.string().refine((value) => value.isWellFormed(), 'text is not well-formed Unicode');
const user = z.string().min(1);

export const closeoutEvents = [
  /** What somebody wants to remember at the closeout, written down while the session goes on. */
  z.strictObject({ type: z.literal('note.taken'), by: user, text }),
  z.strictObject({
    type: z.literal('closeout.filed'),
    by: user,
    fixed: z.enum(['yes', 'no', 'not_yet']),
    /** Who at the customer's, or of ours, tried whether it works. */
    confirmedBy: text,
    checked: text,
    changed: text,
    /** Every role or group that was listed, and those that turned up later. */
    removed: z.array(
      z.discriminatedUnion('gone', [
        /** Who made sure, and how they looked. */
        z.strictObject({ role: text, gone: z.literal(true), by: user, how: text }),
        z.strictObject({ role: text, gone: z.literal(false) }),
      ]),
    ),
    productProblem: text,
    /** What the customer reads as what came of it. */
    summary: text,
    notes: text,
    /** The customer still cannot do what failed: what is done about it, by whom, until when; `null` where they can. */
    next: z.strictObject({ what: text, by: user, until: instant }).nullable(),
  }),
  z.strictObject({ type: z.literal('closeout.reminded'), at: instant }),
  /** By whoever judges it; or by time, where the customer who asked was silent. */
  z.strictObject({ type: z.literal('closeout.accepted'), by: user }),
  z.strictObject({ type: z.literal('closeout.contested'), by: user, question: text }),
] as const;
