import { describe, expect, it } from 'vitest';
import { until } from '../../sandbox/driver.ts';
import { TRY_MS, waitBeforeTry } from '../../src/slack/api/socket-mode.ts';
import { inTestApp } from '../support/slack-acts.ts';

const BACK_WITHIN_MS = 30_000;

describe('The connection to Slack', () => {
  it('is tried again soon enough that it is back within 30 s of Slack’s return, however long that took', () => {
    for (const inVain of [0, 1, 2, 5, 10, 50, 100, 10_000, Number.MAX_SAFE_INTEGER])
      // A try that began just before Slack was back fails, and the next one needs a call and a socket.
      expect(TRY_MS + waitBeforeTry(inVain) + 2 * TRY_MS).toBeLessThanOrEqual(BACK_WITHIN_MS);
    expect(waitBeforeTry(0)).toBeGreaterThan(0);
  });

  it.concurrent.each([
    ['cut', false],
    ['closed by Slack, which asks to connect anew', true],
  ])('that is %s comes back, though Slack refuses and fails at first', (_, kindly) =>
    inTestApp(async (s) => {
      const { deliverer, faults, workspace } = s.sandbox;
      faults.next('apps.connections.open', { kind: 'refuse', error: 'internal_error' });
      faults.next('apps.connections.open', { kind: 'server_error' });
      deliverer.dropSockets(kindly);
      const gone = (): boolean => workspace.traffic.some(({ what }) => /open → HTTP 500/.test(what));
      await until(
        workspace,
        () => (gone() && deliverer.connected) || undefined,
        () => 'it never came back',
      );
      await s.cast.sam.types('#support', '/tsa help');
      expect(s.cast.sam.hears('#support').join()).toContain('/tsa request');
    }),
  );
});
