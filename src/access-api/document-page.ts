import { html } from 'hono/html';
import { z } from 'zod';
import type { Document, JsonSchema, Media, Operation } from './document.ts';

/** The same description for people: one page, without scripts, and nothing from anywhere else. */

type Html = ReturnType<typeof html>;

export function documentPage(document: Document): Html {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const { info, components, servers } = document;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${info.title}</title>
        <link rel="stylesheet" href="openapi.css" />
      </head>
      <body>
        <main>
          <h1>${info.title}</h1>
          <p>${info.description}</p>
          <p>
            Base: <code>${servers[0]?.url ?? ''}</code>. For programs:
            <a href="openapi.json">openapi.json</a> (OpenAPI ${document.openapi}). Keys are sent as
            <code>Authorization: Bearer tsak_…</code>.
          </p>
          <nav>
            <ul>
              ${operations.map(
                ({ path, method, operation }) =>
                  html`<li>
                    <a href="#${operation.operationId}"><code>${method.toUpperCase()} ${path}</code></a>
                    ${operation.summary}
                  </li>`,
              )}
            </ul>
          </nav>
          ${operations.map(({ path, method, operation }) => section(path, method, operation))}
          <section id="problems">
            <h2>When it is not answered</h2>
            <p>
              Every other answer is a problem (RFC 9457) in <code>application/problem+json</code>. Whatever it
              is, let nobody in.
            </p>
            ${fieldsTable(components.schemas['Problem'] ?? {}, 'A problem')}
          </section>
        </main>
      </body>
    </html>`;
}

function section(path: string, method: string, operation: Operation): Html {
  const { operationId, summary, description, security, parameters, requestBody, responses } = operation;
  const request = Object.values(requestBody?.content ?? {})[0];
  const answer = mediaOf(responses['200'] ?? {});
  const others = Object.keys(responses).filter((status) => status !== '200');
  return html`<section id="${operationId}">
    <h2><code>${method.toUpperCase()} ${path}</code></h2>
    <p><strong>${summary}</strong></p>
    <p>${description}</p>
    <p>${security.length === 0 ? 'For everybody; no key is needed.' : 'Needs a key that is for this.'}</p>
    ${parameters.map(
      ({ name, description: says, example }) =>
        html`<p><code>{${name}}</code>: ${says} Such as <code>${example}</code>.</p>`,
    )}
    ${
      request === undefined
        ? null
        : html`<h3>What is sent</h3>
            ${fieldsTable(request.schema, 'What is sent')}${example(request)}`
    }
    <h3>What is answered</h3>
    ${fieldsTable(answer.schema, 'What is answered')}${example(answer)}
    ${
      others.length === 0
        ? null
        : html`<p>
            Or a <a href="#problems">problem</a>: ${others.map((status) => html`<code>${status}</code> `)}
          </p>`
    }
  </section>`;
}

const media = z.object({ schema: z.record(z.string(), z.unknown()), example: z.unknown() });

function mediaOf(response: Readonly<Record<string, unknown>>): Media {
  const content = z.object({ content: z.record(z.string(), media) }).safeParse(response);
  const [first] = content.success ? Object.values(content.data.content) : [];
  return first ?? { schema: {}, example: undefined };
}

const node = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  required: z.array(z.string()).optional(),
  items: z.record(z.string(), z.unknown()).optional(),
  anyOf: z.array(z.record(z.string(), z.unknown())).optional(),
});

interface Field {
  readonly name: string;
  readonly kind: string;
  readonly needed: boolean;
  readonly says: string;
}

function fieldsTable(schema: JsonSchema, of: string): Html | null {
  const fields = fieldsOf(schema, '');
  if (fields.length === 0) return null;
  return html`<div class="scroll" role="group" aria-label="${of}: fields" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Kind</th>
          <th scope="col">Says</th>
        </tr>
      </thead>
      <tbody>
        ${fields.map(
          ({ name, kind, needed, says }) =>
            html`<tr>
              <th scope="row"><code>${name}</code></th>
              <td>${kind}${needed ? '' : ', may be left out'}</td>
              <td>${says}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Every field by its whole name; of several forms, those of each. */
function fieldsOf(schema: JsonSchema, under: string): readonly Field[] {
  const { properties = {}, required = [], items, anyOf = [] } = node.parse(schema);
  const own = Object.entries(properties).flatMap(([name, inner]) => {
    const whole = `${under}${name}`;
    const { description = '' } = node.parse(inner);
    const field = { name: whole, kind: kindOf(inner), needed: required.includes(name), says: description };
    return [field, ...fieldsOf(inner, `${whole}.`)];
  });
  const each = items === undefined ? [] : fieldsOf(items, `${under.replace(/\.$/, '')}[].`);
  const all = [...own, ...each, ...anyOf.flatMap((form) => fieldsOf(form, under))];
  return all.filter(({ name }, i) => all.findIndex((other) => other.name === name) === i);
}

function kindOf(schema: JsonSchema): string {
  const { type, enum: values, anyOf } = node.parse(schema);
  if (values !== undefined) return values.map(String).join(' | ');
  if (anyOf !== undefined) return [...new Set(anyOf.map(kindOf))].join(' or ');
  return type === undefined ? 'anything' : [type].flat().join(' or ');
}

function example({ example: one }: Media): Html {
  return html`<pre tabindex="0">${JSON.stringify(one, null, 2)}</pre>`;
}
