import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { administers } from '../../access/people.ts';
import type { UserId } from '../../access/policy.ts';
import { mayPass } from '../../access/refusal.ts';
import { isListed, overlooks } from '../../access/reading.ts';
import { tidyAt } from '../../notifications/tidy.ts';
import { plain, section } from '../messages/blocks.ts';
import type { ActionCall, SlackContext, Slice, SubmitCall, Submitted } from '../context.ts';
import { putGlobal } from '../context.ts';
import { again, personField, said } from '../interactions/forms.ts';
import { readInputs } from '../api/payload.ts';
import { refusalWords } from '../messages/words.ts';
import { sharedQueue, waitingFor } from '../interactions/queue.ts';
import { createTurns } from '../interactions/turns.ts';
import type { HomeChoice, HomeFacts } from './view.ts';
import { HOME_ACTION, homeView, SHARED_SHOWN } from './view.ts';
import { directMessage } from '../../access/ids.ts';

/** The Home tab: published when it is opened, and again when something of that person's changes. */
export interface Home {
  readonly slice: Slice;
  /** Somebody looks at their Home. */
  opened(user: UserId): Promise<void>;
  /** Something of theirs changed: whoever looked at their Home lately sees it. */
  refresh(user: UserId): Promise<void>;
}

const AWAY_MODAL = 'tsa_away_form';
const BLOCK = { until: 'until', delegate: 'delegate', whom: 'whom' } as const;
/** Homes that were opened longer ago are redrawn when they are opened again. */
const WATCHED_MS = 60 * 60_000;
const LATEST = 5;
/** A request that came to nothing stays on Home this long, to be filed again. */
const LATELY_MS = 14 * 24 * 60 * 60_000;
const FIRST: HomeChoice = { environment: 'all', activePage: 0, requestsPage: 0 };
const choiceForm = z.object({
  environment: z.string(),
  activePage: z.int().min(0),
  requestsPage: z.int().min(0),
});

export function createHome(context: SlackContext): Home {
  const watched = new Map<UserId, { at: number; choice: HomeChoice }>();

  const turns = createTurns<{ readonly published: Promise<unknown> }>(context.clock, { rest: 0 });

  async function draw(user: UserId): Promise<{ readonly published: Promise<unknown> }> {
    const facts = await readFacts(context, user);
    const view = homeView(context, facts, watched.get(user)?.choice ?? FIRST);
    // Slack is not waited for while others wait for their turn.
    return { published: context.client.views.publish({ user_id: user, view }) };
  }

  async function publish(user: UserId, choice: HomeChoice): Promise<void> {
    watched.set(user, { at: context.clock.now(), choice });
    const { published } = await turns.take(user, () => draw(user));
    await published;
  }

  const chosen = ({ view }: ActionCall): HomeChoice => {
    const parsed = choiceForm.safeParse(view === null ? null : safeJson(view.private_metadata));
    return parsed.success ? parsed.data : FIRST;
  };
  const turn = (call: ActionCall): Promise<{ after: () => Promise<void> }> => {
    const [what, page] = call.value.split(':');
    const number = Math.max(0, Number.parseInt(page ?? '0', 10) || 0);
    const choice = {
      ...chosen(call),
      ...(what === 'active' ? { activePage: number } : { requestsPage: number }),
    };
    return Promise.resolve({ after: () => publish(call.caller.userId, choice) });
  };

  return {
    opened: (user) => publish(user, FIRST),
    async refresh(user) {
      const watch = watched.get(user);
      if (watch === undefined) return;
      if (context.clock.now() - watch.at > WATCHED_MS) watched.delete(user);
      else await publish(user, watch.choice);
    },
    slice: {
      actions: {
        [`${HOME_ACTION.page}_back_active`]: turn,
        [`${HOME_ACTION.page}_more_active`]: turn,
        [`${HOME_ACTION.page}_back_requests`]: turn,
        [`${HOME_ACTION.page}_more_requests`]: turn,
        [HOME_ACTION.environment]: (call) =>
          Promise.resolve({
            after: () =>
              publish(call.caller.userId, { ...chosen(call), environment: call.value, activePage: 0 }),
          }),
        [HOME_ACTION.away]: ({ caller }) => Promise.resolve({ view: awayForm(context, caller.userId) }),
        [HOME_ACTION.back]: async (call) => {
          const { caller } = call;
          const command = { type: 'clear_absence', approver: caller.userId } as const;
          const stoodIn = await standInOf(context, caller.userId);
          const refusal = await putGlobal(context, command, call);
          if (refusal !== null) return { say: { text: refusalWords(refusal, null, null) } };
          await tellStandIns(context, caller.userId, stoodIn, null);
          return { after: () => publish(caller.userId, chosen(call)) };
        },
      },
      submissions: { [AWAY_MODAL]: (call) => goAway(context, call, publish) },
    },
  };
}

