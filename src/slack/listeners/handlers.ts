import type { Slice } from '../context.ts';

type Handler<K extends keyof Slice> = NonNullable<Slice[K]>[string];

/** What all slices answer to: by kind of payload, and by the id under which Slack reports it. */
export type Handlers = { readonly [K in keyof Slice]-?: ReadonlyMap<string, Handler<K>> };

/**
 * All slices' handlers, in one table for each kind. @throws when two slices claim the same id: that is a mistake in the
 * program.
 */
export function handlersOf(slices: readonly Slice[]): Handlers {
  return {
    commands: merge(slices.map((slice) => slice.commands)),
    actions: merge(slices.map((slice) => slice.actions)),
    submissions: merge(slices.map((slice) => slice.submissions)),
    suggestions: merge(slices.map((slice) => slice.suggestions)),
    shortcuts: merge(slices.map((slice) => slice.shortcuts)),
  };
}

function merge<T>(parts: readonly (Readonly<Record<string, T>> | undefined)[]): ReadonlyMap<string, T> {
  const all = new Map<string, T>();
  for (const [id, handler] of parts.flatMap((part) => Object.entries(part ?? {}))) {
    if (all.has(id)) throw new Error(`two slices answer to ${id}`);
    all.set(id, handler);
  }
  return all;
}
