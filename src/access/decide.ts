import { byTime, whatIsOver } from './by-time.ts';
import { withGroups } from './refusal.ts';
import { NOTHING_RELATED } from './related-requests.ts';
import { answerQuestion, approve, askQuestion, cancel, deny, replaceApprover } from './approving.ts';
import type { Context, Decision } from './decision.ts';
import { accept, refuse } from './decision.ts';
import { acceptOwnership, closeOut, judgeCloseout, offerOwnership } from './closing.ts';
import type { Command, FilingCommand, RequestCommand } from './command.ts';
import { isFiling, isProduct, isTimer } from './command.ts';
import { edit } from './editing.ts';
import { confirmEmergency, declareEmergency, reviewEmergency } from './emergency.ts';
import { approveExtension, askExtension, denyExtension } from './extending.ts';
import { fileCustomerRequest, fileRequest } from './filing.ts';
import { tooOften } from './hourly.ts';
import { byProduct } from './opening.ts';
import type { Actor, World } from './people.ts';
import { actorName } from './people.ts';
import type { RequestCommandType, StateFor } from './permits.ts';
import { isTimeFor, permits, wrongPhase } from './permits.ts';
import { closeByHand, openAgain } from './removing.ts';
import { takeNote } from './taking-notes.ts';
import { acceptCustomerRequest, end, endInDoubt, reportUnexpected, revoke, start } from './session.ts';
import type { Access } from './state.ts';

/**
 * The one judge of every change: what happens, or why not. Time comes first: a deadline that has passed is written
 * before the command is looked at, so that nothing can be done to a session that is over, timer or no timer.
 */
export function decide(command: Command, state: Access | null, context: Context): Decision {
  const decision = decided(command, state, context);
  return { ...decision, refusal: withGroups(decision.refusal, context.world) };
}

function decided(command: Command, state: Access | null, context: Context): Decision {
  if (isFiling(command))
    return state === null
      ? unlessGap(unlessOften(command, file(command, context), context), context)
      : refuse({ reason: 'wrong_phase', phase: state.phase });
  if (state === null) {
    const { lostAt } = context.related;
    return refuse(lostAt === null ? { reason: 'no_such_request' } : { reason: 'lost_in_gap', at: lostAt });
  }
  // It says itself why it is over.
  if (command.type === 'end_in_doubt' && context.actor.kind === 'timer') return endInDoubt(state, context);
  const { events: time, after, done } = whatIsOver(state, context);
  if (done.has(command.type) && context.actor.kind === 'timer') return accept(...time);
  const decision = isTimer(command)
    ? byTime(command, after, context)
    : isProduct(command)
      ? byProduct(command, after, context)
      : unlessGap(unlessOften(command, judge(command.type, command, after, context), context), context);
  return { events: [...time, ...decision.events], refusal: decision.refusal };
}

/** Whatever the way: no session starts while nobody has said that they know what the ledger does not. */
function unlessGap(decision: Decision, { related, world }: Context): Decision {
  if (
    related.gap === null ||
    !decision.events.some(({ type }) => type === 'session.started' || type === 'access.asked')
  )
    return decision;
  return refuse({ reason: 'gap_not_confirmed', since: related.gap.at, admins: world.policy.admins });
}

/** Last: whoever could not do it at all is told that. */
function unlessOften(command: Command, decision: Decision, { world, related, now }: Context): Decision {
  const often = tooOften(command, related.lately, world.policy.limits, now);
  return often === null || decision.refusal !== null ? decision : refuse(often);
}

/** Runs the rules over a world for nothing but to see whom they look at in it. */
export function lookingAt(
  command: Command,
  state: Access | null,
  who: Pick<Context, 'actor' | 'now'>,
): (world: World) => void {
  return (world) => {
    decide(command, state, { ...who, world, related: NOTHING_RELATED });
  };
}

/** Whose other requests the rules look at. */
export interface RelatedTo {
  /** What is about to happen: whoever enters a tenant needs to know who is in it, and no more. */
  readonly about: 'filing' | 'emergency' | 'entry';
  readonly requester: string;
  readonly grantee: string | null;
  readonly tenantId: string;
  readonly scopeId: string | null;
}

/** Whose other requests the rules must look at for this command; `null` when none. */
export function needsRelated(command: Command, state: Access | null, actor: Actor): RelatedTo | null {
  const requester = actorName(actor);
  if (command.type === 'file')
    return {
      about: 'filing',
      requester,
      grantee: command.grantee,
      tenantId: command.tenantId,
      scopeId: command.scopeId,
    };
  if (command.type === 'declare_emergency')
    return {
      about: 'emergency',
      requester,
      grantee: requester,
      tenantId: command.tenantId,
      scopeId: command.scopeId,
    };
  if (command.type === 'file_customer_request')
    return { about: 'filing', requester, grantee: null, tenantId: command.tenantId, scopeId: null };
  if (command.type === 'edit' && state?.phase === 'pending') {
    const { grantee } = state.ask;
    const { scopeId } = command;
    return { about: 'filing', requester: state.requester, grantee, tenantId: state.tenant.id, scopeId };
  }
  if (command.type === 'accept' && state !== null)
    return {
      about: 'entry',
      requester,
      grantee: requester,
      tenantId: state.tenant.id,
      scopeId: command.scopeId,
    };
  if (command.type === 'start' && state?.phase === 'approved') {
    const { grantee, scope } = state.grant.ask;
    return { about: 'entry', requester, grantee, tenantId: state.tenant.id, scopeId: scope.id };
  }
  if (command.type === 'confirm_emergency' && state?.phase === 'unconfirmed') {
    const { grantee, scope } = state.ask;
    return { about: 'entry', requester, grantee, tenantId: state.tenant.id, scopeId: scope.id };
  }
  return null;
}

function file(command: FilingCommand, context: Context): Decision {
  switch (command.type) {
    case 'file':
      return fileRequest(command, context);
    case 'file_customer_request':
      return fileCustomerRequest(command, context);
    case 'declare_emergency':
      return declareEmergency(command, context);
  }
}

type Commands = { readonly [C in RequestCommand as C['type']]: C };

/** What happens once it is permitted, or what is wrong with what was typed. */
const RULES: {
  readonly [T in RequestCommandType]: (
    state: StateFor<T>,
    command: Commands[T],
    context: Context,
  ) => Decision;
} = {
  approve,
  deny,
  ask_question: askQuestion,
  answer_question: answerQuestion,
  replace_approver: replaceApprover,
  edit,
  cancel,
  accept: acceptCustomerRequest,
  confirm_emergency: confirmEmergency,
  start,
  ask_extension: askExtension,
  approve_extension: approveExtension,
  deny_extension: denyExtension,
  end,
  revoke,
  report_unexpected: reportUnexpected,
  offer_ownership: offerOwnership,
  accept_ownership: acceptOwnership,
  close_out: closeOut,
  close_by_hand: closeByHand,
  open_again: openAgain,
  take_note: takeNote,
  accept_closeout: judgeCloseout,
  contest_closeout: judgeCloseout,
  review_emergency: reviewEmergency,
};

function judge<T extends RequestCommandType>(
  type: T,
  command: Commands[T],
  state: Access,
  context: Context,
): Decision {
  if (!isTimeFor(type, state)) return refuse(wrongPhase(type, state, context));
  const refusal = permits(type, state, context);
  return refusal === null ? RULES[type](state, command, context) : refuse(refusal);
}
