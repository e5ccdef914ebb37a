import { describe, expect, it } from 'vitest';
import { approve, closeOut, contest, end, start } from '../support/access-commands.ts';
import {
  ABE,
  ADA,
  ANN,
  cara,
  carl,
  DAY,
  DEB,
  EMI,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  OTTO,
  RITA,
  STANDINGS,
  T0,
} from '../support/access-fixtures.ts';
import { active, approved, closed, emergency, ended, inPhase, pending } from '../support/access-story.ts';

const content = { type: 'accept_closeout' } as const;
const offer = (to: string) => ({ type: 'offer_ownership', to }) as const;
const takeOver = { type: 'accept_ownership' } as const;
const left = closeOut({ removed: [{ role: 'billing-readers', gone: false }] });

describe('the closeout', () => {
  it('is filed by the owner or the grantee, after the session', () => {
    for (const by of [OLA, GUS])
      ended().when(by, closeOut()).thenHappens({ type: 'closeout.filed', by, fixed: 'yes' });
    for (const other of [RITA, ANN, ADA, OTTO])
      ended().when(other, closeOut()).thenRefused({ reason: 'not_allowed', needs: 'owner' });
    active().when(OLA, closeOut()).thenRefused({ reason: 'wrong_phase', phase: 'active' });
    closed().when(OLA, closeOut()).thenRefused({ reason: 'wrong_phase', phase: 'closed' });
  });

  it.each(STANDINGS)('is not filed by an owner who has become $standing', ({ standing }) => {
    const refusal =
      standing === 'cannot_check' ? { reason: standing } : ({ reason: 'actor_not_able', standing } as const);
    ended()
      .in({ standing: { [OLA]: standing } })
      .when(OLA, closeOut())
      .thenRefused(refusal);
  });

  it('accounts for every role that was listed, and no other', () => {
    const roles = { field: 'roles', problem: 'not_accounted_for' } as const;
    const gone = { role: 'billing-readers', gone: true };
    ended()
      .when(OLA, closeOut({ removed: [] }))
      .thenInvalid(roles);
    ended()
      .when(OLA, closeOut({ removed: [{ role: 'other', gone: true }] }))
      .thenInvalid(roles);
    ended()
      .when(OLA, closeOut({ removed: [gone, gone] }))
      .thenInvalid(roles);
  });

  it('that leaves a role behind does not finish it', () => {
    const open = ended().given(OLA, left);
    expect(inPhase(open, 'ended').closeout?.removed).toEqual([{ role: 'billing-readers', gone: false }]);
    open.when(ANN, content).thenRefused({ reason: 'wrong_phase', phase: 'ended' });
    inPhase(open.given(GUS, closeOut()), 'closed');
  });

  it('says what was changed, and keeps within the limits', () => {
    ended()
      .when(OLA, closeOut({ changed: '' }))
      .thenInvalid({ field: 'changed', problem: 'missing' });
    ended()
      .when(OLA, closeOut({ notes: 'x'.repeat(3_001) }))
      .thenInvalid({ field: 'notes', problem: 'too_long', max: 3_000 });
    ended()
      .when(OLA, closeOut({ productProblem: '\ud800' }))
      .thenInvalid({ field: 'productProblem', problem: 'malformed' });
    ended()
      .when(OLA, closeOut({ notes: '', productProblem: '' }))
      .thenHappens({ type: 'closeout.filed' });
  });

  it('is as good for a session that time ended', () => {
    active()
      .at(T0 + 2 * HOUR)
      .when(OLA, closeOut())
      .thenHappens({ type: 'session.ended', how: 'expired' }, { type: 'closeout.filed' });
  });
});

describe('what the approver says to the closeout', () => {
  it('is yes, once', () => {
    const done = closed().when(ANN, content).thenHappens({ type: 'closeout.accepted', by: ANN });
    done.when(ANN, content).thenRefused({ reason: 'already_given', seat: ANN });
    done.when(ANN, contest).thenRefused({ reason: 'already_given', seat: ANN });
  });

  it('or a question, which opens it again', () => {
    const again = closed()
      .later(MINUTE)
      .when(ANN, contest)
      .thenHappens({ type: 'closeout.contested', by: ANN, question: contest.question });
    expect(inPhase(again, 'ended')).toMatchObject({
      contested: { by: ANN, at: T0 + MINUTE },
      closeout: { fixed: 'yes' },
    });
    inPhase(again.given(OLA, closeOut()).given(ANN, content), 'closed');
    closed()
      .when(ANN, { ...contest, question: ' ' })
      .thenInvalid({ field: 'question', problem: 'missing' });
  });

  it('is not for those who asked, held or owned, nor for those who did not decide', () => {
    for (const command of [content, contest]) {
      closed().when(RITA, command).thenRefused({ reason: 'self_approval', role: 'requester' });
      closed().when(GUS, command).thenRefused({ reason: 'self_approval', role: 'grantee' });
      closed().when(OLA, command).thenRefused({ reason: 'self_approval', role: 'owner' });
      for (const other of [ABE, ADA, OTTO])
        closed().when(other, command).thenRefused({ reason: 'not_allowed', needs: 'approver' });
      closed().when(carl, command).thenRefused({ reason: 'actor_not_able', standing: 'external' });
      closed().when(cara, command).thenRefused({ reason: 'not_allowed', needs: 'member' });
    }
  });

  it('may be said by who answered for the approver', () => {
    const absences = { [ANN]: { from: T0, until: T0 + DAY, delegate: DEB } };
    const done = pending().in({ absences }).given(DEB, approve()).given(GUS, start, end, closeOut());
    done.when(DEB, content).thenHappens({ type: 'closeout.accepted', by: DEB });
  });
});

