import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, ProductCommand } from '../../src/access/command.ts';
import { decide } from '../../src/access/decide.ts';
import { dueCommand } from '../../src/access/due.ts';
import { evolve } from '../../src/access/evolve.ts';
import { unlawful } from '../../src/access/lawful.ts';
import type { Actor } from '../../src/access/people.ts';
import type { ProductAccess } from '../../src/access/product-access.ts';
import { permits } from '../../src/access/permits.ts';
import { owesCall } from '../../src/access/product-access.ts';
import { NOTHING_RELATED } from '../../src/access/related-requests.ts';
import type { Access } from '../../src/access/state.ts';
import { approve, end, extend, file, revoke, start } from '../support/access-commands.ts';
import { ANN, GUS, HOUR, MINUTE, OLA, person, RITA, T0, timer, worldOf } from '../support/access-fixtures.ts';
import { console_, WITH_PRODUCT } from '../support/product-story.ts';
import type { Roll } from '../support/random-commands.ts';
import { dice, pick } from '../support/random-commands.ts';

/** Sessions beside each other, and a product that answers, refuses, loses answers and forgets: in the end both say the same. */

const LIVES = 10_000;
const world = worldOf(WITH_PRODUCT);

/** A product as it should be: an id has one effect, the end is held, and what was closed stays closed. */
interface Product {
  readonly open: Map<string, number>;
  readonly closed: Set<string>;
}

interface One {
  readonly no: number;
  state: Access | null;
  /** Receipts that the product gave, by access and what for. */
  readonly receipts: Set<string>;
}

interface Life {
  readonly all: readonly One[];
  readonly product: Product;
  now: number;
}

const seen = new Set<string>();

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function act(life: Life, one: One, actor: Actor, command: Command): boolean {
  const { now } = life;
  const { events, refusal } = decide(command, one.state, { actor, world, related: NOTHING_RELATED, now });
  for (const event of events) {
    seen.add(event.type);
    must(unlawful(one.state, event, now) === null, 'what the rules write is lawful');
    if (event.type === 'access.opened')
      must(one.receipts.has(`${event.access} open`), 'open is what has a receipt');
    if (event.type === 'access.closed')
      must(one.receipts.has(`${event.access} close`), 'closed is what has a receipt');
    if (event.type === 'session.started')
      must(one.state?.accesses.at(-1)?.is.kind === 'open', 'nobody is in before the product has let them in');
    one.state = evolve(one.state, event, now);
  }
  return refusal === null;
}

const idOf = (one: One, access: ProductAccess): string => `${one.no}.${access.id}`;
const isIn = ({ product, now }: Life, id: string): boolean => (product.open.get(id) ?? 0) > now;

/** One call, as the carrier makes it; what becomes of it, and of its answer, is chance. */
function call(
  life: Life,
  one: One,
  access: ProductAccess,
  luck: 'done' | 'answer_lost' | 'refused' | 'down',
): void {
  const { product } = life;
  const id = idOf(one, access);
  const { is } = access;
  const say = (command: ProductCommand): void => void act(life, one, console_, command);
  const about = { access: access.id };
  if (luck === 'down') {
    say({ ...about, type: 'note_no_answer', words: 'down' });
    return;
  }
  if (is.kind === 'opening' || is.kind === 'open') {
    const later = is.kind === 'open' ? is.later : access.notAfter;
    // What it has done, and only its answer was lost, it does not refuse when it is asked again: the id has one effect.
    const isDone = later !== null && product.open.get(id) === later;
    if ((luck === 'refused' && !isDone) || product.closed.has(id) || later === null || life.now >= later) {
      if (is.kind === 'opening') say({ ...about, type: 'refuse_open', words: 'no' });
      else say({ ...about, type: 'refuse_extension', words: 'no' });
      return;
    }
    product.open.set(id, Math.max(product.open.get(id) ?? 0, later));
    if (luck === 'answer_lost') return;
    if (is.kind === 'opening') {
      one.receipts.add(`${access.id} open`);
      say({ ...about, type: 'confirm_open', receipt: 'r', handle: null });
    } else say({ ...about, type: 'confirm_extension', notAfter: later, receipt: 'r' });
    return;
  }
  product.open.delete(id);
  product.closed.add(id);
  if (luck === 'answer_lost') return;
  one.receipts.add(`${access.id} close`);
  say({ ...about, type: 'confirm_close', receipt: 'r' });
}

/** What is in the product is known here, and what is said to be gone is. */
function watch(life: Life): void {
  for (const one of life.all)
    for (const access of one.state?.accesses ?? []) {
      const kind = access.is.kind;
      if (kind === 'closed')
        must(!isIn(life, idOf(one, access)), 'nobody is in with what the product confirmed closed');
      const over = one.state?.phase !== 'active' && one.state?.phase !== 'approved';
      if (over) must(!['opening', 'open', 'missing'].includes(kind), 'what is over is being closed');
    }
}

