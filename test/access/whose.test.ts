import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/access/command.ts';
import { decideGlobal } from '../../src/access/global.ts';
import { NOTHING_LATELY } from '../../src/access/hourly.ts';
import { atHome, isElsewhere, slackIdOf, userElsewhere, userOf } from '../../src/access/whose.ts';
import {
  approve,
  ask,
  cancel,
  closeOut,
  contest,
  declare,
  deny,
  end,
  extend,
  file,
  review,
  revoke,
  start,
  takeOn,
} from '../support/access-commands.ts';
import {
  ADA,
  ANN,
  CARL,
  carl,
  EMI,
  EVE,
  GUS,
  HOME,
  HOUR,
  namesake,
  OLA,
  OTTO,
  RITA,
  T0,
  TENANTS,
  THEIRS,
  worldOf,
} from '../support/access-fixtures.ts';
import type { Story } from '../support/access-story.ts';
import {
  active,
  approved,
  closed,
  emergency,
  ended,
  moreTime,
  pending,
  story,
  unclaimed,
  unconfirmed,
} from '../support/access-story.ts';

/** People are known by id and team together: a namesake from another workspace is a stranger. */

const ours = { teamId: HOME, enterpriseId: null };
const grid = { teamId: HOME, enterpriseId: 'EOURS' };

describe('Somebody in Slack is known', () => {
  it.each([
    ['of our workspace', ours, HOME, null, 'UANN'],
    ['of another one', ours, 'TEVIL', null, 'UANN@TEVIL'],
    ['of another one of an organisation', ours, 'TEVIL', 'EEVIL', 'UANN@TEVIL'],
    ['of no workspace that is told', ours, null, null, 'UANN@?'],
    ['of an organisation, where we are in none', ours, 'EEVIL', null, 'UANN@EEVIL'],
    ['of our organisation', grid, 'EOURS', null, 'UANN'],
    ['of another workspace of our organisation', grid, 'TOTHER', 'EOURS', 'UANN'],
    ['of another organisation', grid, 'EEVIL', null, 'UANN@EEVIL'],
    ['of a workspace of another organisation', grid, 'TEVIL', 'EEVIL', 'UANN@TEVIL'],
    ['of no workspace, where we are in an organisation', grid, null, null, 'UANN@?'],
  ] as const)('who is %s', (_, workspace, teamId, enterpriseId, name) => {
    const user = userOf(workspace, { id: 'UANN', teamId, enterpriseId });
    expect(user).toBe(name);
    expect(isElsewhere(user)).toBe(name !== 'UANN');
    expect(slackIdOf(user)).toBe('UANN');
  });

  it('and an address is no workspace', () => {
    expect(isElsewhere('customer:ann@elsewhere.example')).toBe(false);
    expect(isElsewhere('system:timer')).toBe(false);
  });

  it('also as a contact: one who is a guest of ours by the id alone', () => {
    const contacts = [HOME, 'EOURS', THEIRS].map((team) => ({
      name: team,
      slack: userElsewhere('UCARL', team),
      email: null,
    }));
    const tenants = TENANTS.map((tenant) => ({ ...tenant, contacts }));
    const { policy } = worldOf({ tenants });
    const known = (at: typeof ours | typeof grid) =>
      atHome(policy, at)
        .tenants.get('acme')
        ?.contacts.map(({ slack }) => slack);
    expect(known(ours)).toEqual(['UCARL', 'UCARL@EOURS', CARL]);
    expect(known(grid)).toEqual(['UCARL', 'UCARL', CARL]);
  });
});

