import type { Context } from 'hono';
import type { z } from 'zod';
import type { ApiKey, Question } from './api-key.ts';
import type { Problem } from './problem.ts';
import { problemAnswer } from './problem.ts';

/** One thing that can be asked. From the same table come what is served, and what is said about it. */
export interface Route {
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it: `/v1/sessions/{id}/actions`. */
  readonly path: string;
  /** Its name for programs. */
  readonly id: string;
  readonly title: string;
  readonly says: string;
  /** What a key must be for; `null`: it is for everybody. */
  readonly question: Question | null;
  readonly parameters: readonly { readonly name: string; readonly says: string; readonly example: string }[];
  readonly body: { readonly form: z.ZodType; readonly bytesMax: number; readonly example: unknown } | null;
  readonly answer: {
    readonly says: string;
    readonly form: z.ZodType;
    readonly type: string;
    readonly example: unknown;
  };
  readonly problems: readonly Problem[];
  readonly respond: (c: Context, key: ApiKey | null, json: unknown) => Promise<Response> | Response;
}

type Common = Pick<Route, 'path' | 'id' | 'title' | 'says' | 'answer'>;

/** What anybody may look at. */
export function open(route: Common & { readonly respond: (c: Context) => Response }): Route {
  return { method: 'get', question: null, parameters: [], body: null, problems: [], ...route };
}

/** What a product asks with its key. The body is parsed before anything else looks at it. */
export function asked<F extends z.ZodType>({
  parameters = [],
  problems = [],
  respond,
  ...route
}: Common & {
  readonly question: Question;
  readonly body: { readonly form: F; readonly bytesMax: number; readonly example: z.input<F> };
  readonly parameters?: Route['parameters'];
  readonly problems?: Route['problems'];
  readonly respond: (c: Context, key: ApiKey, body: z.infer<F>) => Promise<Response>;
}): Route {
  return {
    method: 'post',
    parameters,
    problems: [400, 401, 403, ...problems, 413, 429, 500],
    ...route,
    respond(c, key, json) {
      if (key === null) return problemAnswer(c, 401);
      const parsed = route.body.form.safeParse(json);
      return parsed.success ? respond(c, key, parsed.data) : problemAnswer(c, 400, parsed.error);
    },
  };
}
