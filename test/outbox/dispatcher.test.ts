import { describe, expect, it, onTestFinished } from 'vitest';
import { createCommitQueue } from '../../src/ledger/commit-queue.ts';
import type { Courier, Delivered, Delivery, Note } from '../../src/outbox/delivery.ts';
import type { Dispatcher } from '../../src/outbox/dispatcher.ts';
import { createDispatcher } from '../../src/outbox/dispatcher.ts';
import type { Owed } from '../../src/notifications/message.ts';
import { MINUTE } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { announceAt, testLedger } from '../support/test-ledger.ts';

const ALERTS = 'channel:CALERT';
const SENT: Delivered = { kind: 'sent' };
const later = (afterMs: number | null): Delivered => ({
  kind: 'retry',
  afterMs,
  why: 'not now',
  inDoubt: false,
});

interface Post {
  readonly dispatcher: Dispatcher;
  readonly tried: Delivery[];
  /** Keys that arrived, in the order in which they did. */
  readonly arrived: string[];
  /** Delivers all that is due. */
  readonly deliver: () => Promise<void>;
}

/** Resolves when so many tries have begun. */
async function begun({ tried }: Post, many: number): Promise<void> {
  while (tried.length < many) await new Promise((resolve) => setImmediate(resolve));
}

/** A dispatcher whose courier writes down what it carries, and answers as it is told. */
async function post(
  g: TestLedger,
  answer: (delivery: Delivery, note: (note: Note) => void) => Delivered | Promise<Delivered> = () => SENT,
): Promise<Post> {
  const tried: Delivery[] = [];
  const arrived: string[] = [];
  const courier: Courier = {
    async deliver(delivery, note) {
      tried.push(delivery);
      const result = await answer(delivery, note);
      if (result.kind === 'sent') arrived.push(delivery.key);
      return result;
    },
  };
  const { ledger, clock, log } = g;
  const dispatcher = createDispatcher({ ledger, clock, courier, log, announceAt });
  onTestFinished(() => dispatcher.stop(0));
  await dispatcher.start();
  return {
    dispatcher,
    tried,
    arrived,
    async deliver() {
      dispatcher.wake();
      await dispatcher.settled();
    },
  };
}

function owe(g: TestLedger, ...owed: readonly Owed[]): Promise<void> {
  return g.handler.owe('greeting', owed);
}

function notice(destination: string, key: string): Owed {
  return { key, destination, message: { kind: 'notice', no: 1, version: 1, loud: false } };
}

function card(destination: string, key: string, no = 1): Owed {
  return { key, destination, message: { kind: 'card', no } };
}

/** Notes that such a message stands somewhere now. */
function remembers(key: string): Note {
  return async (tx) => {
    await tx
      .insertInto('global_message')
      .values({ key, channel: 'C', ts: '1' })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  };
}

function remembered(g: TestLedger): unknown[] {
  return g.ledger.raw.prepare('select key from global_message order by key').pluck().all();
}

function states(g: TestLedger): unknown[] {
  return g.ledger.raw.prepare('select state from outbox order by id').pluck().all();
}

