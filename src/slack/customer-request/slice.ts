import type { ModalView } from '@slack/types';
import type { FileCustomerRequest } from '../../access/command.ts';
import { CUSTOMER_REQUEST_MAX_MS } from '../../access/limits.ts';
import { filingRefused } from '../../access/offers.ts';
import { ownerForCustomers } from '../../access/people.ts';
import { isListed, visibleTo } from '../../access/reading.ts';
import type { Tenant } from '../../access/policy.ts';
import type { Mark } from '../../ledger/tenant-views.ts';
import { markText, readMark } from '../../ledger/tenant-views.ts';
import { parseDuration } from '../../wording/durations.ts';
import type { Owed } from '../../notifications/message.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { actions, button, plain, section } from '../messages/blocks.ts';
import type {
  Answered,
  ActionCall,
  CommandCall,
  SlackContext,
  Say,
  Slice,
  SubmitCall,
  Submitted,
} from '../context.ts';
import { momentOf, NOT_READ, put, putGlobal } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { again, refusedForm, said, submitForm } from '../interactions/forms.ts';
import { whichTenant } from '../interactions/prompts.ts';
import { tenantNamed } from '../interactions/tenant-select.ts';
import type { Caller } from '../api/payload.ts';
import { readFiles, readInputs } from '../api/payload.ts';
import { oneLine, refusalWords, when } from '../messages/words.ts';
import { openForm } from '../interactions/one-request.ts';
import { notForYou } from '../interactions/visibility.ts';
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
import { INVITATION } from '../messages/invitation.ts';
import { historyEntry } from '../messages/customer-words.ts';
import { issueWords } from '../../wording/problems.ts';
import { directMessage, inChannel, mailTo } from '../../access/ids.ts';

/** The customer asks, an engineer takes it on, and the customer looks up what was done. */
export function customerRequest(context: SlackContext): Slice {
  return {
    commands: {
      channel: (call) => invite(context, call, 'channel'),
      invite: (call) => invite(context, call, 'invite'),
    },
    actions: {
      [INVITATION.ask]: (call) => openAsk(context, call),
      [INVITATION.history]: (call) => openHistory(context, call),
      [`${INVITATION.history}_back`]: (call) => turnPage(context, call),
      [`${INVITATION.history}_more`]: (call) => turnPage(context, call),
      [ACTION.accept]: (call) => openAccept(context, call),
    },
    submissions: {
      [ASK_MODAL]: (call) => file(context, call),
      [ACCEPT_MODAL]: (call) => accept(context, call),
    },
  };
}

const UNKNOWN = 'This tenant is not in the policy any more. Please ask our support team.';

/** The tenant, for one of its contacts; or why not, in words. */
async function forContact(
  context: SlackContext,
  caller: Caller,
  tenantId: string,
): Promise<{ readonly tenant: Tenant } | { readonly say: Say }> {
  const tenant = context.policy.tenants.get(tenantId);
  if (tenant === undefined) return { say: { text: UNKNOWN } };
  const refusal = filingRefused('file_customer_request', tenantId, momentOf(context, caller));
  if (refusal?.reason !== 'not_allowed') return { tenant };
  const inside = isListed(await context.directory.recent([caller.userId]), caller.userId);
  const words = inside
    ? 'This is where the customer’s contacts ask. For access of your own write `/tsa request`; for what happened here `/tsa history`.'
    : 'This is for the people whom your company named as contacts. Ask one of them, or our support team to be added.';
  return { say: { text: words } };
}

async function openAsk(context: SlackContext, { caller, value }: ActionCall): Promise<Answered> {
  const found = await forContact(context, caller, value);
  if ('say' in found) return found;
  const { tenant } = found;
  if (!tenant.customerRequests)
    return { say: { text: 'Asking here is not switched on for you. Please contact our support team.' } };
  const forMs = Math.min(context.policy.limits.customerRequestMs, CUSTOMER_REQUEST_MAX_MS);
  return { view: askForm(tenant, context.clock.now() + forMs, forMs) };
}

