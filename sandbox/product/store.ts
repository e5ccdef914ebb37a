import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** What the product keeps of support's access: in memory, and in a file if it is given one, whole after every change. */

export const access = z.object({
  id: z.string(),
  session: z.string(),
  tenant: z.object({ id: z.string() }),
  scope: z.object({ id: z.string(), name: z.string() }),
  grantee: z.object({ slack_id: z.string(), email: z.string().nullable(), name: z.string() }),
  reason: z.string(),
  notBefore: z.string(),
  notAfter: z.string(),
});
export type Access = z.infer<typeof access>;

const kept = z.object({
  /** What was opened, and not closed. Its end stands in it: nobody has to come and end it. */
  accesses: z.array(access),
  /** What was closed is never opened again, in whatever order calls arrive. */
  closed: z.array(z.string()),
  receipts: z.record(z.string(), z.string()),
  owed: z.record(z.string(), z.array(z.record(z.string(), z.string()))),
});

export interface Store {
  /** Opens it, or makes it longer; never shorter. Gives the receipt: the same for the same access and end. */
  open(one: Access): string;
  close(id: string): string;
  has(id: string): boolean;
  isClosed(id: string): boolean;
  /** As if it had never been: for bad days. */
  forget(id: string): void;
  /** Who is in at that instant, half-open. */
  opened(at: number): readonly Access[];
  /** Actions that TSA is yet to hear of, by session. */
  owe(session: string, action: Readonly<Record<string, string>>): void;
  owed(): readonly (readonly [session: string, actions: readonly Readonly<Record<string, string>>[]])[];
  told(session: string, actions: readonly Readonly<Record<string, string>>[]): void;
}

export function createStore(file: string | null): Store {
  const state: z.infer<typeof kept> =
    file !== null && existsSync(file)
      ? kept.parse(JSON.parse(readFileSync(file, 'utf8')))
      : { accesses: [], closed: [], receipts: {}, owed: {} };

  function save(): void {
    if (file === null) return;
    // Written beside and put in its place: a reader finds the old one or the new one, never half of one.
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  }

  function receipt(what: string): string {
    state.receipts[what] ??= `console-${Object.keys(state.receipts).length + 1}`;
    save();
    return state.receipts[what];
  }

  return {
    open(one) {
      const before = state.accesses.find(({ id }) => id === one.id);
      const longest = before !== undefined && before.notAfter > one.notAfter ? before : one;
      state.accesses = [...state.accesses.filter(({ id }) => id !== one.id), longest];
      return receipt(`${one.id} open until ${one.notAfter}`);
    },
    close(id) {
      state.accesses = state.accesses.filter((one) => one.id !== id);
      if (!state.closed.includes(id)) state.closed.push(id);
      return receipt(`${id} closed`);
    },
    has: (id) => state.accesses.some((one) => one.id === id),
    isClosed: (id) => state.closed.includes(id),
    forget(id) {
      state.accesses = state.accesses.filter((one) => one.id !== id);
      save();
    },
    opened: (at) =>
      state.accesses.filter(
        ({ notBefore, notAfter }) => Date.parse(notBefore) <= at && at < Date.parse(notAfter),
      ),
    owe(session, action) {
      state.owed[session] = [...(state.owed[session] ?? []), action];
      save();
    },
    owed: () => Object.entries(state.owed).filter(([, actions]) => actions.length > 0),
    told(session, actions) {
      const ids = new Set(actions.map((action) => action['id']));
      state.owed[session] = (state.owed[session] ?? []).filter((action) => !ids.has(action['id']));
      save();
    },
  };
}
