import { isDeepStrictEqual } from 'node:util';
import type { Context, Decision } from '../../src/access/decision.ts';
import type { Command, RequestCommand } from '../../src/access/command.ts';
import { overdueEnd } from '../../src/access/due.ts';
import type { Lately } from '../../src/access/hourly.ts';
import { countsAs } from '../../src/access/hourly.ts';
import { permits, PHASES } from '../../src/access/permits.ts';
import type { PolicyLimits } from '../../src/access/policy.ts';
import type { Refusal } from '../../src/access/refusal.ts';
import type { AccessEvent, Ask, EventOf } from '../../src/access/event.ts';
import { CUSTOMER_REQUEST_MAX_MS } from '../../src/access/limits.ts';
import type { Actor, World } from '../../src/access/people.ts';
import { actorName, isAmong, isContact, mayApprove } from '../../src/access/people.ts';
import type { Access } from '../../src/access/state.ts';
import { askOf, isStarted, reviewOf, seatsOf } from '../../src/access/state.ts';
import { visibleTo } from '../../src/access/reading.ts';
import type { Machine } from './machine.ts';

/** What must be true of every life, whoever does what and whenever. */

export interface Fact {
  readonly event: AccessEvent;
  readonly at: number;
  readonly by: string;
}

export interface Life {
  state: Access | null;
  now: number;
  /** What its clock tells time by. */
  readonly machine: Machine;
  /** What had passed on that machine when the session started. */
  passedAtStart: number;
  readonly facts: Fact[];
  /** The last instant that somebody who may decide has agreed to. */
  agreedEnd: number;
  /** What is asked for, after whatever was taken from it; `null` before anything is. */
  asked: Ask | null;
  /** What each seat said yes to, in the words that were read then. */
  readonly saidYesTo: Map<string, Ask>;
  /** More time that is asked for, since which fact, and who said yes to that very ask. */
  more: {
    readonly asked: EventOf<'extension.asked'>;
    readonly since: number;
    readonly yes: Map<string, string>;
  } | null;
}

/** What makes messages go to others, in words of its own. */
const TELLS: readonly (readonly [keyof PolicyLimits['perHour'], readonly AccessEvent['type'][]])[] = [
  ['requests', ['request.filed', 'customer_request.filed']],
  ['emergencies', ['emergency.declared']],
  ['extensions', ['extension.asked']],
  ['questions', ['question.asked', 'question.answered', 'closeout.contested']],
  ['handOvers', ['owner.offered', 'approver.replaced']],
];
const HOUR = 60 * 60_000;

interface Done {
  readonly by: string;
  readonly at: number;
  readonly tenantId: string;
}

function doneOf(lives: readonly Life[], types: readonly AccessEvent['type'][], now: number): readonly Done[] {
  return lives.flatMap(({ state, facts }) =>
    facts
      .filter(({ event, at }) => types.includes(event.type) && at > now - HOUR)
      .map(({ by, at }) => ({ by, at, tenantId: state?.tenant.id ?? '' })),
  );
}

/** When this person, and anybody in that tenant, did the like of this command within the last hour; the newest first. */
export function lately(
  lives: readonly Life[],
  command: Command,
  by: string,
  tenantId: string,
  now: number,
): Lately {
  const what = countsAs(command);
  const types = TELLS.find(([kind]) => kind === what)?.[1] ?? [];
  const done = doneOf(lives, types, now);
  const newest = (some: readonly Done[]): readonly number[] => some.map(({ at }) => at).sort((a, b) => b - a);
  return {
    person: newest(done.filter((one) => one.by === by)),
    tenant: newest(done.filter((one) => one.tenantId === tenantId)),
  };
}

