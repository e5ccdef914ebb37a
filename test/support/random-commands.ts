import type { Command } from '../../src/access/command.ts';
import { dueAt } from '../../src/access/due.ts';
import type { Actor, World } from '../../src/access/people.ts';
import { rolesToCheck } from '../../src/access/closeout.ts';
import type { Access } from '../../src/access/state.ts';
import { isGranted, reviewOf } from '../../src/access/state.ts';
import type { Machine } from './machine.ts';
import type { Change } from './access-fixtures.ts';
import * as acts from './access-commands.ts';
import * as f from './access-fixtures.ts';

/** What people might do next, sensibly or not: the raw material of lives that nobody thought of. */

/** A number from 0 to below `n`. The same seed always rolls the same: what failed can be told again. */
export type Roll = (n: number) => number;

export function dice(seed: number): Roll {
  let a = seed | 0;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

export function pick<T>(roll: Roll, from: readonly T[]): T {
  const picked = from[roll(from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

const APPROVERS = [f.ANN, f.ABE, f.DEB, f.DOT];
/** An absent approver, answered for by somebody who may decide, though perhaps not about this. */
const away = (delegate: string, absent: string = f.ANN): Change => ({
  absences: { [absent]: { from: f.T0, until: f.T0 + 9 * f.DAY, delegate } },
  policy: { approvers: [{ people: [...APPROVERS, delegate], scopes: 'any', tenants: 'any' }] },
});
/** An absent approver or reviewer, answered for by somebody whom the policy gives nothing. */
const leftTo = (bystander: string): Change => ({
  absences: { [f.ANN]: { from: f.T0, until: f.T0 + 9 * f.DAY, delegate: bystander } },
});
const everyApproverBut = (...gone: readonly string[]): Change => ({
  policy: {
    approvers: [
      {
        people: APPROVERS.filter((user) => !gone.includes(user)),
        scopes: 'any',
        tenants: 'any',
      },
    ],
  },
});
const TWO_PEOPLE: Change = { emergency: { twoPeople: true } };
const [acme, bolt, corp] = f.TENANTS;

/** What may have changed about the world since the request was filed. */
const CHANGES: readonly Change[] = [
  { standing: { [f.ANN]: 'guest' } },
  { standing: { [f.ANN]: 'cannot_check', [f.EVE]: 'cannot_check' } },
  { standing: { [f.GUS]: 'deactivated', [f.CARL]: 'bot' } },
  { standing: { [f.OLA]: 'external', [f.RITA]: 'guest' } },
  { standing: { [f.EVE]: 'guest', [f.RITA]: 'deactivated' } },
  { standing: { [f.GUS]: 'deactivated', [f.EVE]: 'deactivated' }, policy: { leavers: 'tell' } },
  away(f.DEB),
  away(f.RITA),
  away(f.GUS),
  away('UBOT'),
  away(f.OLA),
  away(f.EVE),
  away(f.ABE),
  away(f.ANN, f.ABE),
  leftTo(f.OTTO),
  leftTo(f.EMI),
  { policy: { deputies: new Map([[f.ANN, [f.OTTO, f.EMI]]]) } },
  everyApproverBut(f.ANN),
  { ...everyApproverBut(f.ANN, f.DOT), standing: { [f.ABE]: 'guest' } },
  everyApproverBut(f.ABE, f.DOT),
  { groups: { [f.ENGINEERS]: null } },
  { groups: { [f.ENGINEERS]: [f.EVE] } },
  { policy: { sharedAccounts: ['USHARED', f.ANN, f.GUS] } },
  { policy: { admins: [f.OTTO] } },
  { policy: { scopes: f.SCOPES.filter((scope) => scope.id !== 'support') } },
  // What is asked of whoever decides, and for how long at most, may have changed since the session started.
  { policy: { scopes: f.SCOPES.map((scope) => ({ ...scope, approvals: 2, highRisk: true })) } },
  { policy: { scopes: f.SCOPES.map((scope) => ({ ...scope, consent: true })) } },
  { limits: { maxDurationMs: 90 * f.MINUTE } },
  { limits: { perHour: f.perHour(1, 2) } },
  { limits: { perHour: f.perHour(2, 1) } },
  {
    tenants: f.TENANTS.map((tenant) => ({ ...tenant, maxDurationMs: f.HOUR, maxExtendedMs: 80 * f.MINUTE })),
  },
  { standing: { [f.ANN]: 'deactivated', [f.DOT]: 'deactivated' } },
  { tenants: [bolt, corp].filter((tenant) => tenant !== undefined) },
  // An engineer whom the policy now calls the customer's person.
  {
    tenants: [acme, bolt, corp]
      .filter((tenant) => tenant !== undefined)
      .map((tenant) => ({
        ...tenant,
        contacts: [{ name: 'Gus', slack: f.GUS, email: null }],
      })),
  },
];

/** The world as it mostly is, and every changed one; with one or two people to an emergency. */
export const WORLDS = [f.worldOf(), ...CHANGES.map((change) => f.worldOf(change))] as const;
export const STRICT_WORLDS = [
  f.worldOf(TWO_PEOPLE),
  ...CHANGES.map((change) => f.worldOf({ ...change, ...TWO_PEOPLE })),
] as const;

const ANYBODY: readonly Actor[] = [
  ...([f.RITA, f.GUS, f.OLA, f.ANN, f.ABE, f.DEB, f.DOT, f.ADA, f.EVE, f.EMI, f.OTTO] as const).map((id) =>
    f.person(id),
  ),
  ...Object.keys(f.INELIGIBLE).map((id) => f.person(id)),
  f.carl,
  f.cara,
  f.timer,
  f.person('UCARL'),
  { kind: 'contact', email: 'stranger@elsewhere.example' },
];

const NAMES: readonly string[] = [
  ...([f.RITA, f.GUS, f.OLA, f.ANN, f.ABE, f.DEB, f.DOT, f.ADA, f.EVE, f.EMI, f.OTTO] as const),
  ...Object.keys(f.INELIGIBLE),
];

/** People of other workspaces who go by the ids of those who could do it: whatever they do, it is not done. */
const NAMESAKES: ReadonlyMap<string, Actor> = new Map(
  [...NAMES, f.CARL].map((user) => [user, f.namesake(user)]),
);
export const STRANGERS: ReadonlySet<Actor> = new Set(NAMESAKES.values());

/** Now and then somebody from elsewhere comes in the place of whoever was meant. */
export function whoComes(meant: Actor | string, roll: Roll): Actor {
  const actor = typeof meant === 'string' ? f.person(meant) : meant;
  const stranger = actor.kind === 'person' ? NAMESAKES.get(actor.id) : undefined;
  return stranger !== undefined && roll(8) === 0 ? stranger : actor;
}

type Try = readonly [Actor | string, Command];

/** Something that could well be meant, whatever has happened so far. */
export function sensible(state: Access | null, world: World, now: number, roll: Roll, again = false): Try {
  // Whoever broke the glass once does so again.
  if (state === null && again) return [f.EVE, acts.declare({ reviewer: pick(roll, [f.ANN, f.ADA]) })];
  if (state === null) return pick(roll, waysIn(now));
  const { owner, requester } = state;
  const standIn = world.people.absence(f.ANN)?.delegate ?? world.people.absence(f.ABE)?.delegate ?? f.DOT;
  const asked: Try = [requesterOf(requester), { type: 'answer_question', text: 'Since Monday.' }];
  const handOver: readonly Try[] = [
    [owner, { type: 'offer_ownership', to: pick(roll, [f.OTTO, f.DEB, f.EMI]) }],
    [state.offeredOwner ?? f.OTTO, { type: 'accept_ownership' }],
    [pick(roll, [reviewOf(state)?.reviewer ?? f.DOT, standIn, f.ADA]), acts.review],
  ];
  switch (state.phase) {
    case 'pending': {
      const open = state.seats.find((seat) => seat.given === null)?.holder ?? f.ANN;
      const holder = open === 'customer' ? pick<Actor | string>(roll, [f.carl, f.cara]) : open;
      const less = {
        scopeId: pick(roll, ['read', 'consented', state.ask.scope.id]),
        // Some of the lines; now and then other words.
        allowedActions: [
          ...state.ask.allowedActions.filter(() => roll(3) > 0),
          ...(roll(9) === 0 ? ['Delete everything.'] : []),
        ],
        moreOffLimits: pick(roll, ['', 'Exports.', 'Exports.\nUsers.']),
        durationMs: state.ask.durationMs - roll(2) * f.MINUTE,
      };
      // Now and then a yes to what was asked before it was changed.
      const read = state.askedIn - (roll(12) === 0 ? 1 : 0);
      const yes: Try = [holder, { ...acts.approve(roll(3) === 0 ? less : null, state.tenant.id), read }];
      const other = acts.edit({
        scopeId: pick(roll, ['read', 'consented', 'admin', state.ask.scope.id]),
        allowedActions: pick(roll, [LINES.allowedActions, 'Read the import log.']),
        durationMs: (1 + roll(90)) * f.MINUTE,
        notBefore: pick(roll, [state.ask.notBefore, null, now + f.HOUR]),
      });
      const to = pick(roll, [f.DEB, f.DOT]);
      return pick<Try>(roll, [
        ...[yes, yes, yes, yes, yes],
        [standIn, { ...acts.approve(null, state.tenant.id), read }],
        [requesterOf(requester), other],
        [holder, acts.deny],
        [holder, { type: 'ask_question', text: 'Since when?' }],
        [f.timer, { type: 'offer_replacement', approver: open }],
        asked,
        [
          pick<Actor | string>(roll, [requesterOf(requester), f.ADA]),
          { type: 'replace_approver', from: open, to },
        ],
        [requesterOf(requester), acts.cancel],
        ...handOver,
      ]);
    }
    case 'unclaimed': {
      const accept: Try = [pick(roll, [f.GUS, f.EVE]), acts.takeOn({ durationMs: (1 + roll(4)) * f.HOUR })];
      return pick<Try>(roll, [accept, accept, accept, [requesterOf(requester), acts.cancel], ...handOver]);
    }
    case 'unconfirmed':
      return pick<Try>(roll, [
        [f.EMI, { type: 'confirm_emergency' }],
        [f.EVE, { type: 'confirm_emergency' }],
        [requesterOf(requester), acts.cancel],
        ...handOver,
      ]);
    case 'approved': {
      const go: Try = [state.grant.ask.grantee, acts.start];
      const stop: readonly Try[] = [
        [requesterOf(requester), acts.cancel],
        [f.ADA, acts.revoke],
      ];
      return pick<Try>(roll, [go, go, go, go, go, ...stop, ...handOver]);
    }
    case 'active': {
      const { grantee } = state.grant.ask;
      const seats = state.extension?.seats ?? [];
      const open = seats.filter((seat) => seat.given === null);
      const holders = (roll(8) > 0 ? open : seats).map((seat) => seat.holder);
      const named = pick(roll, holders.length === 0 ? [f.ANN] : holders);
      const decider = named === 'customer' ? pick<Actor | string>(roll, [f.carl, f.cara, f.GUS]) : named;
      const more: Try = [grantee, acts.extend((1 + roll(60)) * f.MINUTE)];
      // Now and then a yes to what was asked before, or without what must be typed.
      const version = (state.extension?.version ?? 0) - (roll(16) === 0 ? 2 : 0);
      const typedTenantId = roll(16) === 0 ? null : state.tenant.id;
      const yes: Try = [
        roll(6) > 0 ? decider : pick(roll, [standIn, f.DEB]),
        { type: 'approve_extension', version, typedTenantId },
      ];
      // Each side in its own words: what one of them reads is not taken for what the other said.
      const why = named === 'customer' ? 'Our own audit begins at noon.' : 'That is enough for today.';
      const no: Try = [decider, { type: 'deny_extension', reason: why }];
      const gone: Try = [f.timer, { type: 'offer_replacement', approver: named }];
      if (open.length > 0 && roll(3) > 0) return pick(roll, [...Array<Try>(14).fill(yes), no, more, gone]);
      return pick<Try>(roll, [
        ...[more, more, more, more],
        [grantee, acts.end],
        [pick(roll, [grantee, owner]), { type: 'take_note', text: 'The importer was restarted twice.' }],
        [pick(roll, [f.ANN, owner, f.ADA]), acts.revoke],
        [pick<Actor | string>(roll, [f.OTTO, owner, f.carl]), { type: 'report_unexpected' }],
        ...handOver,
      ]);
    }
    case 'ended': {
      // Now and then another turns up.
      const roles = [...rolesToCheck(state), ...(roll(8) === 0 ? [`turned-up-${now}`] : [])];
      const left = roles.map((role) => (roll(4) > 0 ? acts.gone(role) : { role, gone: false as const }));
      const fixed = pick(roll, ['yes', 'yes', 'no', 'not_yet'] as const);
      const until = now + f.HOUR * (1 + roll(48));
      const next = fixed === 'yes' ? null : { what: 'The import team ships a fix.', by: f.OTTO, until };
      const closeout = acts.closeOut({ removed: left, fixed, next });
      const done: Try = [pick(roll, [owner, state.grant.ask.grantee]), closeout];
      const content: Try = [reviewOf(state)?.reviewer ?? f.ANN, { type: 'accept_closeout' }];
      return pick<Try>(roll, [done, done, done, content, ...handOver]);
    }
    case 'closed': {
      const judge = state.origin.kind === 'customer' ? f.carl : (reviewOf(state)?.reviewer ?? f.ANN);
      return pick<Try>(roll, [[judge, { type: 'accept_closeout' }], [judge, acts.contest], ...handOver]);
    }
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return pick<Try>(roll, [[requesterOf(requester), acts.cancel], [f.ANN, acts.approve()], ...handOver]);
  }
}

/** Of which whoever decides can leave some out. */
const LINES = {
  allowedActions: 'Read the import log.\nLook at invoices.\nRestart the importer.',
  offLimits: 'Payment data.\nUsers.',
};

function waysIn(now: number): readonly Try[] {
  return [
    [f.RITA, acts.file(LINES)],
    [f.RITA, acts.file(LINES)],
    [f.RITA, acts.file({ ...LINES, tenantId: 'bolt' })],
    [f.RITA, acts.file({ ...LINES, tenantId: 'corp', durationMs: 40 * f.MINUTE })],
    [f.RITA, acts.file({ ...LINES, tenantId: 'bolt', scopeId: 'admin' })],
    [f.RITA, acts.file({ ...LINES, scopeId: 'consented', approvers: [f.ABE] })],
    [f.RITA, acts.file({ ...LINES, scopeId: 'admin' })],
    [f.RITA, acts.file({ ...LINES, notBefore: now + f.HOUR })],
    [f.GUS, acts.file({ ...LINES, owner: f.GUS })],
    [f.carl, acts.ask()],
    [f.cara, acts.ask()],
    [f.EVE, acts.declare()],
    [f.EVE, acts.declare({ durationMs: 20 * f.MINUTE, roles: ['root'] })],
    [f.EVE, acts.declare({ reviewer: f.ADA })],
    [f.GUS, acts.ask()],
  ];
}

/** Lives that have come as far as a session in use: what may happen in one is much, and far down the road. */
export function inUse(roll: Roll): readonly Try[] {
  const yes = (id: string): Try => [id, acts.approve(null, null)];
  const typed = (id: string, tenantId: string): Try => [id, acts.approve(null, tenantId)];
  const granted = pick<readonly Try[]>(roll, [
    [[f.RITA, acts.file(LINES)], yes(f.ANN)],
    [[f.RITA, acts.file({ ...LINES, tenantId: 'bolt' })], yes(f.ANN), [f.carl, acts.approve()]],
    [[f.RITA, acts.file({ ...LINES, scopeId: 'consented' })], [f.cara, acts.approve()], yes(f.ANN)],
    [[f.RITA, acts.file({ ...LINES, scopeId: 'admin' })], typed(f.ANN, 'acme'), typed(f.ABE, 'acme')],
    [
      [f.RITA, acts.file({ ...LINES, tenantId: 'bolt', scopeId: 'admin' })],
      typed(f.ABE, 'bolt'),
      typed(f.ANN, 'bolt'),
      [f.cara, acts.approve()],
    ],
  ]);
  return [...granted, [f.GUS, acts.start]];
}

/** Anything at all, from anybody. */
export function wild(state: Access | null, now: number, roll: Roll): Try {
  const to = pick(roll, NAMES);
  const text = pick(roll, ['', 'Why?', f.REASON, '\ud800']);
  const durationMs = pick(roll, [0, Number.NaN, f.MINUTE, f.HOUR, 8 * f.HOUR, 3650 * f.DAY]);
  const from = (state?.phase === 'pending' ? state.seats[0]?.holder : null) ?? f.ANN;
  const roles = state !== null && isGranted(state) ? state.grant.ask.roles : [];
  const commands: readonly Command[] = [
    acts.file({
      grantee: to,
      owner: pick(roll, NAMES),
      approvers: [pick(roll, NAMES)],
      durationMs,
      reason: text,
    }),
    acts.file({ ...LINES, approvers: [from], notBefore: now + f.HOUR * (roll(5) - 1) }),
    acts.ask({ owner: to }),
    acts.declare({ owner: to, reviewer: pick(roll, NAMES) }),
    acts.approve(null, 'acme'),
    acts.edit({ reason: text, durationMs, scopeId: pick(roll, ['read', 'admin', 'nothing']) }),
    acts.approve(
      { scopeId: 'admin', allowedActions: ['All.'], moreOffLimits: 'Nothing.', durationMs },
      'acme',
    ),
    ...[acts.deny, acts.start, acts.end, acts.revoke, acts.cancel, acts.contest, acts.review],
    acts.takeOn({ durationMs, scopeId: pick(roll, ['read', 'admin', 'support']) }),
    acts.extend(durationMs, text),
    acts.closeOut({ removed: roles.map(acts.gone) }),
    { type: 'confirm_emergency' },
    { type: 'ask_question', text },
    { type: 'answer_question', text },
    { type: 'replace_approver', from, to },
    { type: 'approve_extension', version: roll(9), typedTenantId: pick(roll, [null, 'acme']) },
    { type: 'deny_extension', reason: text },
    { type: 'report_unexpected' },
    { type: 'call_off', person: to },
    { type: 'offer_ownership', to },
    { type: 'accept_ownership' },
    { type: 'accept_closeout' },
    { type: 'take_note', text },
    ...(
      [
        'lapse',
        'remind_approver',
        'open_start',
        'warn',
        'expire',
        'remind_closeout',
        'accept_unanswered',
        'remind_review',
        'end_in_doubt',
      ] as const
    ).map((type) => ({ type })),
  ];
  return [pick(roll, ANYBODY), pick(roll, commands)];
}

/** A moment not before this one: soon, much later, or on either side of a deadline. */
export function nextMoment(state: Access | null, now: number, roll: Roll): number {
  const deadline = state === null ? null : pick(roll, [dueAt(state), endOf(state)]);
  if (deadline !== null && roll(10) < 2) return Math.max(now, deadline + roll(3) - 1);
  const asked = state?.phase === 'active' && state.extension !== null;
  return now + (roll(24) === 0 ? roll(3 * f.DAY) : roll((asked ? 5 : 20) * f.MINUTE));
}

/** Time goes by on this machine; now and then its clock is set meanwhile, by seconds or days, or it sleeps. */
export function goOn(machine: Machine, ms: number, roll: Roll): void {
  machine.passes(ms);
  if (roll(25) > 0) return;
  const far = pick(roll, [20_000, f.HOUR, 2 * f.DAY]);
  if (roll(3) === 0) machine.sleeps(roll(far));
  else machine.isSet(roll(2 * far) - far);
}

function endOf(state: Access): number | null {
  if (state.phase === 'active') return state.session.expiresAt;
  if (state.phase === 'approved') return state.grant.ask.notBefore ?? state.grant.startBy;
  return state.phase === 'pending' || state.phase === 'unclaimed' ? state.terms.lapseAt : null;
}

function requesterOf(name: string): Actor {
  if (name === f.CARL) return f.carl;
  return name.startsWith('customer:') ? f.cara : f.person(name);
}
