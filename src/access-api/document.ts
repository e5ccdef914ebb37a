import { z } from 'zod';
import { PROBLEM_TYPE, problem, problemWords } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Route } from './route.ts';

/** The description of the whole in OpenAPI 3.1, whose schemas are JSON Schema 2020-12: what zod writes as it is. */

const VERSION = '1.0.0';
const KEY = 'product_key';

export type JsonSchema = Readonly<Record<string, unknown>>;
type Responses = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Media {
  readonly schema: JsonSchema;
  readonly example: unknown;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path';
    readonly required: true;
    readonly description: string;
    readonly schema: JsonSchema;
    readonly example: string;
  }[];
  readonly requestBody?: {
    readonly required: true;
    readonly content: Readonly<Record<string, Media>>;
  };
  readonly responses: Responses;
}

export interface Document {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Responses;
    readonly securitySchemes: Readonly<Record<string, JsonSchema>>;
  };
}

export function documentOf(routes: readonly Route[], baseUrl: string): Document {
  const problems = [...new Set(routes.flatMap((route) => route.problems))].toSorted((a, b) => a - b);
  return {
    openapi: '3.1.0',
    info: {
      title: 'TSA: what products ask',
      version: VERSION,
      description:
        'May this person of support be in this tenant now, and what was done there. Questions are those of OpenID AuthZEN Authorization API 1.0. Whatever is not answered true lets nobody in.',
    },
    servers: [{ url: baseUrl }],
    paths: Object.fromEntries(routes.map((route) => [route.path, { [route.method]: operationOf(route) }])),
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      responses: Object.fromEntries(problems.map((status) => [problemName(status), problemResponse(status)])),
      securitySchemes: {
        [KEY]: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of this product, which the operator makes with `tsa keys`.',
        },
      },
    },
  };
}

function operationOf({ id, title, says, question, parameters, body, answer, problems }: Route): Operation {
  return {
    operationId: id,
    summary: title,
    description: says,
    security: question === null ? [] : [{ [KEY]: [] }],
    parameters: parameters.map(({ name, says: description, example }) => ({
      name,
      in: 'path',
      required: true,
      description,
      schema: { type: 'string' },
      example,
    })),
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: true as const,
            content: { 'application/json': { schema: schemaOf(body.form, 'input'), example: body.example } },
          },
        }),
    responses: {
      200: {
        description: answer.says,
        content: { [answer.type]: { schema: schemaOf(answer.form, 'output'), example: answer.example } },
      },
      ...Object.fromEntries(
        problems.map((status) => [status, { $ref: `#/components/responses/${problemName(status)}` }]),
      ),
    },
  };
}

function problemResponse(status: Problem): Readonly<Record<string, unknown>> {
  const wait = { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } };
  return {
    description: problemWords(status),
    ...(status === 429 ? { headers: wait } : {}),
    content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function problemName(status: Problem): string {
  return problemWords(status).replaceAll(' ', '');
}

function schemaOf(form: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(form, { io, target: 'draft-2020-12' });
  // What an answer will hold one day is no mistake of today's reader.
  return open(schema);
}

/** Objects may hold more than is named: readers ignore what they do not know. */
function open(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !(key === 'additionalProperties' && value === false))
      .map(([key, value]) => [key, opened(value)]),
  );
}

function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  return typeof value === 'object' && value !== null ? open({ ...value }) : value;
}
