import { z } from 'zod';
import type { scope } from './asked.ts';
import { ask, asking, duration, instant, narrowed, text, user } from './asked.ts';
import { closeoutEvents } from './closeout-event.ts';
import { policyChange } from './policy-change.ts';
import { orphanEvents, productEvents } from './product-event.ts';

/**
 * The facts of a request's life, as the ledger keeps them for ever. A released event is never changed, only joined by
 * new ones. Instants (`…At`) are milliseconds since 1970 in UTC; durations (`…Ms`) are milliseconds.
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const tenant = z.strictObject({
  id: text,
  name: text,
  environment: text,
  region: text,
  channel: z.string().nullable(),
});
/** A file of the customer's: a reference into Slack, which keeps it and says who may open it. */
const file = z.strictObject({
  id: text,
  name: text,
  kind: text,
  bytes: z.int().min(0),
  link: text,
});
/** Policy figures as they stood at filing: what the approver saw is what holds, and a replay needs no policy. */
const terms = z.strictObject({
  lapseAt: instant,
  startWindowMs: duration,
  latestEndAt: instant,
  warnBeforeMs: duration,
  reminderFirstMs: duration,
  reminderEveryMs: duration,
  extensionMs: duration,
  extensions: z.int().min(0),
  closeoutReminderFirstMs: duration,
  closeoutReminderEveryMs: duration,
  closeoutAcceptedAfterMs: duration,
});

const header = {
  requester: user,
  owner: user,
  tenant,
  reason: text,
  caseRef: text,
  terms,
  /** Where one person holds two roles, the record says so, in words. */
  roleNotes: z.array(text),
  /** Earlier requests like this one in the last 30 days, this one included. */
  repeatCount: z.int().min(1),
};

export const accessEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('request.filed'),
    ...header,
    ask,
    approvers: z.array(user).min(1).max(2),
    consent: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('customer_request.filed'),
    ...header,
    tried: text,
    expected: text,
    urgency: z.enum(['low', 'normal', 'high']),
    files: z.array(file),
  }),
  z.strictObject({
    type: z.literal('emergency.declared'),
    ...header,
    ask,
    reviewer: user,
    reviewDueAt: instant,
    /** A second listed person must confirm by then; `null`: starts at once. */
    confirmBy: instant.nullable(),
    /** The same person's emergencies that were not reviewed, or not closed out, then. */
    unfinished: z.array(z.int()),
  }),
  z.strictObject({
    type: z.literal('request.edited'),
    by: user,
    ...asking,
    /** What was asked for until then. */
    was: z.strictObject(asking),
    latestEndAt: instant,
  }),
  z.strictObject({ type: z.literal('emergency.confirmed'), by: user }),
  z.strictObject({
    type: z.literal('approval.given'),
    /** The seat that this fills: the named approver, or `customer`. */
    seat: user,
    by: text,
    narrowed: narrowed.nullable(),
    /** From when the approver could see it until the decision. */
    tookMs: duration,
  }),
  z.strictObject({
    type: z.literal('grant.issued'),
    ask,
    /** An unused grant lapses then. */
    startBy: instant,
    /** No session of this grant ends later, extensions (separately approved) apart. */
    latestEndAt: instant,
  }),
  z.strictObject({ type: z.literal('customer_request.accepted'), ask, by: user }),
  z.strictObject({ type: z.literal('request.denied'), by: text, reason: text, tookMs: duration }),
  z.strictObject({ type: z.literal('request.cancelled'), by: text, reason: text }),
  z.strictObject({
    type: z.literal('request.lapsed'),
    why: z.enum(['undecided', 'not_started', 'unconfirmed', 'unclaimed', 'restored']),
  }),
  z.strictObject({ type: z.literal('question.asked'), by: user, text }),
  z.strictObject({ type: z.literal('question.answered'), by: user, text }),
  z.strictObject({ type: z.literal('approver.reminded'), approvers: z.array(user), at: instant }),
  z.strictObject({
    type: z.literal('approver.gone'),
    approver: user,
    /** No active member any more, or not one whom the policy lets decide here. */
    why: z.enum(['not_able', 'not_named']),
  }),
  z.strictObject({ type: z.literal('approver.replaced'), from: user, to: user, by: text, why: text }),
  z.strictObject({ type: z.literal('approval.asked_again'), approver: user, why: text }),
  z.strictObject({ type: z.literal('start.opened'), at: instant }),
  z.strictObject({ type: z.literal('session.started'), by: user, startedAt: instant, expiresAt: instant }),
  z.strictObject({ type: z.literal('session.warned'), expiresAt: instant }),
  z.strictObject({
    type: z.literal('extension.asked'),
    by: user,
    durationMs: duration,
    reason: text,
    /** The end that is asked for; whoever decides sees this instant. */
    newExpiresAt: instant,
    /** As many as the request needed; none where the customer's own word is all that it takes. */
    approvers: z.array(user).max(2),
    consent: z.boolean(),
    highRisk: z.boolean(),
  }),
  z.strictObject({ type: z.literal('extension.agreed'), seat: user, by: text }),
  z.strictObject({ type: z.literal('extension.approved'), newExpiresAt: instant }),
  z.strictObject({ type: z.literal('extension.denied'), by: text, reason: text }),
  z.strictObject({
    type: z.literal('session.ended'),
    how: z.enum(['ended', 'expired', 'revoked']),
    by: text,
    reason: text,
    endedAt: instant,
  }),
  /** Who is in may hold access no more; the policy says to tell, and lets the session go on. */
  z.strictObject({
    type: z.literal('grantee.gone'),
    grantee: user,
    standing: z.enum(['deactivated', 'guest', 'bot', 'external', 'shared_account', 'not_found']),
  }),
  z.strictObject({ type: z.literal('session.reported'), by: text, standing: z.boolean() }),
  z.strictObject({ type: z.literal('owner.offered'), by: user, to: user }),
  z.strictObject({ type: z.literal('owner.changed'), from: user, to: user }),
  ...closeoutEvents,
  z.strictObject({ type: z.literal('emergency.reviewed'), by: user, justified: z.boolean(), note: text }),
  z.strictObject({ type: z.literal('review.reminded'), reviewers: z.array(user), at: instant }),
  ...productEvents,
]);

