import { describe, expect, it } from 'vitest';
import { ask, declare, end, file, start } from '../support/access-commands.ts';
import {
  ABE,
  ADA,
  ANN,
  DAY,
  DEB,
  DOT,
  ENGINEERS,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  OTTO,
  REASON,
  RITA,
  STANDINGS,
  T0,
} from '../support/access-fixtures.ts';
import { inPhase, pending, story } from '../support/access-story.ts';

const rule = (people: readonly string[]) => ({ people, scopes: 'any', tenants: 'any' }) as const;

describe('filing', () => {
  it('keeps the whole work order and shows the latest possible end before anybody approves', () => {
    story()
      .when(RITA, file())
      .thenHappens({
        type: 'request.filed',
        requester: RITA,
        owner: OLA,
        approvers: [ANN],
        consent: false,
        reason: REASON,
        roleNotes: [],
        repeatCount: 1,
        ask: {
          grantee: GUS,
          scope: {
            id: 'support',
            name: 'The support scope',
            allows: 'What support allows.',
            highRisk: false,
          },
          allowedActions: ['Read the import log.'],
          offLimits: ['Payment data.'],
          durationMs: HOUR,
          notBefore: null,
          roles: ['billing-readers'],
        },
      });
    expect(inPhase(pending(), 'pending').terms).toMatchObject({
      lapseAt: T0 + 4 * HOUR,
      latestEndAt: T0 + 4 * HOUR + 30 * MINUTE + HOUR,
    });
  });

  it('says what is allowed and what is off limits a line each, and every line once', () => {
    const asked = (allowedActions: string, offLimits: string) =>
      inPhase(pending({ allowedActions, offLimits }), 'pending').ask;
    expect(asked(' Look.\r\nRead.\u2028\n\u2003\nLook. ', '\n\n')).toMatchObject({
      allowedActions: ['Look.', 'Read.'],
      offLimits: [],
    });
    const eleven = Array.from({ length: 11 }, (_, i) => `Line ${i}`).join('\n');
    for (const field of ['allowedActions', 'offLimits'] as const)
      story()
        .when(RITA, file({ [field]: eleven }))
        .thenInvalid({ field, problem: 'too_many_lines', max: 10 });
  });

  it('counts a planned start past the lapse into the latest possible end', () => {
    const planned = pending({ notBefore: T0 + DAY });
    expect(inPhase(planned, 'pending').terms.latestEndAt).toBe(T0 + DAY + 30 * MINUTE + HOUR);
  });

  it('happens once, and nothing else happens before it', () => {
    pending().when(RITA, file()).thenRefused({ reason: 'wrong_phase', phase: 'pending' });
    story().when(GUS, start).thenRefused({ reason: 'no_such_request' });
    story().when(GUS, end).thenRefused({ reason: 'no_such_request' });
  });

  it('says so where one person holds two parts', () => {
    const notes = (over: Parameters<typeof file>[0]) => inPhase(pending(over), 'pending').roleNotes;
    expect(notes({ grantee: RITA })).toEqual(['The requester will hold the access.']);
    expect(notes({ owner: RITA })).toEqual(['The requester is the owner.']);
    expect(notes({ owner: GUS })).toEqual(['The owner will hold the access.']);
  });

  it('tells every problem at once', () => {
    story()
      .when(
        RITA,
        file({ tenantId: 'nowhere', scopeId: 'root', allowedActions: '', reason: 'help', durationMs: 0 }),
      )
      .thenInvalid(
        { field: 'tenant', problem: 'unknown' },
        { field: 'scope', problem: 'unknown' },
        { field: 'allowedActions', problem: 'missing' },
        { field: 'reason', problem: 'vague' },
        { field: 'duration', problem: 'not_a_time' },
      );
  });
});

describe('the length asked for', () => {
  it.each([
    { scopeId: 'read', tenantId: 'acme', maxMs: 6 * HOUR, set: 'policy' },
    { scopeId: 'support', tenantId: 'acme', maxMs: 4 * HOUR, set: 'scope' },
    { scopeId: 'support', tenantId: 'corp', maxMs: HOUR, set: 'tenant' },
  ] as const)('is at most what the $set allows, to the millisecond', ({ scopeId, tenantId, maxMs, set }) => {
    const asked = (durationMs: number) => story().when(RITA, file({ scopeId, tenantId, durationMs }));
    asked(maxMs - 1).thenHappens({ type: 'request.filed' });
    asked(maxMs).thenHappens({ type: 'request.filed' });
    asked(maxMs + 1).thenInvalid({ field: 'duration', problem: 'too_long', maxMs, set });
  });

  it('is at least a minute', () => {
    story()
      .when(RITA, file({ durationMs: MINUTE }))
      .thenHappens({ type: 'request.filed' });
    story()
      .when(RITA, file({ durationMs: MINUTE - 1 }))
      .thenInvalid({ field: 'duration', problem: 'too_short' });
  });

  it.each([0, -1, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 53])(
    'is a time, which %d is not',
    (durationMs) => {
      story().when(RITA, file({ durationMs })).thenInvalid({ field: 'duration', problem: 'not_a_time' });
    },
  );

  it('is never ten years', () => {
    story()
      .when(RITA, file({ durationMs: 3_650 * DAY }))
      .thenInvalid({ field: 'duration', problem: 'too_long', maxMs: 4 * HOUR, set: 'scope' });
  });
});

