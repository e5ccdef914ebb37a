import { z } from 'zod';
import type { ApiKey } from './api-key.ts';
import { mayAskAbout } from './api-key.ts';
import type { Session } from './covering.ts';
import { badge, covering, ENTER } from './covering.ts';

/**
 * OpenID AuthZEN Authorization API 1.0 (openid.net/specs/authorization-api-1_0.html): the evaluation of one question,
 * and of many in one call. Fields that it does not name are ignored; what is not known is denied.
 */

/** Questions of one call. */
const EVALUATIONS_MAX = 100;

const name = z.string().max(1_000);
const properties = z.record(z.string(), z.unknown()).optional();
const subject = z
  .object({ type: name, id: name, properties })
  .describe('Who: “user”, and their e-mail address or Slack id.');
const resource = z.object({ type: name, id: name, properties }).describe('Where: “tenant”, and its id.');
const action = z
  .object({ name, properties })
  .describe(`What for: a scope’s id, or “${ENTER}” for coming in at all.`);
const context = z.record(z.string(), z.unknown()).optional().describe('Taken, and not looked at.');

export const evaluationRequest = z.object({ subject, action, resource, context });

const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
const part = z.record(z.string(), z.unknown()).optional();

export const evaluationsRequest = z.object({
  subject: part,
  action: part,
  resource: part,
  context: part,
  evaluations: z
    .array(z.record(z.string(), z.unknown()))
    .max(EVALUATIONS_MAX, `at most ${EVALUATIONS_MAX} questions`)
    .optional()
    .describe('The questions. What one leaves out, it takes from beside the list.'),
  options: z
    .object({ evaluations_semantic: z.enum(SEMANTICS).optional() })
    .optional()
    .describe('Whether to go on after the first denial or permission.'),
});

const permitted = z.object({
  session: z.string().describe('The session’s number for people.'),
  scope: z.string(),
  reason: z.string().describe('Why they are in: other people’s words, to be escaped.'),
  notAfter: z.iso.datetime().describe('They are out at this instant. Ask again before.'),
  badge: z.string().describe('A line to show to everybody in the tenant.'),
});
const error = z.object({ error: z.object({ status: z.int(), message: z.string() }) });

export const decision = z.object({
  decision: z.boolean().describe('Only true lets anybody in.'),
  context: z.union([permitted, error]).optional(),
});
export type Decision = z.infer<typeof decision>;

export const decisions = z.union([
  z.object({ evaluations: z.array(decision).describe('In the order of the questions.') }),
  decision,
]);

/** What the answers are made of. `sessionsIn` is asked anew for each call: nothing is remembered between two. */
export interface Evaluator {
  sessionsIn(tenantId: string): Promise<readonly Session[]>;
  now(): number;
  /** The ledger could not be read. */
  failed(error: unknown): void;
}

/** Answers one question of that key's product. */
export async function evaluate(
  asked: z.infer<typeof evaluationRequest>,
  key: ApiKey,
  evaluator: Evaluator,
): Promise<Decision> {
  const { subject: who, resource: where, action: what } = asked;
  const known = who.type === 'user' && where.type === 'tenant' && mayAskAbout(key, where.id);
  if (!known) return { decision: false };
  let sessions: readonly Session[];
  try {
    sessions = await evaluator.sessionsIn(where.id);
  } catch (cause) {
    evaluator.failed(cause);
    return failed(500, 'It could not be looked up. Nobody is let in meanwhile.');
  }
  // Only now: what ended while the ledger was read is over.
  const now = evaluator.now();
  const found = covering(sessions, { tenantId: where.id, subject: who.id, action: what.name }, now);
  if (found === null) return { decision: false };
  return {
    decision: true,
    context: {
      session: `TSA-${found.no}`,
      scope: found.scopeName,
      reason: found.reason,
      notAfter: new Date(found.expiresAt).toISOString(),
      badge: badge(found, now),
    },
  };
}

/** Answers many; or, where there is no list of them, the one that stands in its place. `null`: there is neither. */
export async function evaluateAll(
  asked: z.infer<typeof evaluationsRequest>,
  key: ApiKey,
  evaluator: Evaluator,
): Promise<z.infer<typeof decisions> | null> {
  const { evaluations = [], options, ...defaults } = asked;
  if (evaluations.length === 0) {
    const single = evaluationRequest.safeParse(defaults);
    return single.success ? evaluate(single.data, key, evaluator) : null;
  }
  const semantic = options?.evaluations_semantic ?? 'execute_all';
  const reading = onceEach(evaluator);
  const answers: Decision[] = [];
  for (const question of evaluations) {
    const whole = evaluationRequest.safeParse(merged(defaults, question));
    const answer = whole.success
      ? await evaluate(whole.data, key, reading)
      : failed(400, 'This question is not complete: it needs subject, action and resource.');
    answers.push(answer);
    if (semantic === 'deny_on_first_deny' && !answer.decision) break;
    if (semantic === 'permit_on_first_permit' && answer.decision) break;
  }
  return { evaluations: answers };
}

/** What a question leaves out stands beside the list; of a subject or resource also its `type` or `id` alone. */
function merged(
  defaults: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>,
  question: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const record = z.record(z.string(), z.unknown());
  const whole: Record<string, unknown> = { ...defaults, ...question };
  for (const entity of ['subject', 'resource']) {
    const own = record.safeParse(question[entity]);
    const { type, id } = defaults[entity] ?? {};
    if (own.success) whole[entity] = { type, id, ...own.data };
  }
  return whole;
}

/** Within one call each tenant is read once. */
function onceEach(evaluator: Evaluator): Evaluator {
  const read = new Map<string, Promise<readonly Session[]>>();
  return {
    now: () => evaluator.now(),
    failed: (error_) => {
      evaluator.failed(error_);
    },
    sessionsIn(tenantId) {
      const before = read.get(tenantId);
      if (before !== undefined) return before;
      const reading = evaluator.sessionsIn(tenantId);
      read.set(tenantId, reading);
      return reading;
    },
  };
}

function failed(status: number, message: string): Decision {
  return { decision: false, context: { error: { status, message } } };
}
