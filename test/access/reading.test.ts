import { describe, expect, it } from 'vitest';
import type { AccessEvent } from '../../src/access/event.ts';
import type { Audience } from '../../src/access/reading.ts';
import {
  channelReadsAs,
  mayRead,
  readsAs,
  readsTenantAs,
  visibleTo,
  worldTo,
} from '../../src/access/reading.ts';
import { currentAsk } from '../../src/access/approving.ts';
import {
  approve,
  ask,
  cancel,
  closeOut,
  declare,
  deny,
  end,
  extend,
  gone,
  review,
  start,
  takeOn,
} from '../support/access-commands.ts';
import type { Change } from '../support/access-fixtures.ts';
import {
  ABE,
  ADA,
  ANN,
  cara,
  CARA,
  carl,
  CARL,
  DAY,
  DEB,
  EVE,
  GUS,
  HOUR,
  OLA,
  OTTO,
  RITA,
  T0,
  TENANTS,
  worldOf,
} from '../support/access-fixtures.ts';
import type { Story } from '../support/access-story.ts';
import { active, ended, pending, story, unclaimed } from '../support/access-story.ts';

/** What the customer reads: the record, and none of our own talk about it. */

/** One of ours is the customer's contact, too. */
const contactIs = (slack: string, change: Change = {}): Change => ({
  ...change,
  tenants: TENANTS.map((tenant) => ({
    ...tenant,
    consent: 'required',
    contacts: [{ name: 'Carl', slack, email: CARA }],
  })),
});

const readBy = ({ world, state }: Story, user: string): Audience | null => {
  if (state === null) throw new Error('nothing was filed');
  return mayRead(world, state, user);
};

describe('Who reads as what', () => {
  it('is ours for those whom the policy lists, and for whoever has a part in it', () => {
    for (const user of [RITA, GUS, ANN, ADA, EVE, OLA]) expect(readBy(pending(), user)).toBe('ours');
  });

  it('is nothing for anybody else', () => {
    for (const user of [OTTO, 'UGUEST', 'UEXT', 'UCARL', 'UANN@TEVIL', 'UCARL@TEVIL'])
      expect(readBy(pending(), user)).toBe(null);
  });

  it('is the customer for a contact, from another workspace or a guest of ours', () => {
    expect(readBy(pending(), CARL)).toBe('customer');
    const guest = pending().in(contactIs('UGUEST'));
    expect(readBy(guest, 'UGUEST')).toBe('customer');
    for (const standing of ['bot', 'deactivated', 'not_found'] as const)
      expect(readBy(pending().in(contactIs(CARL, { standing: { [CARL]: standing } })), CARL)).toBe(null);
  });

  it('is the customer for a contact who is a member of ours and listed', () => {
    for (const user of [OTTO, ADA, ABE]) expect(readBy(pending().in(contactIs(user)), user)).toBe('customer');
  });

  it.each([
    ['asked', RITA],
    ['decides', ANN],
    ['holds it', GUS],
    ['owns it', OLA],
  ])(
    'is ours for a member who %s, though they are a contact, and no longer once they are a guest',
    (_, user) => {
      expect(readBy(active().in(contactIs(user)), user)).toBe('ours');
      for (const standing of ['guest', 'external', 'cannot_check'] as const) {
        const { state, world } = active().in(contactIs(user, { standing: { [user]: standing } }));
        if (state === null) throw new Error('nothing was filed');
        expect(readsAs(world, state, user)).toBe('customer');
      }
    },
  );

  it('is the customer for whoever asked as one, whether or not they still are a contact', () => {
    const told = story().given(carl, ask());
    expect(readBy(told, CARL)).toBe('customer');
    expect(readBy(told.in({ tenants: [] }), CARL)).toBe('customer');
    expect(readBy(unclaimed().in({ tenants: [] }), CARL)).toBe(null);
  });

  it('in a channel is the customer where it is the tenant’s and none of ours', () => {
    const tenants = TENANTS.map((tenant) => ({ ...tenant, channel: 'CSHARED' }));
    const { world, state } = pending({}, { tenants });
    if (state === null) throw new Error('nothing was filed');
    expect(channelReadsAs(world, state, 'CSHARED')).toBe('customer');
    for (const channel of ['CALERT', 'CREVIEW', 'COTHER'])
      expect(channelReadsAs(world, state, channel)).toBe('ours');
    const same = worldOf({ tenants, policy: { channels: { ...world.policy.channels, support: 'CSHARED' } } });
    expect(channelReadsAs(same, state, 'CSHARED')).toBe('ours');
  });

  it('about a tenant as a whole is the customer for its contacts alone', () => {
    const world = worldOf(contactIs(ADA));
    expect(readsTenantAs(world, 'acme', ADA)).toBe('customer');
    expect(readsTenantAs(world, 'acme', ANN)).toBe('ours');
  });
});

const SECRET = 'between ourselves';
const ROLE = 'billing-writers';
const order = { roles: [ROLE] };

