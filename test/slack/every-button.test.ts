import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/access/command.ts';
import { decide } from '../../src/access/decide.ts';
import { dueCommand } from '../../src/access/due.ts';
import { evolve } from '../../src/access/evolve.ts';
import type { Actor, World } from '../../src/access/people.ts';
import { actorName } from '../../src/access/people.ts';
import type { Place } from '../../src/access/offers.ts';
import { lastAccess } from '../../src/access/product-access.ts';
import { channelReadsAs, mayRead, visibleTo, worldTo } from '../../src/access/reading.ts';
import { NOTHING_RELATED } from '../../src/access/related-requests.ts';
import type { Access } from '../../src/access/state.ts';
import { NOTHING_TYPED } from '../../src/http/views/request-view.ts';
import { offerOf } from '../../src/http/views/offer.ts';
import { recordPage } from '../../src/http/views/tenant-view.ts';
import type { FullRecord, Recorded } from '../../src/ledger/history.ts';
import type { Link } from '../../src/ledger/links.ts';
import { buttonsFor } from '../../src/slack/messages/buttons.ts';
import type { Facts } from '../../src/slack/messages/facts.ts';
import { factsAt } from '../../src/slack/messages/facts.ts';
import * as f from '../support/access-fixtures.ts';
import { console_, WITH_PRODUCT } from '../support/product-story.ts';
import { BUTTONS, pressed, refusedFor } from '../support/presses.ts';
import type { Roll } from '../support/random-commands.ts';
import {
  dice,
  inUse,
  nextMoment,
  pick,
  sensible,
  STRICT_WORLDS,
  WORLDS,
} from '../support/random-commands.ts';

/** Whatever is offered anywhere, to anybody, in any life: pressing it does something, for whoever it is offered to. */

const LIVES = 500;
const STEPS = 9;

const READERS: readonly string[] = [
  ...[f.RITA, f.GUS, f.OLA, f.ANN, f.ABE, f.DEB, f.DOT, f.ADA, f.EVE, f.EMI, f.OTTO, f.CARL],
  ...Object.keys(f.INELIGIBLE),
];
const THEIRS = 'CTHEIRS';

/** A moment of a life: the request as the ledger tells it, and the world around it. */
interface Scene {
  readonly record: FullRecord;
  readonly world: World;
  readonly now: number;
}

type Draw = (facts: Facts) => readonly { readonly action_id?: string; readonly value?: string }[];

/** Everything that is offered somewhere and would be refused to whoever takes it up; and what was offered at all. */
async function deadIn(scene: Scene, draw: Draw, seen: Set<string>): Promise<readonly string[]> {
  return [
    ...deadInMessages(scene, draw, seen),
    ...deadInChannels(scene, draw, seen),
    ...(await deadOnPages(scene, seen)),
  ];
}

function deadInMessages({ record, world, now }: Scene, draw: Draw, seen: Set<string>): readonly string[] {
  const { state } = record;
  return READERS.flatMap((user) =>
    (['messages', 'record'] as const).flatMap((place) => {
      const facts = factsFor({ record, world, now }, user, place);
      if (facts === null) return [];
      return draw(facts).flatMap(({ action_id: action = '', value = '' }) => {
        seen.add(action);
        const no = pressed(action, value, state, { actor: f.person(user), world, now });
        return no === null ? [] : [`${action} in the ${place} of ${user}, ${state.phase}: ${no.reason}`];
      });
    }),
  );
}

function factsFor({ record, world, now }: Scene, user: string, place: Place): Facts | null {
  if (place === 'messages') return factsAt(record, `person:${user}`, world, now);
  const audience = mayRead(world, record.state, user);
  if (audience === null) return null;
  const visible = visibleTo(audience, record, world.policy);
  return { ...visible, destination: `person:${user}`, place, world: worldTo(audience, world), now };
}

