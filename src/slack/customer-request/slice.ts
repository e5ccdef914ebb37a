import type { ModalView } from '@slack/types';
import type { FileCustomerRequest } from '../../access/command.ts';
import { CUSTOMER_REQUEST_MAX_MS } from '../../access/limits.ts';
import { isContact, ownerForCustomers } from '../../access/people.ts';
import { isListed, visibleTo } from '../../access/reading.ts';
import type { Tenant } from '../../access/policy.ts';
import type { Mark } from '../../ledger/of-tenant.ts';
import { markText, readMark } from '../../ledger/of-tenant.ts';
import { parseDuration } from '../../duration.ts';
import { directMessage, inChannel } from '../../outbox/owe.ts';
import { mailTo } from '../../outbox/owe-mail.ts';
import type { Owed } from '../../outbox/owed.ts';
import { ACTION } from '../action-ids.ts';
import { actions, button, plain, section } from '../blocks.ts';
import type { Answered, ActionCall, CommandCall, Desk, Say, Slice, SubmitCall, Submitted } from '../desk.ts';
import { actorOf, parseNo, put } from '../desk.ts';
import { again, refusedFiling, said, submitForm } from '../forms.ts';
import { whichTenant } from '../missing.ts';
import { tenantNamed } from '../request-access/tenants.ts';
import type { Caller } from '../payload.ts';
import { readFiles, readInputs } from '../payload.ts';
import { whatHappened } from '../refusals.ts';
import { notForYou, seenBy } from '../sight.ts';
import { oneLine, tsa, when } from '../words.ts';
import {
  ACCEPT,
  ACCEPT_MODAL,
  acceptField,
  acceptForm,
  ASK,
  ASK_MODAL,
  askField,
  askForm,
  URGENCIES,
} from './forms.ts';
import { INVITATION } from './invitation.ts';
import { historyEntry, issueWords } from './words.ts';

/** The customer asks, an engineer takes it on, and the customer looks up what was done. */
export function customerRequest(desk: Desk): Slice {
  return {
    commands: {
      channel: (call) => invite(desk, call, 'channel'),
      invite: (call) => invite(desk, call, 'invite'),
    },
    actions: {
      [INVITATION.ask]: (call) => openAsk(desk, call),
      [INVITATION.history]: (call) => openHistory(desk, call),
      [`${INVITATION.history}_back`]: (call) => turnPage(desk, call),
      [`${INVITATION.history}_more`]: (call) => turnPage(desk, call),
      [ACTION.accept]: (call) => openAccept(desk, call),
    },
    submissions: {
      [ASK_MODAL]: (call) => file(desk, call),
      [ACCEPT_MODAL]: (call) => accept(desk, call),
    },
  };
}

const UNKNOWN = 'This tenant is not in the policy any more. Please ask our support team.';

/** The tenant, for one of its contacts; or why not, in words. */
async function forContact(
  desk: Desk,
  caller: Caller,
  tenantId: string,
): Promise<{ readonly tenant: Tenant } | { readonly say: Say }> {
  const tenant = desk.policy.tenants.get(tenantId);
  if (tenant === undefined) return { say: { text: UNKNOWN } };
  if (isContact(tenant, actorOf(caller))) return { tenant };
  const inside = isListed(await desk.directory.recent([caller.userId]), caller.userId);
  const words = inside
    ? 'This is where the customer’s contacts ask. For access of your own write `/tsa request`; for what happened here `/tsa history`.'
    : 'This is for the people whom your company named as contacts. Ask one of them, or our support team to be added.';
  return { say: { text: words } };
}

async function openAsk(desk: Desk, { caller, value }: ActionCall): Promise<Answered> {
  const found = await forContact(desk, caller, value);
  if ('say' in found) return found;
  const { tenant } = found;
  if (!tenant.customerRequests)
    return { say: { text: 'Asking here is not switched on for you. Please contact our support team.' } };
  const forMs = Math.min(desk.policy.limits.customerRequestMs, CUSTOMER_REQUEST_MAX_MS);
  return { view: askForm(tenant, desk.clock.now() + forMs, forMs) };
}

async function file(desk: Desk, call: SubmitCall): Promise<Submitted> {
  const { caller, view } = call;
  const read = readInputs(view);
  const owner = ownerForCustomers(await desk.directory.recent([caller.userId]));
  const command: FileCustomerRequest = {
    type: 'file_customer_request',
    tenantId: view.private_metadata,
    owner: owner ?? '',
    reason: read(ASK.issue),
    tried: read(ASK.tried),
    expected: read(ASK.expected),
    urgency: URGENCIES.find((one) => one === read(ASK.urgency)) ?? 'normal',
    files: readFiles(view, ASK.files),
    caseRef: read(ASK.case),
  };
  if (owner === null)
    return {
      kind: 'show',
      view: again(
        view,
        'Our support team cannot take requests here right now. Please try again in a minute, or call them.',
      ),
    };
  const outcome = await put(desk, command, null, call);
  const refused = refusedFiling(view, outcome, 'Ask for help', askField, issueWords);
  if (refused !== null) return refused;
  const { requestNo, state } = outcome;
  const until = state === null ? '' : ` until ${when(state.terms.latestEndAt)}`;
  return {
    kind: 'show',
    view: said(
      `:white_check_mark: *${tsa(requestNo ?? 0)} is with our support team.* An engineer may enter for this issue${until}. You are told in a direct message when somebody does; that is also where you can cancel.`,
      'Ask for help',
    ),
  };
}

