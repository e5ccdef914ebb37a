import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import type { World } from '../../src/access/people.ts';
import { createReportedActions } from '../../src/ledger/actions.ts';
import { createTenantViews } from '../../src/ledger/tenant-views.ts';
import { createTenantIndex } from '../../src/policy/tenant-catalogue.ts';
import type { View } from '../../src/slack/api/payload.ts';
import { closeOut } from '../../src/slack/close-out/slice.ts';
import type { ActionCall, SlackContext } from '../../src/slack/context.ts';
import { decideRequest } from '../../src/slack/decide-request/slice.ts';
import { extendSession } from '../../src/slack/extend-session/slice.ts';
import { createLookUps } from '../../src/slack/interactions/turns.ts';
import { approve, end, extend, file, start } from '../support/access-commands.ts';
import { ANN, GUS, RITA, worldOf } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** Whoever presses waits: a history is read once for it, and once more where it is decided. */

function counting(g: TestLedger, world: World = worldOf()): { context: SlackContext; read: number[] } {
  const read: number[] = [];
  const inTheWorld = (): Promise<World> => Promise.resolve(world);
  const context: SlackContext = {
    handler: g.handler,
    views: {
      ...g.views,
      record(no) {
        read.push(no);
        return g.views.record(no);
      },
    },
    tenantViews: createTenantViews(g.ledger.reader),
    reported: createReportedActions(g.ledger.reader),
    reviewed: () => Promise.reject(new Error('nobody asks for a review here')),
    lookUps: createLookUps(g.clock),
    notClosed: () => Promise.resolve([]),
    permalinks: () => Promise.resolve(new Map()),
    directory: {
      asked(look) {
        look(world);
        return inTheWorld();
      },
      recent: inTheWorld,
      known: () => world,
      profile: () => null,
      learn: () => Promise.resolve(),
      meet: () => Promise.resolve(),
      oddities: () => [],
      changed: () => null,
      groupChanged: () => undefined,
      unreadable: () => [],
    },
    policy: world.policy,
    tenants: createTenantIndex(world.policy.tenants.values()),
    mail: false,
    clock: g.clock,
    log: g.log,
    client: new WebClient(),
  };
  return { context, read };
}

function press(userId: string, value: string): ActionCall {
  return { caller: { userId }, value, triggerId: '1', delivery: `press:${value}`, view: null };
}

describe('Before the command handler a history is read once', () => {
  it('when Approve is pressed', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    const { context, read } = counting(g);
    expect(await decideRequest(context).actions?.['tsa_approve']?.(press(ANN, String(no)))).toEqual({});
    expect((await g.views.record(no))?.state.phase).toBe('approved');
    expect(read).toEqual([no]);
  });

  it('when the form of a high risk is opened instead', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file({ scopeId: 'admin', approvers: [ANN, 'UABE'] }));
    const { context, read } = counting(g);
    expect(await decideRequest(context).actions?.['tsa_approve']?.(press(ANN, String(no)))).toMatchObject({
      view: { title: { text: 'Approve high risk' } },
    });
    expect(read).toEqual([no]);
  });

  it('when more time is given', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    await g.given(ANN, approve(), no);
    await g.given(GUS, start, no);
    await g.given(GUS, extend(), no);
    const version = (await g.views.record(no))?.events.at(-1)?.version ?? 0;
    const { context, read } = counting(g);
    const value = `${no}:${version}`;
    expect(await extendSession(context).actions?.['tsa_extend_yes']?.(press(ANN, value))).toEqual({});
    expect(read).toEqual([no]);
  });

  it('when a session is closed out', async () => {
    const g = testLedger();
    const no = await g.given(RITA, file());
    await g.given(ANN, approve(), no);
    await g.given(GUS, start, no);
    await g.given(GUS, end, no);
    const { context, read } = counting(g);
    const input = (type: string, value: string) => ({ input: { type, value } });
    const view: View = {
      id: 'V1',
      type: 'modal',
      hash: '1',
      callback_id: 'tsa_close_out_form',
      private_metadata: String(no),
      blocks: [],
      state: { values: { changed: input('plain_text_input', 'The second import of March was removed.') } },
    };
    const call = { caller: { userId: GUS }, view, delivery: 'submit:1' };
    expect(await closeOut(context).submissions?.['tsa_close_out_form']?.(call)).toMatchObject({
      kind: expect.any(String) as string,
    });
    expect(read).toEqual([no]);
  });
});