describe('a planned start', () => {
  it('is between now and as far ahead as the policy allows', () => {
    const planned = (notBefore: number) => story().when(RITA, file({ notBefore }));
    planned(T0 - 1).thenInvalid({ field: 'notBefore', problem: 'past' });
    planned(T0).thenHappens({ type: 'request.filed' });
    planned(T0 + 7 * DAY).thenHappens({ type: 'request.filed' });
    planned(T0 + 7 * DAY + 1).thenInvalid({ field: 'notBefore', problem: 'too_far', maxMs: 7 * DAY });
    planned(Number.NaN).thenInvalid({ field: 'notBefore', problem: 'not_a_time' });
  });
});

describe('who files, holds and owns', () => {
  it.each(STANDINGS)('refuses $standing in each role, whatever list names them', ({ user, standing }) => {
    const able =
      standing === 'cannot_check' ? { reason: standing } : ({ reason: 'actor_not_able', standing } as const);
    story().when(user, file()).thenRefused(able);
    story().when(user, declare()).thenRefused(able);
    story()
      .when(RITA, file({ grantee: user }))
      .thenInvalid({ field: 'grantee', problem: 'not_able', standing });
    story()
      .when(RITA, file({ owner: user }))
      .thenInvalid({ field: 'owner', problem: 'not_able', standing });
    const named = story().when(RITA, file({ approvers: [user] }));
    if (standing === 'cannot_check') named.thenRefused({ reason: 'cannot_check' });
    else named.thenInvalid({ field: 'approver', problem: 'not_able', standing });
  });

  it('lets only those the policy lists ask and hold', () => {
    story().when(OTTO, file()).thenRefused({ reason: 'not_allowed', needs: 'requester' });
    story()
      .when(RITA, file({ grantee: OTTO }))
      .thenInvalid({ field: 'grantee', problem: 'not_allowed' });
  });

  it('takes a group that Slack cannot tell for no yes', () => {
    const dark = story({ groups: { [ENGINEERS]: null } });
    dark.when(GUS, file()).thenRefused({ reason: 'cannot_check' });
    dark.when(RITA, file()).thenRefused({ reason: 'cannot_check' });
    dark.when(RITA, file({ grantee: RITA })).thenHappens({ type: 'request.filed' });
  });
});