describe('Whoever comes from another workspace under the id of one of ours', () => {
  const waits = pending({}, { policy: { requesters: [RITA, GUS] } });
  const consented = pending({ tenantId: 'bolt' });
  const longer = active().given(GUS, extend());
  const declared: Command = declare();
  const trials: readonly (readonly [string, Story, string, Command])[] = [
    ['asks for nothing', story(), RITA, file()],
    ['approves nothing', waits, ANN, approve()],
    ['denies nothing', waits, ANN, deny],
    ['asks nothing', waits, ANN, { type: 'ask_question', text: 'Why?' }],
    [
      'answers nothing',
      waits.given(ANN, { type: 'ask_question', text: 'Why?' }),
      RITA,
      { type: 'answer_question', text: 'Because.' },
    ],
    ['asks nobody else', waits, ADA, { type: 'replace_approver', from: ANN, to: 'UDEB' }],
    ['cancels nothing', waits, RITA, cancel],
    ['starts nothing', approved(), GUS, start],
    ['ends nothing', active(), GUS, end],
    ['asks for no more time', active(), GUS, extend()],
    ['gives no time', longer, ANN, moreTime(longer)],
    ['refuses no time', longer, ANN, { type: 'deny_extension', reason: 'No.' }],
    ['stops nothing as the approver', active(), ANN, revoke],
    ['stops nothing as the owner', active(), OLA, revoke],
    ['stops nothing as an admin', active(), ADA, revoke],
    ['takes no customer’s request on', unclaimed(), GUS, takeOn()],
    ['declares no emergency', story(), EVE, declared],
    ['confirms none', unconfirmed(), EMI, { type: 'confirm_emergency' }],
    ['judges none', emergency(), ANN, review],
    ['closes nothing out', ended(), OLA, closeOut()],
    ['accepts no closeout', closed(), ANN, { type: 'accept_closeout' }],
    ['contests none', closed(), ANN, contest],
    ['hands nothing over', active(), OLA, { type: 'offer_ownership', to: OTTO }],
    [
      'takes nothing over',
      active().given(OLA, { type: 'offer_ownership', to: OTTO }),
      OTTO,
      { type: 'accept_ownership' },
    ],
    ['consents to nothing', consented, CARL, approve()],
    ['cancels no customer’s request', story().given(carl, ask()), CARL, cancel],
    ['asks for no help as the customer', story(), CARL, ask()],
  ];

  it.each(trials)('%s', (_, told, user, command) => {
    const rightful = user === CARL ? carl : user;
    expect(told.when(rightful, command).refusal).toBeNull();
    const { events, refusal } = told.when(namesake(user), command);
    expect(events).toEqual([]);
    expect(['actor_not_able', 'not_allowed']).toContain(refusal?.reason);
  });

  it.each(trials.filter(([, , user]) => user !== CARL))(
    '%s, even where Slack calls them a member',
    (_, told, user, command) => {
      const other = userElsewhere(user, 'TEVIL');
      const before = told.in({ standing: { [other]: 'member' } });
      before.when(namesake(user), command).thenRefused({ reason: 'actor_not_able', standing: 'external' });
    },
  );

  it('is a stranger, too, whom one of ours shares the id of a contact with', () => {
    const theirs = story().given(carl, ask());
    theirs.when('UCARL', cancel).thenRefused({ reason: 'not_allowed', needs: 'requester' });
    consented.when('UCARL', approve()).thenRefused({ reason: 'not_allowed', needs: 'approver' });
  });

  it('sets nobody away', () => {
    const command = {
      type: 'set_absence',
      approver: ANN,
      from: T0,
      until: T0 + HOUR,
      delegate: OTTO,
    } as const;
    const by = (actor: ReturnType<typeof namesake>) =>
      decideGlobal(command, { actor, world: worldOf(), now: T0, gap: null, lately: NOTHING_LATELY });
    for (const user of [ANN, ADA])
      expect(by(namesake(user))).toEqual({
        events: [],
        refusal: { reason: 'actor_not_able', standing: 'external' },
      });
  });

  it('can say that a session was not expected, as anybody can who sees it, and stops nothing by it', () => {
    active()
      .when(namesake(ADA), { type: 'report_unexpected' })
      .thenHappens({ type: 'session.reported', by: 'UADA@TEVIL', standing: false });
  });
});
