import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { plainly } from '../access/lettering.ts';
import type { Tenant } from '../access/policy.ts';
import { BY_HAND } from '../access/policy.ts';
import { userElsewhere } from '../access/whose.ts';
import type { PolicyForm, TenantForm } from './form.ts';
import type { PolicyProblem } from './problems.ts';
import { readTenants } from './tenants-file.ts';
import type { TenantCatalogue } from './tenant-index.ts';
import { makeCatalogue, openCatalogue } from './tenant-catalogue.ts';

/** The line of a key of policy.yml. */
export type Line = (keys: readonly PropertyKey[]) => number;

/** The text of a file; `null` where it cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The tenants of the policy and of its list, each once; no catalogue where something is wrong with them. */
export function takeTenants(
  form: PolicyForm,
  here: { readonly path: string; readonly at: Line },
  place: string | null,
): { readonly catalogue: TenantCatalogue | null; readonly problems: readonly PolicyProblem[] } {
  const file = form.tenants_file === undefined ? null : resolve(dirname(here.path), form.tenants_file);
  const listed = file === null ? '' : readText(file);
  if (file !== null && listed === null)
    return { catalogue: null, problems: [{ file, line: 1, message: 'cannot be read' }] };
  const own = form.tenants.map(toTenant);
  const madeOf = createHash('sha256')
    .update(JSON.stringify(own))
    .update('\0')
    .update(listed ?? '')
    .update('\0')
    .update([...form.connectors].map(([name, { scopes }]) => `${name} ${scopes?.join() ?? ''}`).join('\n'))
    .digest('hex');
  const kept = place === null ? null : { path: place, madeOf };
  const there = kept === null ? null : openCatalogue(kept);
  if (there !== null) return { catalogue: there, problems: [] };
  const wrong: PolicyProblem[] = [];
  const twice: PolicyProblem[] = [];
  const catalogue = makeCatalogue(kept, (add) => {
    const unconnected = (tenant: Tenant): string | null =>
      accessProblem(tenant.access, form.scopes, form.connectors);
    own.forEach((tenant, i) => {
      const wrongly = unconnected(tenant);
      if (wrongly !== null)
        wrong.push({
          file: here.path,
          line: here.at(['tenants', i, 'access']),
          message: `tenants.${i}.access: ${wrongly}`,
        });
      if (add(tenant)) return;
      const line = here.at(['tenants', i, 'id']);
      const message = `tenants.${i}.id: the tenant ${tenant.id} is there twice`;
      twice.push({ file: here.path, line, message });
    });
    if (file === null || listed === null) return;
    const broken = readTenants(file, listed, (tenant, line) => {
      const unknown = unconnected(toTenant(tenant));
      if (unknown !== null) wrong.push({ file, line, message: `access: ${unknown}` });
      if (!add(toTenant(tenant)))
        twice.push({ file, line, message: `id: the tenant ${tenant.id} is there twice` });
    });
    wrong.push(...broken);
  });
  const problems = [...wrong, ...twice];
  if (problems.length === 0) return { catalogue, problems };
  catalogue.close();
  if (place !== null) rmSync(place, { force: true });
  return { catalogue: null, problems };
}

/** Why access cannot be given that way to all of these scopes; `null` where it can. */
export function accessProblem(
  access: string | null | undefined,
  scopes: readonly { readonly id: string }[],
  connectors: PolicyForm['connectors'],
): string | null {
  if (access === null || access === undefined || access === BY_HAND) return null;
  const plan = connectors.get(access);
  if (plan === undefined) return `there is no connector ${access} (write by_hand for none)`;
  const missing = scopes.filter(({ id }) => plan.scopes?.includes(id) === false).map(({ id }) => id);
  return missing.length === 0 ? null : `the connector ${access} has no group for ${missing.join(', ')}`;
}

/** Letters of another alphabet than the rest of a name are pointed out wherever it is shown. */
function toTenant(form: TenantForm): Tenant {
  return {
    id: form.id,
    name: plainly(form.name),
    environment: plainly(form.environment),
    region: plainly(form.region),
    channel: form.channel ?? null,
    maxDurationMs: form.max_duration ?? null,
    maxExtendedMs: form.max_extended ?? null,
    consent: form.consent,
    customerRequests: form.customer_requests,
    contacts: form.contacts.map((c) => ({
      name: plainly(c.name),
      slack:
        c.slack_user === undefined || c.slack_team === undefined
          ? null
          : userElsewhere(c.slack_user, c.slack_team),
      email: c.email ?? null,
    })),
    statusKeySha256: form.status_key_sha256 ?? null,
    access: form.access ?? null,
  };
}
