import { describe, expect, it } from 'vitest';
import { approve, ask, cancel, deny, file, start } from '../support/access-commands.ts';
import {
  ABE,
  ANN,
  DAY,
  DEB,
  DOT,
  EVE,
  GUS,
  HOUR,
  MINUTE,
  RITA,
  T0,
  worldOf,
} from '../support/access-fixtures.ts';
import { testLedger } from '../support/test-ledger.ts';

describe('The handler', () => {
  it('gives a repeated delivery the answer of the first, and does it once, also when both arrive at once', async () => {
    const g = testLedger();
    const twice = { delivery: 'Ev1' };
    const both = await Promise.all([g.when(RITA, file(), null, twice), g.when(RITA, file(), null, twice)]);
    expect(both.map((o) => [o.requestNo, o.refusal, o.state?.phase, o.repeated])).toEqual([
      [1, null, 'pending', false],
      [1, null, 'pending', true],
    ]);
    const again = await g.reopened();
    expect(await again.when(RITA, file(), null, twice)).toMatchObject({ requestNo: 1, repeated: true });
    expect(again.count('select count(*) from ledger_event')).toBe(1);
  });

  it('gives a repeated delivery that was refused the same refusal, and records it once', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    const first = await g.when(DEB, approve(), no, { delivery: 'Ev2' });
    const second = await g.when(DEB, approve(), no, { delivery: 'Ev2' });
    expect(second.refusal).toEqual(first.refusal);
    expect(second.refusal).not.toBeNull();
    expect(g.count("select count(*) from ledger_event where type = 'attempt.refused'")).toBe(1);
  });

  it('lets one of two clicks at once decide, and tells the other that it is decided', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    const [yes, second, no1] = await Promise.all([
      g.when(ANN, approve(), no),
      g.when(ANN, approve(), no),
      g.when(ANN, deny, no),
    ]);
    expect(yes.refusal).toBeNull();
    expect(second.refusal).toEqual({ reason: 'wrong_phase', phase: 'approved' });
    expect(no1.refusal).toEqual({ reason: 'wrong_phase', phase: 'approved' });
    expect(g.count("select count(*) from ledger_event where type = 'grant.issued'")).toBe(1);
  });

  it('lets one of two people who may answer for the same seat decide, though both click at once', async () => {
    const delegate = { from: T0, until: T0 + HOUR, delegate: DEB };
    const g = testLedger(worldOf({ absences: { [ANN]: delegate } }));
    const no = await g.given(RITA, file());
    const outcomes = await Promise.all([g.when(DEB, approve(), no), g.when(ANN, approve(), no)]);
    expect(outcomes.filter((o) => o.refusal === null)).toHaveLength(1);
    expect(g.count("select count(*) from ledger_event where type = 'approval.given'")).toBe(1);
  });

  it('issues one grant when both of the two approvers needed click at once', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file({ scopeId: 'admin' }));
    const outcomes = await Promise.all([ANN, ABE].map((user) => g.when(user, approve(null, 'acme'), no)));
    expect(outcomes.map((o) => o.refusal)).toEqual([null, null]);
    expect(g.count("select count(*) from ledger_event where type = 'grant.issued'")).toBe(1);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('undoes an attempt that fails, and it alone: the others in the same commit stand', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    g.ledger.raw.exec(
      "create trigger broken before insert on seat when new.given_by = '' begin select raise(abort, 'broken'); end",
    );
    const results = await Promise.allSettled([
      g.when(RITA, file({ tenantId: 'corp' })),
      g.when(ANN, deny, no),
      g.when(RITA, file({ tenantId: 'bolt' })),
    ]);
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await g.views.record(no))?.state.phase).toBe('pending');
    expect(g.count('select count(*) from request')).toBe(3);
    expect(g.count("select count(*) from outbox where key like 'card:1:2:%'")).toBe(0);
    g.ledger.raw.exec('drop trigger broken');
    expect(await g.verify()).toMatchObject({ ok: true, requests: 3 });
    await g.given(ANN, deny, no);
  });

  it('tells nobody that it was done when the commit itself fails, and goes on with the next', async () => {
    const g = testLedger();
    // Looked at only when the transaction is committed.
    g.ledger.raw.exec(
      'create table broken (no integer references request (request_no) deferrable initially deferred)',
    );
    g.ledger.raw.exec(
      'create trigger breaking after insert on ledger_event begin insert into broken values (99); end',
    );
    const told: number[] = [];
    g.handler.onCommitted(() => told.push(1));
    const results = await Promise.allSettled([
      g.when(RITA, file()),
      g.when(RITA, file({ tenantId: 'corp' })),
    ]);
    expect(results.map((r) => r.status)).toEqual(['rejected', 'rejected']);
    expect(told).toEqual([]);
    expect(g.ledger.raw.inTransaction).toBe(false);
    for (const table of ['ledger_event', 'request', 'outbox'])
      expect(g.count(`select count(*) from ${table}`)).toBe(0);
    g.ledger.raw.exec('drop trigger breaking; drop table broken');
    await g.given(RITA, file());
    expect(await g.verify()).toMatchObject({ ok: true, requests: 1 });
  });

  it('acknowledges nothing when the disk is full, leaves nothing half written, and works again afterwards', async () => {
    const g = testLedger(worldOf({ limits: { openRequests: 100 } }));
    let acknowledged = 0;
    const fill = async (): Promise<number> => {
      const filed = await Promise.allSettled(
        Array.from({ length: 6 }, async () => {
          const { requestNo } = await g.when(RITA, file({ notBefore: g.clock.now() + HOUR }));
          if (requestNo !== null) await g.when(RITA, cancel, requestNo);
          return requestNo;
        }),
      );
      return filed.filter((result) => result.status === 'fulfilled').length;
    };
    await fill();
    g.ledger.raw.pragma(`max_page_count = ${g.count('select page_count from pragma_page_count')}`);
    const before = (): number => g.count('select count(*) from ledger_event');
    for (;;) {
      // What is refused again within a minute would only be counted.
      g.clock.turn(MINUTE);
      const events = before();
      const results = await Promise.allSettled(
        Array.from({ length: 3 }, (_, i) =>
          g.when([RITA, GUS, EVE][i] ?? '', file({ tenantId: ['acme', 'bolt', 'corp'][i] ?? '' })),
        ),
      );
      const done = results.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
      // One fact each: filed, or refused because the same is open already.
      expect(before() - events).toBe(done.length);
      acknowledged += done.length;
      if (done.length < results.length) break;
    }
    expect(acknowledged).toBeGreaterThan(0);
    expect(g.ledger.raw.inTransaction).toBe(false);
    expect(await g.verify()).toMatchObject({ ok: true });
    const long = { reason: 'Invoices show twice, '.repeat(140), notBefore: g.clock.now() + 3 * DAY };
    await expect(g.when(RITA, file(long))).rejects.toThrow(/full/);

    g.ledger.raw.pragma('max_page_count = 1073741823');
    expect(await fill()).toBe(6);
    expect(await (await g.reopened()).verify()).toMatchObject({ ok: true });
  });

  it('lets no text in that is not well-formed, neither as words nor as a name', async () => {
    const g = testLedger();
    const refused = await g.when(RITA, file({ reason: 'Invoices show twice in March \ud800 again' }));
    expect(refused.refusal).toMatchObject({ reason: 'invalid', problems: [{ problem: 'malformed' }] });
    const lone = { kind: 'contact', email: 'cara\udc00@acme.example' } as const;
    await expect(g.when(lone, ask())).rejects.toThrow(/well-formed/);
    await expect(g.when(`U\ud800`, file())).rejects.toThrow(/well-formed/);
    await g.given(RITA, file({ reason: 'Invoices show twice in März \u{1F4B6} since Monday' }));
    expect(await g.verify()).toMatchObject({ ok: true, requests: 1 });
  });

  it('keeps when a request was approved, also after the approval is asked for again', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    g.clock.turn(MINUTE);
    await g.given(ANN, approve(), no);
    g.clock.turn(MINUTE);
    const approvers = [{ people: [ABE, DEB, DOT], scopes: 'any', tenants: 'any' }] as const;
    const { refusal } = await g.when(GUS, start, no, { world: worldOf({ policy: { approvers } }) });
    expect(refusal).toEqual({ reason: 'no_longer_valid', what: 'approval' });
    const row = { phase: 'pending', approved_at: T0 + MINUTE };
    expect(g.ledger.raw.prepare('select phase, approved_at from request').get()).toEqual(row);
    expect(await g.verify()).toMatchObject({ ok: true });
    g.clock.turn(MINUTE);
    await g.given(ANN, approve(), no);
    expect(g.count('select approved_at from request')).toBe(T0 + 3 * MINUTE);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('tells nothing before it is committed, and takes nothing more once it is closed', async () => {
    const g = testLedger();
    const seen: number[] = [];
    g.handler.onCommitted(() => seen.push(g.count('select count(*) from ledger_event')));
    await Promise.all([g.when(RITA, file()), g.when(RITA, file({ tenantId: 'corp' }))]);
    expect(seen).toEqual([2]);
    const last = g.when(RITA, file({ tenantId: 'bolt' }));
    await g.handler.close();
    expect((await last).refusal).toBeNull();
    await expect(g.when(RITA, file())).rejects.toThrow(/stopping/);
  });
});
