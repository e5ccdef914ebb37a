import type { Context } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import type { RequestCommand } from '../../access/command.ts';
import { readMark } from '../../ledger/tenant-views.ts';
import { tsa } from '../../wording/numbers.ts';
import { actionsCsv, SHOWN_MAX } from '../views/actions-view.ts';
import { answered } from '../views/answers.ts';
import type { PageContext } from '../page-context.ts';
import { formOf, keyOf, notFound } from '../page-context.ts';
import { says } from '../views/frame.ts';
import { mailAgain } from '../views/offer.ts';
import { recordCsv } from '../views/record-csv.ts';
import { NOTHING_TYPED } from '../views/request-view.ts';
import type { Typed } from '../views/request-view.ts';
import { back, createTenantEntry } from './tenant-entry.ts';
import { inUse, recordPage, tenantPage } from '../views/tenant-view.ts';
import { happened, namesFor } from '../views/words.ts';
import { problemWords } from '../../wording/problems.ts';
import { refusalSentence } from '../../wording/contact-refusals.ts';

/** `/t/:token`: one contact looks up their tenant, for half an hour. To change something they type the code of the mail. */

const PAGE = 20;
const actForm = z.object({
  code: z.string().max(40).catch(''),
  answer: z.enum(['report', 'cancel', 'revoke', 'works', 'not_fixed']).catch('report'),
  reason: z.string().catch(''),
});

export function createTenantLink(context: PageContext): Readonly<
  Record<'show' | 'status' | 'csv' | 'again', (c: Context, token: string) => Promise<Response>>
> & {
  record(c: Context, token: string, no: number): Promise<Response>;
  actions(c: Context, token: string, no: number): Promise<Response>;
  act(c: Context, token: string, no: number): Promise<Response>;
} {
  const { deps, limits } = context;
  const { open, over, recordOf, send, coded } = createTenantEntry(context);
  const done = (no: number) => deps.reported.newest(no, SHOWN_MAX);

  return {
    async show(c, token) {
      const opened = await open(c, token);
      if (opened instanceof Response) return opened;
      const before = readMark(c.req.query('before'));
      const { tenant, facts } = opened;
      const [active, history] = await Promise.all([
        deps.tenantViews.active(tenant.id),
        deps.tenantViews.history(tenant.id, before, PAGE),
      ]);
      const [now, records] = [await context.read(active), await context.read(history.records)];
      const body = tenantPage(facts, now, { ...history, records, first: before === null });
      return send(c, opened, 'Support in your tenant', body, 200, true);
    },

    async status(c, token) {
      const opened = await open(c, token);
      if (opened instanceof Response) return c.json({ error: 'This link is over.' }, 410);
      const active = await deps.tenantViews.active(opened.tenant.id);
      const sessions = inUse(await context.read(active), opened.facts);
      return c.json({ now: new Date(opened.facts.now).toISOString(), sessions });
    },

    async csv(c, token) {
      const opened = await open(c, token);
      if (opened instanceof Response) return opened;
      const lines = recordCsv(opened.tenant, deps, context);
      return csvFile(c, `support-access-${opened.tenant.id}`, lines);
    },

    async record(c, token, no) {
      const opened = await open(c, token);
      if (opened instanceof Response) return opened;
      const record = await recordOf(opened, no);
      if (record === null) return notFound(context, c);
      return send(
        c,
        opened,
        tsa(no),
        recordPage(record, await done(no), opened.facts, NOTHING_TYPED, opened.link.email),
      );
    },

    async actions(c, token, no) {
      const opened = await open(c, token);
      if (opened instanceof Response) return opened;
      if ((await recordOf(opened, no)) === null) return notFound(context, c);
      return csvFile(c, `${tsa(no)}-actions`, actionsCsv(no, deps.reported));
    },

    async act(c, token, no) {
      const wait = await context.tooOften(c, limits.acts, keyOf(token));
      if (wait !== null) return wait;
      const opened = await open(c, token);
      if (opened instanceof Response) return opened;
      const record = await recordOf(opened, no);
      if (record === null) return notFound(context, c);
      const typed = actForm.parse(await formOf(c));
      const wrong = await coded(c, token, typed.code);
      if (wrong instanceof Response) return wrong;
      if (wrong !== null) {
        const again: Typed = {
          ...NOTHING_TYPED,
          reason: typed.reason,
          problem: 'Nothing was changed yet.',
          codeProblem: wrong.problem,
        };
        return send(
          c,
          opened,
          `Not done yet: ${tsa(no)}`,
          recordPage(record, await done(no), opened.facts, again, opened.link.email),
          422,
        );
      }
      const command = deedOf(typed);
      const { refusal } = await deps.handler.handle({
        command,
        requestNo: no,
        actor: { kind: 'contact', email: opened.link.email },
        world: deps.directory.known(),
        // Other words are another answer.
        delivery: `page:${keyOf(token)}:${no}:${command.type}:${keyOf(typed.reason)}`,
      });
      deps.log.info(
        { no, purpose: 'tenant', refused: refusal?.reason ?? null },
        'a contact answered on the page',
      );
      const after = (await recordOf(opened, no)) ?? record;
      const shown = { ...after, name: namesFor(opened.tenant, opened.facts.nameOf) };
      if (refusal === null)
        return send(c, opened, 'Done', html`${answered(typed.answer, shown)} ${back(opened)}`);
      if (refusal.reason === 'invalid' && typed.answer === 'not_fixed') {
        const [first] = refusal.problems;
        const again: Typed = {
          ...NOTHING_TYPED,
          ...{ code: typed.code, reason: typed.reason },
          problem: 'Nothing was changed yet.',
          reasonProblem: first === undefined ? null : problemWords(first),
        };
        const page = recordPage(record, await done(no), opened.facts, again, opened.link.email);
        return send(c, opened, `Not done yet: ${tsa(no)}`, page, 422);
      }
      const body = says(
        'Nothing was changed',
        refusalSentence(refusal),
        html`<p>${happened(no, after.state, shown.name)}</p>`,
        back(opened),
      );
      return send(c, opened, 'Nothing was changed', body, 409);
    },

    async again(c, token) {
      const link = await context.find(c, token);
      if (link instanceof Response) return link;
      if (link.purpose !== 'tenant') return context.unknown(c);
      const wait = await context.tooOften(c, limits.mails, link.email);
      if (wait !== null) return wait;
      const at = { now: deps.clock.now(), key: deps.clock.uuid() };
      const owed = deps.mail ? mailAgain(link, null, deps.directory.known(), at) : null;
      if (owed === null) return over(c, 'not_contact', token);
      return context.mailAsked(c, link, owed);
    },
  };
}

function deedOf({ answer, reason }: z.infer<typeof actForm>): RequestCommand {
  switch (answer) {
    case 'report':
      return { type: 'report_unexpected' };
    case 'cancel':
      return { type: 'cancel', reason: '' };
    case 'revoke':
      return { type: 'revoke', reason: 'The customer took it back.' };
    case 'works':
      return { type: 'accept_closeout' };
    case 'not_fixed':
      return { type: 'contest_closeout', question: reason };
  }
}

function csvFile(c: Context, name: string, lines: AsyncGenerator<string>): Response {
  c.header('Content-Type', 'text/csv; charset=utf-8');
  c.header('Content-Disposition', `attachment; filename="${name}.csv"`);
  return c.body(ReadableStream.from(encoded(lines)));
}

async function* encoded(lines: AsyncGenerator<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const line of lines) yield encoder.encode(line);
}
