import { describe, expect, it } from 'vitest';
import type { GlobalCommand } from '../../src/access/command.ts';
import type { Owed } from '../../src/notifications/message.ts';
import { ask, cancel, file } from '../support/access-commands.ts';
import {
  ADA,
  ANN,
  cara,
  DAY,
  DEB,
  GUS,
  HOUR,
  MINUTE,
  perHour,
  person,
  RITA,
  worldOf,
} from '../support/access-fixtures.ts';
import { testLedger } from '../support/test-ledger.ts';

const world = worldOf({ limits: { perHour: perHour(3, 5) } });

describe('How often within an hour is counted by the ledger', () => {
  it('for one person, whatever became of what they did, and for nobody else', async () => {
    const g = testLedger(world);
    const first = g.clock.now();
    for (let i = 0; i < 3; i += 1) {
      const no = await g.given(RITA, file());
      await g.given(RITA, cancel, no);
      g.clock.turn(MINUTE);
    }
    expect((await g.when(RITA, file())).refusal).toEqual({
      reason: 'too_often',
      what: 'requests',
      whose: 'person',
      max: 3,
      until: first + HOUR,
    });
    await g.given(GUS, cancel, await g.given(GUS, file()));
    g.clock.set(first + HOUR - 1);
    expect((await g.when(RITA, file())).refusal).toMatchObject({ reason: 'too_often' });
    g.clock.turn(1);
    await g.given(RITA, cancel, await g.given(RITA, file()));
    expect(await g.verify()).toMatchObject({ ok: true });
    expect(await (await g.reopened()).when(RITA, file())).toMatchObject({
      refusal: { reason: 'too_often' },
    });
  });

  it('for one tenant, whoever does it, and for no other', async () => {
    const g = testLedger(world);
    for (const actor of [RITA, RITA, GUS, GUS, cara]) {
      const no = await g.given(actor, actor === cara ? ask() : file());
      await g.given(actor, cancel, no);
    }
    expect((await g.when(cara, ask())).refusal).toMatchObject({
      reason: 'too_often',
      whose: 'tenant',
      max: 5,
    });
    await g.given(GUS, file({ tenantId: 'corp', durationMs: 30 * MINUTE }));
  });

  it.each<[string, ReturnType<typeof person>, GlobalCommand]>([
    ['customers are shown where to ask', person(RITA), { type: 'invite', tenantId: 'acme', to: 'contacts' }],
    ['links are mailed', cara, { type: 'ask_link', tenantId: 'acme', about: null }],
    [
      'absences are set',
      person(ANN),
      { type: 'set_absence', approver: ANN, from: 0, until: 9e12, delegate: DEB },
    ],
  ])('when %s: what is one too many owes nothing', async (_what, actor, command) => {
    const g = testLedger(world);
    const from = g.clock.now();
    const asked = command.type === 'set_absence' ? { ...command, from, until: from + DAY } : command;
    const tried = (i: number) => {
      const owed: Owed = { key: `k${i}`, destination: 'channel:CX', message: { kind: 'greeting' } };
      return g.handler.handleGlobal({ command: asked, actor, world, delivery: null }, [owed]);
    };
    for (let i = 0; i < 3; i += 1) expect(await tried(i)).toBeNull();
    expect(await tried(3)).toMatchObject({ reason: 'too_often', whose: 'person', until: from + HOUR });
    expect(g.count('select count(*) from outbox')).toBe(3);
    expect(g.count("select count(*) from ledger_event where type = 'attempt.refused'")).toBe(1);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('and what is kept of it is no more than the hour, and nothing else than the ledger tells', async () => {
    const g = testLedger(world);
    await g.given(RITA, file());
    g.clock.turn(HOUR - 1);
    await g.given(GUS, file({ tenantId: 'corp', durationMs: 30 * MINUTE }));
    expect(g.count('select count(*) from recent_act')).toBe(2);
    g.clock.turn(1);
    await g.given(ADA, { type: 'offer_ownership', to: DEB }, 2);
    expect(g.count('select count(*) from recent_act')).toBe(2);
    expect(await g.verify()).toMatchObject({ ok: true });
    g.ledger.raw.exec("update recent_act set actor = 'UEVIL'");
    expect(await g.verify()).toEqual({
      ok: false,
      seq: null,
      wrong: 'what counts for the limits of an hour is kept otherwise than the ledger tells',
    });
  });
});
