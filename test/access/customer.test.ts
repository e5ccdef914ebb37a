import { describe, expect, it } from 'vitest';
import { dueAt } from '../../src/access/due.ts';
import {
  FILE,
  ask,
  cancel,
  closeOut,
  contest,
  end,
  extend,
  revoke,
  start,
  takeOn,
} from '../support/access-commands.ts';
import {
  ADA,
  ANN,
  CARA,
  cara,
  carl,
  CARL,
  DAY,
  EVE,
  GUS,
  namesake,
  HOUR,
  MINUTE,
  OLA,
  OTTO,
  person,
  RITA,
  SCOPES,
  STANDINGS,
  T0,
  TENANTS,
  timer,
} from '../support/access-fixtures.ts';
import { closed as closedOut, inPhase, moreTime, story, unclaimed } from '../support/access-story.ts';

const running = unclaimed().given(GUS, takeOn());

describe('a customer’s request', () => {
  it('is its own authorization, for at most what the policy says', () => {
    const told = story()
      .when(cara, ask())
      .thenHappens({
        type: 'customer_request.filed',
        requester: `customer:${CARA}`,
        tried: 'Ran it again.',
        files: [FILE],
      });
    expect(inPhase(told, 'unclaimed').terms).toMatchObject({ lapseAt: T0 + DAY, latestEndAt: T0 + DAY });
    story().when(carl, ask()).thenHappens({ type: 'customer_request.filed', requester: CARL });
  });

  it('never outlives 48 hours, whatever the policy says', () => {
    const generous = unclaimed({}, { limits: { customerRequestMs: 72 * HOUR } });
    expect(inPhase(generous, 'unclaimed').terms.lapseAt).toBe(T0 + 48 * HOUR);
    const last = generous
      .at(T0 + 48 * HOUR - 1)
      .when(GUS, takeOn())
      .thenHappens(
        { type: 'customer_request.accepted' },
        { type: 'session.started', expiresAt: T0 + 48 * HOUR },
      );
    last
      .at(T0 + 48 * HOUR)
      .when(GUS, end)
      .thenRefused({ reason: 'wrong_phase', phase: 'ended' }, 'session.ended');
    generous
      .at(T0 + 48 * HOUR)
      .when(GUS, takeOn())
      .thenRefused({ reason: 'wrong_phase', phase: 'lapsed' }, 'request.lapsed');
  });

  it('is filed by a contact of that tenant, by user and workspace together or by address', () => {
    const no = { reason: 'not_allowed', needs: 'contact' } as const;
    story().when(person('UCARL'), ask()).thenRefused(no);
    story().when(namesake(CARL), ask()).thenRefused(no);
    story().when(RITA, ask()).thenRefused(no);
    story().when({ kind: 'contact', email: 'eve@evil.example' }, ask()).thenRefused(no);
    story()
      .when(cara, ask({ tenantId: 'corp' }))
      .thenRefused(no);
    story()
      .when(cara, ask({ tenantId: 'nowhere' }))
      .thenInvalid({ field: 'tenant', problem: 'unknown' });
  });

  it('is possible where the tenant has it', () => {
    const tenants = TENANTS.map((t) => ({ ...t, customerRequests: false }));
    story({ tenants }).when(cara, ask()).thenInvalid({ field: 'tenant', problem: 'no_customer_requests' });
  });

  it('has a good reason, an able owner, and is one of a few', () => {
    story()
      .when(cara, ask({ reason: 'please help' }))
      .thenInvalid({ field: 'reason', problem: 'vague' });
    story()
      .when(cara, ask({ tried: 'x'.repeat(3_001) }))
      .thenInvalid({ field: 'tried', problem: 'too_long', max: 3_000 });
    story()
      .when(cara, ask({ owner: 'UBOT' }))
      .thenInvalid({ field: 'owner', problem: 'not_able', standing: 'bot' });
    story()
      .beside({ openByRequester: [1, 2, 3] })
      .when(cara, ask())
      .thenRefused({ reason: 'too_many_open', max: 3, open: [1, 2, 3] });
  });

  it.each(['bot', 'deactivated', 'not_found', 'shared_account', 'cannot_check'] as const)(
    'is not heard from a contact who is %s',
    (standing) => {
      const refusal =
        standing === 'cannot_check'
          ? { reason: standing }
          : ({ reason: 'actor_not_able', standing } as const);
      story({ standing: { [CARL]: standing } })
        .when(carl, ask())
        .thenRefused(refusal);
    },
  );

  it('takes pictures, short videos and PDF that are small enough, and nothing that could run', () => {
    const filed = (over: Partial<typeof FILE>) => story().when(cara, ask({ files: [{ ...FILE, ...over }] }));
    for (const kind of ['image/jpeg', 'image/webp', 'video/mp4', 'video/quicktime', 'application/pdf'])
      filed({ kind }).thenHappens({ type: 'customer_request.filed', files: [{ ...FILE, kind }] });
    for (const kind of ['text/html', 'image/svg+xml', 'application/zip', 'application/x-msdownload', ''])
      filed({ kind }).thenInvalid({ field: 'files', problem: 'file_kind', name: 'screen.png' });
    filed({ bytes: 10 * 1024 * 1024 }).thenHappens({ type: 'customer_request.filed' });
    filed({ bytes: 10 * 1024 * 1024 + 1 }).thenInvalid({
      field: 'files',
      problem: 'file_size',
      name: 'screen.png',
    });
    filed({ link: 'javascript:alert(1)' }).thenInvalid({
      field: 'files',
      problem: 'file_reference',
      name: 'screen.png',
    });
    story()
      .when(cara, ask({ files: Array(11).fill(FILE) }))
      .thenInvalid({ field: 'files', problem: 'too_many_files', max: 10 });
  });

  it('can be taken back by the customer until an engineer accepts', () => {
    unclaimed()
      .when(cara, cancel)
      .thenHappens({ type: 'request.cancelled', by: `customer:${CARA}` });
    for (const other of [carl, OLA, GUS, ADA])
      unclaimed().when(other, cancel).thenRefused({ reason: 'not_allowed', needs: 'requester' });
    running.when(cara, cancel).thenRefused({ reason: 'wrong_phase', phase: 'active' });
  });
});

