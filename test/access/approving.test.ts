import { describe, it } from 'vitest';
import type { Change } from '../support/access-fixtures.ts';
import {
  ABE,
  ANN,
  carl,
  CARL,
  namesake,
  cara,
  DAY,
  DEB,
  DOT,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  OTTO,
  person,
  RITA,
  STANDINGS,
  T0,
  THEIRS,
  timer,
} from '../support/access-fixtures.ts';
import { approve, deny, file, start } from '../support/access-commands.ts';
import { pending } from '../support/access-story.ts';

const admin = (change: Change = {}) => pending({ scopeId: 'admin' }, change);
const typed = approve(null, 'acme');
const refusalOf = (standing: (typeof STANDINGS)[number]['standing']) =>
  standing === 'cannot_check' ? { reason: standing } : ({ reason: 'actor_not_able', standing } as const);
const away = (delegate: string, from = T0, until = T0 + HOUR): Change => ({
  absences: { [ANN]: { from, until, delegate } },
});

describe('a yes', () => {
  it('of the one named person gives the grant, with its start window and its latest end', () => {
    const at = T0 + HOUR;
    pending()
      .at(at)
      .when(ANN, approve())
      .thenHappens(
        { type: 'approval.given', seat: ANN, by: ANN, narrowed: null, tookMs: HOUR },
        { type: 'grant.issued', startBy: at + 30 * MINUTE, latestEndAt: at + 30 * MINUTE + HOUR },
      );
  });

  it('counts until the request lapses, and not at that instant', () => {
    const lapse = T0 + 4 * HOUR;
    pending()
      .at(lapse - 1)
      .when(ANN, approve())
      .thenHappens({ type: 'approval.given' }, { type: 'grant.issued' });
    for (const at of [lapse, lapse + 1])
      pending()
        .at(at)
        .when(ANN, approve())
        .thenRefused({ reason: 'wrong_phase', phase: 'lapsed' }, 'request.lapsed');
  });

  it('of a planned start opens the window at that start', () => {
    const notBefore = T0 + DAY;
    pending({ notBefore })
      .when(ANN, approve())
      .thenHappens({ type: 'approval.given' }, { type: 'grant.issued', startBy: notBefore + 30 * MINUTE });
  });

  it('is said once', () => {
    pending()
      .given(ANN, approve())
      .when(ANN, approve())
      .thenRefused({ reason: 'wrong_phase', phase: 'approved' });
    pending().given(ANN, approve()).when(ANN, deny).thenRefused({ reason: 'wrong_phase', phase: 'approved' });
  });

  it('is nobody else’s to say', () => {
    for (const other of [ABE, OTTO, DEB])
      pending().when(other, approve()).thenRefused({ reason: 'not_allowed', needs: 'approver' });
    pending().when(carl, approve()).thenRefused({ reason: 'actor_not_able', standing: 'external' });
    pending().when(cara, approve()).thenRefused({ reason: 'not_allowed', needs: 'member' });
    pending().when(timer, approve()).thenRefused({ reason: 'not_allowed', needs: 'member' });
  });

  it.each(STANDINGS)('is not heard from an approver who has become $standing', ({ standing }) => {
    const now = pending().in({ standing: { [ANN]: standing } });
    now.when(ANN, approve()).thenRefused(refusalOf(standing));
    now.when(ANN, deny).thenRefused(refusalOf(standing));
  });

  it('needs the current policy', () => {
    const rule = (people: string[]) => ({
      policy: { approvers: [{ people, scopes: 'any', tenants: 'any' } as const] },
    });
    pending()
      .in(rule([ABE]))
      .when(ANN, approve())
      .thenRefused({ reason: 'no_longer_approver' });
    pending()
      .in({ ...rule(['SDARK']), groups: { SDARK: null } })
      .when(ANN, approve())
      .thenRefused({ reason: 'cannot_check' });
  });
});

describe('two approvals', () => {
  it('come from two different people', () => {
    const one = admin().when(ANN, typed).thenHappens({ type: 'approval.given', seat: ANN });
    one.when(ANN, typed).thenRefused({ reason: 'already_given', seat: ANN });
    one.when(GUS, start).thenRefused({ reason: 'wrong_phase', phase: 'pending' });
    one.when(ABE, typed).thenHappens({ type: 'approval.given', seat: ABE }, { type: 'grant.issued' });
  });

  it('are never one person’s, who also answers for the other: their own seat is filled, the other waits', () => {
    const both = admin(away(ABE)).when(ABE, typed).thenHappens({ type: 'approval.given', seat: ABE });
    both.when(ABE, typed).thenRefused({ reason: 'already_given', seat: ANN });
    both.when(ANN, typed).thenHappens({ type: 'approval.given', seat: ANN }, { type: 'grant.issued' });
  });

  it.each([null, '', 'bolt', 'ACME', 'acme2'])(
    'of high risk need the tenant’s id typed: %j is not it',
    (id) => {
      admin().when(ANN, approve(null, id)).thenInvalid({ field: 'typedTenantId', problem: 'does_not_match' });
    },
  );

  it('of high risk allow for spaces around the typed id', () => {
    admin().when(ANN, approve(null, ' acme ')).thenHappens({ type: 'approval.given' });
  });

  it('are ended by either no', () => {
    admin().when(ABE, deny).thenHappens({ type: 'request.denied', by: ABE });
    admin().given(ANN, typed).when(ABE, deny).thenHappens({ type: 'request.denied', by: ABE });
  });
});