/** A channel is read by many: at least somebody who may be there must be right to press what stands there. */
function deadInChannels({ record, world, now }: Scene, draw: Draw, seen: Set<string>): readonly string[] {
  const { state } = record;
  return ['CALERT', THEIRS].flatMap((channel) => {
    const ours = channelReadsAs(world, state, channel) === 'ours';
    const contacts = world.policy.tenants.get(state.tenant.id)?.contacts ?? [];
    const there = [...(ours ? READERS : []), f.OTTO, ...contacts.flatMap(({ slack }) => slack ?? [])];
    return draw(factsAt(record, `channel:${channel}`, world, now)).flatMap(
      ({ action_id: action = '', value = '' }) => {
        seen.add(action);
        const nos = there.map((user) => pressed(action, value, state, { actor: f.person(user), world, now }));
        return nos.includes(null)
          ? []
          : [`${action} in ${channel}, ${state.phase}: ${nos[0]?.reason ?? 'nobody'}`];
      },
    );
  });
}

const ON_PAGES: Readonly<Record<string, Command>> = {
  report: { type: 'report_unexpected' },
  revoke: { type: 'revoke', reason: 'Taken back on the page.' },
  cancel: { type: 'cancel', reason: '' },
};

/** The page of the tenant, and the links that were mailed about the request. */
async function deadOnPages({ record, world, now }: Scene, seen: Set<string>): Promise<readonly string[]> {
  const { no, state } = record;
  const tenant = world.policy.tenants.get(state.tenant.id);
  if (tenant === undefined) return [];
  const actor: Actor = { kind: 'contact', email: f.CARA };
  const facts = { tenant, at: '/t', expiresAt: now, now, world, nameOf: (user: string) => user };
  const done = { count: 0, newest: [] };
  const theirs = visibleTo('customer', record, world.policy);
  const page = (await recordPage(theirs, done, facts, NOTHING_TYPED, f.CARA)).toString();
  const onPage = [...page.matchAll(/value="(report|revoke|cancel)"/g)].map(([, answer = '']) => answer);
  const asked: readonly (readonly [Link['purpose'], readonly Command[]])[] = [
    [
      'consent',
      [
        { type: 'approve', read: record.state.askedIn, less: null, typedTenantId: null },
        { type: 'deny', reason: 'Not now, please.' },
      ],
    ],
    [
      'extension',
      [
        { type: 'approve_extension', version: moreTime(state), typedTenantId: null },
        { type: 'deny_extension', reason: 'Not now, please.' },
      ],
    ],
    ['cancel', [{ type: 'cancel', reason: '' }]],
    ['report', [{ type: 'report_unexpected' }]],
  ];
  const byLink = asked.flatMap(([purpose, commands]) => {
    const version = purpose === 'extension' ? moreTime(state) : state.version;
    const about = { email: f.CARA, tenantId: state.tenant.id, requestNo: no, version, expiresAt: now + 1 };
    const open = offerOf({ ...about, purpose, state: 'open' }, record, world, now).kind === 'open';
    return open ? commands : [];
  });
  return [...onPage.flatMap((answer) => ON_PAGES[answer] ?? []), ...byLink].flatMap((command) => {
    seen.add(`page: ${command.type}`);
    const refusal = refusedFor(command, state, { actor, world, now });
    return refusal === null ? [] : [`${command.type} on a page, ${state.phase}: ${refusal.reason}`];
  });
}

function moreTime(state: Access): number {
  return state.phase === 'active' ? (state.extension?.version ?? 0) : 0;
}