export type AccessEvent = z.infer<typeof accessEvent>;
export type EventOf<T extends AccessEvent['type']> = Extract<AccessEvent, { type: T }>;
export type Ask = z.infer<typeof ask>;
export type Terms = z.infer<typeof terms>;
export type TenantRecord = z.infer<typeof tenant>;
export type ScopeRecord = z.infer<typeof scope>;
export type CustomerFile = z.infer<typeof file>;
export type Narrowed = z.infer<typeof narrowed>;

const invited = z.enum(['channel', 'contacts']);
const owedFor = z.enum(['greeting', 'stand_in', 'restored', 'undeliverable']);

/** Facts that belong to no one request. */
export const globalEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('attempt.refused'),
    /** What was tried: a command's type. */
    command: text,
    /** Why not: a refusal's reason. */
    reason: text,
    /** The request that it was about, if any. */
    about: z.int().nullable(),
    /** How often, since the one before it: what is repeated within a minute is written as one. */
    times: z.int().min(1),
  }),
  z.strictObject({
    type: z.literal('absence.set'),
    approver: user,
    from: instant,
    until: instant,
    delegate: user,
  }),
  z.strictObject({ type: z.literal('absence.cleared'), approver: user }),
  /** Somebody of ours had the customer shown where to ask for help. */
  z.strictObject({ type: z.literal('customers.invited'), tenant: text, to: invited, by: user }),
  /** With that address a mail with a link was asked for: to the tenant's page, or to a request. */
  z.strictObject({ type: z.literal('link.asked'), tenant: text, about: z.int().min(1).nullable() }),
  z.strictObject({
    type: z.literal('digest.posted'),
    week: z.string().regex(/^\d{4}-W\d{2}$/),
    from: instant,
    until: instant,
  }),
  z.strictObject({
    /** The ledger goes on from a backup. */
    type: z.literal('ledger.restored'),
    /** The last event of the backup. */
    from: z.strictObject({ seq: z.int().min(0), hash: text, at: instant }),
    copiedAt: instant.nullable(),
    /** The last event that is known to have been there; `null`: nothing is. */
    known: z.strictObject({ seq: z.int().min(1), hash: text }).nullable(),
    /** Events that are lost, if that is known. */
    missing: z.int().min(1).nullable(),
    /** Exactly so many; otherwise at least. */
    exact: z.boolean(),
    /** Numbers below this may have been given. */
    nextNo: z.int().min(1),
  }),
  /** An admin knows that what happened in between is not in the ledger, and lets new sessions start. */
  z.strictObject({ type: z.literal('gap.confirmed'), restored: z.int().min(1), by: user }),
  z.strictObject({ type: z.literal('digest.signed_off'), week: z.string(), by: user, note: text }),
  /** Something that no change tells of is to be told to somebody. */
  z.strictObject({ type: z.literal('messages.owed'), why: owedFor }),
  /** Messages that were settled before then are not kept any more. */
  z.strictObject({ type: z.literal('messages.cleared'), until: instant }),
  /** What was owed to a place that took none of it was given up, or sent elsewhere, by an operator. */
  z.strictObject({ type: z.literal('owed.dropped'), place: text, keys: z.array(text).min(1) }),
  z.strictObject({ type: z.literal('owed.redirected'), place: text, to: text, keys: z.array(text).min(1) }),
  /** While the program ran, the machine's clock moved against the time that passed: back, where that is negative. */
  z.strictObject({ type: z.literal('clock.jumped'), byMs: z.int(), aheadMs: duration }),
  /** When the program started, the machine's clock stood before the last event. */
  z.strictObject({ type: z.literal('clock.behind'), aheadMs: duration }),
  /** The policy under which everything stands from here on: SHA-256 of its record. At each start. */
  z.strictObject({ type: z.literal('policy.loaded'), sha256 }),
  /** It is another one than before. */
  z.strictObject({
    type: z.literal('policy.changed'),
    from: sha256,
    to: sha256,
    /** `null`: what the one before it said is not known any more. */
    changes: z.array(policyChange).nullable(),
    /** That are not named. */
    more: z.int().min(0),
  }),
  /** A product told what was done in a session. The actions are beside the ledger; this keeps what they were. */
  z.strictObject({
    type: z.literal('actions.reported'),
    about: z.int().min(1),
    /** Which product told, in the operator's words. */
    product: text,
    count: z.int().min(1),
    /** Of these, done when the session was over. */
    afterEnd: z.int().min(0),
    /** SHA-256 of the actions, as they are stored. */
    hash: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  ...orphanEvents,
]);

export type GlobalEvent = z.infer<typeof globalEvent>;
export type GlobalEventOf<T extends GlobalEvent['type']> = Extract<GlobalEvent, { type: T }>;
/** What the program itself has to say: nobody asked for it. */
export type ProgramEvent = GlobalEventOf<
  'clock.jumped' | 'clock.behind' | 'access.orphan_found' | 'access.orphan_removed'
>;
export type PolicyChanged = Extract<GlobalEvent, { type: 'policy.changed' }>;
