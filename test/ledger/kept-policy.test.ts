import { describe, expect, it } from 'vitest';
import type { Policy, Tenant } from '../../src/access/policy.ts';
import { readPolicyChanges } from '../../src/ledger/kept-policy.ts';
import { createTenantIndex } from '../../src/policy/tenant-catalogue.ts';
import { file } from '../support/access-commands.ts';
import { ADA, ANN, HOUR, OTTO, RITA, TENANTS, worldOf } from '../support/access-fixtures.ts';
import type { TestLedger } from '../support/test-ledger.ts';
import { testLedger } from '../support/test-ledger.ts';

/** As at each start. */
async function startsUnder(
  g: TestLedger,
  change: Partial<Policy> = {},
  tenants: readonly Tenant[] = TENANTS,
) {
  const index = createTenantIndex(tenants);
  try {
    return await g.handler.startUnder({ ...worldOf({ tenants }).policy, ...change }, index.sha256);
  } finally {
    index.close();
  }
}

function recorded(g: TestLedger): string[] {
  return g.ledger.raw
    .prepare("select type from ledger_event where type like 'policy.%' order by seq")
    .pluck()
    .all()
    .map(String);
}

const like = (id: string): Tenant => {
  const [acme] = TENANTS;
  if (acme === undefined) throw new Error('the fixtures have tenants');
  return { ...acme, id, name: `${id} Ltd` };
};

describe('Every start', () => {
  it('records the hash of its policy, and nothing else where that is the one before', async () => {
    let g = testLedger();
    for (let i = 0; i < 3; i += 1) {
      expect(await startsUnder(g)).toBeNull();
      g = await g.reopened();
    }
    expect(recorded(g)).toEqual(['policy.loaded', 'policy.loaded', 'policy.loaded']);
    expect(g.count('select count(distinct body) from ledger_event')).toBe(1);
    expect(g.count('select max(length(body)) from ledger_event')).toBeLessThan(120);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('records what changed since the last one, whatever happened in between, and what changed back', async () => {
    const g = testLedger();
    await startsUnder(g);
    await g.given(RITA, file());
    const admins = { admins: [ADA, OTTO] };
    expect(await startsUnder(g, admins)).toMatchObject({
      changes: [{ of: 'people.admins', gained: { named: [OTTO] } }],
      more: 0,
    });
    expect(await startsUnder(g, admins)).toBeNull();
    const back = await startsUnder(g);
    expect(back).toMatchObject({ changes: [{ of: 'people.admins', lost: { named: [OTTO] } }] });
    const changes = await readPolicyChanges(g.ledger.db, 0, g.clock.now() + 1);
    expect(changes.at(-1)).toEqual({ at: g.clock.now(), changed: back });
    expect(changes[0]?.changed.from).toBe(changes[1]?.changed.to);
    expect(await readPolicyChanges(g.ledger.db, 0, g.clock.now())).toEqual([]);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('records which tenants came, went, and say something else, and of each what', async () => {
    const g = testLedger();
    const [acme, bolt, corp] = TENANTS;
    if (!acme || !bolt || !corp) throw new Error('the fixtures have three tenants');
    await startsUnder(g);
    const changed = await startsUnder(g, {}, [bolt, { ...corp, maxDurationMs: 2 * HOUR }, like('dune')]);
    expect(changed?.changes).toEqual([
      { kind: 'tenants', change: 'added', tenants: { named: ['dune'], more: 0 } },
      { kind: 'tenants', change: 'removed', tenants: { named: ['acme'], more: 0 } },
      { kind: 'value', of: 'tenants.corp.max_duration', from: '1h', to: '2h' },
    ]);
    expect(g.count('select count(*) from kept_tenant')).toBe(3);
    expect(await startsUnder(g, {}, [like('dune'), { ...corp, maxDurationMs: 2 * HOUR }, bolt])).toBeNull();
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it('writes no event of megabytes, however many tenants change at once', async () => {
    const g = testLedger();
    const many = Array.from({ length: 3_000 }, (_, i) => like(`t${i}`));
    await startsUnder(g, {}, many);
    const other = many.map((tenant) => ({ ...tenant, region: 'us-east-1', maxDurationMs: HOUR }));
    const changed = await startsUnder(g, {}, other);
    const told = changed?.changes?.filter((change) => change.kind === 'value') ?? [];
    expect(told.length).toBeGreaterThanOrEqual(20);
    const rest = changed?.changes?.find((change) => change.kind === 'tenants');
    expect(rest).toMatchObject({ change: 'changed', tenants: { more: 3_000 - told.length / 2 - 20 } });
    const all = await startsUnder(g, {}, TENANTS);
    expect(all?.changes).toMatchObject([
      { change: 'added', tenants: { more: 0 } },
      { change: 'removed', tenants: { more: 2_980 } },
    ]);
    expect(g.count('select max(length(body)) from ledger_event')).toBeLessThan(34_000);
    expect(await g.verify()).toMatchObject({ ok: true });
  });

  it.each([
    ['was changed by hand', `update kept_policy set record = replace(record, '${ADA}', '${ANN}')`],
    ['is gone', 'delete from kept_policy'],
    ['lacks a tenant', "delete from kept_tenant where id = 'corp'"],
    ['has another tenant', "insert into kept_tenant values ('dune', '{}')"],
  ])(
    'says that it cannot tell what changed where what was kept %s, and can tell again from then on',
    async (_, sql) => {
      const g = testLedger();
      await startsUnder(g);
      g.ledger.raw.exec(sql);
      expect(await g.verify()).toMatchObject({
        ok: false,
        wrong: 'what is kept of the policy is not what was loaded at the last start',
      });
      expect(await startsUnder(g, { admins: [ADA, OTTO] })).toMatchObject({ changes: null, more: 0 });
      expect(await g.verify()).toMatchObject({ ok: true });
      expect(await startsUnder(g)).toMatchObject({ changes: [{ of: 'people.admins' }] });
    },
  );
});