/** Nobody does more of it within an hour than the policy lets them, and nobody is kept from what ends something. */
export function seldomEnough(
  life: Life,
  others: readonly Life[],
  command: Command,
  { events, refusal }: Decision,
  { world, now, actor }: Context,
): void {
  for (const [kind, types] of TELLS) {
    if (!events.some(({ type }) => types.includes(type))) continue;
    const done = doneOf([life, ...others], types, now);
    const { person, tenant } = world.policy.limits.perHour[kind];
    const theirs = done.filter(({ by }) => by === actorName(actor));
    must(theirs.length <= person, 'one person does no more of it within an hour than they may');
    const there = done.filter(({ tenantId }) => tenantId === life.state?.tenant.id);
    must(
      there.length <= (tenant ?? Infinity),
      'no more of it is done in a tenant within an hour than may be',
    );
  }
  if (refusal?.reason !== 'too_often') return;
  must(refusal.until > now && refusal.until <= now + HOUR, 'it goes again within an hour');
  must(
    TELLS.some(([kind]) => kind === countsAs(command)),
    'nobody is kept from ending, stopping, denying or reporting anything',
  );
}

export function refusedOrDone(
  command: Command,
  start: Access | null,
  decision: Decision,
  { now }: Context,
): void {
  const { events, refusal } = decision;
  if (refusal === null) {
    must(events.length > 0, 'what is not refused happens');
    return;
  }
  const byItself = events.filter(
    (event) =>
      event.type !== 'request.lapsed' && !(event.type === 'session.ended' && event.how === 'expired'),
  );
  const again =
    refusal.reason === 'no_longer_valid' && refusal.what === 'approval' && command.type === 'start';
  must(
    byItself.every((event) => again && event.type === 'approval.asked_again'),
    'a refusal changes nothing but what time did first',
  );
  if (start?.phase === 'active' && now < start.session.expiresAt)
    must(events.length === 0, 'a refusal leaves a running session alone');
}

/** What is not about who acts and when: what was typed, and what goes on beside this request. */
const BESIDE: ReadonlySet<Refusal['reason']> = new Set([
  'invalid',
  'cooling_down',
  'request_changed',
  'overlap',
  'gap_not_confirmed',
  'too_often',
  'extension_changed',
  'nobody_can_approve',
]);

/** Who may is said by `permits` alone: the rules refuse whom it refuses, in its words, and nobody else for who they are. */
export function permitted(
  command: Command,
  start: Access | null,
  { refusal }: Decision,
  context: Context,
): void {
  if (start === null || !isRequestCommand(command) || overdueEnd(start, context.now) !== null) return;
  const no = permits(command.type, start, context);
  if (no !== null) {
    must(isDeepStrictEqual(refusal, no), 'whom permits refuses is refused, and told why in its words');
    return;
  }
  if (refusal === null || BESIDE.has(refusal.reason)) return;
  // Whose yes held no more is asked again: something did happen.
  const again = command.type === 'start' && refusal.reason === 'no_longer_valid';
  const unknown = refusal.reason === 'cannot_check';
  // Which seat, and who instead, is typed.
  const chosen = command.type === 'replace_approver';
  // A customer says yes to all of it or no.
  const less = command.type === 'approve' && command.less !== null;
  must(again || unknown || chosen || less, `whom permits lets may: ${command.type} ${refusal.reason}`);
}

function isRequestCommand(command: Command): command is RequestCommand {
  return command.type in PHASES;
}

/** Whoever comes from a workspace that is neither ours nor the customer's can at most say what they did not expect. */
export function nothingOfOurs({ events, refusal }: Decision): void {
  const theirs = events.filter(
    (event) =>
      event.type !== 'request.lapsed' && !(event.type === 'session.ended' && event.how === 'expired'),
  );
  if (refusal !== null) must(theirs.length === 0, 'a stranger does nothing');
  else
    must(
      theirs.every((event) => event.type === 'session.reported' && !event.standing),
      'a stranger only reports',
    );
}

