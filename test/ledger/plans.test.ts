import { Kysely, SqliteDialect } from 'kysely';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createHandler } from '../../src/database.ts';
import { readiness } from '../../src/health.ts';
import { createCommitQueue } from '../../src/ledger/commit-queue.ts';
import { createReportedActions } from '../../src/ledger/actions.ts';
import { createTenantViews, sessionsInside } from '../../src/ledger/tenant-views.ts';
import type { Tables } from '../../src/ledger/tables.ts';
import { createViews } from '../../src/ledger/views.ts';
import { createKeptFigures } from '../../src/ledger/kept-figures.ts';
import { readRepeats } from '../../src/ledger/repeats.ts';
import { readFacts } from '../../src/review/facts.ts';
import { createDispatcher } from '../../src/outbox/dispatcher.ts';
import { createTimers } from '../../src/timers/timers.ts';
import { approve, ask, cancel, declare, deny, file, start, takeOn } from '../support/access-commands.ts';
import { ANN, carl, DAY, EVE, GUS, HOUR, OLA, person, RITA, worldOf } from '../support/access-fixtures.ts';
import { testLedger } from '../support/test-ledger.ts';

/** Small for ever: a row for each approver who is away, a row for each week. */
const SMALL = /^SCAN (absence|digest_week)\b/;
/** An index of nothing but what is still owed, or failed, or waited for. */
const ONLY_WHAT_IS_OPEN =
  /^SCAN (outbox USING (COVERING )?INDEX outbox_(owed|next|failed|refused)|seat USING (COVERING )?INDEX seat_waiting)\b/;
/** What is put in, not what is looked at. */
const VALUES = /^SCAN (CONSTANT ROW|\d+-ROW VALUES CLAUSE|\d+ CONSTANT ROWS)$/;
/** What another part of the question found, which has a limit. */
const FOUND = /^SCAN (last|newest)$/;
/** The one row at an end of the table. */
const AT_THE_END = /order by "(seq|request_no)"( desc)? limit \?$/;

