import { mayAnswer, mayApproveNow, mayAskQuestion, mayCancel, mayDeny, mayReplace } from './approving.ts';
import { mayCloseByHand, mayOpenAgain } from './removing.ts';
import { mayTakeNote } from './taking-notes.ts';
import { mayAcceptOwnership, mayCloseOut, mayJudgeCloseout, mayOfferOwnership } from './closing.ts';
import type { FilingCommand, RequestCommand } from './command.ts';
import type { Moment } from './decision.ts';
import { mayEdit } from './editing.ts';
import { mayConfirm, mayDeclare, mayReviewNow } from './emergency.ts';
import { mayApproveExtension, mayAskExtension, mayDenyExtension } from './extending.ts';
import { mayFile, mayFileAsCustomer } from './filing.ts';
import { actorName, isContact } from './people.ts';
import type { Refusal } from './refusal.ts';
import { isOfAuthority } from './refusal.ts';
import { mayAccept, mayEnd, mayReport, mayRevoke, mayStart } from './session.ts';
import { ableActor, ableContact } from './standing.ts';
import type { Access, OpenPhase, Phase } from './state.ts';
import { exceptSilence, isStopping } from './stopping.ts';

/**
 * "May they?", answered in one place: who may do what with a request, and in which phases, whatever would be typed. The
 * rules ask it before anything happens; buttons, pages and commands ask it before they offer anything.
 */

export type RequestCommandType = RequestCommand['type'];

const OPEN = [
  'pending',
  'unclaimed',
  'unconfirmed',
  'approved',
  'active',
  'ended',
] as const satisfies readonly OpenPhase[];

/** In which phases each command makes sense. */
export const PHASES = {
  approve: ['pending'],
  deny: ['pending'],
  ask_question: ['pending'],
  answer_question: ['pending'],
  replace_approver: ['pending'],
  edit: ['pending'],
  cancel: ['pending', 'unclaimed', 'unconfirmed', 'approved'],
  accept: ['unclaimed'],
  confirm_emergency: ['unconfirmed'],
  start: ['approved'],
  ask_extension: ['active'],
  approve_extension: ['active'],
  deny_extension: ['active'],
  end: ['active'],
  revoke: ['approved', 'active'],
  report_unexpected: ['active'],
  offer_ownership: OPEN,
  accept_ownership: OPEN,
  close_out: ['ended'],
  close_by_hand: ['pending', 'approved', 'active', 'ended', 'denied', 'cancelled', 'lapsed'],
  open_again: ['active'],
  take_note: ['active'],
  accept_closeout: ['ended', 'closed'],
  contest_closeout: ['ended', 'closed'],
  review_emergency: ['active', 'ended', 'closed'],
} as const satisfies Record<RequestCommandType, readonly Phase[]>;

/** The request in the phases in which that command makes sense. */
export type StateFor<T extends RequestCommandType> = Extract<Access, { phase: (typeof PHASES)[T][number] }>;

/** Does that command make sense where the request stands? */
export function isTimeFor<T extends RequestCommandType>(type: T, state: Access): state is StateFor<T> {
  const phases: readonly Phase[] = PHASES[type];
  return phases.includes(state.phase);
}

/** Who may, once it is time for it. */
const MAY: { readonly [T in RequestCommandType]: (state: StateFor<T>, moment: Moment) => Refusal | null } = {
  approve: mayApproveNow,
  deny: mayDeny,
  ask_question: mayAskQuestion,
  answer_question: mayAnswer,
  replace_approver: mayReplace,
  edit: mayEdit,
  cancel: mayCancel,
  accept: mayAccept,
  confirm_emergency: mayConfirm,
  start: mayStart,
  ask_extension: mayAskExtension,
  approve_extension: mayApproveExtension,
  deny_extension: mayDenyExtension,
  end: mayEnd,
  revoke: mayRevoke,
  report_unexpected: mayReport,
  offer_ownership: mayOfferOwnership,
  accept_ownership: mayAcceptOwnership,
  close_out: mayCloseOut,
  close_by_hand: mayCloseByHand,
  open_again: mayOpenAgain,
  take_note: mayTakeNote,
  accept_closeout: mayJudgeCloseout,
  contest_closeout: mayJudgeCloseout,
  review_emergency: mayReviewNow,
};

/** Why this actor may not do that now, whatever they would type; `null` where they may. */
export function permits(type: RequestCommandType, state: Access, moment: Moment): Refusal | null {
  return isTimeFor(type, state) ? whoMay(type, state, moment) : wrongPhase(type, state, moment);
}

function whoMay<T extends RequestCommandType>(type: T, state: StateFor<T>, moment: Moment): Refusal | null {
  return MAY[type](state, moment);
}

/** Whoever could not act at all is told that, and not where the request stands. */
export function wrongPhase(type: RequestCommandType, state: Access, moment: Moment): Refusal {
  const { actor, world } = moment;
  const tenant = world.policy.tenants.get(state.tenant.id);
  const customers =
    state.requester === actorName(actor) || (tenant !== undefined && isContact(tenant, actor));
  const unable = customers ? ableContact(moment) : ableActor(moment);
  return (
    (isStopping({ type }) ? exceptSilence(unable) : unable) ?? { reason: 'wrong_phase', phase: state.phase }
  );
}

/** Why this actor may not file that at all, wherever that makes a difference in that tenant; `null` where they may. */
export function permitsFiling(
  type: FilingCommand['type'],
  tenantId: string | null,
  moment: Moment,
): Refusal | null {
  switch (type) {
    case 'file':
      return mayFile(moment);
    case 'file_customer_request':
      return mayFileAsCustomer(tenantId, moment);
    case 'declare_emergency':
      return mayDeclare(moment);
  }
}

/** Does it say that this person may not, rather than that nobody may now? */
export function isAboutWho({ reason }: Refusal): boolean {
  return reason === 'cannot_check' || isOfAuthority(reason);
}
