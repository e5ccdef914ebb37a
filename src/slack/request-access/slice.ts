import type { ModalView } from '@slack/types';
import type { FileRequest } from '../../access/command.ts';
import { answersFor } from '../../access/people.ts';
import type { FieldProblem, Refusal } from '../../access/refusal.ts';
import { parseDuration } from '../../wording/durations.ts';
import type { Access } from '../../access/state.ts';
import { askOf, CUSTOMER_SEAT } from '../../access/state.ts';
import { OPTIONS_MAX, plain, section } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { troubleOf } from '../api/client.ts';
import type {
  Answered,
  ActionCall,
  SlackContext,
  Slice,
  SubmitCall,
  Submitted,
  SuggestCall,
} from '../context.ts';
import { NOT_READ, put } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import type { Caller, View } from '../api/payload.ts';
import { blockNamed } from '../api/payload.ts';
import { problemWords } from '../../wording/problems.ts';
import { refusalWords, people, when } from '../messages/words.ts';
import { mayAsk, seenBy } from '../interactions/visibility.ts';
import { suggestTenants, tenantNamed } from '../interactions/tenant-select.ts';
import { aboutMessage } from './about-message.ts';
import { coolDownWords } from './cool-down.ts';
import { EDIT_MODAL, openEdit, submitEdit } from './edit.ts';
import type { Draft } from './draft.ts';
import { BLOCK, emptyDraft, INPUT, readDraft, REQUEST_MODAL } from './draft.ts';
import { chosenMs, personOption, possibleApprovers, requestModal } from './modal.ts';

/** The form that closes out an earlier request, where that must come first; the words say why it is shown. */
type CloseForm = (no: number, state: Access, words: string) => ModalView;

/** Asking for access: `/tsa request`, the shortcut, the form, and its filing. */
export function requestAccess(context: SlackContext, closeForm: CloseForm): Slice {
  /** Opens the form, with the tenant chosen where the words name just one. */
  const open = (caller: Caller, triggerId: string, words: string) => async (): Promise<void> => {
    const named = words === '' ? null : tenantNamed(context, words);
    const problem = typeof named === 'string' ? `${named} Choose it from the list.` : null;
    const draft = emptyDraft(caller.userId, typeof named === 'string' ? undefined : named?.id);
    await context.directory.learn([caller.userId]);
    await context.client.views.open({
      trigger_id: triggerId,
      view: requestModal(context, draft, caller.userId, problem),
    });
  };

  /** Redraws the form after a choice on which other fields depend. Whoever chose again meanwhile gets the newer form. */
  const redraw = ({ caller, view }: ActionCall): Promise<Answered> => {
    if (view === null) return Promise.resolve(NOT_READ);
    const after = async (): Promise<void> => {
      const draft = readDraft(view);
      const possible = possibleApprovers(context, draft, caller.userId).slice(0, OPTIONS_MAX);
      await context.directory.learn([caller.userId, ...possible]);
      try {
        const problem = await coolDownWords(context, draft, caller.userId);
        const form = requestModal(context, draft, caller.userId, problem);
        await context.client.views.update({ view_id: view.id, hash: view.hash, view: form });
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble.kind !== 'refused' || !['hash_conflict', 'not_found'].includes(trouble.error))
          throw error;
      }
    };
    return Promise.resolve({ after });
  };

  return {
    commands: {
      request: ({ caller, triggerId, rest }) =>
        Promise.resolve(unlisted(context, caller) ?? { after: open(caller, triggerId, rest) }),
    },
    shortcuts: {
      request_access: ({ caller, triggerId }) => Promise.resolve({ after: open(caller, triggerId, '') }),
      request_access_for_message: ({ caller, triggerId, message }) =>
        Promise.resolve({ after: () => aboutMessage(context, caller, triggerId, message) }),
    },
    actions: {
      [ACTION.fileAgain]: (call) => again(context, call),
      [ACTION.edit]: (call) => openEdit(context, call),
      tsa_open_request: ({ caller, triggerId }) =>
        Promise.resolve(unlisted(context, caller) ?? { after: open(caller, triggerId, '') }),
      [INPUT.tenant]: redraw,
      [INPUT.scope]: redraw,
      [INPUT.grantee]: redraw,
      [INPUT.owner]: redraw,
      [INPUT.duration]: redraw,
    },
    suggestions: {
      [INPUT.tenant]: (call) => suggestTenants(context, call),
      [INPUT.approver]: (call) => suggestApprovers(context, call),
    },
    submissions: {
      [REQUEST_MODAL]: (call) => file(context, call, closeForm),
      [EDIT_MODAL]: (call) => submitEdit(context, call),
    },
  };
}