/** Lives in which everything is said that is nobody's business but ours. */
const LIVES: readonly (readonly [string, Story])[] = [
  [
    'questions and answers',
    pending(order)
      .given(ANN, { type: 'ask_question', text: `Why? ${SECRET}` })
      .given(RITA, { type: 'answer_question', text: `Because. ${SECRET}` }),
  ],
  ['why one of ours said no', pending(order).given(ANN, { ...deny, reason: SECRET })],
  [
    'why one of ours gave no time',
    active(order).given(GUS, extend()).given(ANN, { type: 'deny_extension', reason: SECRET }),
  ],
  [
    'notes, product problem and roles',
    ended(order).given(
      OLA,
      closeOut({ notes: SECRET, productProblem: SECRET, removed: [{ ...gone(ROLE), how: SECRET }] }),
    ),
  ],
  [
    'what is left behind',
    ended(order).given(
      OLA,
      closeOut({ notes: SECRET, productProblem: SECRET, removed: [{ role: ROLE, gone: false }] }),
    ),
  ],
  [
    'what was contested',
    ended(order)
      .given(OLA, closeOut({ removed: [{ ...gone(ROLE), how: SECRET }], notes: SECRET }))
      .given(ANN, { type: 'contest_closeout', question: SECRET }),
  ],
  [
    'what the reviewer noted',
    story()
      .given(EVE, declare(order))
      .given(ANN, { ...review, note: SECRET })
      .given(EVE, end)
      .given(OLA, closeOut({ removed: [{ ...gone(ROLE), how: SECRET }], notes: SECRET })),
  ],
  [
    'the product problem behind their own request',
    story()
      .given(cara, ask())
      .given(GUS, takeOn({ roles: [ROLE] }))
      .given(GUS, end)
      .given(
        GUS,
        closeOut({ productProblem: SECRET, notes: SECRET, removed: [{ ...gone(ROLE), how: SECRET }] }),
      ),
  ],
  [
    'what somebody left undone elsewhere',
    story()
      .beside({ openEmergencies: [7_000_007] })
      .given(EVE, declare(order)),
  ],
  ['roles of what was approved', active(order)],
  ['roles of what was taken back', pending(order).given(RITA, cancel)],
];

const read = (told: Story, audience: Audience) => {
  const { state, world } = told;
  if (state === null) throw new Error('nothing was filed');
  const events = told.facts.map(({ event }) => ({ event }));
  return visibleTo(audience, { no: 1, state, events }, world.policy);
};

describe('Our own talk', () => {
  it.each(LIVES)('is not in what the customer reads: %s', (_, told) => {
    const theirs = JSON.stringify(read(told, 'customer'));
    expect(theirs).not.toContain(SECRET);
    expect(theirs).not.toContain(ROLE);
    expect(theirs).not.toContain('7000007');
    expect(JSON.stringify(read(told, 'ours'))).toMatch(new RegExp(`${SECRET}|${ROLE}`));
  });

  it('is left out, and nothing else: the record is as it was', () => {
    const told = ended({ roles: [] }).given(OLA, closeOut({ removed: [], productProblem: SECRET }));
    const { state, events } = read(told, 'customer');
    expect(state).toEqual({
      ...told.state,
      closeout: {
        ...(told.state?.phase === 'closed' ? told.state.closeout : {}),
        notes: '',
        productProblem: '',
      },
      roleNotes: [],
    });
    expect(events.map(({ event }) => event.type)).toEqual(told.facts.map(({ event }) => event.type));
  });

  it('leaves out who was reminded, replaced and away', () => {
    const change: Change = { absences: { [ANN]: { from: T0, until: T0 + DAY, delegate: DEB } } };
    const told = pending({}, change)
      .later(HOUR)
      .tick()
      .given(RITA, { type: 'replace_approver', from: ANN, to: ABE });
    const types = (audience: Audience): readonly AccessEvent['type'][] =>
      read(told, audience).events.map(({ event }) => event.type);
    expect(types('ours')).toEqual(['request.filed', 'approver.reminded', 'approver.replaced']);
    expect(types('customer')).toEqual(['request.filed']);
    expect(told.world.people.absence(ANN)).toBeDefined();
    expect(worldTo('customer', told.world).people.absence(ANN)).toBeUndefined();
    expect(worldTo('ours', told.world)).toBe(told.world);
  });
});

describe('The customer’s own words', () => {
  it('are theirs to read: why one of theirs said no', () => {
    const bolt = pending({ tenantId: 'bolt' });
    for (const actor of [carl, cara]) {
      const { state, events } = read(bolt.given(actor, deny), 'customer');
      expect(state).toMatchObject({ verdict: { reason: deny.reason } });
      expect(events.at(-1)?.event).toMatchObject({ reason: deny.reason });
    }
  });

  it('are not those of one of ours who is a contact, too', () => {
    const told = pending({ tenantId: 'bolt' }).given(ANN, deny).in(contactIs(ANN));
    expect(read(told, 'customer').state).toMatchObject({ verdict: { reason: '' } });
  });

  it('include the summary that was written for them', () => {
    const told = story()
      .given(cara, ask())
      .given(GUS, takeOn())
      .given(GUS, end)
      .given(GUS, closeOut({ removed: [] }));
    expect(read(told, 'customer').state).toMatchObject({
      closeout: { summary: 'Each invoice shows once again.', notes: '', changed: 'Removed 14 duplicates.' },
    });
  });

  it('are asked about what is asked now', () => {
    const bolt = pending({ tenantId: 'bolt', durationMs: HOUR }).given(
      ANN,
      approve({
        scopeId: 'read',
        allowedActions: ['Read the import log.'],
        moreOffLimits: '',
        durationMs: HOUR / 2,
      }),
    );
    const { state } = read(bolt, 'customer');
    if (state.phase !== 'pending') throw new Error('it waits');
    expect(currentAsk(state)).toMatchObject({ durationMs: HOUR / 2, roles: [] });
  });

  it('do not let a session be told of less than it was', () => {
    const { state } = read(pending().given(ANN, approve()).given(GUS, start), 'customer');
    expect(state).toMatchObject({ phase: 'active', grant: { seats: [{ holder: ANN }] } });
  });
});
