import { z } from 'zod';

/** What is read of SCIM's resources (RFC 7643). Attribute names are case-insensitive there, so they are lowered first. */

const text = z.string().min(1);
const maybe = text.nullish().transform((value) => value ?? null);
/** Some services write truth as text. */
const truth = z.union([z.boolean(), z.string().transform((word) => word.toLowerCase() !== 'false')]);

const user = z.object({
  id: text,
  externalid: maybe,
  username: maybe,
  displayname: maybe,
  active: truth.nullish().transform((value) => value ?? true),
  emails: z
    .array(z.object({ value: maybe }))
    .nullish()
    .transform((all) => (all ?? []).flatMap(({ value }) => value ?? [])),
});
export type User = z.infer<typeof user>;

const group = z.object({
  id: text,
  displayname: maybe,
  members: z
    .array(z.object({ value: text }))
    .nullish()
    .transform((all) => (all ?? []).map(({ value }) => value)),
  meta: z
    .object({ version: maybe })
    .nullish()
    .transform((meta) => meta?.version ?? null),
});
/** A group as it was read; `version` is its ETag, where there is one. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly members: readonly string[];
  readonly version: string | null;
}

const listed = z.object({
  totalresults: z.int().min(0),
  itemsperpage: z
    .int()
    .min(0)
    .nullish()
    .transform((count) => count ?? null),
  resources: z
    .array(z.unknown())
    .nullish()
    .transform((all) => all ?? []),
});

/** One page of a list of users; `null` where it is none. */
export function usersOf(json: unknown): { readonly total: number; readonly users: readonly User[] } | null {
  const found = listed.safeParse(lowered(json));
  if (!found.success) return null;
  const users = z.array(user).safeParse(found.data.resources);
  return users.success ? { total: found.data.totalresults, users: users.data } : null;
}

export function groupOf(json: unknown, etag: string | null): Group | null {
  const found = group.safeParse(lowered(json));
  if (!found.success) return null;
  const { id, displayname, members, meta } = found.data;
  return { id, name: displayname ?? id, members: [...new Set(members)], version: etag ?? meta };
}

/** A copy with every name in lower case. */
function lowered(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(lowered);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]: [string, unknown]) => [name.toLowerCase(), lowered(value)]),
  );
}
