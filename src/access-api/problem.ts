import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';

/** Why not, as problem details (RFC 9457). Whoever may not ask learns nothing from it but that. */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z
    .array(z.object({ at: z.string(), message: z.string() }))
    .optional()
    .describe('What is wrong with the body, and where.'),
});

export const PROBLEM_TYPE = 'application/problem+json';
/** A thousand wrong lines are one mistake made a thousand times. */
const ERRORS_MAX = 20;

const PROBLEMS = {
  400: { title: 'Bad Request', detail: 'The body is not what is asked for here. Nothing was changed.' },
  401: { title: 'Unauthorized', detail: 'Send a key that holds: “Authorization: Bearer tsak_…”.' },
  403: { title: 'Forbidden', detail: 'This key is not for this. Nothing was changed.' },
  404: { title: 'Not Found', detail: 'There is nothing here, or not for this key. Nothing was changed.' },
  405: { title: 'Method Not Allowed', detail: 'This address is asked otherwise. Nothing was changed.' },
  413: {
    title: 'Content Too Large',
    detail: 'The body is too long. Send less at once. Nothing was changed.',
  },
  429: {
    title: 'Too Many Requests',
    detail: 'That was too often. Ask again after Retry-After. Nothing was changed.',
  },
  500: { title: 'Internal Server Error', detail: 'It was not your doing. Ask again in a minute.' },
} as const satisfies Partial<Record<ContentfulStatusCode, { title: string; detail: string }>>;

export type Problem = keyof typeof PROBLEMS;

export function problemAnswer(c: Context, status: Problem, error?: z.ZodError): Response {
  const errors = error?.issues
    .slice(0, ERRORS_MAX)
    .map(({ path, message }) => ({ at: path.map(String).join('.'), message }));
  const body: z.infer<typeof problem> = {
    type: 'about:blank',
    status,
    ...PROBLEMS[status],
    ...(errors === undefined ? {} : { errors }),
  };
  return c.body(JSON.stringify(body), status, { 'Content-Type': PROBLEM_TYPE });
}

export function problemWords(status: Problem): string {
  return PROBLEMS[status].title;
}
