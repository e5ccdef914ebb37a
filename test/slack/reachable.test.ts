import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/access/command.ts';
import { decide } from '../../src/access/decide.ts';
import { evolve } from '../../src/access/evolve.ts';
import type { RequestCommandType } from '../../src/access/permits.ts';
import { permits, PHASES } from '../../src/access/permits.ts';
import { mayRead, visibleTo, worldTo } from '../../src/access/reading.ts';
import { NOTHING_RELATED } from '../../src/access/related-requests.ts';
import type { Access } from '../../src/access/state.ts';
import { userElsewhere } from '../../src/access/whose.ts';
import type { Recorded } from '../../src/ledger/history.ts';
import { owe } from '../../src/notifications/owe.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { buttonsFor } from '../../src/slack/messages/buttons.ts';
import type { Facts } from '../../src/slack/messages/facts.ts';
import { factsAt } from '../../src/slack/messages/facts.ts';
import { person, T0 } from '../support/access-fixtures.ts';
import type { Act } from '../support/permission-acts.ts';
import { ACTS } from '../support/permission-acts.ts';
import { CAST } from '../support/permission-states.ts';
import { ELSEWHERE, everybody, worldWith } from '../support/permission-trial.ts';
import type { Kind } from '../support/permissions.ts';
import { ACTIONS, KINDS, may } from '../support/permissions.ts';

/** Whatever the table lets somebody do, they find: a command of that name, or a button where they read. */

const loaded = loadPolicy(new URL('../../sandbox/policy.yml', import.meta.url).pathname);
if (!loaded.ok) throw new Error('the sandbox has no policy');
const world = worldWith(everybody(loaded.policy));
const TENANT = 'case-0';

/** A life on paper: the request, and every place that was ever told of it. */
async function life(
  act: Act,
  kind: Kind,
): Promise<{ state: Access | null; now: number; events: Recorded[]; told: Set<string> }> {
  const told = new Set<string>();
  const events: Recorded[] = [];
  let state: Access | null = null;
  const put = (by: Kind, command: Command): Promise<number> => {
    const decision = decide(command, state, {
      actor: person(CAST[by]),
      world,
      related: NOTHING_RELATED,
      now: T0,
    });
    for (const event of decision.events) {
      const after = evolve(state, event, T0);
      for (const { destination } of owe({ no: 1, event, before: state, after }, world, T0))
        told.add(destination);
      const { version } = after;
      events.push({ seq: version, no: 1, version, actor: CAST[by], at: T0, hash: '', event });
      state = after;
    }
    return Promise.resolve(1);
  };
  await act.given({ tenantId: TENANT, put }, kind);
  return { state, now: T0 + (act.afterMs ?? 0), events, told };
}

type Draw = typeof buttonsFor;

/** The buttons that this person is shown: in messages that they get, in channels that are told, and in the record. */
async function shownTo(act: Act, kind: Kind, actor: string, draw: Draw): Promise<ReadonlySet<string>> {
  const { state, now, events, told } = await life(act, kind);
  if (state === null) return new Set();
  const record = { no: 1, state, events };
  const reads = [...told].filter((place) => place === `person:${actor}` || place.startsWith('channel:'));
  const audience = mayRead(world, state, actor);
  const looksUp: Facts[] =
    audience === null
      ? []
      : [
          {
            ...visibleTo(audience, record, world.policy),
            ...{ destination: `person:${actor}`, place: 'record', world: worldTo(audience, world), now },
          },
        ];
  const facts = [...reads.map((place) => factsAt(record, place, world, now)), ...looksUp];
  return new Set(facts.flatMap((one) => draw(one).map(({ action_id: id = '' }) => id)));
}

/** Who acts as that kind here: an emergency's grantee is whoever declared it, and the contact is of another workspace. */
function actorOf({ emergency }: Act, kind: Kind): string {
  if (kind === 'contact') return userElsewhere(CAST.contact, ELSEWHERE);
  return emergency === true && kind === 'grantee' ? CAST.requester : CAST[kind];
}

async function unreachable(draw: Draw): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const action of ACTIONS) {
    const act = ACTS[action];
    if (act.ways.some(({ command }) => command !== undefined)) continue;
    for (const kind of KINDS.filter((one) => may(action, one) === 'yes')) {
      const shown = await shownTo(act, kind, actorOf(act, kind), draw);
      for (const { button = '' } of act.ways)
        if (!shown.has(button)) missing.push(`${kind}: ${action} (${button})`);
    }
  }
  return missing;
}

describe('Every yes of the table', () => {
  it('can be reached by whoever it is for, from a command or a screen', async () => {
    expect(await unreachable(buttonsFor)).toEqual([]);
  });

  it('would be missed if it could not', async () => {
    const without = await unreachable((facts) =>
      buttonsFor(facts).filter(({ action_id: id }) => id !== 'tsa_hand_over'),
    );
    expect(without).toEqual(['owner: hand over (tsa_hand_over)', 'admin: hand over (tsa_hand_over)']);
  });
});

describe('The table', () => {
  it.each(ACTIONS)('says of everybody what the rules say: %s', async (action) => {
    const act = ACTS[action];
    for (const kind of KINDS)
      for (const { handled } of act.ways) {
        const type = handled?.[0];
        if (type === undefined || !isAboutRequest(type)) continue;
        const { state, now } = await life(act, kind);
        if (state === null) throw new Error('nothing was filed');
        const refusal = permits(type, state, { actor: person(actorOf(act, kind)), world, now });
        expect([kind, refusal === null]).toEqual([kind, may(action, kind) !== 'no']);
      }
  });
});

function isAboutRequest(type: Command['type']): type is RequestCommandType {
  return type in PHASES;
}
