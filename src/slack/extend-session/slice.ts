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
import { actorOf, NOT_READ } from '../context.ts';
import { form, notRead, submitForm, textField } from '../interactions/forms.ts';
import type { Caller } from '../api/payload.ts';
import { readInputs } from '../api/payload.ts';
import { attempt, openForm } from '../interactions/one-request.ts';
import { seenBy } from '../interactions/visibility.ts';
import type { Own } from '../interactions/prompts.ts';
import { pick } from '../interactions/prompts.ts';
import { refusalWords, oneLine, people, quote, when, who } from '../messages/words.ts';
import { readYes, yesValue } from '../messages/yes-value.ts';

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
        openForm(context, parseNo(call.value), call, 'deny_extension', denyForm, { whose: 'everybody' }),
    },
    commands: {
      extend: (call) => pick(context, call, 'extend', TO_EXTEND, (no) => openAsk(context, no, call)),
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

const TO_EXTEND: Own = {
  parts: ['grantee'],
  phases: ['active'],
  none: 'You have no session that is running now.',
};

/** The form, unless it could only be refused. */
function openAsk(
  context: SlackContext,
  no: number | null,
  call: { readonly caller: Caller },
): Promise<Answered> {
  return openForm(context, no, call, 'ask_extension', (of, state) => {
    const moment = {
      actor: actorOf(call.caller),
      world: context.directory.known(),
      now: context.clock.now(),
    };
    const refusal = permits('ask_extension', state, moment);
    // Whether they are the one to ask is judged when they do.
    return refusal === null || isAboutWho(refusal)
      ? askForm(context, of, state)
      : refusalWords(refusal, of, state);
  });
}

/** High risk is typed, not clicked, by our people. Whether this person may is judged when they submit, like everything else. */
async function approve(context: SlackContext, call: ActionCall): Promise<Answered> {
  const yes = readYes(call.value);
  if (yes === null) return NOT_READ;
  const about = (await context.views.record(yes.no)) ?? yes.no;
  const seen = await seenBy(context, call.caller.userId, about, 'everybody');
  const typed =
    'state' in seen &&
    seen.audience === 'ours' &&
    seen.state.phase === 'active' &&
    seen.state.extension?.highRisk === true;
  if (typed)
    return openForm(context, about, call, 'approve_extension', (no, state) =>
      highRiskForm(no, yes.version, state),
    );
  return attempt(context, about, call, {
    type: 'approve_extension',
    version: yes.version,
    typedTenantId: null,
  });
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