/**
 * Whoever may not ask is told before they fill in a form. Where Slack must be asked first, they are told when they file
 * it.
 */
function unlisted(context: SlackContext, { userId }: Caller): Answered | null {
  if (mayAsk(context, userId)) return null;
  return {
    say: { text: 'Asking for access is for the requesters whom the policy lists. Ask an admin to be added.' },
  };
}

/** The form with everything that an earlier request of theirs said, to be checked and filed again. */
async function again(context: SlackContext, { caller, value, triggerId }: ActionCall): Promise<Answered> {
  const no = parseNo(value);
  const seen = no === null ? null : await seenBy(context, caller.userId, no);
  if (seen === null || 'say' in seen) return seen ?? NOT_READ;
  const ask = askOf(seen.state);
  if (ask === null || seen.state.requester !== caller.userId)
    return {
      say: { text: 'Only who filed it can file it again. Write `/tsa request` to file one of your own.' },
    };
  const { tenant, owner, reason, caseRef } = seen.state;
  const draft: Draft = {
    ...emptyDraft(caller.userId, tenant.id),
    scopeId: ask.scope.id,
    grantee: ask.grantee,
    owner,
    allowedActions: ask.allowedActions.join('\n'),
    offLimits: ask.offLimits.join('\n'),
    reason,
    caseRef,
    duration: String(ask.durationMs),
    roles: ask.roles.join('\n'),
  };
  const after = async (): Promise<void> => {
    await context.directory.learn([caller.userId]);
    const problem = await coolDownWords(context, draft, caller.userId);
    const view = requestModal(context, draft, caller.userId, problem);
    await context.client.views.open({ trigger_id: triggerId, view });
  };
  return { after };
}

async function suggestApprovers(
  context: SlackContext,
  { caller, typed, view }: SuggestCall,
): ReturnType<NonNullable<Slice['suggestions']>[string]> {
  if (view === null) return [];
  const possible = possibleApprovers(context, readDraft(view), caller.userId);
  await context.directory.learn(possible.slice(0, OPTIONS_MAX));
  const options = possible.map((user) => personOption(context, user));
  const wanted = typed.trim().toLowerCase();
  return options.filter((option) => option.text.text.toLowerCase().includes(wanted)).slice(0, OPTIONS_MAX);
}

async function file(context: SlackContext, call: SubmitCall, closeForm: CloseForm): Promise<Submitted> {
  const { caller, view } = call;
  const draft = readDraft(view);
  const command: FileRequest = {
    type: 'file',
    tenantId: draft.tenantId,
    scopeId: draft.scopeId,
    grantee: draft.grantee,
    owner: draft.owner,
    approvers: draft.approvers,
    allowedActions: draft.allowedActions,
    offLimits: draft.offLimits,
    reason: draft.reason,
    caseRef: draft.caseRef,
    durationMs: chosenMs(context, draft, parseDuration, caller.userId),
    notBefore: draft.notBefore === '' ? null : Number(draft.notBefore) * 1_000,
    roles: draft.roles
      .split('\n')
      .map((role) => role.trim())
      .filter((role) => role !== ''),
  };
  const outcome = await put(context, command, null, call);
  const { requestNo, state } = outcome;
  const refusal = passing(outcome.refusal);
  if (refusal?.reason === 'invalid') return { kind: 'errors', errors: atFields(refusal.problems, view) };
  if (refusal?.reason === 'closeout_overdue') {
    const open = await context.views.record(refusal.openNo);
    if (open !== null)
      return {
        kind: 'push',
        view: closeForm(
          open.no,
          open.state,
          'Nothing is filed yet: close this out first. Your request is still there, behind this.',
        ),
      };
  }
  if (refusal !== null) {
    const problem = refusalWords(refusal, requestNo, state);
    return { kind: 'show', view: requestModal(context, draft, caller.userId, problem) };
  }
  const at = context.clock.now();
  const { people } = context.directory.known();
  const asked = [...new Set(draft.approvers.map((user) => answersFor(people, user, at)))];
  return { kind: 'show', view: filedView(requestNo ?? 0, asked, state) };
}