describe('taking it on', () => {
  it('starts the session in the engineer’s own name, who owns it from then on', () => {
    const told = unclaimed()
      .later(HOUR)
      .when(GUS, takeOn())
      .thenHappens(
        { type: 'customer_request.accepted', by: GUS },
        { type: 'session.started', by: GUS, startedAt: T0 + HOUR, expiresAt: T0 + 2 * HOUR },
      );
    expect(inPhase(told, 'active')).toMatchObject({
      owner: GUS,
      formerOwners: [OLA],
      origin: { kind: 'customer' },
    });
    told.when(EVE, takeOn()).thenRefused({ reason: 'wrong_phase', phase: 'active' });
  });

  it('never goes past what the customer agreed to', () => {
    unclaimed()
      .at(T0 + DAY - 1)
      .when(GUS, takeOn())
      .thenHappens({ type: 'customer_request.accepted' }, { type: 'session.started', expiresAt: T0 + DAY });
    unclaimed()
      .at(T0 + DAY)
      .when(GUS, takeOn())
      .thenRefused({ reason: 'wrong_phase', phase: 'lapsed' }, 'request.lapsed');
  });

  it('is for those who may hold access, and not for the customer', () => {
    for (const other of [OTTO, ANN, OLA])
      unclaimed().when(other, takeOn()).thenRefused({ reason: 'not_allowed', needs: 'grantee' });
    unclaimed().when(carl, takeOn()).thenRefused({ reason: 'actor_not_able', standing: 'external' });
    unclaimed().when(cara, takeOn()).thenRefused({ reason: 'not_allowed', needs: 'member' });
    const tenants = TENANTS.map((t) => ({
      ...t,
      contacts: [{ name: 'Gus', slack: GUS, email: null }],
    }));
    unclaimed()
      .in({ tenants })
      .when(GUS, takeOn())
      .thenRefused({ reason: 'self_approval', role: 'requester' });
  });

  it.each(STANDINGS)('is not for $standing', ({ user, standing }) => {
    unclaimed()
      .when(user, takeOn())
      .thenRefused(
        standing === 'cannot_check' ? { reason: standing } : { reason: 'actor_not_able', standing },
      );
  });

  it('stays within the limits, and leaves high risk and what takes two approvals to a request of its own', () => {
    const taken = (over: Parameters<typeof takeOn>[0]) => unclaimed().when(GUS, takeOn(over));
    taken({ scopeId: 'admin' }).thenInvalid({ field: 'scope', problem: 'needs_own_request' });
    taken({ scopeId: 'root' }).thenInvalid({ field: 'scope', problem: 'unknown' });
    taken({ durationMs: 4 * HOUR }).thenHappens(
      { type: 'customer_request.accepted' },
      { type: 'session.started' },
    );
    taken({ durationMs: 4 * HOUR + 1 }).thenInvalid({
      field: 'duration',
      problem: 'too_long',
      maxMs: 4 * HOUR,
      set: 'scope',
    });
    taken({ durationMs: MINUTE - 1 }).thenInvalid({ field: 'duration', problem: 'too_short' });
    taken({ allowedActions: '' }).thenInvalid({ field: 'allowedActions', problem: 'missing' });
    unclaimed()
      .in({ tenants: TENANTS.slice(1) })
      .when(GUS, takeOn())
      .thenRefused({ reason: 'no_longer_valid', what: 'tenant' });
    unclaimed()
      .beside({ siblings: [{ no: 2, phase: 'active', until: T0 + 1 }] })
      .when(GUS, takeOn())
      .thenRefused({ reason: 'overlap', otherNo: 2, until: T0 + 1 });
  });
});

