import { hostname, userInfo } from 'node:os';
import { systemClock } from './clock.ts';
import { openDatabase } from './database.ts';
import { openForReading } from './ledger/open.ts';
import type { OrderOutcome, RefusedPlace } from './outbox/refused.ts';
import { carryOut, refusedPlaces } from './outbox/refused.ts';
import { ATTENTION, NOT_DONE, WELL } from './outcome.ts';

/** `tsa owed`: the places that take no messages, and what is done with what is owed there. */

/** What is asked for. */
export type OwedOrder =
  | { readonly what: 'list' }
  | { readonly what: 'drop'; readonly place: string }
  | { readonly what: 'redirect'; readonly place: string; readonly to: string };

/** The words after `owed`; `null` when they are not understood. */
export function readOwedOrder([what, place, to, ...more]: readonly string[]): OwedOrder | null {
  if (more.length > 0) return null;
  if (what === 'list' && place === undefined) return { what };
  if (what === 'drop' && place !== undefined && to === undefined) return { what, place };
  return what === 'redirect' && place !== undefined && to !== undefined ? { what, place, to } : null;
}

/** Does it, and says so; the exit code. */
export async function owed(database: string, order: OwedOrder): Promise<number> {
  const places = await look(database);
  if (order.what === 'list') {
    sayPlaces(places);
    return places.length === 0 ? WELL : ATTENTION;
  }
  const to = order.what === 'redirect' ? order.to : null;
  const ledger = openDatabase(database);
  try {
    const by = `operator:${userInfo().username}@${hostname()}`;
    const outcome = await ledger.write((tx) =>
      carryOut(tx, { place: order.place, to, by }, systemClock.now()),
    );
    if ('notDone' in outcome) {
      console.error(`Nothing was changed: ${why(outcome.notDone, order.place, to)}`);
      return NOT_DONE;
    }
    const done = to === null ? `given up` : `owed to ${to} now, and sent when the program runs`;
    console.log(`${outcome.done} messages to ${order.place} are ${done}. The ledger says who did it: ${by}.`);
    return WELL;
  } finally {
    await ledger.close();
  }
}

/** There must be such a ledger: none is begun by mistake. */
async function look(database: string): Promise<readonly RefusedPlace[]> {
  const ledger = openForReading(database);
  try {
    return await refusedPlaces(ledger.db);
  } finally {
    await ledger.close();
  }
}

/** For the doctor, too. */
export function placeLines(places: readonly RefusedPlace[]): readonly string[] {
  return places.map(({ place, waiting, lost, at, why: said }) => {
    const when = new Date(at).toISOString();
    const parts = [
      ...(waiting > 0 ? [`${waiting} wait since ${when}`] : []),
      ...(lost > 0 ? [`${lost} refused for good${waiting > 0 ? '' : `, the last ${when}`}`] : []),
    ];
    return `${place}: ${parts.join('; ')} (${said})`;
  });
}

function sayPlaces(places: readonly RefusedPlace[]): void {
  console.log(`Places that take no messages: ${places.length === 0 ? 'none' : places.length}`);
  for (const line of placeLines(places)) console.log(`  ${line}`);
  if (places.length === 0) return;
  console.log(
    [
      '',
      'If a place can be mended (invite the app to the channel), do that: what waits then goes there by itself.',
      'Otherwise stop the program, and either give up what is owed there, or send it elsewhere:',
      '  npm run -s tsa -- owed drop PLACE',
      '  npm run -s tsa -- owed redirect PLACE channel:C0123456789',
    ].join('\n'),
  );
}

function why(
  reason: Extract<OrderOutcome, { notDone: unknown }>['notDone'],
  place: string,
  to: string | null,
): string {
  switch (reason) {
    case 'nothing_refused':
      return `${place} did not refuse anything. See which places did: npm run -s tsa -- owed list`;
    case 'not_a_place':
      return `${to ?? ''} is no place in Slack. Write it like channel:C0123456789 or person:U0123456789.`;
    case 'same_place':
      return 'that is the same place. Name another one.';
    case 'only_dropped':
      return `what is owed to ${place} is for nobody else. Mend the address in the policy, and drop what is owed to the old one.`;
    case 'refuses_too':
      return `${to ?? ''} takes no messages either. Name another place.`;
  }
}
