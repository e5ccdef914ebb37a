import { expect, it } from 'vitest';
import { createCarrier } from '../../src/carrying/carrier.ts';
import type { Connector, Outcome } from '../../src/connectors/connector.ts';
import { recordsOpen, recordsOwing } from '../../src/ledger/product-accesses.ts';
import { createTimers } from '../../src/timers/timers.ts';
import { approve, end, file, start } from '../support/access-commands.ts';
import { ANN, GUS, HOUR, MINUTE, RITA, worldOf } from '../support/access-fixtures.ts';
import { WITH_PRODUCT } from '../support/product-story.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** A product on its bad days: nothing that it owes is ever forgotten. */

const world = worldOf({ ...WITH_PRODUCT, limits: { openRequests: 100, closeoutOverdueMs: null } });
const DAY_MS = 24 * HOUR;

/** What it does instead of what it is told; `null`: as told. */
type Mood = () => Outcome | null;

function productOf(mood: { now: Mood }): {
  readonly connector: Connector;
  readonly open: ReadonlyMap<string, number>;
} {
  const open = new Map<string, number>();
  const done: Outcome = { kind: 'confirmed', receipt: 'done', handle: null };
  const act = (work: () => void): Promise<Outcome> => {
    const bad = mood.now();
    if (bad !== null) return Promise.resolve(bad);
    work();
    return Promise.resolve(done);
  };
  return {
    open,
    connector: {
      name: 'console',
      kind: 'webhook',
      holdsTheEnd: true,
      lane: ({ id }) => id,
      open: ({ id, notAfter }) => act(() => void open.set(id, notAfter)),
      extend: ({ id, notAfter }) => act(() => void open.set(id, notAfter)),
      close: ({ id }) => act(() => void open.delete(id)),
      list: () => Promise.resolve({ kind: 'listed', held: [] }),
      remove: () => Promise.resolve(done),
    },
  };
}

function carrierOf(g: TestLedger, connector: Connector): ReturnType<typeof createCarrier> {
  const { handler, clock, log } = g;
  const { reader } = g.ledger;
  const nobody = { name: 'Gus', email: null };
  const carrier = createCarrier({
    ...{ handler, clock, log, world: () => world },
    connectors: new Map([['console', connector]]),
    owing: () => recordsOwing(reader),
    open: () => recordsOpen(reader),
    grantee: { known: () => nobody, asked: () => Promise.resolve(nobody) },
  });
  carrier.start();
  return carrier;
}

it.each([
  ['down', { kind: 'try_again', afterMs: null, why: 'nothing listens' }],
  ['hanging', { kind: 'unknown', why: 'no answer within 10 s' }],
  ['answering 500, or garbage', { kind: 'unknown', why: 'HTTP 500' }],
  ['answering 429 with an hour to wait', { kind: 'try_again', afterMs: HOUR, why: 'HTTP 429' }],
  ['refusing', { kind: 'refused', why: 'HTTP 403' }],
] as const)(
  'A product that is %s for 72 h has closed everything at most 60 s after it is well; until then it is said',
  async (_, bad) => {
    const g = testLedger(world);
    const mood: { now: Mood } = { now: () => null };
    const { connector, open } = productOf(mood);
    const carrier = carrierOf(g, connector);
    const { handler, views, clock, log } = g;
    const timers = createTimers({ handler, views, clock, log, world: () => world });
    for (const tenantId of ['acme', 'corp']) {
      const no = await g.given(RITA, file({ tenantId, durationMs: HOUR }));
      await g.given(ANN, approve(), no);
      await g.given(GUS, start, no);
    }
    await carrier.tick();
    expect(open.size).toBe(2);
    mood.now = () => bad;
    await g.given(GUS, end, 1);
    // The other one ends by itself.
    for (let passed = 0; passed < 3 * DAY_MS; passed += HOUR) {
      clock.turn(HOUR);
      await timers.tick();
      await carrier.tick();
    }
    expect(open.size).toBe(2);
    expect(g.count("select count(*) from request where access = 'not_closed'")).toBe(2);
    expect(g.count("select count(*) from ledger_event where type = 'access.closed'")).toBe(0);
    expect(g.count("select count(*) from ledger_event where type = 'access.not_closed'")).toBeGreaterThan(
      100,
    );
    mood.now = () => null;
    clock.turn(MINUTE);
    await carrier.tick();
    expect(open.size).toBe(0);
    expect(g.count("select count(*) from request where access = 'closed'")).toBe(2);
    await carrier.stop(1_000);
    expect(await g.verify()).toMatchObject({ ok: true });
  },
  60_000,
);
