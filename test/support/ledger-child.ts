import { writeSync } from 'node:fs';
import { createHandler, openDatabase } from '../../src/database.ts';
import type { World } from '../../src/access/people.ts';
import { certain } from '../../src/access/people.ts';
import { systemClock } from '../../src/clock.ts';
import type { Attempt } from '../../src/ledger/attempt.ts';
import { createViews } from '../../src/ledger/views.ts';
import { unhurried } from './access-fixtures.ts';
import { loadPolicy } from '../../src/policy/load.ts';

/** A process that has the ledger open, or writes to it for as long as it lives, saying what was acknowledged. */

const [mode, path = ''] = process.argv.slice(2);
const ledger = openDatabase(path);
say('open');
if (mode === 'write') {
  const handler = createHandler(ledger, systemClock);
  const world = theWorld();
  await Promise.all(['U0SAM', 'U0NOOR', 'U0ADA'].map((user) => fileAndCancel(user)));

  async function fileAndCancel(user: string): Promise<void> {
    const attempt = (
      command: Attempt['command'],
      requestNo: number | null,
    ): ReturnType<typeof handler.handle> =>
      handler.handle({
        command,
        requestNo,
        actor: { kind: 'person', id: user },
        world,
        delivery: null,
      });
    // What one that was killed left open.
    for (const { no } of await createViews(ledger.db).byPerson('requester', user, ['pending']))
      acknowledge(await attempt({ type: 'cancel', reason: '' }, no));
    for (;;) {
      const filed = await attempt(
        {
          type: 'file',
          tenantId: 'contoso',
          scopeId: 'read',
          grantee: user,
          owner: user,
          approvers: ['U0BEN'],
          allowedActions: 'Look at the import log',
          offLimits: '',
          reason: 'Invoices for March show twice since the last import; look at its log.',
          caseRef: '',
          durationMs: 3_600_000,
          notBefore: null,
          roles: [],
        },
        null,
      );
      acknowledge(filed);
      acknowledge(await attempt({ type: 'cancel', reason: '' }, filed.requestNo));
    }
  }
} else setInterval(() => undefined, 60_000);

function acknowledge({
  requestNo,
  state,
  refusal,
}: Awaited<ReturnType<ReturnType<typeof createHandler>['handle']>>): void {
  if (refusal !== null) throw new Error(refusal.reason);
  say(`${requestNo ?? 0} ${state?.version ?? 0}`);
}

/** At once: what was said must not wait in a buffer of a process that is about to die. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function theWorld(): World {
  const loaded = loadPolicy(new URL('../../sandbox/policy.yml', import.meta.url).pathname);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return certain(unhurried(loaded.policy), {
    standing: () => 'member',
    members: () => new Set(['U0ADA', 'U0BEN']),
    absence: () => undefined,
  });
}
