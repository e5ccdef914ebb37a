import { describe, expect, it } from 'vitest';
import { needsRelated } from '../../src/access/decide.ts';
import { approve, ask, declare, end, extend, file, start, takeOn } from '../support/access-commands.ts';
import {
  ADA,
  ANN,
  CARA,
  cara,
  EMI,
  EVE,
  GUS,
  HOUR,
  MINUTE,
  person,
  RITA,
  T0,
} from '../support/access-fixtures.ts';
import {
  active,
  approved,
  moreTime,
  pending,
  story,
  unclaimed,
  unconfirmed,
} from '../support/access-story.ts';

const rule = (...people: string[]) => ({ approvers: [{ people, scopes: 'any', tenants: 'any' } as const] });

describe('the other requests that a rule looks at', () => {
  const rita = person(RITA);
  const gus = person(GUS);
  const place = { tenantId: 'acme', scopeId: 'support' };

  it('are those of the requester, and of the grantee in that tenant and scope', () => {
    expect(needsRelated(file(), null, rita)).toEqual({
      about: 'filing',
      requester: RITA,
      grantee: GUS,
      ...place,
    });
    const eve = { about: 'emergency', requester: EVE, grantee: EVE, tenantId: 'acme', scopeId: 'admin' };
    expect(needsRelated(declare(), null, person(EVE))).toEqual(eve);
    const customer = {
      about: 'filing',
      requester: `customer:${CARA}`,
      grantee: null,
      tenantId: 'acme',
      scopeId: null,
    };
    expect(needsRelated(ask(), null, cara)).toEqual(customer);
  });

  it('are those of whoever starts a session, by what was granted', () => {
    expect(needsRelated(takeOn(), unclaimed().state, gus)).toEqual({
      about: 'entry',
      requester: GUS,
      grantee: GUS,
      ...place,
    });
    expect(needsRelated(start, approved().state, gus)).toEqual({
      about: 'entry',
      requester: GUS,
      grantee: GUS,
      ...place,
    });
    expect(needsRelated({ type: 'confirm_emergency' }, unconfirmed().state, person(EMI))).toMatchObject({
      about: 'entry',
      grantee: EVE,
      tenantId: 'acme',
      scopeId: 'admin',
    });
    expect(needsRelated(start, pending().state, gus)).toBeNull();
    expect(needsRelated(takeOn(), null, gus)).toBeNull();
  });

  it('are none for anything else', () => {
    expect(needsRelated(approve(), pending().state, person(ANN))).toBeNull();
    expect(needsRelated(end, active().state, gus)).toBeNull();
  });
});

describe('what the policy does not know, or Slack cannot tell', () => {
  it('is told of the tenant or the scope alone', () => {
    story()
      .when(RITA, file({ tenantId: 'nowhere' }))
      .thenInvalid({ field: 'tenant', problem: 'unknown' });
    story()
      .when(RITA, file({ scopeId: 'root' }))
      .thenInvalid({ field: 'scope', problem: 'unknown' });
    story()
      .when(EVE, declare({ tenantId: 'nowhere' }))
      .thenInvalid({ field: 'tenant', problem: 'unknown' });
    story()
      .when(EVE, declare({ scopeId: 'root' }))
      .thenInvalid({ field: 'scope', problem: 'unknown' });
  });

  it('is no proof that nobody can approve, in a group as by name', () => {
    const only = (...members: string[]) =>
      story({ policy: rule('SBOSSES'), groups: { SBOSSES: members } }).when(RITA, file());
    only('UMIST').thenRefused({ reason: 'cannot_check' });
    only('UGUEST').thenRefused({ reason: 'nobody_can_approve', who: 'approver', admins: [ADA] });
    only(ANN, 'UMIST').thenHappens({ type: 'request.filed' });
  });
});

describe('more time for a session that started late', () => {
  it('may pass the first latest end, which was shown for the grant alone', () => {
    const once = approved()
      .at(T0 + 30 * MINUTE - 1)
      .given(GUS, start, extend());
    const twice = once.given(ANN, moreTime(once)).given(GUS, extend());
    twice
      .when(ANN, moreTime(twice))
      .thenHappens(
        { type: 'extension.agreed' },
        { type: 'extension.approved', newExpiresAt: T0 + 30 * MINUTE - 1 + 3 * HOUR },
      );
    pending()
      .at(T0 + 4 * HOUR - 1)
      .given(ANN, approve())
      .later(30 * MINUTE - 1)
      .given(GUS, start)
      .when(GUS, extend())
      .thenHappens({ type: 'extension.asked' });
  });
});
