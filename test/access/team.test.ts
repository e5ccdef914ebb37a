import { describe, expect, it } from 'vitest';
import { certain } from '../../src/access/people.ts';
import { teamOf } from '../../src/access/team.ts';
import { ABE, ANN, GUS, OLA, OTTO, RITA, worldOf } from '../support/access-fixtures.ts';

const rule = (...people: string[]) => ({ people, scopes: 'any', tenants: 'any' }) as const;
const { policy } = worldOf();
const members = new Map([['SENGINEERS', new Set([RITA, GUS])]]);
const world = certain(
  {
    ...policy,
    requesters: ['SENGINEERS', OTTO],
    admins: [],
    auditors: [],
    emergency: { ...policy.emergency, people: [] },
    approvers: [rule(ANN, ABE), rule(OLA)],
  },
  { standing: () => 'member', members: (group) => members.get(group), absence: () => undefined },
);

describe('A team', () => {
  it('is those who stand in the same rule of approvers, or in the same user group', () => {
    expect([...teamOf(world, ANN)]).toEqual([ABE]);
    expect([...teamOf(world, RITA)]).toEqual([GUS]);
  });

  it('is nobody for whom the policy lists alone', () => {
    expect([...teamOf(world, OLA)]).toEqual([]);
    expect([...teamOf(world, OTTO)]).toEqual([]);
  });

  it('has no members of a group of which Slack said nothing', () => {
    const silent = { ...world, listed: { ...world.listed, members: () => undefined } };
    expect([...teamOf(silent, RITA)]).toEqual([]);
  });
});
