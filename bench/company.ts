import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileRequest } from '../src/access/command.ts';
import type { Actor, World } from '../src/access/people.ts';
import { certain } from '../src/access/people.ts';
import type { Policy, Tenant } from '../src/access/policy.ts';
import { loadPolicy } from '../src/policy/load.ts';

/** The company that the measurements run on: 100,000 tenants, 1,000 engineers, 20 approvers. */

export const TENANTS = 100_000;
/** Tenants that support works in; the others are only there to be searched. */
const BUSY_TENANTS = 2_000;
export const ENGINEERS = Array.from({ length: 1_000 }, (_, n) => `U0ENGINEER${n}`);
export const APPROVERS = Array.from({ length: 20 }, (_, n) => `U0APPROVER${n}`);
export const APPROVERS_GROUP = 'S0APPROVERS';
export const REASON = 'Invoices for March show twice since the last import; remove the duplicates.';
export const HOUR_MS = 3_600_000;

const FIRST = ['North', 'Blue', 'Grand', 'Silver', 'Pacific', 'Alpine', 'Urban', 'Golden', 'Nordic', 'Prime'];
const SECOND = ['wind', 'river', 'stone', 'field', 'bridge', 'harbor', 'forest', 'light', 'peak', 'gate'];
const KIND = [
  'Traders',
  'Retail',
  'Logistics',
  'Foods',
  'Health',
  'Energy',
  'Media',
  'Bank',
  'Labs',
  'Motors',
];

/** Writes the policy and its list of tenants into the folder, and reads them as the program does. */
export function found(folder: string): { readonly path: string; readonly policy: Policy } {
  const lines = Array.from({ length: TENANTS }, (_, n) => {
    const name = `${FIRST[n % 10] ?? ''}${SECOND[Math.floor(n / 10) % 10] ?? ''} ${KIND[Math.floor(n / 100) % 10] ?? ''}`;
    return `tenant-${n},${name} ${n},${n % 5 === 0 ? 'staging' : 'production'},${n % 2 === 0 ? 'eu-west' : 'us-east'}`;
  });
  writeFileSync(join(folder, 'tenants.csv'), ['id,name,environment,region', ...lines, ''].join('\n'));
  const path = join(folder, 'policy.yml');
  writeFileSync(
    path,
    `time_zone: Europe/Berlin
channels: { alert: C0ALERTS, review: C0REVIEW }
people:
  requesters: [${ENGINEERS.join(', ')}]
  admins: [U0MIA]
approvers:
  - people: [${APPROVERS_GROUP}]
scopes:
  - { id: read, name: Read-only, allows: Look at settings and logs; change nothing, max_duration: 4h }
limits: { open_requests: 50, per_hour: { requests: { person: 10000, tenant: 10000 } } }
tenants_file: tenants.csv
`,
  );
  const loaded = loadPolicy(path);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return { path, policy: loaded.policy };
}

/** The world in which everybody is a member, and the group is known. */
export function worldOf(policy: Policy): World {
  const members = new Set(APPROVERS);
  return certain(policy, { standing: () => 'member', members: () => members, absence: () => undefined });
}

/** The n-th request: no two of the first 2,000,000 have both engineer and tenant in common. */
export function nth(n: number): { engineer: string; approver: string; tenantId: string } {
  const k = n % ENGINEERS.length;
  return {
    engineer: ENGINEERS[k] ?? '',
    approver: APPROVERS[n % APPROVERS.length] ?? '',
    tenantId: `tenant-${(k * 2 + Math.floor(n / ENGINEERS.length)) % BUSY_TENANTS}`,
  };
}

export function fileCommand(n: number, durationMs = HOUR_MS): FileRequest {
  const { engineer, approver, tenantId } = nth(n);
  return {
    type: 'file',
    tenantId,
    scopeId: 'read',
    grantee: engineer,
    owner: engineer,
    approvers: [approver],
    allowedActions: 'Look at the import log and the invoices',
    offLimits: 'Everything else',
    reason: REASON,
    caseRef: `CASE-${n}`,
    durationMs,
    notBefore: null,
    roles: [],
  };
}

export function person(id: string): Actor {
  return { kind: 'person', id };
}

/** A tenant as the ledger records it. */
export function tenantOf(policy: Policy, id: string): Tenant {
  const tenant = policy.tenants.get(id);
  if (tenant === undefined) throw new Error(`${id} is not in the policy`);
  return tenant;
}
