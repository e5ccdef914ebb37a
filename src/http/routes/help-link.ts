import type { Context } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import type { FileCustomerRequest } from '../../access/command.ts';
import { lookingAt } from '../../access/decide.ts';
import { CUSTOMER_REQUEST_MAX_MS } from '../../access/limits.ts';
import { isGroup, ownerForCustomers } from '../../access/people.ts';
import type { Refusal } from '../../access/refusal.ts';
import { issueWords } from '../../wording/problems.ts';
import { tsa } from '../../wording/numbers.ts';
import type { PageContext } from '../page-context.ts';
import { formOf, keyOf, notFound } from '../page-context.ts';
import { says, time } from '../views/frame.ts';
import { NOTHING_TYPED } from '../views/request-view.ts';
import type { Typed } from '../views/request-view.ts';
import { askPage } from '../views/help-view.ts';
import type { HelpTyped } from '../views/help-view.ts';
import type { Answer, Opened } from './tenant-entry.ts';
import { back, createTenantEntry } from './tenant-entry.ts';
import { refusalSentence } from '../../wording/contact-refusals.ts';

/** `/t/:token/ask`: a contact asks for help. Sending it, with the code of the mail, is the authorization. */

const helpForm = z.object({
  code: z.string().max(40).catch(''),
  reason: z.string().catch(''),
  tried: z.string().catch(''),
  expected: z.string().catch(''),
  urgency: z.enum(['low', 'normal', 'high']).catch('normal'),
  form: z.string().max(60).catch(''),
});
const NO_HELP: HelpTyped = { ...NOTHING_TYPED, tried: '', expected: '', urgency: 'normal' };

export function createHelpLink(context: PageContext): {
  askForm(c: Context, token: string): Promise<Response>;
  ask(c: Context, token: string): Promise<Response>;
} {
  const { deps, limits } = context;
  const { open, recordOf, send, coded } = createTenantEntry(context);

  async function file(
    opened: Opened,
    typed: HelpTyped,
    form: string,
    token: string,
  ): Promise<{ readonly refusal: Refusal | null; readonly no: number | null }> {
    const admins = deps.policy.admins.filter((one) => !isGroup(one));
    const owner = ownerForCustomers(await deps.directory.recent(admins));
    if (owner === null) return { refusal: { reason: 'cannot_check' }, no: null };
    const { reason, tried, expected, urgency } = typed;
    const command: FileCustomerRequest = {
      type: 'file_customer_request',
      tenantId: opened.tenant.id,
      owner,
      reason,
      tried,
      expected,
      urgency,
      files: [],
      caseRef: '',
    };
    const delivery = `page:${keyOf(token)}:${keyOf(JSON.stringify([form, reason, tried, expected, urgency]))}`;
    const actor = { kind: 'contact', email: opened.link.email } as const;
    const look = lookingAt(command, null, { actor, now: deps.clock.now() });
    // While Slack is silent, what was last known of who takes care of it will do: they decide nothing by it.
    const world = await deps.directory.asked(look, 'last_known');
    const { refusal, requestNo } = await deps.handler.handle({
      command,
      requestNo: null,
      actor,
      world,
      delivery,
    });
    return { refusal, no: requestNo };
  }

  return {
    async askForm(c, token) {
      const opened = await open(c, token);
      if (opened instanceof Response) return opened;
      if (!opened.tenant.customerRequests) return notFound(context, c);
      return send(c, opened, 'Ask for help', askPage(opened.facts, NO_HELP, deps.clock.uuid(), goodFor()));
    },

    async ask(c, token) {
      const wait = await context.tooOften(c, limits.acts, keyOf(token));
      if (wait !== null) return wait;
      const opened = await open(c, token);
      if (opened instanceof Response) return opened;
      if (!opened.tenant.customerRequests) return notFound(context, c);
      const { code, form, ...told } = helpForm.parse(await formOf(c));
      const plain = (text: string): string => text.replaceAll('\r\n', '\n').trim();
      const typed: HelpTyped = {
        ...NO_HELP,
        ...told,
        reason: plain(told.reason),
        tried: plain(told.tried),
        expected: plain(told.expected),
      };
      const retry = (problem: Partial<Typed>): Answer =>
        send(
          c,
          opened,
          'Not sent yet',
          askPage(opened.facts, { ...typed, problem: 'Nothing was sent yet.', ...problem }, form, goodFor()),
          422,
        );
      const wrong = await coded(c, token, code);
      if (wrong instanceof Response) return wrong;
      if (wrong !== null) return retry({ codeProblem: wrong.problem });
      const { refusal, no } = await file(opened, typed, form, token);
      if (refusal !== null || no === null) {
        const reason = reasonWords(refusal);
        if (reason !== null) return retry({ code, reasonProblem: reason });
        return retry({
          code,
          problem: `Nothing was sent. ${refusal === null ? '' : refusalSentence(refusal)}`,
        });
      }
      deps.log.info({ no }, 'a contact asked for help on the page');
      const record = await recordOf(opened, no);
      const until =
        record === null
          ? null
          : html`<p>Support may enter for this until ${time(record.state.terms.latestEndAt)}.</p>`;
      const body = says(
        `${tsa(no)} is on its way to our support`,
        until,
        'You get a mail with everything in it, and a link to cancel; and another when somebody enters, and when they leave.',
        back(opened),
      );
      return send(c, opened, 'Sent', body);
    },
  };

  function goodFor(): number {
    return Math.min(deps.policy.limits.customerRequestMs, CUSTOMER_REQUEST_MAX_MS);
  }
}

/** What is wrong with what the customer wrote, and what to write. */
function reasonWords(refusal: Refusal | null): string | null {
  if (refusal?.reason !== 'invalid') return null;
  const problem = refusal.problems.find((one) => one.field === 'reason');
  return problem === undefined ? null : issueWords(problem);
}