/** Nobody decides about their own, and nobody decides or holds whom the policy or Slack does not let. */
export function able(
  event: AccessEvent,
  before: Access | null,
  after: Access,
  { actor, world, now }: Context,
): void {
  if (event.type === 'owner.changed') {
    const seats = seatsOf(after);
    const more = after.phase === 'active' ? [after.extension, ...after.session.extensions] : [];
    must(member(world, event.to), 'an owner is a member');
    must(
      [...seats, ...more.flatMap((one) => one?.seats ?? [])].every(
        (seat) => seat.holder !== event.to && seat.given?.by !== event.to,
      ),
      'nobody owns what they decide about',
    );
  }
  if (before === null || !('by' in event)) return;
  switch (event.type) {
    case 'approval.given':
    case 'request.denied':
    case 'extension.agreed':
    case 'extension.denied': {
      if (actor.kind === 'person') barred(before, actor.id);
      if (actor.kind === 'person' && member(world, actor.id) && !contactOf(before, actor, world))
        must(
          mayApprove(world, actor.id, askedScope(before), before.tenant.id) === 'yes',
          'who decides may approve here',
        );
      else {
        must(contactOf(before, actor, world), 'who is no member decides only as a contact');
        if (actor.kind === 'person')
          must(
            ['member', 'external', 'guest'].includes(world.people.standing(actor.id)),
            'a contact can act',
          );
      }
      return;
    }
    case 'emergency.reviewed': {
      barred(before, event.by);
      must(judges(before, event.by, world), 'who judges an emergency may decide here, or is an admin');
      const reviewer = reviewOf(before)?.reviewer ?? '';
      const away = world.people.absence(reviewer);
      const standIn = away !== undefined && away.from <= now && now < away.until ? [away.delegate] : [];
      const named = [reviewer, ...standIn, ...(world.policy.deputies.get(reviewer) ?? [])];
      must(
        named.includes(event.by) || !named.some((user) => judges(before, user, world)),
        'nobody judges in the place of somebody who can',
      );
      return;
    }
    case 'emergency.confirmed':
      must(before.requester !== event.by, 'nobody confirms their own emergency');
      must(isAmong(world.people, event.by, world.policy.emergency.people) === 'yes', 'listed people confirm');
      must(member(world, event.by), 'who confirms is a member');
      return;
    case 'session.started': {
      must(member(world, event.by), 'only a member holds access');
      const list =
        after.origin.kind === 'emergency' ? world.policy.emergency.people : world.policy.requesters;
      must(isAmong(world.people, event.by, list) === 'yes', 'only who may hold access holds it');
      return;
    }
    case 'note.taken':
      must(member(world, event.by), 'only members take notes');
      return;
    case 'closeout.filed':
      must(member(world, event.by), 'only members see it through');
      must((event.fixed === 'yes') === (event.next === null), 'what is not fixed has something next');
      must(after.phase === 'ended' || event.next === null, 'what is not fixed stays open');
      return;
    case 'extension.asked':
    case 'owner.offered':
      must(member(world, event.by), 'only members see it through');
      return;
    case 'customer_request.accepted':
      must(before.requester !== event.by, 'nobody accepts what they asked for as the customer');
      return;
    case 'request.edited':
      must(before.requester === event.by, 'only who asked changes what they ask for');
      must(
        seatsOf(after).every(({ given }) => given === null),
        'all are asked again',
      );
      return;
    case 'request.cancelled':
    case 'question.asked':
    case 'question.answered':
    case 'approver.replaced':
    case 'session.ended':
    case 'session.reported':
    case 'access.asked':
    case 'access.closed_by_hand':
      return;
    case 'closeout.accepted':
    case 'closeout.contested':
      if (event.type === 'closeout.accepted' && actor.kind === 'timer') {
        must(
          before.origin.kind === 'customer' &&
            before.phase === 'closed' &&
            now >= before.closeout.at + before.terms.closeoutAcceptedAfterMs,
          'only the customer’s silence counts as a yes, and not before its time',
        );
        return;
      }
      if (before.origin.kind === 'customer') return;
      barred(before, event.by);
      must(judges(before, event.by, world), 'who judges the closeout may decide here');
      return;
  }
}

/** A member, with no part in it, whom the current policy lets decide here; of an emergency, an admin too. */
function judges(state: Access, user: string, world: World): boolean {
  const { admins } = world.policy;
  const named =
    mayApprove(world, user, askedScope(state), state.tenant.id) === 'yes' ||
    (state.origin.kind === 'emergency' && isAmong(world.people, user, admins) === 'yes');
  const own = [state.requester, state.owner, askOf(state)?.grantee, reviewOf(state)?.confirmedBy];
  return named && member(world, user) && !own.includes(user);
}