describe('What is owed', () => {
  it('reaches each destination in order and one at a time, and few destinations at once', async () => {
    const g = testLedger();
    const places = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (let i = 0; i < 8; i += 1) await owe(g, ...places.map((place) => notice(place, `${place}${i}`)));
    const now = new Set<string>();
    let most = 0;
    const { arrived, deliver } = await post(g, async ({ destination }) => {
      expect(now.has(destination)).toBe(false);
      now.add(destination);
      most = Math.max(most, now.size);
      await new Promise((resolve) => setImmediate(resolve));
      now.delete(destination);
      return SENT;
    });
    await deliver();
    for (const place of places)
      expect(arrived.filter((key) => key.startsWith(place))).toEqual(
        Array.from({ length: 8 }, (_, i) => `${place}${i}`),
      );
    expect(most).toBe(4);
  });

  it('is claimed in one commit wherever it is due, and settled in one with all that the couriers noted and with what is claimed next', async () => {
    const g = testLedger();
    for (const key of ['1', '2'])
      for (const place of ['a', 'b', 'c']) await owe(g, notice(place, place + key));
    const written = new Set<number>();
    const queue = createCommitQueue(g.ledger.db, () => written.add(g.count('select total_changes()')));
    const { arrived, dispatcher } = await post(
      { ...g, ledger: { ...g.ledger, ...queue } },
      ({ key }, note) => {
        note(remembers(key));
        return SENT;
      },
    );
    await dispatcher.settled();
    expect(arrived).toHaveLength(6);
    expect(remembered(g)).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'c2']);
    // Nothing yet; the first of each place, claimed; the first settled and the second claimed; the second settled.
    expect(written.size).toBe(4);
  });

  it('and what its courier noted are written together, whatever became of it, or not at all', async () => {
    const g = testLedger();
    await owe(g, notice('a', 'n1'), notice('b', 'n2'));
    let writable = false;
    const { tried, deliver } = await post(g, ({ key }, note) => {
      note(remembers(key));
      note(() => (writable ? Promise.resolve() : Promise.reject(new Error('the disk is full'))));
      return key === 'n1' ? SENT : later(MINUTE);
    });
    await deliver();
    expect(remembered(g)).toEqual([]);
    expect(g.count('select sum(attempts) from outbox')).toBe(0);
    writable = true;
    g.clock.turn(MINUTE);
    await deliver();
    expect(remembered(g)).toEqual(['n1', 'n2']);
    expect(states(g)).toEqual(['sent', 'owed']);
    expect(tried.slice(2).every(({ inDoubt }) => inDoubt)).toBe(true);
  });

  it('waits as long as the other side asks, to the millisecond, while other destinations go on', async () => {
    const g = testLedger();
    await owe(g, notice('slow', 's1'), notice('slow', 's2'), notice('quick', 'q1'), notice('quick', 'q2'));
    let limited = true;
    const { arrived, deliver } = await post(g, ({ destination }) =>
      destination === 'slow' && limited ? later(30_000) : SENT,
    );
    await deliver();
    expect(arrived).toEqual(['q1', 'q2']);
    limited = false;
    g.clock.turn(29_999);
    await owe(g, notice('quick', 'q3'));
    await deliver();
    expect(arrived).toEqual(['q1', 'q2', 'q3']);
    g.clock.turn(1);
    await deliver();
    expect(arrived).toEqual(['q1', 'q2', 'q3', 's1', 's2']);
  });

  it('brings a card up to date once for all that asked for it, but never past a notice', async () => {
    const g = testLedger();
    await owe(
      g,
      card('a', 'c1'),
      card('a', 'c2'),
      card('a', 'c3'),
      notice('a', 'n3'),
      card('a', 'c4'),
      card('a', 'd1', 2),
    );
    const { arrived, deliver } = await post(g);
    await deliver();
    expect(arrived).toEqual(['c3', 'n3', 'c4', 'd1']);
    expect(states(g)).toEqual(Array.from({ length: 6 }, () => 'sent'));
  });

  it('that can never arrive is told to the team once', async () => {
    const g = testLedger();
    await owe(g, notice('person:UGONE', 'n1'), notice(ALERTS, 'n2'), notice('person:UHERE', 'n3'));
    const { tried, arrived, deliver } = await post(g, ({ destination }) =>
      destination === 'person:UGONE' ? { kind: 'failed', why: 'user_not_found' } : SENT,
    );
    await deliver();
    const told = `undeliverable:person:UGONE:user_not_found:2026-03-02:${ALERTS}`;
    expect(arrived.sort()).toEqual(['n2', 'n3', told]);
    const alert = tried.find(({ key }) => key === told);
    expect(alert).toMatchObject({
      destination: ALERTS,
      message: {
        kind: 'undeliverable',
        key: 'n1',
        destination: 'person:UGONE',
        why: 'user_not_found',
        waits: false,
      },
    });
  });

  it('to the team’s own channel, which is gone, is told in the security channel; where that is gone, to the admins', async () => {
    const told = async (...gone: readonly string[]): Promise<readonly string[]> => {
      const g = testLedger();
      await owe(g, notice(ALERTS, 'n1'), notice('person:UGONE', 'n2'));
      const { tried, arrived, deliver } = await post(g, ({ destination }) =>
        [...gone, 'person:UGONE'].includes(destination) ? { kind: 'failed', why: 'is_archived' } : SENT,
      );
      await deliver();
      const arrivedKeys = new Set(arrived);
      return tried
        .filter(({ key }) => arrivedKeys.has(key))
        .map(({ destination, message }) =>
          message.kind === 'undeliverable' ? `${message.destination} to ${destination}` : '',
        )
        .sort();
    };
    const SECURITY = 'channel:CSECURITY';
    expect(await told(ALERTS)).toEqual([`${ALERTS} to ${SECURITY}`, `person:UGONE to ${SECURITY}`]);
    const admins = ['person:UADMIN', 'person:UOTHER'];
    expect(await told(ALERTS, SECURITY)).toEqual(
      [ALERTS, SECURITY, 'person:UGONE'].flatMap((lost) => admins.map((admin) => `${lost} to ${admin}`)),
    );
    // Nowhere is left: the doctor lists it.
    expect(await told(ALERTS, SECURITY, ...admins)).toEqual([]);
  });

  it('to a place that takes nothing waits for it, is told of after five minutes, and arrives when it is mended', async () => {
    const g = testLedger();
    const PRIVATE = 'channel:CPRIVATE';
    await owe(g, notice(PRIVATE, 'n1'), notice(PRIVATE, 'n2'));
    let invited = false;
    const { tried, arrived, deliver } = await post(g, ({ destination }) =>
      destination === PRIVATE && !invited ? { kind: 'refused', why: 'channel_not_found' } : SENT,
    );
    for (let minute = 0; minute < 5; minute += 1) {
      await deliver();
      expect(arrived).toEqual([]);
      g.clock.turn(MINUTE);
    }
    await deliver();
    const told = `undeliverable:${PRIVATE}:channel_not_found:2026-03-02:${ALERTS}`;
    expect(arrived).toEqual([told]);
    expect(tried.at(-1)?.message).toMatchObject({ key: 'n1', destination: PRIVATE, waits: true });
    g.clock.turn(60 * MINUTE);
    await deliver();
    expect(arrived).toEqual([told]);
    invited = true;
    g.clock.turn(MINUTE);
    await deliver();
    expect(arrived).toEqual([told, 'n1', 'n2']);
    expect(tried.some(({ inDoubt }) => inDoubt)).toBe(false);
    expect(new Set(states(g))).toEqual(new Set(['sent']));
  });

  it('and is refused for a reason that may pass is tried once more, soon; then it is told, and holds up nothing', async () => {
    const g = testLedger();
    await owe(g, notice('a', 'n1'), notice('a', 'n2'), notice('a', 'n3'));
    const { tried, arrived, deliver } = await post(g, ({ key }) =>
      key === 'n1' ? { kind: 'unclear', why: 'never_heard_of' } : SENT,
    );
    await deliver();
    expect(arrived).toEqual([]);
    g.clock.turn(5_000);
    await deliver();
    const told = `undeliverable:a:never_heard_of:2026-03-02:${ALERTS}`;
    expect([...arrived].sort()).toEqual(['n2', 'n3', told]);
    expect(tried.filter(({ key }) => key === 'n1')).toHaveLength(2);
    expect(states(g)).toEqual(['failed', 'sent', 'sent', 'sent']);
  });

  it('to the team’s own channel, which lets nobody in, is told elsewhere, and so is all other news', async () => {
    const g = testLedger();
    await owe(g, notice(ALERTS, 'n1'), notice('person:UGONE', 'n2'));
    const { tried, arrived, deliver } = await post(g, ({ destination }) =>
      destination === ALERTS
        ? { kind: 'refused', why: 'not_in_channel' }
        : destination === 'person:UGONE'
          ? { kind: 'failed', why: 'user_disabled' }
          : SENT,
    );
    await deliver();
    g.clock.turn(5 * MINUTE);
    await deliver();
    await owe(g, notice('person:UGONE', 'n3'));
    g.clock.turn(24 * 60 * MINUTE);
    await deliver();
    const news = tried.filter(({ key }) => arrived.includes(key));
    expect(new Set(news.map(({ destination }) => destination))).toEqual(new Set(['channel:CSECURITY']));
    const about = news.map(({ message }) => (message.kind === 'undeliverable' ? message.destination : ''));
    expect(new Set(about)).toEqual(new Set([ALERTS, 'person:UGONE']));
  });

  it('to a place that is gone is told of once a day for each reason, however much is lost there', async () => {
    const g = testLedger();
    let why = 'is_archived';
    const { arrived, deliver } = await post(g, ({ destination }) =>
      destination.startsWith('channel:CGONE') ? { kind: 'failed', why } : SENT,
    );
    const lose = async (...keys: readonly string[]): Promise<number> => {
      for (const key of keys) await owe(g, notice('channel:CGONE', key));
      await deliver();
      return arrived.length;
    };
    expect(await lose('a', 'b', 'c')).toBe(1);
    expect(await lose('d')).toBe(1);
    why = 'restricted_action';
    expect(await lose('e', 'f')).toBe(2);
    g.clock.turn(24 * 60 * MINUTE);
    expect(await lose('g', 'h')).toBe(3);
    expect(states(g).filter((state) => state === 'failed')).toHaveLength(8);
  });

  it('is tried again and again, ever less often but never rarer than every five minutes, in order and in doubt', async () => {
    const g = testLedger();
    await owe(g, notice('a', 'n1'), notice('a', 'n2'));
    let broken = true;
    const { tried, arrived, deliver } = await post(g, () => {
      if (broken) throw new Error('the words could not be made');
      return SENT;
    });
    const waits: number[] = [];
    for (let i = 0; i < 14; i += 1) {
      await deliver();
      const next = g.count("select next_at from outbox where key = 'n1'");
      waits.push(next - g.clock.now());
      g.clock.set(next);
    }
    expect(tried.map(({ key }) => key)).toEqual(Array.from({ length: 14 }, () => 'n1'));
    expect(tried.map(({ inDoubt }) => inDoubt)).toEqual([false, ...Array.from({ length: 13 }, () => true)]);
    expect(waits[0]).toBeLessThanOrEqual(1_000);
    expect(waits[5]).toBeGreaterThan((waits[0] ?? 0) * 10);
    expect(Math.max(...waits)).toBeLessThanOrEqual(5 * MINUTE);
    expect(Math.min(...waits.slice(10))).toBeGreaterThan(3 * MINUTE);
    broken = false;
    await deliver();
    expect(arrived).toEqual(['n1', 'n2']);
  });

  it('was perhaps delivered when what became of it could not be written down: it is looked for before it is sent again', async () => {
    const g = testLedger();
    await owe(g, notice('a', 'n1'), notice('a', 'n2'));
    const { tried, deliver } = await post(g, () => {
      if (tried.length === 1) g.ledger.raw.pragma('query_only = on');
      return SENT;
    });
    await deliver();
    g.clock.turn(MINUTE);
    await deliver();
    // Nothing can be written: it is not tried in a rage, and nothing is sent that could not be booked.
    expect(tried).toHaveLength(1);
    g.ledger.raw.pragma('query_only = off');
    g.clock.turn(MINUTE);
    await deliver();
    expect(tried.map(({ key, inDoubt }) => [key, inDoubt])).toEqual([
      ['n1', false],
      ['n1', true],
      ['n2', false],
    ]);
    expect(states(g)).toEqual(['sent', 'sent']);
  });

  it('was perhaps delivered when the process died over it: the next one knows, and of that one only', async () => {
    const g = testLedger();
    await owe(g, notice('a', 'n1'), notice('a', 'n2'), notice('b', 'n3'));
    const first = await post(g, ({ key }) => (key === 'n1' ? new Promise(() => undefined) : SENT));
    await begun(first, 2);
    while (!states(g).includes('sent')) await new Promise((resolve) => setImmediate(resolve));
    await first.dispatcher.stop(0);
    expect(first.arrived).toEqual(['n3']);
    const again = await g.reopened();
    const second = await post(again);
    await second.deliver();
    expect(second.tried.map(({ key, inDoubt }) => [key, inDoubt])).toEqual([
      ['n1', true],
      ['n2', false],
    ]);
  });

  it('is not begun any more once told to stop, and what is under way is finished and booked', async () => {
    const g = testLedger();
    await owe(g, notice('a', 'n1'), notice('a', 'n2'));
    let finish: (result: Delivered) => void = () => undefined;
    const p = await post(g, () => new Promise((resolve) => (finish = resolve)));
    const { dispatcher, tried } = p;
    await begun(p, 1);
    const stopped = dispatcher.stop(MINUTE);
    finish(SENT);
    await stopped;
    dispatcher.wake();
    await dispatcher.settled();
    expect(tried).toHaveLength(1);
    expect(states(g)).toEqual(['sent', 'owed']);
  });

  it('is owed once for the same fact, however often it is said', async () => {
    const g = testLedger();
    await owe(g, notice('a', 'n1'));
    await owe(g, notice('a', 'n1'));
    const { arrived, deliver } = await post(g);
    await deliver();
    await owe(g, notice('a', 'n1'));
    await deliver();
    expect(arrived).toEqual(['n1']);
  });
});
