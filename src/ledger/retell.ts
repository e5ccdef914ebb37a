import { evolve } from '../access/evolve.ts';
import { unlawful } from '../access/lawful.ts';
import type { Access } from '../access/state.ts';
import { parseRecorded } from './history.ts';
import { projectRequest } from './project.ts';
import type { LedgerRow, RequestRow } from './tables.ts';

/** Where a request stands by its events alone, and the row that must show it. */
export interface Retold {
  readonly state: Access;
  readonly row: RequestRow;
}

/** One more event of that request. @throws when it is none that the rules could have written there */
export function retell(before: Retold | null, event: LedgerRow): Retold {
  const recorded = parseRecorded(event);
  const wrong = unlawful(before?.state ?? null, recorded.event, recorded.at);
  if (wrong !== null) throw new Error(`the rules could not have written it: ${wrong}`);
  const state = evolve(before?.state ?? null, recorded.event, recorded.at);
  if (state.version !== recorded.version)
    throw new Error(`it is version ${recorded.version} of its request where ${state.version} was next`);
  return { state, row: projectRequest(recorded.no, state, before?.row ?? null) };
}

/** Is that what is shown? Column by column, in whatever order. */
export function sameRow(a: object, b: object): boolean {
  return keyed(a) === keyed(b);
}

/** Are those the rows that are shown? In whatever order. */
export function sameRows(a: readonly object[], b: readonly object[]): boolean {
  return a.map(keyed).sort().join() === b.map(keyed).sort().join();
}

function keyed(row: object): string {
  return JSON.stringify(Object.entries(row).sort(([x], [y]) => (x < y ? -1 : 1)));
}