/** Whoever can certainly hold nothing any more. */
function isOut(world: World, user: string): boolean {
  return !member(world, user) && world.people.standing(user) !== 'cannot_check';
}

/** Time itself stops nothing but what somebody left behind who can hold or ask for nothing any more. */
export function leftBehind(event: AccessEvent, before: Access | null, { world }: Context): void {
  if (before === null) return;
  const holder = askOf(before)?.grantee ?? '';
  if (event.type === 'session.ended' && event.how === 'revoked' && event.by === 'system:timer')
    must(isOut(world, holder) && world.policy.leavers === 'revoke', 'only who left loses their session');
  if (event.type === 'grantee.gone')
    must(isOut(world, holder) && world.policy.leavers === 'tell', 'only who left is told of as gone');
  if (event.type === 'request.cancelled' && event.by === 'system:timer')
    must(
      isOut(world, holder) || isOut(world, before.requester),
      'only what who left asked for is called off',
    );
}

/** Once somebody looked, nobody who left is in, or can still get in. */
export function nobodyStays(state: Access, world: World): void {
  const { requester } = state;
  switch (state.phase) {
    case 'active':
      must(
        !isOut(world, state.grant.ask.grantee) || (world.policy.leavers === 'tell' && state.granteeGone),
        'nobody stays in who left, but where that is told',
      );
      return;
    case 'pending':
    case 'unconfirmed':
      must(!isOut(world, state.ask.grantee) && !isOut(world, requester), 'nobody waits to get in who left');
      return;
    case 'approved':
      must(!isOut(world, state.grant.ask.grantee) && !isOut(world, requester), 'nobody can start who left');
      return;
    case 'unclaimed':
      must(
        requester.includes(':') ||
          ['member', 'external', 'guest', 'cannot_check'].includes(world.people.standing(requester)),
        'nobody is let in by somebody whose account is gone',
      );
      return;
    case 'ended':
    case 'closed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
  }
}

/** Nobody starts one emergency after the other alone: what they left undone needs a second person for the next. */
export function watched(event: AccessEvent, after: Access, others: readonly Access[], world: World): void {
  if (event.type === 'emergency.declared') {
    const undone = others.filter(
      (other) =>
        other.origin.kind === 'emergency' &&
        other.requester === event.requester &&
        isStarted(other) &&
        !(other.phase === 'closed' && reviewOf(other)?.verdict !== null),
    );
    const alone = event.confirmBy === null;
    must(!alone || undone.length < world.policy.emergency.secondPersonAfter, 'one emergency alone at a time');
    must(event.unfinished.length === undone.length, 'and it says which are not over and done');
  }
  if (event.type === 'session.started' && after.origin.kind === 'emergency') {
    const { unfinished, confirmedBy, reviewer } = after.origin.review;
    must(
      unfinished.length < world.policy.emergency.secondPersonAfter || confirmedBy !== null,
      'no second emergency starts with nobody’s word but their own',
    );
    must(confirmedBy !== after.requester && confirmedBy !== reviewer, 'the second person is another');
  }
}

/** Said here in its own words, so that the rules do not vouch for themselves. */
function barred(state: Access, by: string): void {
  const holds = askOf(state)?.grantee === by;
  // What a customer asked for is theirs to allow more of.
  const asked = state.requester === by && state.origin.kind !== 'customer';
  must(!holds && !asked && state.owner !== by, 'nobody decides about their own');
}

function member({ people, policy }: World, user: string): boolean {
  return people.standing(user) === 'member' && !policy.sharedAccounts.includes(user);
}

function contactOf(state: Access, actor: Actor, world: World): boolean {
  const tenant = world.policy.tenants.get(state.tenant.id);
  return tenant !== undefined && isContact(tenant, actor);
}

function askedScope(state: Access): string {
  return askOf(state)?.scope.id ?? '';
}

