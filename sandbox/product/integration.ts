import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { access, type Store } from './store.ts';

/** All that a product needs to let support in for as long as TSA says so, and no longer. Copy it, and make it yours. */
export interface Settings {
  /** The secrets shared with TSA; two while they are changed. */
  readonly secrets: readonly string[];
  /** Where TSA calls us: a statement for another product is none for us. */
  readonly audience: string;
  /** Where TSA is asked, who signs its statements, and our key. */
  readonly tsa: { readonly url: string; readonly issuer: string; readonly key: string };
  readonly store: Store;
  readonly now: () => number;
  /** Why that person cannot be let into that tenant, in words for people; `null`: they can. */
  readonly objection: (tenantId: string, slackId: string) => string | null;
}
export type Answer = { readonly status: number; readonly body: object };
/** Whether somebody may be in, and what to show to everybody while they are. */
export type Verdict =
  { readonly in: true; readonly session: string; readonly badge: string } | { readonly in: false };

const ANSWER_WITHIN_MS = 2_000;
const BATCH_MAX = 1_000;
const PAGE = 50;
/** Clocks differ a little. The end is held by ours, to the millisecond. */
const SKEW_S = 30;

const call = z.object({
  type: z.enum(['access.open', 'access.extend', 'access.close', 'access.list']),
  data: z.object({
    access: z.object({ id: z.string() }).optional(),
    statement: z.string().nullish(),
    cursor: z.string().nullish(),
  }),
});
const decision = z.object({
  decision: z.boolean(),
  context: z.object({ session: z.string(), badge: z.string() }).optional(),
});

export function createIntegration({ secrets, audience, tsa, store, now, objection }: Settings) {
  const keys = createRemoteJWKSet(new URL(`${tsa.url}/.well-known/jwks.json`));
  const hooks = secrets.map((secret) => new Webhook(secret));

  /** Answers one call of TSA. The same call twice has one effect. */
  async function webhook(headers: Readonly<Record<string, string>>, raw: string): Promise<Answer> {
    if (!hooks.some((hook) => isSigned(hook, headers, raw)))
      return refuse(401, 'This is not signed with our secret, or not of these five minutes.');
    const { data: { type, data } = {} } = call.safeParse(JSON.parse(raw));
    if (type === 'access.list') return list(Number(data?.cursor ?? 0));
    if (type === undefined || data?.access === undefined) return refuse(400, 'This call is not known here.');
    // Also what was never opened: an open that was overtaken on its way must find it closed.
    if (type === 'access.close') return { status: 200, body: { receipt: store.close(data.access.id) } };
    return admit(type, data.statement ?? '');
  }

  /** Opens, or makes longer, by what the statement says: it alone is believed. */
  async function admit(type: 'access.open' | 'access.extend', statement: string): Promise<Answer> {
    try {
      const { payload } = await jwtVerify(statement, keys, {
        issuer: tsa.issuer,
        audience,
        typ: 'tsa-access+jwt',
        algorithms: ['EdDSA'],
        clockTolerance: SKEW_S,
        currentDate: new Date(now()),
      });
      const facts = access.parse(payload['access']);
      if (store.isClosed(facts.id)) return refuse(409, 'This access was closed, and is not opened again.');
      if (now() >= Date.parse(facts.notAfter)) return refuse(409, 'This access is over.');
      if (type === 'access.extend' && !store.has(facts.id)) return refuse(404, 'There is no such access.');
      const no = objection(facts.tenant.id, facts.grantee.slack_id);
      return no === null ? { status: 200, body: { receipt: store.open(facts) } } : refuse(403, no);
    } catch (error) {
      // What is wrong with a statement is wrong for good; that its key cannot be had is not.
      const wrong = error instanceof errors.JOSEError && /^ERR_(?:JWT|JWS|JOSE_ALG)_/.test(error.code);
      return wrong || error instanceof z.ZodError
        ? refuse(403, 'The statement is not right.')
        : refuse(503, 'The keys of TSA cannot be had just now.');
    }
  }

  function list(from: number): Answer {
    const all = store.opened(now());
    const accesses = all
      .slice(from, from + PAGE)
      .map((one) => ({ ...one, tenant: one.tenant.id, scope: one.scope.id }));
    return { status: 200, body: { accesses, next: from + PAGE < all.length ? String(from + PAGE) : null } };
  }

  /** Asked on each page. Past the end that we hold nobody is in; before it TSA has the last word, while it answers. */
  async function mayBeIn(tenantId: string, slackId: string, action = 'enter'): Promise<Verdict> {
    const mine = store.opened(now()).filter(({ tenant }) => tenant.id === tenantId);
    const own = mine.find(({ grantee }) => grantee.slack_id === slackId);
    if (own === undefined) return { in: false };
    const told = await ask('/access/v1/evaluation', {
      subject: { type: 'user', id: slackId },
      action: { name: action },
      resource: { type: 'tenant', id: tenantId },
    });
    const { data: answer } = decision.safeParse(told);
    if (answer !== undefined)
      return answer.decision && answer.context !== undefined
        ? { in: true, ...answer.context }
        : { in: false };
    const badge = `Support is in: ${own.grantee.name}, until ${own.notAfter.slice(11, 16)} UTC`;
    return action === 'enter' ? { in: true, session: own.session, badge } : { in: false };
  }

  /** Says what was done. What TSA has not taken yet is told again with the next; it has an id, and counts once. */
  async function report(session: string, action: Readonly<Record<string, string>>): Promise<void> {
    store.owe(session, { id: crypto.randomUUID(), at: new Date(now()).toISOString(), ...action });
    for (const [of, owed] of store.owed()) {
      const actions = owed.slice(0, BATCH_MAX);
      if ((await ask(`/v1/sessions/${of}/actions`, { actions })) !== undefined) store.told(of, actions);
    }
  }

  async function ask(path: string, body: object): Promise<unknown> {
    try {
      const answer = await fetch(tsa.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${tsa.key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      return answer.ok ? await answer.json() : undefined;
    } catch {
      return undefined;
    }
  }

  return { webhook, mayBeIn, report };
}

function isSigned(hook: Webhook, headers: Readonly<Record<string, string>>, raw: string): boolean {
  try {
    hook.verify(raw, headers);
    return true;
  } catch {
    return false;
  }
}

const refuse = (status: number, detail: string): Answer => ({ status, body: { detail } });
