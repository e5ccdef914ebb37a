import { NOTHING_RELATED } from './related-requests.ts';
import {
  answerQuestion,
  approve,
  askQuestion,
  cancel,
  deny,
  offerReplacement,
  remindApprover,
  replaceApprover,
} from './approving.ts';
import type { Context, Decision } from './decision.ts';
import { accept, refuse } from './decision.ts';
import { acceptOwnership, closeOut, judgeCloseout, offerOwnership } from './closing.ts';
import type { Command, FilingCommand, RequestCommand, TimerCommand } from './command.ts';
import { dueCommand, overdueEnd } from './due.ts';
import { confirmEmergency, declareEmergency, reviewEmergency, whoReviews } from './emergency.ts';
import type { AccessEvent } from './event.ts';
import { evolve } from './evolve.ts';
import { approveExtension, askExtension, denyExtension } from './extending.ts';
import { fileCustomerRequest, fileRequest } from './filing.ts';
import { tooOften } from './hourly.ts';
import { callOff } from './leaving.ts';
import type { Actor, World } from './people.ts';
import { actorName } from './people.ts';
import type { RequestCommandType, StateFor } from './permits.ts';
import { isTimeFor, permits, wrongPhase } from './permits.ts';
import { acceptCustomerRequest, end, endInDoubt, reportUnexpected, revoke, start } from './session.ts';
import type { Access } from './state.ts';

/**
 * The one judge of every change: what happens, or why not. Time comes first: a deadline that has passed is written
 * before the command is looked at, so that nothing can be done to a session that is over, timer or no timer.
 */
export function decide(command: Command, state: Access | null, context: Context): Decision {
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
  const over = overdueEnd(state, context.now);
  const time = over === null ? [] : happen(over, state, context).events;
  const after = time.reduce((s: Access, event) => evolve(s, event, context.now), state);
  if (over?.type === command.type && context.actor.kind === 'timer') return accept(...time);
  const decision = isTimer(command)
    ? byTime(command, after, context)
    : unlessGap(unlessOften(command, judge(command.type, command, after, context), context), context);
  return { events: [...time, ...decision.events], refusal: decision.refusal };
}

/** Whatever the way: no session starts while nobody has said that they know what the ledger does not. */
function unlessGap(decision: Decision, { related, world }: Context): Decision {
  if (related.gap === null || !decision.events.some(({ type }) => type === 'session.started'))
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

function byTime(command: TimerCommand, state: Access, context: Context): Decision {
  if (context.actor.kind !== 'timer') return refuse({ reason: 'not_allowed', needs: 'timer' });
  // What has become of people is not for the clock to say.
  const ofPeople = command.type === 'offer_replacement' || command.type === 'call_off';
  const due = ofPeople ? command : dueCommand(state, context.now);
  if (due?.type !== command.type) return refuse({ reason: 'nothing_due' });
  return happen(command, state, context);
}

function happen(command: TimerCommand, state: Access, context: Context): Decision {
  const { now } = context;
  switch (command.type) {
    case 'lapse':
      return accept({ type: 'request.lapsed', why: lapseReason(state) });
    case 'expire': {
      if (state.phase !== 'active') return refuse({ reason: 'nothing_due' });
      const ended = { how: 'expired', by: actorName({ kind: 'timer' }), reason: '' } as const;
      return accept({ type: 'session.ended', ...ended, endedAt: state.session.expiresAt });
    }
    case 'remind_approver':
      if (state.phase === 'pending' || state.phase === 'active') return remindApprover(state, context);
      return accept({ type: 'approver.reminded', approvers: [], at: now });
    case 'offer_replacement':
      if (state.phase !== 'pending' && state.phase !== 'active') return refuse({ reason: 'nothing_due' });
      return offerReplacement(state, command.approver, context);
    case 'call_off':
      return callOff(state, command.person, context);
    case 'open_start':
      return accept({ type: 'start.opened', at: now });
    case 'warn':
      if (state.phase !== 'active') return refuse({ reason: 'nothing_due' });
      return accept({ type: 'session.warned', expiresAt: state.session.expiresAt });
    case 'remind_closeout':
      return accept({ type: 'closeout.reminded', at: now });
    case 'remind_review':
      return accept({
        type: 'review.reminded',
        reviewers: [...whoReviews(state, context.world, now)],
        at: now,
      });
    case 'end_in_doubt':
      return endInDoubt(state, context);
  }
}

function lapseReason(state: Access): Extract<AccessEvent, { type: 'request.lapsed' }>['why'] {
  switch (state.phase) {
    case 'approved':
      return 'not_started';
    case 'unconfirmed':
      return 'unconfirmed';
    case 'unclaimed':
      return 'unclaimed';
    case 'pending':
    case 'active':
    case 'ended':
    case 'closed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return 'undecided';
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

const TIMER_COMMANDS: ReadonlySet<string> = new Set<TimerCommand['type']>([
  'lapse',
  'remind_approver',
  'offer_replacement',
  'call_off',
  'open_start',
  'warn',
  'expire',
  'remind_closeout',
  'remind_review',
  'end_in_doubt',
]);

function isTimer(command: RequestCommand | TimerCommand): command is TimerCommand {
  return TIMER_COMMANDS.has(command.type);
}

function isFiling(command: Command): command is FilingCommand {
  return (
    command.type === 'file' ||
    command.type === 'file_customer_request' ||
    command.type === 'declare_emergency'
  );
}
