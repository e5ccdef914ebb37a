import { z } from 'zod';
import { jwks, JWKS_PATH } from '../keys/jwks.ts';
import { actionsAnswer, actionsOf, actionsRequest, AHEAD_MAX_MS } from './actions.ts';
import { mayAskAbout } from './api-key.ts';
import type { AccessApiDeps } from './app.ts';
import type { Decision, Evaluator } from './evaluation.ts';
import {
  decision,
  decisions,
  evaluate,
  evaluateAll,
  evaluationRequest,
  evaluationsRequest,
} from './evaluation.ts';
import { problemAnswer } from './problem.ts';
import type { Route } from './route.ts';
import { asked, open } from './route.ts';

/** Everything that products can ask. */

const QUESTION_BYTES_MAX = 64 * 1_024;
/** A thousand actions of a kilobyte each. */
const ACTIONS_BYTES_MAX = 1_024 * 1_024;
const METADATA_FRESH_S = 3_600;
const SESSION = /^TSA-([1-9]\d{0,8})$/;

const EVALUATION = '/access/v1/evaluation';
const EVALUATIONS = '/access/v1/evaluations';

const PERMITTED: Decision = {
  decision: true,
  context: {
    session: 'TSA-42',
    scope: 'Support',
    reason: 'Login fails for all users since 16:00; reset the login cache.',
    notAfter: '2026-03-02T14:30:00.000Z',
    badge: 'Support is in: Sam Rivera, until 14:30 UTC',
  },
};
const metadata = z.object({
  policy_decision_point: z.url(),
  access_evaluation_endpoint: z.url(),
  access_evaluations_endpoint: z.url(),
});
const keySet = z.object({ keys: z.array(z.record(z.string(), z.string())) });

export function routesOf(deps: AccessApiDeps): readonly Route[] {
  const evaluator: Evaluator = {
    sessionsIn: (tenantId) => deps.sessionsIn(tenantId),
    now: () => deps.clock.now(),
    failed: (error) => {
      deps.log.error({ error }, 'the sessions of a tenant could not be read: a product was told no');
    },
  };
  const where: z.infer<typeof metadata> = {
    policy_decision_point: deps.baseUrl,
    access_evaluation_endpoint: `${deps.baseUrl}${EVALUATION}`,
    access_evaluations_endpoint: `${deps.baseUrl}${EVALUATIONS}`,
  };
  return [
    asked({
      path: EVALUATION,
      id: 'evaluate',
      title: 'May this person be here now?',
      says: 'OpenID AuthZEN Authorization API 1.0, access evaluation. True only while a session of theirs covers it, at this very instant. Unknown people, tenants and actions, and tenants that the key is not for, are answered false.',
      question: 'evaluate',
      body: {
        form: evaluationRequest,
        bytesMax: QUESTION_BYTES_MAX,
        example: {
          subject: { type: 'user', id: 'sam@harbor.example' },
          action: { name: 'enter' },
          resource: { type: 'tenant', id: 'northwind' },
        },
      },
      answer: { says: 'The decision.', form: decision, type: 'application/json', example: PERMITTED },
      respond: async (c, key, question) => c.json(await evaluate(question, key, evaluator), 200),
    }),
    asked({
      path: EVALUATIONS,
      id: 'evaluateAll',
      title: 'May they, several at once?',
      says: 'OpenID AuthZEN Authorization API 1.0, access evaluations: up to a hundred questions. A question that is not complete is answered false; the others are answered all the same. Without a list of questions it is one evaluation.',
      question: 'evaluate',
      body: {
        form: evaluationsRequest,
        bytesMax: QUESTION_BYTES_MAX,
        example: {
          subject: { type: 'user', id: 'U024BE7LH' },
          resource: { type: 'tenant', id: 'northwind' },
          evaluations: [{ action: { name: 'support' } }, { action: { name: 'admin' } }],
        },
      },
      answer: {
        says: 'The decisions.',
        form: decisions,
        type: 'application/json',
        example: { evaluations: [PERMITTED, { decision: false }] },
      },
      async respond(c, key, questions) {
        const answer = await evaluateAll(questions, key, evaluator);
        return answer === null ? problemAnswer(c, 400) : c.json(answer, 200);
      },
    }),
    asked({
      path: '/v1/sessions/{id}/actions',
      id: 'reportActions',
      title: 'What was done',
      says: 'Says what was done in a session, up to a thousand actions at once. An action that was told before has no second effect, so a batch whose answer was lost is sent again as it was. What was done after the end is kept, and is an alarm.',
      question: 'report_actions',
      parameters: [{ name: 'id', says: 'The session’s number for people.', example: 'TSA-42' }],
      body: {
        form: actionsRequest,
        bytesMax: ACTIONS_BYTES_MAX,
        example: {
          actions: [
            {
              id: 'a-1017',
              at: '2026-03-02T12:05:09Z',
              what: 'Reset the login cache',
              on: 'login service',
              level: 'change',
              outcome: 'done',
            },
          ],
        },
      },
      answer: {
        says: 'What became of them.',
        form: actionsAnswer,
        type: 'application/json',
        example: { stored: 1, repeated: 0, after_end: 0 },
      },
      problems: [404],
      async respond(c, key, told) {
        const no = SESSION.exec(c.req.param('id') ?? '')?.[1];
        if (no === undefined) return problemAnswer(c, 404);
        const actions = actionsOf(told);
        const latest = deps.clock.now() + AHEAD_MAX_MS;
        const ahead = actions.findIndex(({ at }) => at > latest);
        if (ahead !== -1) return problemAnswer(c, 400, notYet(ahead));
        const recorded = await deps.recordActions({
          requestNo: Number(no),
          product: { keyId: key.id, name: key.name },
          actions,
          mayAskAbout: (tenantId) => mayAskAbout(key, tenantId),
        });
        if (recorded === null) return problemAnswer(c, 404);
        const { stored, repeated, afterEnd } = recorded;
        return c.json({ stored, repeated, after_end: afterEnd } satisfies z.infer<typeof actionsAnswer>, 200);
      },
    }),
    open({
      path: '/.well-known/authzen-configuration',
      id: 'metadata',
      title: 'Where the evaluations are',
      says: 'The metadata of OpenID AuthZEN Authorization API 1.0, for everybody.',
      answer: { says: 'The metadata.', form: metadata, type: 'application/json', example: where },
      respond(c) {
        c.header('Cache-Control', `public, max-age=${METADATA_FRESH_S}`);
        return c.json(where, 200);
      },
    }),
    open({
      path: JWKS_PATH,
      id: 'keys',
      title: 'The keys that sign statements',
      says: 'A JWK set (RFC 7517), for everybody. A new key stands here before it signs.',
      answer: {
        says: 'The keys.',
        form: keySet,
        type: 'application/jwk-set+json',
        example: { keys: [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: '…', x: '…' }] },
      },
      respond: jwks(deps.keyring),
    }),
  ];
}

function notYet(index: number): z.ZodError {
  return new z.ZodError([
    {
      code: 'custom',
      path: ['actions', index, 'at'],
      message: 'lies in the future: is the clock right?',
      input: undefined,
    },
  ]);
}