/** Nothing starts before it is approved by all who were asked, but what says that it is an emergency. */
export function started(event: AccessEvent, after: Access, { facts }: Life): void {
  if (event.type !== 'session.started' || after.phase !== 'active') return;
  const first = facts[0]?.event.type;
  const { ask, seats, startBy } = after.grant;
  must(event.by === ask.grantee, 'the grantee holds the access');
  must(ask.notBefore === null || event.startedAt >= ask.notBefore, 'nothing starts before it may');
  switch (after.origin.kind) {
    case 'support': {
      must(first === 'request.filed', 'support filed it');
      must(event.startedAt < startBy, 'nothing starts after its window');
      must(seats.length > 0 && seats.every((seat) => seat.given !== null), 'all who were asked said yes');
      for (const { holder, given } of seats) if (holder !== 'customer') barred(after, given?.by ?? '');
      return;
    }
    case 'customer':
      must(first === 'customer_request.filed', 'the customer asked for it');
      must(after.grant.latestEndAt <= after.filedAt + CUSTOMER_REQUEST_MAX_MS, 'inside the 48 hours');
      return;
    case 'emergency':
      must(
        first === 'emergency.declared' && reviewOf(after) !== null,
        'an emergency says so, and owes a review',
      );
      return;
  }
}

/** No session ends later than what whoever approved it saw, and nothing narrowed grows again. */
export function bounded(event: AccessEvent, before: Access | null, after: Access, life: Life): void {
  if (event.type === 'grant.issued' && before?.phase === 'pending') {
    must(event.latestEndAt <= before.terms.latestEndAt, 'the end is the one that was shown at filing');
    const said = before.seats.map((seat) => seat.given?.by ?? null);
    must(!said.includes(null), 'nothing is granted before all who were asked said yes');
    must(new Set(said).size === said.length, 'each said yes for themselves alone');
  }
  if (event.type === 'session.started' && after.phase === 'active') life.agreedEnd = after.grant.latestEndAt;
  if (event.type === 'extension.approved' && before?.phase === 'active') {
    life.agreedEnd = event.newExpiresAt;
  }
  if (after.phase !== 'active') return;
  must(after.session.expiresAt <= life.agreedEnd, 'no session outlasts what was agreed');
  must(after.session.expiresAt > after.session.startedAt, 'a session lasts');
  if (after.origin.kind === 'customer')
    must(after.session.expiresAt <= after.filedAt + CUSTOMER_REQUEST_MAX_MS, '48 hours are the most');
}