function step(life: Life, roll: Roll): void {
  const one = pick(roll, life.all);
  const { state } = one;
  const gus = person(GUS);
  if (roll(4) === 0) life.now += pick(roll, [1_000, 30_000, MINUTE, 2 * MINUTE, 20 * MINUTE, HOUR]);
  if (roll(2) === 0) {
    const owed = (one.state?.accesses ?? []).filter(owesCall);
    if (owed.length > 0)
      call(life, one, pick(roll, owed), pick(roll, ['done', 'done', 'answer_lost', 'refused', 'down']));
    return;
  }
  if (state === null) {
    act(life, one, person(RITA), file({ durationMs: HOUR }));
    act(life, one, person(ANN), approve());
    return;
  }
  const due = dueCommand(state, life.now);
  if (due !== null && roll(2) === 0) act(life, one, timer, due);
  else if (state.phase === 'approved')
    act(life, one, roll(6) === 0 ? person(ANN) : gus, roll(6) === 0 ? revoke : start);
  else if (state.phase === 'active') {
    const open = state.accesses.at(-1);
    switch (roll(7)) {
      case 0:
        act(life, one, gus, end);
        return;
      case 1:
        act(life, one, person(ANN), revoke);
        return;
      case 2:
        act(life, one, gus, extend(HOUR));
        return;
      case 3:
        act(life, one, person(ANN), {
          type: 'approve_extension',
          version: state.extension?.version ?? 0,
          typedTenantId: null,
        });
        return;
      case 4:
        // The product loses it, and says so in its list.
        if (open?.is.kind === 'open' && open.is.later === null) {
          life.product.open.delete(idOf(one, open));
          act(life, one, console_, { type: 'miss_access', access: open.id });
        }
        return;
      case 5:
        act(life, one, gus, { type: 'open_again' });
        return;
      default:
        if (roll(4) === 0) act(life, one, timer, { type: 'end_in_doubt' });
    }
  } else if (roll(8) === 0)
    act(life, one, person(OLA), { type: 'close_by_hand', note: 'Looked, and removed it.' });
}

/** The product works again, and all that is owed is carried; nothing new happens, and no time passes. */
function rest(life: Life): void {
  for (const one of life.all) {
    for (let i = 0; i < 50; i += 1) {
      const due = one.state === null ? null : dueCommand(one.state, life.now);
      if (due !== null) act(life, one, timer, due);
      const owed = (one.state?.accesses ?? []).filter(owesCall);
      for (const access of owed) call(life, one, access, 'done');
      if (due === null && owed.length === 0) break;
    }
    must(!(one.state?.accesses ?? []).some(owesCall), 'at rest a product owes nothing');
  }
  const said = life.all.flatMap((one) =>
    (one.state?.accesses ?? [])
      .filter(({ is }) => is.kind === 'open')
      .map((access) => `${idOf(one, access)} until ${access.notAfter}`),
  );
  const byHand = new Set(
    life.all.flatMap((one) =>
      (one.state?.accesses ?? [])
        .filter(({ is }) => is.kind === 'closed_by_hand')
        .map((access) => idOf(one, access)),
    ),
  );
  const has = [...life.product.open]
    .filter(([id, until]) => until > life.now && !byHand.has(id))
    .map(([id, until]) => `${id} until ${until}`);
  expect(has.sort()).toEqual(said.sort());
  for (const { state } of life.all)
    if (state?.phase === 'active' && state.accesses.at(-1)?.is.kind !== 'open')
      must(
        permits('open_again', state, { actor: person(GUS), world, now: life.now }) === null,
        'whom the product has lost can be let in again',
      );
}

describe('any interleaving of sessions with a product', () => {
  it('leaves in the product exactly what the ledger says', () => {
    const steps = fc.array(fc.noShrink(fc.noBias(fc.integer())), {
      minLength: 8,
      maxLength: 40,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, (seeds) => {
        const life: Life = {
          all: [1, 2, 3].map((no) => ({ no, state: null, receipts: new Set() })),
          product: { open: new Map(), closed: new Set() },
          now: T0,
        };
        for (const seed of seeds) {
          step(life, dice(seed));
          watch(life);
        }
        rest(life);
      }),
      { numRuns: LIVES },
    );
    const types = [
      ...['asked', 'not_answered', 'opened', 'open_failed', 'extension_asked', 'extended'],
      ...['extension_refused', 'closed', 'not_closed', 'closed_by_hand', 'missing'],
    ].map((name) => `access.${name}`);
    expect(types.filter((type) => !seen.has(type))).toEqual([]);
  }, 120_000);

  it('would show a product in which somebody stays', () => {
    const life: Life = {
      all: [{ no: 1, state: null, receipts: new Set() }],
      product: { open: new Map([['9.9', T0 + HOUR]]), closed: new Set() },
      now: T0,
    };
    expect(() => {
      rest(life);
    }).toThrow('9.9');
  });
});
