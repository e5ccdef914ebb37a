import { onTestFinished } from 'vitest';
import { createMailbox } from '../../sandbox/mail.ts';
import type { Mailbox, Received } from '../../sandbox/mail.ts';
import type { Policy, Tenant } from '../../src/access/policy.ts';
import { userElsewhere } from '../../src/access/whose.ts';
import { openForReading } from '../../src/ledger/open.ts';
import { z } from 'zod';
import { PEOPLE, testApp } from './test-app.ts';
import type { TestApp } from './test-app.ts';

/** The app with the customer's mail on it. */
export interface MailTestApp extends TestApp {
  readonly mailbox: Mailbox;
  /** What that address got, oldest first. */
  to(address: string): readonly Received[];
}

export const ANN = 'ann@northwind.example';
export const CAL = 'cal@contoso.example';
export const PUBLIC = 'https://access.example.com';

/** Northwind has Ann, in Slack and by mail; Contoso has Cal, by mail alone. */
export function withContacts(change: Partial<Tenant> = {}) {
  return (policy: Policy): Policy => {
    const tenants = new Map(policy.tenants);
    const put = (id: string, contacts: Tenant['contacts']): void => {
      const tenant = policy.tenants.get(id);
      if (tenant !== undefined) tenants.set(id, { ...tenant, contacts, ...change });
    };
    const slack = userElsewhere(PEOPLE.ann.id, 'T0NORTHWIND');
    put('northwind', [{ name: 'Ann Customer', slack, email: ANN }]);
    put('contoso', [{ name: 'Cal Ortega', slack: null, email: CAL }]);
    return { ...policy, tenants };
  };
}

/** An app that is cleared away with the test. */
export async function testAppWithMail(change = withContacts()): Promise<MailTestApp> {
  const mailbox = await createMailbox();
  onTestFinished(() => mailbox.close());
  const s = await testApp('socket', change, undefined, {
    mail: { smtpUrl: mailbox.url, from: 'access@harbor.example' },
    publicUrl: PUBLIC,
  });
  onTestFinished(() => s.close());
  return Object.assign(s, {
    mailbox,
    to: (address: string) => mailbox.mails.filter((mail) => mail.to.includes(address)),
  });
}

/** Whether Ann is at her keyboard. */
export function presence({ sandbox }: TestApp, active: boolean): void {
  const ann = sandbox.workspace.people.get(PEOPLE.ann.id);
  if (ann === undefined) throw new Error('Ann is gone');
  ann.active = active;
}

/** The plain text's lines. */
export function lines({ parsed }: Received): readonly string[] {
  return (parsed.text ?? '').split(/\r?\n/);
}

/** What the outbox says about mails: how each stands, and why. */
export async function owedMails({
  database,
}: TestApp): Promise<
  readonly { readonly key: string; readonly state: string; readonly why: string | null }[]
> {
  const ledger = openForReading(database);
  const rows = ledger.raw
    .prepare("select key, state, last_error as why from outbox where destination like '%mail:%' order by id")
    .all();
  await ledger.close();
  return z.array(z.object({ key: z.string(), state: z.string(), why: z.string().nullable() })).parse(rows);
}