/** So many lives as they may go, each moment of them. */
function* lives(count: number): Generator<Scene> {
  for (let seed = 0; seed < count; seed += 1) {
    const roll = dice(seed);
    const worlds = roll(2) === 0 ? WORLDS : STRICT_WORLDS;
    const other = pick(roll, worlds);
    const life: { state: Access | null; events: readonly Recorded[]; now: number } = {
      state: null,
      events: [],
      now: f.T0,
    };
    const happen = (who: Actor | string, command: Command, world: World): void => {
      const actor = typeof who === 'string' ? f.person(who) : who;
      const context = { actor, world, related: NOTHING_RELATED, now: life.now };
      for (const event of decide(command, life.state, context).events) {
        const state = evolve(life.state, event, life.now);
        const where = { seq: life.events.length + 1, no: 1, version: state.version, at: life.now, hash: '' };
        life.events = [...life.events, { ...where, actor: actorName(actor), event }];
        life.state = state;
      }
    };
    const product = roll(3) === 0;
    const begun = roll(3) === 0 ? inUse(roll) : [];
    for (const [who, command] of begun) happen(who, command, around(worlds[0], product));
    for (let step = 0; step < STEPS; step += 1) {
      const world = around(roll(3) === 0 ? other : worlds[0], product);
      if (life.state !== null) life.now = nextMoment(life.state, life.now, roll);
      const due = life.state === null ? null : dueCommand(life.state, life.now);
      if (due !== null && roll(2) === 0) happen(f.timer, due, world);
      happen(...sensible(life.state, world, life.now, roll), world);
      const access = life.state === null ? undefined : lastAccess(life.state);
      if (access !== undefined && roll(4) > 0) happen(console_, answer(access.id, roll), world);
      const { state, events, now } = life;
      if (state !== null) yield { record: { no: 1, state, events }, world, now };
    }
  }
}

/** What a product may say of an access. */
function answer(access: number, roll: Roll): Command {
  return pick<Command>(roll, [
    { type: 'confirm_open', access, receipt: 'r', handle: null },
    { type: 'confirm_open', access, receipt: 'r', handle: null },
    { type: 'miss_access', access },
    { type: 'note_no_answer', access, words: 'No answer.' },
    { type: 'confirm_close', access, receipt: 'r' },
  ]);
}

/** One of the tenants has a channel, so that both places are walked; and where a product opens the access, it does in all. */
function around(world: World, product: boolean): World {
  const { policy } = world;
  const tenants = [...policy.tenants.values()].map((tenant) => ({
    ...tenant,
    channel: tenant.id === 'bolt' ? THEIRS : tenant.channel,
    access: product ? 'console' : tenant.access,
  }));
  const connectors = product ? (WITH_PRODUCT.policy?.connectors ?? policy.connectors) : policy.connectors;
  return {
    ...world,
    policy: { ...policy, connectors, tenants: new Map(tenants.map((one) => [one.id, one])) },
  };
}

describe('Every button', () => {
  it('that anybody is shown anywhere does something when they press it', async () => {
    const seen = new Set<string>();
    const dead = new Set<string>();
    for (const scene of lives(LIVES)) for (const one of await deadIn(scene, buttonsFor, seen)) dead.add(one);
    expect([...dead]).toEqual([]);
    expect(BUTTONS.filter((action) => !seen.has(action))).toEqual([]);
    expect([...seen].filter((one) => one.startsWith('page:')).sort()).toEqual([
      'page: approve',
      'page: approve_extension',
      'page: cancel',
      'page: deny',
      'page: deny_extension',
      'page: report_unexpected',
      'page: revoke',
    ]);
  }, 120_000);

  it.each([
    ['Approve, to everybody', 'tsa_approve', () => true],
    ['Start session, to whoever asked', 'tsa_start', (user: string) => user === f.RITA],
    ['Revoke, to a bystander', 'tsa_revoke', (user: string) => user === f.OTTO],
    [
      'Confirm the emergency, in the customer’s channel',
      'tsa_confirm_emergency',
      (user: string) => user === THEIRS,
    ],
  ])('would be found if it did not: %s', async (_, action, to) => {
    const planted: Draw = (facts) => [
      ...buttonsFor(facts),
      ...(to(facts.destination.replace(/^(?:person|channel):/, ''))
        ? [{ action_id: action, value: '1' }]
        : []),
    ];
    const dead = await Promise.all([...lives(20)].map((scene) => deadIn(scene, planted, new Set())));
    expect(dead.flat().join('\n')).toContain(action);
  });
});
