import type { ModalView } from '@slack/types';
import { longestExtension } from '../../access/extending.ts';
import { isAboutWho, permits } from '../../access/permits.ts';
import { findScope } from '../../access/policy.ts';
import type { Active } from '../../access/state.ts';
import { seatsOf } from '../../access/state.ts';
import { parseDuration, lasting } from '../../wording/durations.ts';
import { section } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { placeOf } from '../messages/card.ts';
import type { ActionCall, Answered, SlackContext, Slice } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { actorOf, NOT_READ, put, sayRefusal } from '../context.ts';
import { form, notRead, submitForm, textField } from '../interactions/forms.ts';
import type { Caller } from '../api/payload.ts';
import { readInputs } from '../api/payload.ts';
import { seenBy } from '../interactions/visibility.ts';
import { pick } from '../interactions/pick.ts';
import { refusalWords, whatHappened, oneLine, people, quote, when, who } from '../messages/words.ts';
import { readYes, yesValue } from '../messages/more-time-buttons.ts';

/** More time: asked for by the grantee, decided by everybody whom the request needed. Until then the old end stands. */

const MODAL = {
  ask: 'tsa_extend_form',
  no: 'tsa_extend_no_form',
  highRisk: 'tsa_extend_high_risk',
} as const;
const BLOCK = { duration: 'duration', reason: 'reason', typed: 'typed' } as const;

export function extendSession(context: SlackContext): Slice {
  return {
    actions: {
      [ACTION.extend]: (call) => openAsk(context, parseNo(call.value), call),
      [ACTION.extendYes]: (call) => approve(context, call),
      [ACTION.extendNo]: (call) =>
        open(context, parseNo(call.value), call, 'everybody', (no, state) => ({ view: denyForm(no, state) })),
    },
    commands: {
      extend: async (call) => {
        const picked = await pick(context, call, 'extend', {
          parts: ['grantee'],
          phases: ['active'],
          none: 'You have no session that is running now.',
        });
        return !('no' in picked) ? picked : openAsk(context, picked.no, call);
      },
    },
    submissions: {
      [MODAL.ask]: (call) => {
        const read = readInputs(call.view);
        const command = {
          type: 'ask_extension',
          durationMs: parseDuration(read(BLOCK.duration)) ?? NaN,
          reason: read(BLOCK.reason),
        } as const;
        return submitForm(context, call, command, ({ field }) =>
          field === 'duration' ? BLOCK.duration : BLOCK.reason,
        );
      },
      [MODAL.no]: (call) =>
        submitForm(
          context,
          call,
          { type: 'deny_extension', reason: readInputs(call.view)(BLOCK.reason) },
          () => BLOCK.reason,
        ),
      [MODAL.highRisk]: (call) => {
        const yes = readYes(call.view.private_metadata);
        if (yes === null) return Promise.resolve(notRead());
        const typedTenantId = readInputs(call.view)(BLOCK.typed);
        const command = { type: 'approve_extension', version: yes.version, typedTenantId } as const;
        return submitForm(context, call, command, () => BLOCK.typed, yes.no);
      },
    },
  };
}

/** Opens something about a session that runs; where it runs no more, says what happened. */
async function open(
  context: SlackContext,
  no: number | null,
  { caller }: { caller: Caller },
  whose: 'ours' | 'everybody',
  draw: (no: number, state: Active) => Answered,
): Promise<Answered> {
  if (no === null) return NOT_READ;
  const seen = await seenBy(context, caller.userId, no, whose);
  if ('say' in seen) return seen;
  const { state } = seen;
  if (state.phase === 'active') return draw(no, state);
  return { say: { text: `Nothing was changed: ${whatHappened(tsa(no), state)}` } };
}

/** The form, unless it could only be refused. */
function openAsk(context: SlackContext, no: number | null, call: { caller: Caller }): Promise<Answered> {
  return open(context, no, call, 'ours', (of, state) => {
    const moment = {
      actor: actorOf(call.caller),
      world: context.directory.known(),
      now: context.clock.now(),
    };
    const refusal = permits('ask_extension', state, moment);
    // Whether it is theirs to ask is looked at when they do.
    return refusal === null || isAboutWho(refusal)
      ? { view: askForm(context, of, state) }
      : { say: { text: refusalWords(refusal, of, state) } };
  });
}

/** High risk is typed, not clicked, by our people. Whether this person may is judged when they submit, like everything else. */
async function approve(context: SlackContext, call: ActionCall): Promise<Answered> {
  const yes = readYes(call.value);
  if (yes === null) return NOT_READ;
  const seen = await seenBy(context, call.caller.userId, yes.no, 'everybody');
  const typed =
    'state' in seen &&
    seen.audience === 'ours' &&
    seen.state.phase === 'active' &&
    seen.state.extension?.highRisk === true;
  if (typed)
    return open(context, yes.no, call, 'ours', (no, state) => ({
      view: highRiskForm(no, yes.version, state),
    }));
  const command = { type: 'approve_extension', version: yes.version, typedTenantId: null } as const;
  return sayRefusal(await put(context, command, yes.no, call));
}

function askForm(context: SlackContext, no: number, state: Active): ModalView {
  const { policy } = context;
  const scope = findScope(policy, state.grant.ask.scope.id);
  const tenant = policy.tenants.get(state.tenant.id);
  const longest =
    scope === undefined || tenant === undefined
      ? state.terms.extensionMs
      : longestExtension(state, scope, tenant, policy).ms;
  const deciders = people(seatsOf(state).map(({ holder }) => holder));
  return form(MODAL.ask, no, 'Ask for more time', 'Ask', [
    section(
      `*${tsa(no)}*, ${placeOf(state)}. It ends ${when(state.session.expiresAt)}; that stands until all whom the request needed say yes to more: ${deciders}.`,
    ),
    textField(BLOCK.duration, 'How much more', {
      long: false,
      placeholder: 'Such as 30m or 1h',
      hint: `At most ${lasting(longest)}.`,
    }),
    textField(BLOCK.reason, 'Why is it not enough?', {
      hint: 'Whoever decides reads this, and so does whoever reviews it later.',
    }),
  ]);
}

function highRiskForm(no: number, version: number, state: Active): ModalView {
  const { grantee, scope } = state.grant.ask;
  const asked = state.extension;
  const words =
    asked === null
      ? ''
      : ` for ${lasting(asked.durationMs)} more, until ${when(asked.newExpiresAt)}:\n${quote(asked.reason, 2_000)}`;
  const view = form(MODAL.highRisk, no, 'More time, high risk', 'Give the time', [
    section(`*${tsa(no)}* leaves ${who(grantee)} *${oneLine(scope.name)}* in ${placeOf(state)}${words}`),
    section(`:warning: It allows: ${oneLine(scope.allows)}`),
    textField(BLOCK.typed, `Type the tenant’s id to give the time: ${state.tenant.id}`, { long: false }),
  ]);
  return { ...view, private_metadata: yesValue(no, version) };
}

function denyForm(no: number, state: Active): ModalView {
  return form(MODAL.no, no, 'No more time', 'No more time', [
    section(`*${tsa(no)}*, ${placeOf(state)}: the end stays as it is.`),
    textField(BLOCK.reason, 'Why not? The grantee reads this'),
  ]);
}
