import type { Context } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import { textProblems } from '../../access/text.ts';
import type { RequestCommand } from '../../access/command.ts';
import type { AccessEvent } from '../../access/event.ts';
import { actorName } from '../../access/people.ts';
import type { FullRecord } from '../../ledger/history.ts';
import type { Link } from '../../ledger/links.ts';
import { problemWords } from '../../wording/problems.ts';
import { tsa } from '../../wording/numbers.ts';
import { answered, newMailForm, overWords } from '../views/answers.ts';
import type { PageContext } from '../page-context.ts';
import { formOf, keyOf } from '../page-context.ts';
import type { Html } from '../views/frame.ts';
import { mailAgain, offerOf } from '../views/offer.ts';
import { NOTHING_TYPED, question } from '../views/request-view.ts';
import type { Shown, Typed } from '../views/request-view.ts';
import { happened, namesFor } from '../views/words.ts';
import { placeOf } from '../../wording/names.ts';
import { refusalSentence } from '../../wording/contact-refusals.ts';

/** `/r/:token`: one person, one request, one answer. Looking changes nothing; the code of the mail is needed to answer. */

const form = z.object({
  code: z.string().max(40).catch(''),
  reason: z.string().catch(''),
  answer: z.string().max(20).catch(''),
});

/** What each link may be answered with. */
const ANSWERS: Readonly<Record<Link['purpose'], readonly string[]>> = {
  consent: ['approve', 'decline'],
  extension: ['approve', 'decline'],
  cancel: ['cancel'],
  report: ['report'],
  tenant: [],
};

export interface RequestLink {
  show(c: Context, token: string): Promise<Response>;
  answer(c: Context, token: string): Promise<Response>;
  /** Sends a new mail to the address that the link was for. */
  again(c: Context, token: string): Promise<Response>;
}