/** More time takes what the request took, or takes now: as many people, the customer's consent; and each says yes to the same. */
export function agreed(event: AccessEvent, before: Access | null, life: Life, { world, now }: Context): void {
  if (before?.phase !== 'active') return;
  if (event.type === 'extension.asked') {
    const scope = world.policy.scopes.find(({ id }) => id === before.grant.ask.scope.id);
    const tenant = world.policy.tenants.get(before.tenant.id);
    must(scope !== undefined && tenant !== undefined, 'nothing is extended that the policy has no more');
    const filed = life.facts[0]?.event;
    must(
      filed?.type === 'request.filed' || filed?.type === 'customer_request.filed',
      'no emergency lasts longer',
    );
    const ours = filed.type === 'request.filed';
    const { approvers, consent } = event;
    must(new Set(approvers).size === approvers.length, 'each is asked once');
    for (const holder of approvers) barred(before, holder);
    const own = [before.requester, before.owner, before.grant.ask.grantee];
    const answering = approvers.map((holder) => {
      const away = world.people.absence(holder);
      const instead = away !== undefined && away.from <= now && now < away.until ? away.delegate : holder;
      return own.includes(instead) ? holder : instead;
    });
    must(new Set(answering).size === answering.length, 'nobody is to answer for two');
    if (ours) {
      must(approvers.length >= filed.approvers.length, 'more time takes as many people as the request took');
      must(approvers.length >= scope.approvals, 'and as many as the policy asks now');
      must(consent || !(filed.consent || scope.consent || tenant.consent === 'required'), 'and consent');
      must(event.highRisk || !(before.grant.ask.scope.highRisk || scope.highRisk), 'and the typed id');
    } else must(consent, 'the customer alone gives more than they asked for');
    for (const { maxDurationMs, maxExtendedMs } of [world.policy.limits, scope, tenant]) {
      const longest = maxExtendedMs ?? maxDurationMs ?? Infinity;
      must(
        event.newExpiresAt - before.session.startedAt <= longest,
        'no session lasts longer than its limits',
      );
    }
    life.more = { asked: event, since: life.facts.length, yes: new Map() };
  }
  if (event.type === 'extension.agreed') {
    must(life.more !== null, 'a yes is to what is asked');
    must(!life.more.yes.has(event.seat), 'nobody says yes twice');
    must(![...life.more.yes.values()].includes(event.by), 'each says yes for themselves alone');
    life.more.yes.set(event.seat, event.by);
  }
  if (event.type === 'approval.asked_again')
    must(life.more?.yes.delete(event.approver) === true, 'only a yes that was given is asked for again');
  if (event.type === 'extension.approved') {
    must(life.more !== null, 'more time is given where it is asked for');
    const { asked, yes } = life.more;
    must(event.newExpiresAt === asked.newExpiresAt, 'an extension gives the end that was asked for');
    for (const seat of [...asked.approvers, ...(asked.consent ? ['customer'] : [])])
      must(yes.has(seat), 'no time is given without the yes of each seat');
    for (const holder of asked.approvers)
      must(
        mayApprove(world, yes.get(holder) ?? '', askedScope(before), before.tenant.id) !== 'no',
        'whoever said yes may still do so when it is used',
      );
  }
  if (['extension.approved', 'extension.denied', 'session.ended'].includes(event.type)) life.more = null;
}

/** A yes names what it is to, and where the risk is high the tenant. */
export function said(
  command: Command,
  start: Access | null,
  { events, refusal }: Decision,
  life: Life,
): void {
  if (refusal !== null || start === null) return;
  if (command.type !== 'approve' && command.type !== 'approve_extension') return;
  const yes = events.find(({ type }) => type === 'approval.given' || type === 'extension.agreed');
  must(yes !== undefined && 'seat' in yes, 'a yes is a yes');
  const risky = command.type === 'approve' ? life.asked?.scope.highRisk : life.more?.asked.highRisk;
  if (yes.seat !== 'customer' && risky === true)
    must(command.typedTenantId?.trim() === start.tenant.id, 'high risk is typed');
  const edited = life.facts.findLastIndex(({ event }) => event.type === 'request.edited') + 1;
  if (command.type === 'approve')
    must((command.read ?? 1) >= edited, 'a yes to what was asked for before is none');
  if (command.type === 'approve_extension')
    must(command.version === life.more?.since, 'a yes to something else is none to this');
}

/** The grant is what each seat said yes to, or less by lines of it. */
export function covered(event: AccessEvent, life: Life, { world }: Context): void {
  if (event.type === 'request.filed' || event.type === 'request.edited') life.asked = event.ask;
  if (event.type === 'approval.given') {
    must(life.asked !== null, 'there is something to approve');
    const left: Ask = { ...life.asked, ...event.narrowed };
    must(isWithin(left, life.asked, world), 'less is less of what was asked for');
    life.asked = left;
    life.saidYesTo.set(event.seat, left);
  }
  if (event.type === 'approval.asked_again') life.saidYesTo.delete(event.approver);
  // What was said to something else counts for nothing.
  if (event.type === 'request.edited') life.saidYesTo.clear();
  if (event.type === 'grant.issued' && life.state?.phase === 'approved')
    for (const { holder } of life.state.grant.seats) {
      const read = life.saidYesTo.get(holder);
      must(read !== undefined, 'nothing is granted without the yes of each seat');
      must(isWithin(event.ask, read, world), 'the grant is what each seat said yes to, or less');
    }
}