describe('a scope that asks for more than one yes, or for care', () => {
  it.each([{ approvals: 2 as const }, { highRisk: true }])(
    'is not taken on a customer’s word: %o',
    (more) => {
      const scopes = SCOPES.map((scope) => ({ ...scope, ...more }));
      unclaimed()
        .in({ policy: { scopes } })
        .when(GUS, takeOn())
        .thenInvalid({ field: 'scope', problem: 'needs_own_request' });
    },
  );
});

describe('the customer, while it goes on and afterwards', () => {
  it('can stop it', () => {
    for (const who of [carl, cara])
      running.when(who, revoke).thenHappens({ type: 'session.ended', how: 'revoked' });
  });

  it('decides about more time, which stays inside what they agreed to', () => {
    const more = running.when(GUS, extend()).thenHappens({
      type: 'extension.asked',
      approvers: [],
      consent: true,
      highRisk: false,
      newExpiresAt: T0 + 2 * HOUR,
    });
    const yes = moreTime(more);
    for (const [who, by] of [
      [cara, `customer:${CARA}`],
      [carl, CARL],
    ] as const)
      more
        .when(who, yes)
        .thenHappens({ type: 'extension.agreed', seat: 'customer', by }, { type: 'extension.approved' });
    more.when(ANN, yes).thenRefused({ reason: 'not_allowed', needs: 'contact' });
    more.when(GUS, yes).thenRefused({ reason: 'self_approval', role: 'grantee' });
    const late = unclaimed()
      .at(T0 + DAY - 90 * MINUTE)
      .given(GUS, takeOn());
    late.when(GUS, extend(30 * MINUTE)).thenHappens({ type: 'extension.asked', newExpiresAt: T0 + DAY });
    late
      .when(GUS, extend(30 * MINUTE + 1))
      .thenInvalid({ field: 'duration', problem: 'too_long', maxMs: 30 * MINUTE, set: 'consent' });
  });

  it('gives no more than what they asked for, with a scope that grew since', () => {
    const scopes = SCOPES.map((s) => (s.id === 'support' ? { ...s, highRisk: true } : s));
    running
      .in({ policy: { scopes } })
      .when(GUS, extend())
      .thenInvalid({ field: 'scope', problem: 'needs_own_request' });
    const whole = unclaimed({}, { limits: { customerRequestMs: HOUR } }).given(GUS, takeOn());
    whole.when(GUS, extend()).thenRefused({ reason: 'session_limit', maxMs: HOUR, set: 'consent' });
  });

  it('that they say nothing about is accepted by time, as an event, and not before its time', () => {
    const closed = running.given(GUS, end).given(GUS, closeOut({ removed: [] }));
    const { terms, closeout } = inPhase(closed, 'closed');
    const at = closeout.at + terms.closeoutAcceptedAfterMs;
    expect(dueAt(inPhase(closed, 'closed'))).toBe(at);
    closed
      .at(at - 1)
      .when(timer, { type: 'accept_unanswered' })
      .thenRefused({ reason: 'nothing_due' });
    const silent = closed.at(at).tick();
    expect(silent.facts.at(-1)?.event).toEqual({ type: 'closeout.accepted', by: 'system:timer' });
    expect(dueAt(inPhase(silent, 'closed'))).toBeNull();
    silent.when(carl, contest).thenRefused({ reason: 'already_given', seat: 'system:timer' });
    // Their word comes first, whichever it is; ours never waits for time.
    expect(dueAt(inPhase(closed.given(cara, { type: 'accept_closeout' }), 'closed'))).toBeNull();
    expect(dueAt(inPhase(closedOut(), 'closed'))).toBeNull();
  });

  it('reopens the conversation with its owner, and not the access', () => {
    const closed = running.given(GUS, end).given(GUS, closeOut({ removed: [] }));
    const again = closed.given(carl, contest);
    again.when(GUS, start).thenRefused({ reason: 'wrong_phase', phase: 'ended' });
    inPhase(again.given(GUS, closeOut({ removed: [] })).given(carl, { type: 'accept_closeout' }), 'closed');
  });

  it('reads how it was resolved, and may accept or contest it', () => {
    const over = running.given(GUS, end);
    over
      .when(GUS, closeOut({ removed: [], summary: '' }))
      .thenInvalid({ field: 'summary', problem: 'missing' });
    const closed = over.given(GUS, closeOut({ removed: [] }));
    for (const who of [carl, cara]) {
      closed.when(who, { type: 'accept_closeout' }).thenHappens({ type: 'closeout.accepted' });
      inPhase(closed.when(who, contest).thenHappens({ type: 'closeout.contested' }), 'ended');
    }
    closed.when(GUS, { type: 'accept_closeout' }).thenRefused({ reason: 'self_approval', role: 'grantee' });
    closed.when(OLA, { type: 'accept_closeout' }).thenRefused({ reason: 'not_allowed', needs: 'approver' });
  });
});