export function createRequestLink(context: PageContext): RequestLink {
  const { deps, page, limits } = context;

  async function open(c: Context, token: string): Promise<Opened | Response> {
    const link = await context.find(c, token);
    if (link instanceof Response) return link;
    const record = link.requestNo === null ? null : await deps.views.record(link.requestNo);
    if (record === null) return context.unknown(c);
    const [read] = await context.read([record]);
    if (read === undefined) return context.unknown(c);
    const name = namesFor(deps.policy.tenants.get(link.tenantId), (user) => context.nameOf(user));
    return { link, record, shown: { ...read, name } };
  }

  /** The page as things stand: the question, or why there is none. */
  function standing(
    c: Context,
    token: string,
    { link, record, shown }: Opened,
    typed: Typed,
  ): Response | Promise<Response> {
    const offer = offerOf(link, record, deps.directory.known(), deps.clock.now());
    if (offer.kind === 'open') {
      const wrong = typed.problem !== null || typed.codeProblem !== null || typed.reasonProblem !== null;
      const title = wrong ? `Not done yet: ${tsa(record.no)}` : tsa(record.no);
      return send(c, link, title, question(link, shown, typed, `/r/${token}`), wrong ? 422 : 200);
    }
    const mail = deps.mail
      ? mailAgain(link, record, deps.directory.known(), { now: deps.clock.now(), key: '' })
      : null;
    const again = mail === null ? null : newMailForm(`/r/${token}/mail`);
    const place = offer.kind === 'not_contact' ? null : shown;
    return page(c, {
      title: 'This link is over',
      place: place === null ? null : placeOf(place.state.tenant),
      body: overWords(offer, shown, again),
      status: offer.kind === 'decided' || offer.kind === 'over' ? 200 : 410,
    });
  }

  function send(
    c: Context,
    link: Link,
    title: string,
    body: Html,
    status: 200 | 409 | 422,
  ): Response | Promise<Response> {
    const tenant = deps.policy.tenants.get(link.tenantId);
    return page(c, { title, place: tenant === undefined ? null : placeOf(tenant), body, status });
  }

  return {
    async show(c, token) {
      const opened = await open(c, token);
      return opened instanceof Response ? opened : standing(c, token, opened, NOTHING_TYPED);
    },

    async answer(c, token) {
      const wait = await context.tooOften(c, limits.acts, keyOf(token));
      if (wait !== null) return wait;
      const opened = await open(c, token);
      if (opened instanceof Response) return opened;
      const { link, record } = opened;
      const offer = offerOf(link, record, deps.directory.known(), deps.clock.now());
      if (offer.kind !== 'open') return standing(c, token, opened, NOTHING_TYPED);
      const typed = form.parse(await formOf(c));
      const reason = typed.reason.replaceAll('\r\n', '\n').trim();
      const retry = (wrong: Partial<Typed>): Response | Promise<Response> =>
        standing(c, token, opened, { ...NOTHING_TYPED, reason, ...wrong });
      const tried = await context.tryCode(token, typed.code);
      if (tried === 'over') {
        const again = await open(c, token);
        return again instanceof Response ? again : standing(c, token, again, NOTHING_TYPED);
      }
      if (tried !== 'right')
        return retry({ problem: 'Nothing was changed yet.', codeProblem: tried.problem });
      if (!ANSWERS[link.purpose].includes(typed.answer))
        return retry({
          code: typed.code,
          problem: 'Nothing was changed yet: please press one of the buttons.',
        });
      if (typed.answer === 'decline' && reason === '')
        return retry({
          code: typed.code,
          problem: 'Nothing was changed yet.',
          reasonProblem: 'Please say why, so that whoever asked knows what to do.',
        });
      const [malformed] = textProblems('reason', reason, { required: false, line: false });
      if (malformed !== undefined)
        return retry({
          code: typed.code,
          problem: 'Nothing was changed yet.',
          reasonProblem: problemWords(malformed),
        });
      const outcome = await deps.handler.handle({
        command: commandOf(link, typed.answer, reason),
        requestNo: record.no,
        actor: { kind: 'contact', email: link.email },
        world: deps.directory.known(),
        // One link, one answer: whatever is sent with it at the same time, only the first counts.
        delivery: `page:${keyOf(token)}`,
      });
      const { refusal } = outcome;
      deps.log.info(
        { no: record.no, purpose: link.purpose, refused: refusal?.reason ?? null },
        'a contact answered on the page',
      );
      if (refusal === null) await deps.links.use(token);
      const after = await open(c, token);
      if (after instanceof Response) return after;
      if (refusal !== null) {
        const body = html`<h1>Nothing was changed</h1>
          <p>${refusalSentence(refusal)}</p>
          <p>${happened(record.no, after.shown.state, after.shown.name)}</p>`;
        return send(c, link, 'Nothing was changed', body, 409);
      }
      if (outcome.repeated && !did(after.record, link.email, typed.answer))
        return standing(c, token, after, NOTHING_TYPED);
      return send(c, link, 'Done', answered(typed.answer, after.shown), 200);
    },

    async again(c, token) {
      const opened = await open(c, token);
      if (opened instanceof Response) return opened;
      const { link, record } = opened;
      const wait = await context.tooOften(c, limits.mails, `again:${link.email}`);
      if (wait !== null) return wait;
      const at = { now: deps.clock.now(), key: deps.clock.uuid() };
      const owed = deps.mail ? mailAgain(link, record, deps.directory.known(), at) : null;
      if (owed === null) return standing(c, token, opened, NOTHING_TYPED);
      return context.mailAsked(c, link, owed);
    },
  };
}

interface Opened {
  readonly link: Link;
  readonly record: FullRecord;
  readonly shown: Shown;
}

const DEEDS: Readonly<Record<string, readonly AccessEvent['type'][]>> = {
  approve: ['approval.given', 'extension.agreed'],
  decline: ['request.denied', 'extension.denied'],
  cancel: ['request.cancelled'],
  report: ['session.reported'],
};

/** Did this contact do just that? */
function did({ events }: FullRecord, email: string, answer: string): boolean {
  return events.some(
    ({ event, actor }) =>
      actor === actorName({ kind: 'contact', email }) && DEEDS[answer]?.includes(event.type) === true,
  );
}

/** The same commands as from Slack, through the same command handler. */
function commandOf({ purpose, version }: Link, answer: string, reason: string): RequestCommand {
  if (answer === 'approve')
    return purpose === 'extension'
      ? { type: 'approve_extension', version: version ?? 0, typedTenantId: null }
      : { type: 'approve', read: version ?? 0, less: null, typedTenantId: null };
  if (answer === 'decline')
    return purpose === 'extension' ? { type: 'deny_extension', reason } : { type: 'deny', reason };
  return answer === 'cancel' ? { type: 'cancel', reason: '' } : { type: 'report_unexpected' };
}