async function openAccept(desk: Desk, { caller, value }: ActionCall): Promise<Answered> {
  const no = parseNo(value);
  if (no === null) return {};
  const seen = await seenBy(desk, caller.userId, no);
  if ('say' in seen) return seen;
  if (seen.state.phase !== 'unclaimed')
    return { say: { text: `Nothing was changed: ${whatHappened(tsa(no), seen.state)}` } };
  const view = acceptForm(desk, no, seen.state);
  if (view === null)
    return {
      say: {
        text: 'The policy has no scope that a customer’s request covers. File a request of your own with `/tsa request`.',
      },
    };
  return { view };
}

function accept(desk: Desk, call: SubmitCall): Promise<Submitted> {
  const read = readInputs(call.view);
  const command = {
    type: 'accept',
    scopeId: read(ACCEPT.scope),
    durationMs: parseDuration(read(ACCEPT.duration)) ?? NaN,
    allowedActions: read(ACCEPT.allowed),
    offLimits: read(ACCEPT.offLimits),
    roles: read(ACCEPT.roles)
      .split('\n')
      .map((role) => role.trim())
      .filter((role) => role !== ''),
  } as const;
  return submitForm(desk, call, command, acceptField);
}

/** Shows the customer where to ask: in their channel, or to each of their contacts. */
async function invite(
  desk: Desk,
  { caller, rest, delivery }: CommandCall,
  verb: 'channel' | 'invite',
): Promise<Answered> {
  const hidden = await notForYou(desk, caller.userId);
  if (hidden !== null) return { say: hidden };
  if (rest === '') return { view: whichTenant(verb, false) };
  const found = tenantNamed(desk, rest);
  if (typeof found === 'string') return { say: { text: `${found} Write its id.` } };
  const owed = (destination: string): Owed => ({
    key: `invitation:${delivery}:${destination}`,
    destination,
    message: { kind: 'invitation', tenantId: found.id, by: caller.userId },
  });
  const name = oneLine(found.name);
  if (verb === 'channel') {
    if (found.channel === null)
      return {
        say: {
          text: `${name} has no channel in the policy. To write to its contacts instead: \`/tsa invite ${found.id}\`.`,
        },
      };
    await desk.door.owe([owed(inChannel(found.channel))]);
    return {
      say: {
        text: `The card where ${name} can ask for help comes to <#${found.channel}> and is pinned there. If I am not in that channel yet, invite me.`,
      },
    };
  }
  const inSlack = found.contacts.flatMap((c) => (c.slack === null ? [] : [directMessage(c.slack)]));
  const byMail = desk.mail
    ? found.contacts.flatMap((c) => (c.slack === null && c.email !== null ? [mailTo(c.email)] : []))
    : [];
  const all = [...new Set([...inSlack, ...byMail])];
  if (all.length === 0)
    return {
      say: {
        text: `Nobody to write to: the policy names no contact of ${name} who is in Slack${desk.mail ? ' or has an e-mail address' : ' (and this app sends no e-mail)'}.`,
      },
    };
  await desk.door.owe(all.map(owed));
  const names = found.contacts.map((c) => oneLine(c.name, 80)).join(', ');
  return {
    say: { text: `${names} of ${name} ${all.length === 1 ? 'is' : 'are'} shown where to ask for help.` },
  };
}

const PAGE = 8;

async function openHistory(desk: Desk, { caller, value }: ActionCall): Promise<Answered> {
  const found = await forContact(desk, caller, value);
  return 'say' in found ? found : { view: await historyView(desk, found.tenant, null) };
}

/** Whoever turns the page is asked who they are again: what the button says is only where to go on. */
async function turnPage(desk: Desk, { caller, value, view }: ActionCall): Promise<Answered> {
  const found = await forContact(desk, caller, view?.private_metadata ?? '');
  if ('say' in found) return found;
  if (view === null) return {};
  const next = await historyView(desk, found.tenant, readMark(value));
  return {
    after: async () => {
      await desk.client.views.update({ view_id: view.id, hash: view.hash, view: next });
    },
  };
}

async function historyView(desk: Desk, tenant: Tenant, before: Mark | null): Promise<ModalView> {
  const { records, older } = await desk.ofTenant.history(tenant.id, before, PAGE);
  const pages = [
    ...(before === null ? [] : [button('Newest', `${INVITATION.history}_back`, 'newest')]),
    ...(older === null ? [] : [button('Older', `${INVITATION.history}_more`, markText(older))]),
  ];
  return {
    type: 'modal',
    private_metadata: tenant.id,
    title: plain('Support history'),
    close: plain('Close'),
    blocks: [
      section(
        records.length === 0 && before === null
          ? `Nobody of our support team was ever in *${oneLine(tenant.name)}*, and nobody asked to be.`
          : `*${oneLine(tenant.name)}* (${oneLine(tenant.environment)}), newest first`,
      ),
      ...records.map((record) => section(historyEntry(visibleTo('customer', record, desk.policy)))),
      ...actions(pages),
    ],
  };
}
