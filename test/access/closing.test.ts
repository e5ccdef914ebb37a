import { describe, expect, it } from 'vitest';
import { waitsSince } from '../../src/access/closeout.ts';
import { approve, closeOut, contest, declare, end, gone, start } from '../support/access-commands.ts';
import {
  ABE,
  ADA,
  ANN,
  cara,
  carl,
  DAY,
  DEB,
  EMI,
  EVE,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  OTTO,
  RITA,
  STANDINGS,
  T0,
} from '../support/access-fixtures.ts';
import {
  active,
  approved,
  closed,
  emergency,
  ended,
  inPhase,
  pending,
  story,
} from '../support/access-story.ts';

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

  it('accounts for every role that was listed', () => {
    const roles = { field: 'roles', problem: 'not_accounted_for' } as const;
    const here = gone('billing-readers');
    ended()
      .when(OLA, closeOut({ removed: [] }))
      .thenInvalid(roles);
    ended()
      .when(OLA, closeOut({ removed: [gone('other')] }))
      .thenInvalid(roles);
    ended()
      .when(OLA, closeOut({ removed: [here, here] }))
      .thenInvalid({ field: 'roles', problem: 'twice' });
  });

  it('takes roles and groups that turned up later: each is confirmed gone, by whom, and how they looked', () => {
    const both = [gone('billing-readers'), gone('import-admins')];
    ended()
      .when(OLA, closeOut({ removed: both }))
      .thenHappens({ type: 'closeout.filed', removed: both });
    const found = [gone('billing-readers'), { role: 'import-admins', gone: false }] as const;
    const open = ended().given(OLA, closeOut({ removed: found }));
    inPhase(open, 'ended');
    // What turned up once is asked about until it is gone.
    open.when(OLA, closeOut()).thenInvalid({ field: 'roles', problem: 'not_accounted_for' });
    inPhase(open.given(OLA, closeOut({ removed: both })), 'closed');
    const looked = (over: object) =>
      ended().when(OLA, closeOut({ removed: [{ ...gone('billing-readers'), ...over }] }));
    looked({ by: '' }).thenInvalid({ field: 'rolesBy', problem: 'missing' });
    looked({ how: ' ' }).thenInvalid({ field: 'rolesHow', problem: 'missing' });
    const many = Array.from({ length: 20 }, (_, i) => gone(`role-${i}`));
    ended()
      .when(OLA, closeOut({ removed: [gone('billing-readers'), ...many] }))
      .thenInvalid({ field: 'roles', problem: 'too_many' });
    ended()
      .when(OLA, closeOut({ removed: [gone('billing-readers'), gone('\ud800')] }))
      .thenInvalid({ field: 'roles', problem: 'malformed' });
  });

  it('checks the roles of an emergency, too', () => {
    const over = story()
      .given(EVE, declare({ roles: ['import-admins'] }))
      .given(EVE, end);
    over.when(OLA, closeOut()).thenInvalid({ field: 'roles', problem: 'not_accounted_for' });
    over.when(OLA, closeOut({ removed: [gone('import-admins')] })).thenHappens({ type: 'closeout.filed' });
  });

  it('says who confirmed it, and what was checked', () => {
    for (const field of ['confirmedBy', 'checked'] as const)
      ended()
        .when(OLA, closeOut({ [field]: '' }))
        .thenInvalid({ field, problem: 'missing' });
    ended()
      .when(OLA, closeOut({ confirmedBy: 'x'.repeat(501) }))
      .thenInvalid({ field: 'confirmedBy', problem: 'too_long', max: 500 });
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

describe('notes', () => {
  const note = { type: 'take_note', text: ' Restarted the importer. ' } as const;

  it('are taken by the grantee or the owner, while the session goes on, and stay with it', () => {
    const noted = active().given(GUS, note).later(MINUTE).given(OLA, note);
    expect(inPhase(noted.given(GUS, end), 'ended').session.notes).toEqual([
      { by: GUS, text: 'Restarted the importer.', at: T0 },
      { by: OLA, text: 'Restarted the importer.', at: T0 + MINUTE },
    ]);
    for (const other of [RITA, ANN, ADA, OTTO])
      active().when(other, note).thenRefused({ reason: 'not_allowed', needs: 'owner' });
    ended().when(GUS, note).thenRefused({ reason: 'wrong_phase', phase: 'ended' });
    active()
      .when(GUS, { ...note, text: ' ' })
      .thenInvalid({ field: 'note', problem: 'missing' });
  });

  it('are fifty at most', () => {
    const full = active().given(GUS, ...Array<typeof note>(50).fill(note));
    full.when(OLA, note).thenRefused({ reason: 'too_many_notes', max: 50 });
  });
});

describe('a problem that is not fixed', () => {
  const next = { what: 'The import team ships 2.15.', by: OTTO, until: T0 + 2 * DAY };
  const notYet = closeOut({ fixed: 'not_yet', next });

  it.each(['no', 'not_yet'] as const)(
    '(%s) keeps it open, and says what is next, who, and until when',
    (fixed) => {
      const open = ended()
        .when(OLA, closeOut({ fixed, next }))
        .thenHappens({ type: 'closeout.filed', fixed, next });
      expect(inPhase(open, 'ended').closeout?.next).toEqual(next);
      inPhase(open.given(GUS, closeOut()), 'closed');
      ended()
        .when(OLA, closeOut({ fixed }))
        .thenInvalid(
          { field: 'nextStep', problem: 'missing' },
          { field: 'nextBy', problem: 'missing' },
          { field: 'nextUntil', problem: 'not_a_time' },
        );
    },
  );

  it('is seen to by a member, within thirty days from now', () => {
    const when = (over: Partial<typeof next>) =>
      ended().when(OLA, closeOut({ fixed: 'no', next: { ...next, ...over } }));
    when({ until: T0 }).thenInvalid({ field: 'nextUntil', problem: 'past' });
    when({ until: T0 + 30 * DAY }).thenHappens({ type: 'closeout.filed' });
    when({ until: T0 + 30 * DAY + 1 }).thenInvalid({
      field: 'nextUntil',
      problem: 'too_far',
      maxMs: 30 * DAY,
    });
    when({ by: 'UMIST' }).thenRefused({ reason: 'cannot_check' });
    when({ by: 'UGONE' }).thenInvalid({ field: 'nextBy', problem: 'not_able', standing: 'deactivated' });
  });

  it('that is fixed has nothing next', () => {
    ended().when(OLA, closeOut({ next })).thenHappens({ type: 'closeout.filed', fixed: 'yes', next: null });
  });

  it('is reminded of at the time that was named, not before, and daily from then on', () => {
    const open = ended().given(OLA, notYet);
    expect(open.at(next.until - 1).tick().facts.length).toBe(open.facts.length);
    const reminded = open.at(next.until).tick();
    expect(reminded.facts.at(-1)?.event).toEqual({ type: 'closeout.reminded', at: next.until });
    expect(reminded.later(DAY - 1).tick().facts.length).toBe(reminded.facts.length);
    expect(reminded.later(DAY).tick().facts.length).toBe(reminded.facts.length + 1);
    // A new time is a new promise.
    const later = { ...next, until: T0 + 5 * DAY };
    const again = open.at(next.until).given(OLA, closeOut({ fixed: 'no', next: later }));
    expect(again.at(later.until - 1).tick().facts.length).toBe(again.facts.length);
  });

  it('counts as overdue only from that time', () => {
    expect(waitsSince(inPhase(ended().given(OLA, notYet), 'ended'))).toBe(next.until);
    const roleLeft = closeOut({ fixed: 'no', next, removed: [{ role: 'billing-readers', gone: false }] });
    expect(waitsSince(inPhase(ended().given(OLA, roleLeft), 'ended'))).toBe(T0);
    expect(waitsSince(inPhase(ended(), 'ended'))).toBe(T0);
  });

  it('is left at that by whoever judges the closeout, and by nobody else', () => {
    const open = ended().given(OLA, notYet);
    const done = open.when(ANN, content).thenHappens({ type: 'closeout.accepted', by: ANN });
    expect(inPhase(done, 'closed')).toMatchObject({ accepted: { by: ANN }, closeout: { fixed: 'not_yet' } });
    open.when(OLA, content).thenRefused({ reason: 'self_approval', role: 'owner' });
    open.when(OTTO, content).thenRefused({ reason: 'not_allowed', needs: 'approver' });
    ended().when(ANN, content).thenRefused({ reason: 'wrong_phase', phase: 'ended' });
    const contested = open.when(ANN, contest).thenHappens({ type: 'closeout.contested', by: ANN });
    contested.when(ANN, content).thenRefused({ reason: 'wrong_phase', phase: 'ended' });
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
