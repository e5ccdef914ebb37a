import type { Context } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import type { Owed } from '../../notifications/message.ts';
import type { PageContext } from '../page-context.ts';
import { formOf } from '../page-context.ts';
import { says } from '../views/frame.ts';
import { mailTo } from '../../access/ids.ts';

const address = z.email().max(254);

/** `/tenants`: a link to the tenant's page, by mail. Nobody learns here whose address is a contact's. */
export function createTenantsPage(context: PageContext): {
  form(c: Context): Response | Promise<Response>;
  ask(c: Context): Promise<Response>;
  settled(): Promise<void>;
} {
  const { deps, limits } = context;
  const underWay = new Set<Promise<void>>();

  function form(c: Context, typed: string, problem: string | null): Response | Promise<Response> {
    const body = deps.mail
      ? html`<h1>Who was in your tenant?</h1>
          <p>
            See who of our support is or was in your tenant, and why; ask for help; or stop a session. We send
            a link to the address that is listed as your company’s contact.
          </p>
          <form method="post" action="/tenants">
            <div class="field">
              <label for="email">Your e-mail address</label>
              <input
                id="email"
                name="email"
                type="email"
                autocomplete="email"
                required
                maxlength="254"
                value="${typed}"
                ${problem === null ? null : html`aria-invalid="true" aria-describedby="email-problem"`}
              />
              ${problem === null ? null : html`<p class="problem" id="email-problem">${problem}</p>`}
            </div>
            <div class="buttons"><button type="submit" class="go">Send me the link</button></div>
          </form>`
      : says('Who was in your tenant?', 'No mail can be sent from here, so please ask your support team.');
    const title = problem === null ? 'Your tenant’s page' : 'Not sent yet';
    return context.page(c, { title, place: null, body, status: problem === null ? 200 : 422 });
  }

  return {
    form: (c) => form(c, '', null),
    async ask(c) {
      const typed = z.object({ email: z.string().trim().max(400).catch('') }).parse(await formOf(c));
      const email = address.safeParse(typed.email);
      if (!email.success || !deps.mail)
        return form(c, typed.email, 'Write your e-mail address, such as name@example.com.');
      const to = email.data.toLowerCase();
      const wait = await context.tooOften(c, limits.mails, to);
      if (wait !== null) return wait;
      // Answered first: how long it takes says nothing about whether the address is known.
      const work = owe(to).finally(() => underWay.delete(work));
      underWay.add(work);
      const body = says(
        'If this is a contact’s address, a mail is on its way',
        'It should be there in a few minutes, with a link that works for half an hour.',
        'Nothing there? Look into the spam folder. Then ask your support team whether this address is listed as a contact of your company.',
      );
      return context.page(c, { title: 'Look into your mail', place: null, body, status: 200 });
    },
    async settled() {
      await Promise.all(underWay);
    },
  };

  async function owe(email: string): Promise<void> {
    const ids = deps.tenants.ofContact(email).map(({ id }) => id);
    const key = deps.clock.uuid();
    const world = deps.directory.known();
    try {
      for (const tenantId of ids) {
        const command = { type: 'ask_link', tenantId, about: null } as const;
        const owed: Owed = {
          key: `tenant:${key}:${tenantId}`,
          destination: mailTo(email),
          message: { kind: 'tenant_mail', tenantId },
        };
        const attempt = { command, actor: { kind: 'contact', email }, world, delivery: null } as const;
        await deps.handler.handleGlobal(attempt, [owed]);
      }
    } catch (error) {
      deps.log.error({ error }, 'a link to a tenant’s page was asked for, and could not be owed');
    }
  }
}