describe('the customer’s consent', () => {
  const bolt = pending({ tenantId: 'bolt' });

  it('is needed beside the approval, in either order', () => {
    bolt
      .given(ANN, approve())
      .when(carl, approve())
      .thenHappens({ type: 'approval.given', seat: 'customer', by: CARL }, { type: 'grant.issued' });
    bolt
      .given(carl, approve())
      .when(ANN, approve())
      .thenHappens({ type: 'approval.given', seat: ANN }, { type: 'grant.issued' });
    bolt
      .given(cara, approve())
      .when(carl, approve())
      .thenRefused({ reason: 'already_given', seat: 'customer' });
  });

  it('is one of the two whose no ends it', () => {
    bolt.given(ANN, approve()).when(carl, deny).thenHappens({ type: 'request.denied', by: CARL });
    bolt.when(cara, deny).thenHappens({ type: 'request.denied', by: 'customer:cara@acme.example' });
    bolt.given(carl, approve()).when(ANN, deny).thenHappens({ type: 'request.denied', by: ANN });
  });

  it('is a contact’s by user and workspace together, or by the address the link was sent to', () => {
    bolt.when(person('UCARL'), approve()).thenRefused({ reason: 'not_allowed', needs: 'approver' });
    for (const other of [namesake(CARL), namesake('UELSE', THEIRS)])
      bolt.when(other, approve()).thenRefused({ reason: 'actor_not_able', standing: 'external' });
    bolt
      .when({ kind: 'contact', email: 'eve@evil.example' }, approve())
      .thenRefused({ reason: 'not_allowed', needs: 'member' });
  });

  it.each(['bot', 'deactivated', 'not_found', 'cannot_check', 'shared_account'] as const)(
    'is not heard from a contact who is %s',
    (standing) => {
      bolt
        .in({ standing: { [CARL]: standing } })
        .when(carl, approve())
        .thenRefused(refusalOf(standing));
    },
  );

  it('is a yes to what is asked: less is the approver’s to give', () => {
    const less = {
      scopeId: 'read',
      allowedActions: ['Read the import log.'],
      moreOffLimits: '',
      durationMs: MINUTE,
    };
    bolt.when(carl, approve(less)).thenRefused({ reason: 'not_allowed', needs: 'approver' });
  });
});

describe('nobody decides about their own', () => {
  const own = [
    { user: RITA, role: 'requester' },
    { user: GUS, role: 'grantee' },
    { user: OLA, role: 'owner' },
  ] as const;

  it.each(own)('not as $role', ({ user, role }) => {
    for (const command of [approve(), deny])
      pending().when(user, command).thenRefused({ reason: 'self_approval', role });
  });

  it.each(own)('not as $role who answers for the approver', ({ user, role }) => {
    pending().in(away(user)).when(user, approve()).thenRefused({ reason: 'self_approval', role });
  });

  it('not as the owner they have become since', () => {
    pending()
      .given(OLA, { type: 'offer_ownership', to: DEB })
      .given(DEB, { type: 'accept_ownership' })
      .in(away(DEB))
      .when(DEB, approve())
      .thenRefused({ reason: 'self_approval', role: 'owner' });
  });

  it('not as the contact who consents', () => {
    const change: Change = { policy: { requesters: [CARL, GUS] }, standing: { [CARL]: 'member' } };
    const theirs = pending({ tenantId: 'bolt', grantee: GUS }).in(change);
    theirs
      .given(ANN, approve())
      .when(RITA, approve())
      .thenRefused({ reason: 'self_approval', role: 'requester' });
  });
});

describe('who answers for an absent approver', () => {
  it('decides from the beginning of the absence until just before its end', () => {
    const gone = pending().in(away(DEB, T0 + MINUTE, T0 + HOUR));
    const no = { reason: 'not_allowed', needs: 'approver' } as const;
    gone
      .at(T0 + MINUTE - 1)
      .when(DEB, approve())
      .thenRefused(no);
    gone
      .at(T0 + MINUTE)
      .when(DEB, approve())
      .thenHappens({ type: 'approval.given', seat: ANN, by: DEB }, { type: 'grant.issued' });
    gone
      .at(T0 + HOUR - 1)
      .when(DEB, deny)
      .thenHappens({ type: 'request.denied', by: DEB });
    gone
      .at(T0 + HOUR)
      .when(DEB, approve())
      .thenRefused(no);
  });

  it('leaves the approver free to decide from where they are', () => {
    pending()
      .in(away(DEB))
      .when(ANN, approve())
      .thenHappens({ type: 'approval.given', by: ANN }, { type: 'grant.issued' });
  });

  it.each(STANDINGS)('is not $standing', ({ user, standing }) => {
    pending().in(away(user)).when(user, approve()).thenRefused(refusalOf(standing));
  });

  it('is somebody whom the policy lets decide here, and a deputy is not asked before the session', () => {
    pending().in(away(OTTO)).when(OTTO, approve()).thenRefused({ reason: 'no_longer_approver' });
    pending().when(DOT, approve()).thenRefused({ reason: 'not_allowed', needs: 'approver' });
  });
});

describe('a no', () => {
  it('has a reason', () => {
    pending()
      .when(ANN, { ...deny, reason: '' })
      .thenInvalid({ field: 'reason', problem: 'missing' });
    pending()
      .when(ANN, deny)
      .thenHappens({ type: 'request.denied', by: ANN, reason: deny.reason, tookMs: 0 });
  });

  it('is the end', () => {
    const denied = pending().given(ANN, deny);
    for (const command of [approve(), deny, start, file()])
      denied.when(ANN, command).thenRefused({ reason: 'wrong_phase', phase: 'denied' });
  });
});