it('No question that the program asks grows slower with the ledger: every one is a search of an index', async () => {
  const g = testLedger();
  const asked = new Map<string, readonly unknown[]>();
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: g.ledger.raw }),
    log({ query }) {
      asked.set(query.sql, query.parameters);
    },
  });
  const ledger = { ...g.ledger, ...createCommitQueue(db, () => undefined), db };
  const { clock, log } = g;
  const world = worldOf();
  const handler = createHandler(ledger, clock);
  const views = createViews(db);
  const act = async (
    actor: Parameters<typeof handler.handle>[0]['actor'],
    command: Parameters<typeof handler.handle>[0]['command'],
    requestNo: number | null,
  ): Promise<number | null> =>
    (await handler.handle({ actor, command, requestNo, world, delivery: crypto.randomUUID() })).requestNo;
  const no = await act(person(RITA), file(), null);
  await act(person(ANN), approve(), no);
  await act(person(GUS), start, no);
  await act(person(ANN), deny, await act(person(RITA), file({ tenantId: 'corp' }), null));
  await act(person(RITA), cancel, await act(person(RITA), file({ tenantId: 'bolt' }), null));
  await act(person(GUS), takeOn(), await act(carl, ask(), null));
  await act(person(EVE), start, await act(person(EVE), declare(), null));
  const absence = { approver: ANN, from: clock.now(), until: clock.now() + DAY, delegate: OLA };
  await handler.handleGlobal({
    command: { type: 'set_absence', ...absence },
    actor: person(ANN),
    world,
    delivery: 'E',
  });
  const week = { week: '2026-W10', from: 0, until: clock.now() };
  const message = { kind: 'digest', week: week.week } as const;
  await handler.recordDigest(week, { key: 'digest', destination: 'channel:C', message });
  clock.turn(2 * HOUR);
  await createTimers({ handler, views, clock, log, world: () => world }).tick();

  for (const part of ['requester', 'grantee', 'owner'] as const)
    await views.byPerson(part, GUS, ['active', 'ended']);
  await views.recentUse({ grantee: GUS }, 0);
  await views.recentUse({ tenantId: 'acme' }, 0);
  await views.activeSessions();
  await views.due(clock.now(), 10);
  await views.nextDueAt(clock.now());
  await views.overdue(clock.now());
  await views.absences(clock.now());
  await views.digests();
  await views.head();
  await views.openSeats(null);
  await views.openSeats(ANN);
  await views.record(1);
  const tenantViews = createTenantViews(db);
  await tenantViews.active('acme');
  await tenantViews.history('acme', null, 20);
  await tenantViews.history('acme', { filedAt: clock.now(), no: 3 }, 20);
  await views.countActive();
  await sessionsInside(db, 'acme');
  await handler.recordActions(
    {
      requestNo: no ?? 0,
      product: { keyId: 'k', name: 'console' },
      actions: [{ id: 'a', at: clock.now(), what: 'x', on: null, level: 'read', outcome: 'done' }],
      mayAskAbout: () => true,
    },
    world.policy,
  );
  const reported = createReportedActions(db);
  await reported.newest(1, 1);
  for await (const page of reported.all(1)) expect(page).toHaveLength(1);
  const anything = { from: 0, until: clock.now() + 1, tenantId: null, person: null, scopeId: null };
  const whatever = { ...anything, emergency: false, ways: [], words: [] };
  expect((await views.search({ ...whatever, tenantId: 'acme' }, 10)).count).toBeGreaterThan(0);
  await views.search({ ...whatever, person: RITA, words: ['billing'] }, 10);
  await views.search({ ...whatever, emergency: true }, 10);
  await views.search({ ...whatever, ways: ['revoked'] }, 10);
  await views.search(whatever, 10);
  await views.refused({ tenantId: 'acme' }, 0, clock.now());
  await views.refused({ person: RITA }, 0, clock.now());
  await views.letDown(RITA, 0);
  await views.waitingForAny([ANN, OLA], 5);
  await views.unaccepted(5);
  await views.closeoutsOwed(clock.now(), 5);
  await views.reviewsOverdue(clock.now(), 5);
  await views.lastDenial({ requester: RITA, tenantId: 'corp', scopeId: 'support' });
  const counted = { figures: createKeptFigures({ db, reader: db }), views, reader: db };
  await readFacts(counted, 0, clock.now());
  await readFacts(counted, 0, clock.now() - HOUR);
  await readRepeats(db, [1, 2]);
  await readiness({ ledger, views, clock, slack: () => ({ seenAt: 0, downSince: null }) });
  const outcomes = ['failed', 'retry', 'refused', 'sent'] as const;
  let tries = 0;
  const dispatcher = createDispatcher({
    ledger,
    clock,
    log,
    announceAt: () => [['channel:C1']],
    courier: {
      deliver: () => {
        tries += 1;
        const kind = outcomes[tries % 4] ?? 'sent';
        return Promise.resolve(
          kind === 'retry'
            ? { kind, afterMs: 0, why: '', inDoubt: false }
            : kind === 'failed' || kind === 'refused'
              ? { kind, why: '' }
              : { kind },
        );
      },
    },
  });
  await dispatcher.start();
  await dispatcher.settled();
  await dispatcher.stop(0);

  const plan = z.array(z.object({ detail: z.string() }));
  const slow: string[] = [];
  let looked = 0;
  for (const [sql, params] of asked) {
    if (!/^(select|update|delete|insert)/.test(sql)) continue;
    looked += 1;
    const steps = plan.parse(g.ledger.raw.prepare(`explain query plan ${sql}`).all(...params));
    const scans = steps
      .map((step) => step.detail)
      .filter(
        (d) => d.startsWith('SCAN') && ![SMALL, ONLY_WHAT_IS_OPEN, VALUES, FOUND].some((ok) => ok.test(d)),
      );
    const ordered = steps.some((step) => step.detail.includes('TEMP B-TREE'));
    if (scans.length > 0 && (ordered || !AT_THE_END.test(sql))) slow.push(`${sql}: ${scans.join('; ')}`);
  }
  expect(slow).toEqual([]);
  expect(looked).toBeGreaterThan(45);
});