/** If Slack did not say who somebody is, nothing is wrong with what was typed. */
function passing(refusal: Refusal | null): Refusal | null {
  if (refusal?.reason !== 'invalid') return refusal;
  const unknown = refusal.problems.some((one) => 'standing' in one && one.standing === 'cannot_check');
  return unknown ? { reason: 'cannot_check' } : refusal;
}

/**
 * Each problem at its field; the first one where a field has several. The fields are those that the person sees: Slack
 * shows nothing at all when one is named that is not there.
 */
function atFields(problems: readonly FieldProblem[], view: View): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const problem of problems) {
    const block = blocksOf(problem).flatMap((name) => blockNamed(view, name) ?? [])[0];
    errors[block ?? BLOCK.reason] ??= problemWords(problem);
  }
  return errors;
}

/** The blocks where a problem belongs, best first. */
function blocksOf(problem: FieldProblem): readonly string[] {
  const [first, second] = [`${BLOCK.approver}1`, `${BLOCK.approver}2`];
  if (problem.field === 'duration') return [BLOCK.other, BLOCK.duration];
  if (problem.field !== 'approver') return [blockOf(problem.field)];
  return problem.problem === 'count' && problem.needed > 1 ? [second, first] : [first];
}

function blockOf(field: Exclude<FieldProblem['field'], 'approver' | 'duration'>): string {
  switch (field) {
    case 'tenant':
      return BLOCK.tenant;
    case 'scope':
      return BLOCK.scope;
    case 'grantee':
      return BLOCK.grantee;
    case 'owner':
      return BLOCK.owner;
    case 'allowedActions':
      return BLOCK.allowed;
    case 'offLimits':
      return BLOCK.offLimits;
    case 'caseRef':
      return BLOCK.case;
    case 'notBefore':
      return BLOCK.notBefore;
    case 'roles':
      return BLOCK.roles;
    case 'reason':
    case 'reviewer':
    case 'tried':
    case 'files':
    case 'expected':
    case 'question':
    case 'confirmedBy':
    case 'checked':
    case 'changed':
    case 'summary':
    case 'rolesBy':
    case 'rolesHow':
    case 'nextStep':
    case 'nextBy':
    case 'nextUntil':
    case 'notes':
    case 'productProblem':
    case 'note':
    case 'typedTenantId':
      return BLOCK.reason;
  }
}

function filedView(no: number, approvers: readonly string[], state: Access | null): ModalView {
  const asked = `${people(approvers)} ${approvers.length === 1 ? 'was' : 'were'} asked in a direct message`;
  const seats = state?.phase === 'pending' ? state.seats : [];
  const customer = seats.some(({ holder }) => holder === CUSTOMER_SEAT)
    ? ' The customer must consent as well, and was asked, too.'
    : '';
  return {
    type: 'modal',
    title: plain('Request access'),
    close: plain('Done'),
    blocks: [
      section(`:white_check_mark: *${tsa(no)} is filed.*`),
      section(
        `${asked} and can decide until ${when(state?.terms.lapseAt ?? 0)}.${customer} You hear of it at once, in a direct message from me; that is also where you start the session, or cancel.`,
      ),
    ],
  };
}