async function goAway(
  context: SlackContext,
  call: SubmitCall,
  publish: (user: UserId, choice: HomeChoice) => Promise<void>,
): Promise<Submitted> {
  const { caller, view } = call;
  const read = readInputs(view);
  const delegate = read(BLOCK.delegate);
  const now = context.clock.now();
  const approver = read(BLOCK.whom) === '' ? caller.userId : read(BLOCK.whom);
  const stoodIn = await standInOf(context, approver);
  const command = {
    type: 'set_absence',
    approver,
    from: now,
    until: Number(read(BLOCK.until)) * 1_000,
    delegate,
  } as const;
  const refusal = await putGlobal(context, command, call);
  if (refusal?.reason === 'absence_not_possible') {
    const block = refusal.why === 'past' || refusal.why === 'too_long' ? BLOCK.until : BLOCK.delegate;
    return { kind: 'errors', errors: { [block]: refusalWords(refusal, null, null) } };
  }
  if (refusal !== null) {
    const words = refusalWords(refusal, null, null);
    const later = mayPass(refusal);
    return { kind: 'show', view: later ? again(view, words) : said(words) };
  }
  await tellStandIns(context, approver, stoodIn, delegate);
  publish(caller.userId, FIRST).catch((error: unknown) => {
    context.log.warn({ error }, 'a Home could not be drawn');
  });
  return { kind: 'close' };
}

async function standInOf(context: SlackContext, approver: UserId): Promise<UserId | undefined> {
  return (await context.views.absences(context.clock.now())).get(approver)?.delegate;
}

/** What is waiting already moves to whoever answers now, away from whoever did before. */
async function tellStandIns(
  context: SlackContext,
  approver: UserId,
  before: UserId | undefined,
  now: UserId | null,
): Promise<void> {
  // From now on the absence is known.
  await context.directory.recent([]);
  const at = context.clock.now();
  const waiting = await context.views.waitingFor(approver);
  await context.handler.owe(
    'stand_in',
    waiting.flatMap(({ no }) => [
      ...(now === null
        ? []
        : [
            {
              key: `card:${no}:away:${at}:${directMessage(now)}`,
              destination: directMessage(now),
              message: { kind: 'card', no } as const,
            },
          ]),
      ...(before === undefined || before === now ? [] : [tidyAt(no, `away:${at}`, directMessage(before))]),
    ]),
  );
}

function awayForm(context: SlackContext, me: UserId): ModalView {
  return {
    type: 'modal',
    callback_id: AWAY_MODAL,
    title: plain('Away'),
    submit: plain('Set'),
    close: plain('Not now'),
    blocks: [
      section(
        'While you are away, what waits for your decision is asked of somebody else. It goes for what waits already, too.',
      ),
      {
        type: 'input',
        block_id: BLOCK.until,
        label: plain('Until'),
        element: {
          type: 'datetimepicker',
          action_id: 'tsa_in_until',
          initial_date_time: Math.floor(context.clock.now() / 1_000) + 86_400,
        },
      },
      personField(
        BLOCK.delegate,
        'Who answers for you?',
        'They need the right to decide themselves: being asked gives nobody more of it.',
      ),
      ...(administers(context.directory.known(), me)
        ? [personField(BLOCK.whom, 'Who is away?', 'Leave it empty for yourself.', true)]
        : []),
    ],
  };
}

async function readFacts(context: SlackContext, me: UserId): Promise<HomeFacts> {
  await context.directory.learn([me]);
  const { views } = context;
  const now = context.clock.now();
  const absences = await views.absences(now);
  const waiting = await waitingFor(context, me);
  const inside = isListed(context.directory.known(), me);
  const active = inside ? await views.activeSessions() : [];
  const closeouts = [
    ...(await views.byPerson('owner', me, ['ended'])),
    ...(await views.byPerson('grantee', me, ['ended'])),
  ];
  return {
    me,
    waiting,
    shared: inside ? await sharedQueue(context, me, waiting, SHARED_SHOWN) : null,
    sessions: await views.byPerson('grantee', me, ['approved', 'active']),
    requests: [
      ...(await views.byPerson('requester', me, [
        'pending',
        'unclaimed',
        'unconfirmed',
        'approved',
        'active',
      ])),
      ...(await views.letDown(me, now - LATELY_MS)),
    ],
    closeouts: [...unique(closeouts)].sort((a, b) => b.no - a.no),
    active,
    notClosed: inside ? await context.notClosed() : [],
    latest: overlooks(context.directory.known(), me) ? await context.views.latest(LATEST) : null,
    absence: absences.get(me),
    gap: await views.gap(),
  };
}

function unique<T extends { readonly no: number }>(list: readonly T[]): readonly T[] {
  return [...new Map(list.map((one) => [one.no, one])).values()];
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
