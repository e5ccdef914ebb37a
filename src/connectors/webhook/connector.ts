import { Webhook } from 'standardwebhooks';
import type { Access, Connector, Held, Listing, NotConfirmed, Outcome } from '../connector.ts';
import type { ConnectorDeps } from '../kind.ts';
import type { Answered } from '../product-call.ts';
import { notConfirmed } from '../product-call.ts';
import { factsOf, makeStatement } from '../statement.ts';
import { pageOf, receiptOf } from './answers.ts';

/**
 * Calls by signed webhook (Standard Webhooks 1.0). The product answers each with a receipt, and only that counts. The
 * id of a call is made of the access and of what is asked: told again, it is the same call.
 */

/** Pages of one list: a product that has more to say than this is going round in circles. */
const PAGES_MAX = 500;

export function createWebhook(
  {
    name,
    url,
    secrets,
  }: { readonly name: string; readonly url: string; readonly secrets: readonly string[] },
  { call, keyring, issuer, clock }: ConnectorDeps,
): Connector {
  const { host } = new URL(url);
  const signers = secrets.map((secret) => new Webhook(secret));

  async function send(id: string, type: string, data: object): Promise<Answered | NotConfirmed> {
    const now = clock.now();
    const body = JSON.stringify({ type, timestamp: new Date(now).toISOString(), data });
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1_000)),
      'webhook-signature': signers.map((signer) => signer.sign(id, new Date(now), body)).join(' '),
    };
    return call({ method: 'POST', url, headers, body });
  }

  async function tell(
    id: string,
    type: 'access.open' | 'access.extend' | 'access.close',
    access: Access,
  ): Promise<Answered | NotConfirmed> {
    const statement =
      type === 'access.close' ? null : await makeStatement(keyring, access, { issuer, audience: url });
    return send(id, type, { version: 1, access: factsOf(access), statement });
  }

  function judge(answer: Answered | NotConfirmed): Outcome {
    if (answer.kind !== 'answered') return answer;
    const receipt = isGood(answer) ? receiptOf(answer.text) : null;
    return receipt === null
      ? notConfirmed(answer, url, clock.now())
      : { kind: 'confirmed', receipt, handle: null };
  }

  function gone(answer: Answered | NotConfirmed): Outcome {
    // What the product does not have, nobody is in with.
    if (answer.kind === 'answered' && (answer.status === 404 || answer.status === 410)) {
      const receipt = `HTTP ${answer.status}: the product has no such access`;
      return { kind: 'confirmed', receipt, handle: null };
    }
    return judge(answer);
  }

  return {
    name,
    kind: 'webhook',
    holdsTheEnd: true,
    lane: ({ id }) => id,
    open: async (access) => judge(await tell(`open_${access.id}`, 'access.open', access)),
    extend: async (access) =>
      judge(await tell(`extend_${access.id}_${access.notAfter}`, 'access.extend', access)),
    close: async (access) => gone(await tell(`close_${access.id}`, 'access.close', access)),
    async remove({ accessId, grantee }) {
      if (accessId === null)
        return { kind: 'refused', why: `${host} gave the access of ${grantee.name} no id to close it by` };
      const access = { id: accessId };
      return gone(await send(`close_${accessId}`, 'access.close', { version: 1, access, statement: null }));
    },
    async list(): Promise<Listing> {
      const held: Held[] = [];
      let cursor: string | null = null;
      const ask = clock.uuid();
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const answer = await send(`list_${ask}_${page}`, 'access.list', { version: 1, cursor });
        if (answer.kind !== 'answered') return answer;
        const found = isGood(answer) ? pageOf(answer.text) : null;
        if (found === null) return notConfirmed(answer, url, clock.now());
        held.push(...found.held);
        cursor = found.next;
        if (cursor === null) return { kind: 'listed', held };
      }
      return { kind: 'unknown', why: `${host} lists more than ${PAGES_MAX} pages` };
    },
  };
}

function isGood({ status }: Answered): boolean {
  return status >= 200 && status < 300;
}
