import { z } from 'zod';
import type { Action } from '../access/actions.ts';
import { LEVELS, OUTCOMES } from '../access/actions.ts';
import { plainLine } from '../plain-line.ts';

/** What a product says was done in a session, as it is told. */

/** Actions of one batch. */
const ACTIONS_MAX = 1_000;
/** A product's clock may be ahead of ours by this much. */
export const AHEAD_MAX_MS = 5 * 60_000;
const WORDS_MAX = 500;

const words = (says: string) =>
  z
    .string()
    .max(4 * WORDS_MAX)
    .transform((text) => plainLine(text, WORDS_MAX))
    .pipe(z.string().min(1, 'must say something'))
    .describe(says);

const action = z.object({
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/, 'write 1 to 100 visible ASCII characters')
    .describe('The product’s id of this action: told again, it has no second effect.'),
  at: z.iso.datetime({ offset: true }).describe('When it was done.'),
  what: words('What was done, in a few words.'),
  on: words('On what: a record, a user, a setting.').optional(),
  level: z.enum(LEVELS).describe('How far it went.'),
  outcome: z.enum(OUTCOMES),
});

export const actionsRequest = z.object({
  actions: z.array(action).min(1).max(ACTIONS_MAX, `at most ${ACTIONS_MAX} actions in one batch`),
});

export const actionsAnswer = z.object({
  stored: z.int().describe('New ones.'),
  repeated: z.int().describe('Those that were told before.'),
  after_end: z.int().describe('New ones that were done when the session was over. Each is an alarm.'),
});

/** What a product tells at once. */
export interface Batch {
  readonly requestNo: number;
  /** The key that it came with, and the product that it was made for. */
  readonly product: { readonly keyId: string; readonly name: string };
  readonly actions: readonly Action[];
  /** Whether that product may tell of this tenant. */
  readonly mayAskAbout: (tenantId: string) => boolean;
}

/** Where batches are kept. `null`: there is no such session, or it is not that product's to tell of. */
export type RecordActions = (batch: Batch) => Promise<{
  readonly stored: number;
  readonly repeated: number;
  readonly afterEnd: number;
} | null>;

/** The same id twice in a batch is one action. */
export function actionsOf({ actions }: z.infer<typeof actionsRequest>): readonly Action[] {
  const byId = new Map<string, Action>();
  for (const { id, at, what, on, level, outcome } of actions)
    if (!byId.has(id)) byId.set(id, { id, at: Date.parse(at), what, on: on ?? null, level, outcome });
  return [...byId.values()];
}
