import { z } from 'zod';
import type { Held } from '../connector.ts';
import { plainLine } from '../../plain-line.ts';
import { jsonOf } from '../product-call.ts';

/** What a product answers to a webhook: a receipt, or a page of what is open. What else it says is not read. */

/** A receipt is shown to people and kept for ever. */
const RECEIPT_MAX = 200;
const NAME_MAX = 200;

const words = z.string().min(1).max(1_000);
const told = z.object({ receipt: words });
const maybe = words.nullish().transform((text) => text ?? null);
const page = z.object({
  accesses: z.array(
    z.object({
      id: maybe,
      tenant: maybe,
      scope: maybe,
      grantee: z
        .object({ slack_id: maybe, email: maybe, name: maybe })
        .nullish()
        .transform((who) => who ?? { slack_id: null, email: null, name: null }),
      notAfter: z.iso
        .datetime({ offset: true })
        .nullish()
        .transform((at) => (at === null || at === undefined ? null : Date.parse(at))),
    }),
  ),
  next: maybe,
});

/** The product's receipt as one line; `null` where it gave none. */
export function receiptOf(text: string): string | null {
  const found = told.safeParse(jsonOf(text));
  const receipt = found.success ? plainLine(found.data.receipt, RECEIPT_MAX) : '';
  return receipt === '' ? null : receipt;
}

/** One page of what is open, and where the list goes on (`null`: it does not); `null` where it is none. */
export function pageOf(
  text: string,
): { readonly held: readonly Held[]; readonly next: string | null } | null {
  const found = page.safeParse(jsonOf(text));
  if (!found.success) return null;
  const held = found.data.accesses.map(({ id, tenant, scope, grantee, notAfter }) => ({
    accessId: id,
    handle: null,
    tenantId: tenant,
    scopeId: scope,
    grantee: {
      slackId: grantee.slack_id,
      email: grantee.email,
      name: plainLine(grantee.name ?? grantee.email ?? grantee.slack_id ?? 'somebody', NAME_MAX),
    },
    notAfter,
  }));
  return { held, next: found.data.next };
}
