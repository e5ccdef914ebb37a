import { z } from 'zod';
import { INSTANT_MAX } from './limits.ts';

/** What is asked for, as the ledger keeps it. Instants and durations in milliseconds, as in every event. */

export const instant = z.int().min(0).max(INSTANT_MAX);
export const duration = z.int().min(0).max(INSTANT_MAX);
/** What SQLite would store differently from what was hashed (a lone surrogate) is refused here, at the last border. */
export const text = z.string().refine((value) => value.isWellFormed(), 'text is not well-formed Unicode');
export const user = z.string().min(1);

export const scope = z.strictObject({ id: text, name: text, allows: text, highRisk: z.boolean() });

/** What the approver decides about: the work order. */
export const ask = z.strictObject({
  grantee: user,
  scope,
  /** What may be done, and what must be left alone: a line each. */
  allowedActions: z.array(text).min(1),
  offLimits: z.array(text),
  durationMs: duration,
  /** The session may not start before this; `null`: at once. */
  notBefore: instant.nullable(),
  /** Extra roles or groups, each checked at the closeout. */
  roles: z.array(text),
});

/** Less than was asked for. */
export const narrowed = z.strictObject({
  scope,
  allowedActions: z.array(text).min(1),
  offLimits: z.array(text),
  durationMs: duration,
});

/** What somebody asks for, in their own words. */
export const asking = { ask, reason: text, caseRef: text };