describe('the approvers named', () => {
  it('are never the requester, the grantee or the owner', () => {
    const named = (user: string) => story().when(RITA, file({ approvers: [user] }));
    named(RITA).thenInvalid({ field: 'approver', problem: 'self', role: 'requester' });
    named(GUS).thenInvalid({ field: 'approver', problem: 'self', role: 'grantee' });
    named(OLA).thenInvalid({ field: 'approver', problem: 'self', role: 'owner' });
  });

  it('are whom the policy lets decide, and others are told whom to name, the quiet ones last, the unable never', () => {
    const instead = [ABE, DEB, DOT, ANN];
    story({ policy: { doNotPing: [ANN] } })
      .when(RITA, file({ approvers: [OTTO] }))
      .thenInvalid({ field: 'approver', problem: 'not_allowed', instead });
  });

  it('are as many different people as the scope needs', () => {
    const named = (scopeId: string, ...approvers: string[]) =>
      story().when(RITA, file({ scopeId, approvers }));
    named('support').thenInvalid({ field: 'approver', problem: 'count', needed: 1 });
    named('support', ANN, ABE).thenInvalid({ field: 'approver', problem: 'count', needed: 1 });
    named('admin', ANN).thenInvalid({ field: 'approver', problem: 'count', needed: 2 });
    named('admin', ANN, ANN).thenInvalid({ field: 'approver', problem: 'count', needed: 2 });
    named('admin', ANN, ABE).thenHappens({ type: 'request.filed', approvers: [ANN, ABE] });
  });

  it('have one seat each, however often they are named', () => {
    story()
      .when(RITA, file({ approvers: [ANN, ANN, ANN] }))
      .thenHappens({ type: 'request.filed', approvers: [ANN] });
  });

  it('exist, or the request is refused at once and the admins are named', () => {
    const only = (...people: string[]) => story({ policy: { approvers: [rule(people)] } }).when(RITA, file());
    const nobody = { reason: 'nobody_can_approve', who: 'approver', admins: [ADA] } as const;
    only(GUS).thenRefused(nobody);
    only(RITA, OLA, 'UGUEST', 'UBOT', 'UGONE').thenRefused(nobody);
    only('USHARED').thenRefused(nobody);
    only('UMIST').thenRefused({ reason: 'cannot_check' });
    story({ policy: { approvers: [rule(['SDARK'])] }, groups: { SDARK: null } })
      .when(RITA, file())
      .thenRefused({ reason: 'cannot_check' });
    story({ policy: { approvers: [rule([ANN])] } })
      .when(RITA, file({ scopeId: 'admin' }))
      .thenRefused(nobody);
  });

  it('include somebody at the customer where consent is needed', () => {
    story()
      .when(RITA, file({ tenantId: 'corp', scopeId: 'consented' }))
      .thenRefused({ reason: 'nobody_can_approve', who: 'contact', admins: [ADA] });
  });

  it('are asked together with the customer where the scope or the tenant says so', () => {
    story()
      .when(RITA, file({ scopeId: 'consented' }))
      .thenHappens({ type: 'request.filed', consent: true });
    story()
      .when(RITA, file({ tenantId: 'bolt' }))
      .thenHappens({ type: 'request.filed', consent: true });
    story().when(RITA, file()).thenHappens({ type: 'request.filed', consent: false });
  });
});

describe('what else is going on', () => {
  it('bounds how many requests one person has open', () => {
    story()
      .beside({ openByRequester: [1, 2] })
      .when(RITA, file())
      .thenHappens({ type: 'request.filed' });
    const full = story().beside({ openByRequester: [1, 2, 3] });
    full.when(RITA, file()).thenRefused({ reason: 'too_many_open', max: 3, open: [1, 2, 3] });
    full.when('customer', ask()).thenRefused({ reason: 'not_allowed', needs: 'contact' });
  });

  it('lets a denial cool down first, and no millisecond longer', () => {
    const denied = (at: number) =>
      story()
        .beside({ lastDenial: { no: 9, at } })
        .when(RITA, file());
    denied(T0 - 30 * MINUTE + 1).thenRefused({ reason: 'cooling_down', until: T0 + 1, deniedNo: 9 });
    denied(T0 - 30 * MINUTE).thenHappens({ type: 'request.filed' });
  });

  it('never lets two grants for the same overlap, though one may follow the other at once', () => {
    const beside = (until: number, notBefore: number | null = null) =>
      story()
        .beside({ siblings: [{ no: 4, phase: 'approved', until }] })
        .when(RITA, file({ notBefore }));
    beside(T0).thenHappens({ type: 'request.filed' });
    beside(T0 + 1).thenRefused({ reason: 'overlap', otherNo: 4, until: T0 + 1 });
    beside(T0 + HOUR, T0 + HOUR).thenHappens({ type: 'request.filed' });
    beside(T0 + HOUR, T0 + HOUR - 1).thenRefused({ reason: 'overlap', otherNo: 4, until: T0 + HOUR });
  });

  it('blocks who owes an overdue closeout, where the policy says so', () => {
    const owes = (since: number, limits = {}) =>
      story({ limits })
        .beside({ openCloseouts: [{ no: 5, since }] })
        .when(RITA, file());
    owes(T0 - 3 * DAY + 1).thenHappens({ type: 'request.filed' });
    owes(T0 - 3 * DAY).thenRefused({ reason: 'closeout_overdue', openNo: 5 });
    owes(T0 - 300 * DAY, { closeoutOverdueMs: null }).thenHappens({ type: 'request.filed' });
  });

  it('counts requests of the last 30 days that speak of the same problem', () => {
    const similar = [
      { no: 1, reason: REASON, filedAt: T0 - 30 * DAY },
      { no: 2, reason: REASON, filedAt: T0 - 30 * DAY + 1 },
      { no: 3, reason: 'Rotate the certificate of the mail relay before Friday.', filedAt: T0 - DAY },
    ];
    story().beside({ similar }).when(RITA, file()).thenHappens({ type: 'request.filed', repeatCount: 2 });
  });
});