async function file(context: SlackContext, call: SubmitCall): Promise<Submitted> {
  const { caller, view } = call;
  const read = readInputs(view);
  const owner = ownerForCustomers(await context.directory.recent([caller.userId]));
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
  const outcome = await put(context, command, null, call);
  const refused = refusedForm(view, outcome, askField, { title: 'Ask for help', wordsOf: issueWords });
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

function openAccept(context: SlackContext, call: ActionCall): Promise<Answered> {
  return openForm(
    context,
    parseNo(call.value),
    call,
    'accept',
    (no, state) =>
      acceptForm(context, no, state) ??
      'The policy has no scope that a customer’s request covers. File a request of your own with `/tsa request`.',
  );
}

function accept(context: SlackContext, call: SubmitCall): Promise<Submitted> {
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
  return submitForm(context, call, command, acceptField);
}

/** Shows the customer where to ask: in their channel, or to each of their contacts. */
async function invite(
  context: SlackContext,
  call: CommandCall,
  verb: 'channel' | 'invite',
): Promise<Answered> {
  const { caller, rest, delivery } = call;
  const hidden = await notForYou(context, caller.userId);
  if (hidden !== null) return { say: hidden };
  if (rest === '') return { view: whichTenant(verb, false) };
  const found = tenantNamed(context, rest);
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
    const command = { type: 'invite', tenantId: found.id, to: 'channel' } as const;
    const refusal = await putGlobal(context, command, call, [owed(inChannel(found.channel))]);
    if (refusal !== null) return { say: { text: refusalWords(refusal, null, null) } };
    return {
      say: {
        text: `The card where ${name} can ask for help comes to <#${found.channel}>, and I pin it there if Slack lets me. If I am not in that channel yet, invite me.`,
      },
    };
  }
  const inSlack = found.contacts.flatMap((c) => (c.slack === null ? [] : [directMessage(c.slack)]));
  const byMail = context.mail
    ? found.contacts.flatMap((c) => (c.slack === null && c.email !== null ? [mailTo(c.email)] : []))
    : [];
  const all = [...new Set([...inSlack, ...byMail])];
  if (all.length === 0)
    return {
      say: {
        text: `Nobody to write to: the policy names no contact of ${name} who is in Slack${context.mail ? ' or has an e-mail address' : ' (and this app sends no e-mail)'}.`,
      },
    };
  const command = { type: 'invite', tenantId: found.id, to: 'contacts' } as const;
  const refusal = await putGlobal(context, command, call, all.map(owed));
  if (refusal !== null) return { say: { text: refusalWords(refusal, null, null) } };
  const names = found.contacts.map((c) => oneLine(c.name, 80)).join(', ');
  return {
    say: { text: `${names} of ${name} ${all.length === 1 ? 'is' : 'are'} shown where to ask for help.` },
  };
}

const PAGE = 8;

async function openHistory(context: SlackContext, { caller, value }: ActionCall): Promise<Answered> {
  const found = await forContact(context, caller, value);
  return 'say' in found ? found : { view: await historyView(context, found.tenant, null) };
}

/** Whoever turns the page is checked again: the button says only where to go on. */
async function turnPage(context: SlackContext, { caller, value, view }: ActionCall): Promise<Answered> {
  const found = await forContact(context, caller, view?.private_metadata ?? '');
  if ('say' in found) return found;
  if (view === null) return NOT_READ;
  const next = await historyView(context, found.tenant, readMark(value));
  return {
    after: async () => {
      await context.client.views.update({ view_id: view.id, hash: view.hash, view: next });
    },
  };
}

async function historyView(context: SlackContext, tenant: Tenant, before: Mark | null): Promise<ModalView> {
  const { records, older } = await context.tenantViews.history(tenant.id, before, PAGE);
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
      ...records.map((record) => section(historyEntry(visibleTo('customer', record, context.policy)))),
      ...actions(pages),
    ],
  };
}
