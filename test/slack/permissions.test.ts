import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Act, Way } from '../support/permission-acts.ts';
import { ACTS, SPECIAL } from '../support/permission-acts.ts';
import { CAST } from '../support/permission-states.ts';
import { Trial } from '../support/permission-trial.ts';
import type { Action, Kind, May } from '../support/permissions.ts';
import { ACTIONS, KINDS, may, withTable } from '../support/permissions.ts';

/** Exactly those whom the table lets may; everybody else is told why not, and nothing changes. */

describe('docs/permissions.md', () => {
  it('holds the table of who may do what, and no other: npm run permissions would write what is there', () => {
    const shown = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
    expect(withTable(shown)).toBe(shown);
  });

  it('would be written anew where it is stale', () => {
    expect(withTable('<!-- permissions -->\n\n| no |\n\n<!-- /permissions -->')).toContain('| requester');
  });
});

/** Who acts as that kind here: an emergency's grantee is whoever declared it. */
function actorOf({ emergency }: Act, kind: Kind): string {
  return emergency === true && kind === 'grantee' ? CAST.requester : CAST[kind];
}

/** People of another workspace, to whom Slack offers no commands of ours, and what it says when they type one. */
const OUTSIDE: ReadonlySet<Kind> = new Set(['contact', 'external']);
const NO_COMMAND = '/tsa is not a valid command.';

/** A contact has the buttons. */
function waysOf({ ways }: Act, kind: Kind, allowed: May): readonly Way[] {
  const buttons = ways.filter((way) => way.button !== undefined);
  return kind === 'contact' && allowed === 'yes' ? buttons : ways;
}

interface Pair {
  readonly action: Action;
  readonly kind: Kind;
}

/** Tries all these in all ways: everything is made ready first, then everybody tries at once, each one thing at a time. */
async function tryAll(
  trial: Trial,
  act: Act,
  kinds: readonly Kind[],
  allowed: (kind: Kind) => May,
): Promise<void> {
  const cases = await Promise.all(
    kinds.flatMap((kind) =>
      waysOf(act, kind, allowed(kind)).map(async (way) => ({ kind, way, ...(await trial.given(act, kind)) })),
    ),
  );
  if (act.afterMs !== undefined) await trial.testApp.later(act.afterMs);
  const lanes = Map.groupBy(cases, ({ kind }) => actorOf(act, kind));
  await Promise.all(
    [...lanes].map(async ([actor, mine]) => {
      for (const { kind, way, no, tenantId } of mine) {
        const version = trial.version(no);
        const tried = await trial.try(actor, way, no, tenantId);
        const what = `${kind} by ${way.button ?? 'command'}: ${JSON.stringify(tried)}`;
        // A form that they send all the same is refused like anybody's.
        if (OUTSIDE.has(kind) && tried.words === NO_COMMAND) {
          expect(tried, what).toMatchObject({ opened: false, facts: [], refused: [] });
          continue;
        }
        isRight(allowed(kind), actor, way, tried, what);
        if (may('show', kind) === 'no') expect(tried.words, what).not.toMatch(/Case \d+ Ltd/);
        if (allowed(kind) === 'no') expect(trial.version(no), what).toBe(version);
      }
    }),
  );
}

function isRight(
  allowed: May,
  actor: string,
  { handled, form, sees }: Way,
  { words, opened, facts, refused }: Awaited<ReturnType<Trial['try']>>,
  what: string,
): void {
  expect(words, what).not.toMatch(/did not respond|failed with|Something went wrong|trouble connecting/);
  if (handled === undefined) {
    expect(sees?.test(words), what).toBe(allowed === 'yes');
    expect(words, what).not.toBe('');
    expect([facts, refused], what).toEqual([[], []]);
    return;
  }
  const [command, fact] = handled;
  if (allowed === 'no') {
    expect(facts, what).toEqual([]);
    expect(words, what).toMatch(/[a-z]{2,} [a-z]/);
    expect(refused, what).toEqual([expect.stringMatching(new RegExp(`^${command} (?!invalid|wrong_phase)`))]);
    return;
  }
  expect(refused, what).toEqual([]);
  expect(facts, what).toContain(`${fact} by ${actor}`);
  if (allowed === 'passed on') {
    expect(facts, what).toHaveLength(1);
    expect(words, what).toMatch(/its approver and the security channel were told/);
  } else if (fact === 'session.reported') expect(facts, what).toContain(`session.ended by ${actor}`);
  if (form !== undefined) expect(opened, what).toBe(true);
}

describe('over Socket Mode', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await Trial.open('socket');
  });
  afterAll(() => trial.close());

  it.each(ACTIONS)('%s: those may whom the table lets, and all others are refused in words', (action) =>
    tryAll(trial, ACTS[action], KINDS, (kind) => may(action, kind)),
  );

  it.each(Object.entries(SPECIAL))('%s: only those may who decide about it', (_, { act, may: yes }) =>
    tryAll(trial, act, KINDS, (kind) => (yes.includes(kind) ? 'yes' : 'no')),
  );

  it('nobody takes over what somebody else was asked to take over', async () => {
    const act = ACTS['take over, when asked to'];
    const [way] = act.ways;
    if (way === undefined) throw new Error('there is no way');
    await Promise.all(
      KINDS.filter((kind) => kind !== 'bystander').map(async (kind) => {
        const { no, tenantId } = await trial.given(act, 'bystander');
        const tried = await trial.try(CAST[kind], way, no, tenantId);
        isRight('no', CAST[kind], way, tried, kind);
      }),
    );
  });
});

describe('over HTTP', () => {
  it('thirty pairs from all over the table end alike', async () => {
    const all: readonly Pair[] = ACTIONS.flatMap((action) => KINDS.map((kind) => ({ action, kind })));
    const sample = all.filter((_, i) => i % 11 === 3).slice(0, 30);
    const trial = await Trial.open('http');
    try {
      for (const [action, pairs] of Map.groupBy(sample, (pair) => pair.action))
        await tryAll(
          trial,
          ACTS[action],
          pairs.map(({ kind }) => kind),
          (kind) => may(action, kind),
        );
    } finally {
      await trial.close();
    }
    expect(sample).toHaveLength(30);
  });
});