describe('handing over', () => {
  it('leaves the old owner in charge until the new one accepts', () => {
    const offered = ended().when(OLA, offer(OTTO)).thenHappens({ type: 'owner.offered', by: OLA, to: OTTO });
    offered.when(OLA, closeOut()).thenHappens({ type: 'closeout.filed' });
    offered.when(OTTO, closeOut()).thenRefused({ reason: 'not_allowed', needs: 'owner' });
    const taken = offered.when(OTTO, takeOver).thenHappens({ type: 'owner.changed', from: OLA, to: OTTO });
    taken.when(OLA, closeOut()).thenRefused({ reason: 'not_allowed', needs: 'owner' });
    taken.when(OTTO, closeOut()).thenHappens({ type: 'closeout.filed', by: OTTO });
    taken.when(OTTO, takeOver).thenRefused({ reason: 'not_allowed', needs: 'offered_owner' });
    expect(inPhase(taken, 'ended').formerOwners).toEqual([OLA]);
  });

  it('is offered by the owner or an admin', () => {
    active().when(ADA, offer(OTTO)).thenHappens({ type: 'owner.offered', by: ADA });
    for (const other of [RITA, GUS, ANN, OTTO])
      active().when(other, offer(OTTO)).thenRefused({ reason: 'not_allowed', needs: 'owner_or_admin' });
    active()
      .in({ policy: { admins: ['SDARK'] }, groups: { SDARK: null } })
      .when(ADA, offer(OTTO))
      .thenRefused({ reason: 'cannot_check' });
  });

  it('is accepted by whom it was last offered to', () => {
    const twice = active().given(OLA, offer(OTTO), offer(DEB));
    twice.when(OTTO, takeOver).thenRefused({ reason: 'not_allowed', needs: 'offered_owner' });
    twice.when(DEB, takeOver).thenHappens({ type: 'owner.changed', to: DEB });
  });

  it('is never to somebody who decides about it, nor to who owns it', () => {
    const decides = { field: 'owner', problem: 'is_approver' } as const;
    pending().when(OLA, offer(ANN)).thenInvalid(decides);
    approved().when(OLA, offer(ANN)).thenInvalid(decides);
    emergency().when(OLA, offer(ANN)).thenInvalid(decides);
    active().when(OLA, offer(OLA)).thenInvalid({ field: 'owner', problem: 'is_owner' });
  });

  it('is not accepted by somebody who came to decide about it since', () => {
    pending()
      .given(OLA, offer(ABE))
      .given(ADA, { type: 'replace_approver', from: ANN, to: ABE })
      .when(ABE, takeOver)
      .thenInvalid({ field: 'owner', problem: 'is_approver' });
    const absences = { [ANN]: { from: T0, until: T0 + DAY, delegate: DEB } };
    pending()
      .in({ absences })
      .given(OLA, offer(DEB))
      .given(DEB, approve())
      .when(DEB, takeOver)
      .thenInvalid({ field: 'owner', problem: 'is_approver' });
  });

  it.each(STANDINGS)('is neither offered to nor accepted by $standing', ({ user, standing }) => {
    const unknown = standing === 'cannot_check';
    const refusal = unknown ? { reason: standing } : ({ reason: 'actor_not_able', standing } as const);
    const offered = active().when(OLA, offer(user));
    if (unknown) offered.thenRefused({ reason: 'cannot_check' });
    else offered.thenInvalid({ field: 'owner', problem: 'not_able', standing });
    active()
      .given(OLA, offer(EMI))
      .in({ standing: { [EMI]: standing } })
      .when(EMI, takeOver)
      .thenRefused(refusal);
  });

  it('is over when nothing is left to see through', () => {
    closed().when(OLA, offer(OTTO)).thenRefused({ reason: 'wrong_phase', phase: 'closed' });
    pending()
      .given(OLA, offer(OTTO))
      .given(RITA, { type: 'cancel', reason: '' })
      .when(OTTO, takeOver)
      .thenRefused({ reason: 'wrong_phase', phase: 'cancelled' });
  });
});
