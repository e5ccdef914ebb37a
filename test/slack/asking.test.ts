import { describe, expect, it } from 'vitest';
import type { Standing, World } from '../../src/access/people.ts';
import type { Principal, UserId } from '../../src/access/policy.ts';
import type { Questions, Word } from '../../src/slack/api/asking.ts';
import { askAbout } from '../../src/slack/api/asking.ts';
import { worldOf } from '../support/access-fixtures.ts';

/** Asking Slack for one decision. */

interface Slack {
  readonly people?: Readonly<Record<string, Standing | null>>;
  readonly groups?: Readonly<Record<string, readonly string[] | null>>;
}

/** A Slack that says so, and what it was asked. */
function slack({ people = {}, groups = {} }: Slack): Questions & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    standing(user: UserId) {
      asked.push(user);
      return Promise.resolve(people[user] ?? null);
    },
    members(group: Principal) {
      asked.push(group);
      const members = groups[group] ?? null;
      return Promise.resolve(members === null ? null : new Set(members));
    },
  };
}

const { policy } = worldOf();
const remembered = {
  standing: (user: UserId): Standing => (user === 'UNEW' ? 'cannot_check' : 'member'),
  members: (group: Principal) => (group === 'SNEW' ? undefined : new Set(['UOLD'])),
};
const NEVER = Promise.withResolvers<null>().promise;

const ask = (questions: Questions, look: (world: World) => void, word: Word = 'now') =>
  askAbout(look, { policy, absences: new Map(), remembered }, questions, word);

describe('For one decision', () => {
  it('Slack is asked once about everybody at whom the rules look, and nobody else', async () => {
    const questions = slack({ people: { UANN: 'guest', UABE: 'member' }, groups: { SALL: ['UABE'] } });
    const world = await ask(questions, ({ people }) => {
      people.standing('UANN');
      people.standing('UABE');
      people.standing('UANN');
      people.members('SALL');
    });
    expect(questions.asked).toEqual(['UANN', 'UABE', 'SALL']);
    expect(world.people.standing('UANN')).toBe('guest');
    expect(world.people.members('SALL')).toEqual(new Set(['UABE']));
  });

  it('also about those at whom they look only because of what it says', async () => {
    const questions = slack({ people: { UANN: 'deactivated', UABE: 'member', UDEB: 'bot' } });
    const world = await ask(questions, ({ people }) => {
      if (people.standing('UANN') === 'deactivated' && people.standing('UABE') === 'member')
        people.standing('UDEB');
    });
    expect(questions.asked).toEqual(['UANN', 'UABE', 'UDEB']);
    expect(world.people.standing('UDEB')).toBe('bot');
  });

  it('what is remembered decides nothing: of whom it was not asked, or was silent, nothing is known', async () => {
    const questions = slack({ people: { UANN: null } });
    const world = await ask(questions, ({ people }) => {
      people.standing('UANN');
      people.members('SALL');
    });
    expect(world.people.standing('UANN')).toBe('cannot_check');
    expect(world.people.standing('UABE')).toBe('cannot_check');
    expect(world.people.members('SALL')).toBeUndefined();
    expect(world.people.members('SOTHER')).toBeUndefined();
    // Lists are another matter.
    expect(world.listed.standing('UABE')).toBe('member');
    expect(world.listed.members('SALL')).toEqual(new Set(['UOLD']));
    expect(questions.asked).toEqual(['UANN', 'SALL']);
  });

  it('but for stopping, where what was last known will do', async () => {
    const questions = slack({ people: { UANN: null, UABE: 'guest' } });
    const look = ({ people }: World): void => {
      for (const user of ['UANN', 'UABE', 'UNEW']) people.standing(user);
      for (const group of ['SALL', 'SNEW']) people.members(group);
    };
    const { people } = await ask(questions, look, 'last_known');
    expect(['UANN', 'UABE', 'UNEW'].map((user) => people.standing(user))).toEqual([
      'member',
      'guest',
      'cannot_check',
    ]);
    expect(people.members('SALL')).toEqual(new Set(['UOLD']));
    expect(people.members('SNEW')).toBeUndefined();
  });

  it('nobody is waited for who does not answer within the second, nor asked again', async () => {
    const questions = slack({ people: { UABE: 'member', UDEB: 'member' } });
    const hanging = {
      ...questions,
      standing: (user: UserId) => (user === 'UANN' ? NEVER : questions.standing(user)),
    };
    const world = await ask(hanging, ({ people }) => {
      people.standing('UABE');
      if (people.standing('UANN') === 'cannot_check') people.standing('UDEB');
    });
    expect(world.people.standing('UABE')).toBe('member');
    expect(world.people.standing('UANN')).toBe('cannot_check');
    expect(world.people.standing('UDEB')).toBe('cannot_check');
    expect(questions.asked).toEqual(['UABE']);
  });
});