/** The same, or some of its lines, for no longer, with no higher scope, and with as much off limits. */
function isWithin(less: Ask, more: Ask, { policy }: World): boolean {
  const rank = (id: string): number => policy.scopes.findIndex((scope) => scope.id === id);
  const same = less.scope.id === more.scope.id;
  return (
    less.grantee === more.grantee &&
    less.notBefore === more.notBefore &&
    isDeepStrictEqual(less.roles, more.roles) &&
    less.durationMs <= more.durationMs &&
    less.allowedActions.every((line) => more.allowedActions.includes(line)) &&
    more.offLimits.every((line) => less.offLimits.includes(line)) &&
    (same ? isDeepStrictEqual(less.scope, more.scope) : rank(less.scope.id) < rank(more.scope.id))
  );
}

export function endedInTime(before: Access | null, after: Access | null, now: number): void {
  if (before?.phase !== 'active') return;
  const { expiresAt } = before.session;
  if (now < expiresAt) {
    if (after?.phase === 'ended') must(after.ending.endedAt === now, 'who ends it ends it now');
    return;
  }
  const over = after?.phase === 'ended' || after?.phase === 'closed';
  must(over && after.ending.endedAt === expiresAt, 'past its end it is over, since its end');
}

/** However the machine's clock is set: a session lasts no longer than it was given, by that clock or by what passed. */
export function overByEitherClock({ state, machine, passedAtStart }: Life): void {
  if (state?.phase !== 'active') return;
  const { startedAt, expiresAt } = state.session;
  must(machine.wall() < expiresAt, 'at its end, by the clock on the wall, a session is over');
  must(machine.passed() - passedAtStart < expiresAt - startedAt, 'after its length a session is over');
}

export function decidedOnce(facts: readonly Fact[]): void {
  const count = (...types: readonly AccessEvent['type'][]): number =>
    facts.filter(({ event }) => types.includes(event.type)).length;
  const started = facts.findIndex(({ event }) => event.type === 'session.started');
  const before = started < 0 ? facts : facts.slice(0, started);
  const again = before.filter(({ event }) => event.type === 'approval.asked_again').length;
  const standing = count('grant.issued') - again;
  must(standing <= 1 && standing >= 0, 'one approval at a time');
  must(count('request.denied') === 0 || standing === 0, 'what is denied is not approved');
  must(count('request.denied', 'request.cancelled', 'request.lapsed', 'session.ended') <= 1, 'one end');
  must(count('session.started') <= 1, 'one session');
  must(count('emergency.reviewed') <= 1, 'one verdict about an emergency');
}

/** What is said among ourselves is not in what the customer reads, whatever has become of the request. */
export function ourTalkStays({ facts, state }: Life, world: World): void {
  if (state === null) return;
  const theirs = JSON.stringify(visibleTo('customer', { no: 1, state, events: facts }, world.policy));
  // A question may say what the reason says, which the customer reads.
  for (const words of facts.flatMap(({ event }) => between(event, state, world)))
    must(
      words.length < 4 || state.reason.includes(words) || !theirs.includes(words),
      'our own talk stays ours',
    );
}

/** Said here in its own words. */
function between(event: AccessEvent, state: Access, world: World): readonly string[] {
  const contacts = world.policy.tenants.get(state.tenant.id)?.contacts ?? [];
  const ours = (by: string): boolean =>
    !by.startsWith('customer:') && by !== state.requester && contacts.every(({ slack }) => slack !== by);
  if (event.type === 'note.taken') return [event.text];
  if (event.type === 'question.asked' || event.type === 'question.answered') return [event.text];
  if (event.type === 'request.denied' || event.type === 'extension.denied')
    return ours(event.by) ? [event.reason] : [];
  if (event.type === 'closeout.filed') {
    const roles = event.removed.map(({ role }) => role);
    return [
      event.productProblem,
      event.next?.what ?? '',
      ...roles,
      event.notes,
      ...event.removed.flatMap((item) => (item.gone ? [item.how] : [])),
    ];
  }
  if (event.type === 'closeout.contested') return ours(event.by) ? [event.question] : [];
  if (event.type === 'emergency.reviewed') return [event.note];
  return 'ask' in event ? event.ask.roles : [];
}

export function must(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Error(`broken: ${rule}`);
}
