import type { ModalView } from '@slack/types';
import type { DeclareEmergency } from '../../access/command.ts';
import { needsSecondPerson } from '../../access/emergency.ts';
import { filingRefused } from '../../access/offers.ts';
import { eligibleApprovers, isGroup, peopleOf } from '../../access/people.ts';
import { isListed } from '../../access/reading.ts';
import type { FieldProblem } from '../../access/refusal.ts';
import { parseDuration, lasting } from '../../wording/durations.ts';
import { OPTIONS_MAX, plain, section } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { placeOf } from '../messages/card.ts';
import type { Caller } from '../api/payload.ts';
import type { Answered, ActionCall, SlackContext, Say, Slice, SubmitCall, Submitted } from '../context.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';
import { momentOf, put } from '../context.ts';
import {
  allowedField,
  choice,
  choiceField,
  form,
  offLimitsField,
  refusedForm,
  said,
  submitForm,
  textField,
} from '../interactions/forms.ts';
import { readInputs } from '../api/payload.ts';
import { people, when, who } from '../messages/words.ts';
import { suggestTenants, tenantOption } from '../interactions/tenant-select.ts';
import { attempt, openForm } from '../interactions/one-request.ts';
import { because } from '../../wording/speaker.ts';
import { unfinishedWords } from '../../wording/emergencies.ts';
import { reviewOf } from '../../access/state.ts';

/** Break-glass: declared here, confirmed by a second person where the policy says so, judged afterwards. */

const DECLARE_MODAL = 'tsa_emergency_form';
const JUDGE_MODAL = 'tsa_review_form';
const BLOCK = {
  tenant: 'tenant',
  scope: 'scope',
  allowed: 'allowed',
  offLimits: 'off_limits',
  reason: 'reason',
  case: 'case',
  duration: 'duration',
  reviewer: 'reviewer',
  note: 'note',
  roles: 'roles',
} as const;

export function emergency(context: SlackContext): Slice {
  return {
    commands: {
      emergency: async ({ caller, rest }) => {
        const refusal = filingRefused('declare_emergency', null, momentOf(context, caller));
        if (refusal?.reason === 'not_allowed') return { say: notListed(context, caller) };
        const found = rest === '' ? [] : context.tenants.search(rest, 2);
        const only = context.policy.tenants.get(rest) ?? (found.length === 1 ? found[0] : undefined);
        const unfinished = await context.views.openEmergencies(caller.userId);
        return { view: declareForm(context, caller, only?.id ?? '', unfinished) };
      },
    },
    actions: {
      [ACTION.confirmEmergency]: (call) =>
        attempt(context, parseNo(call.value), call, { type: 'confirm_emergency' }),
      [ACTION.justified]: (call) => judge(context, call, true),
      [ACTION.notJustified]: (call) => judge(context, call, false),
    },
    suggestions: {
      tsa_in_emergency_tenant: (call) => suggestTenants(context, call),
      tsa_in_emergency_reviewer: async ({ caller, typed, view }) => {
        const read = view === null ? () => '' : readInputs(view);
        const possible = reviewersFor(context, read(BLOCK.scope), read(BLOCK.tenant), caller.userId);
        await context.directory.learn(possible.slice(0, OPTIONS_MAX));
        return possible
          .map((user) => choice(user, context.directory.profile(user)?.name ?? user))
          .filter((option) => option.text.text.toLowerCase().includes(typed.trim().toLowerCase()))
          .slice(0, OPTIONS_MAX);
      },
    },
    submissions: {
      [DECLARE_MODAL]: (call) => declare(context, call),
      [`${JUDGE_MODAL}_yes`]: (call) => note(context, call, true),
      [`${JUDGE_MODAL}_no`]: (call) => note(context, call, false),
    },
  };
}

/** Says so before they fill in a form, and whom to turn to instead. */
function notListed(context: SlackContext, { userId }: Caller): Say {
  const world = context.directory.known();
  const named = world.policy.emergency.people.filter((one) => !isGroup(one));
  const whom = isListed(world, userId) && named.length > 0 ? `: ${people(named.slice(0, 10))}` : '';
  return {
    text: `Emergencies are for the people whom the policy lists for them${whom}. Anybody else asks with \`/tsa request\`.`,
  };
}

function reviewersFor(
  context: SlackContext,
  scopeId: string,
  tenantId: string,
  me: string,
): readonly string[] {
  const world = context.directory.known();
  const admins = peopleOf(world.people, context.policy.admins).filter((user) => user !== me);
  return [...new Set([...eligibleApprovers(world, scopeId, tenantId, [me]), ...admins])];
}

function declareForm(
  context: SlackContext,
  caller: Caller,
  tenantId: string,
  unfinished: readonly number[],
): ModalView {
  const { emergency: rules, scopes, tenants } = context.policy;
  const tenant = tenants.get(tenantId);
  const starts = needsSecondPerson(context.policy, unfinished)
    ? `It starts as soon as a second listed person confirms it, within ${lasting(rules.confirmWithinMs)}${because(unfinishedWords(unfinished, 'yours'))}.`
    : 'It starts now, before anybody approves.';
  return {
    type: 'modal',
    callback_id: DECLARE_MODAL,
    title: plain('Emergency access'),
    submit: plain('Declare emergency'),
    close: plain('Not now'),
    blocks: [
      section(
        `:rotating_light: *${starts}* Everybody is told at once, with your name (${who(caller.userId)}), and you owe a review within ${lasting(rules.reviewWithinMs)}. It cannot be extended.`,
      ),
      {
        type: 'input',
        block_id: BLOCK.tenant,
        label: plain('Tenant'),
        element: {
          type: 'external_select',
          action_id: 'tsa_in_emergency_tenant',
          min_query_length: 0,
          ...(tenant === undefined ? {} : { initial_option: tenantOption(tenant) }),
        },
      },
      choiceField(
        BLOCK.scope,
        'Scope',
        scopes.map((scope) => choice(scope.id, scope.name)),
        { hint: 'Least first: choose the first that is enough.' },
      ),
      allowedField(BLOCK.allowed),
      offLimitsField(BLOCK.offLimits),
      textField(BLOCK.reason, 'What is the emergency?'),
      textField(BLOCK.case, 'Case', { long: false, optional: true, placeholder: 'Incident link or number' }),
      textField(BLOCK.duration, 'For how long', {
        long: false,
        initial: lasting(rules.maxDurationMs),
        hint: `At most ${lasting(rules.maxDurationMs)}.`,
      }),
      {
        type: 'input',
        block_id: BLOCK.reviewer,
        label: plain('Who reviews it afterwards'),
        element: { type: 'external_select', action_id: 'tsa_in_emergency_reviewer', min_query_length: 0 },
      },
      textField(BLOCK.roles, 'Extra roles or groups', {
        optional: true,
        hint: 'One a line. At the closeout each is checked to be gone.',
      }),
    ],
  };
}

async function declare(context: SlackContext, call: SubmitCall): Promise<Submitted> {
  const { caller, view } = call;
  const read = readInputs(view);
  const command: DeclareEmergency = {
    type: 'declare_emergency',
    tenantId: read(BLOCK.tenant),
    scopeId: read(BLOCK.scope),
    owner: caller.userId,
    reviewer: read(BLOCK.reviewer),
    allowedActions: read(BLOCK.allowed),
    offLimits: read(BLOCK.offLimits),
    reason: read(BLOCK.reason),
    caseRef: read(BLOCK.case),
    durationMs: parseDuration(read(BLOCK.duration)) ?? NaN,
    roles: read(BLOCK.roles)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  };
  const outcome = await put(context, command, null, call);
  const refused = refusedForm(view, outcome, blockOf, { title: 'Emergency access' });
  if (refused !== null) return refused;
  const { requestNo, state } = outcome;
  const no = tsa(requestNo ?? 0);
  const words =
    state?.phase === 'active'
      ? `:rotating_light: *${no} is running*, until ${when(state.session.expiresAt)}. Everybody was told. End it as soon as you can with \`/tsa end\`.`
      : `:rotating_light: *${no} waits for a second person*${because(unfinishedWords(state === null ? [] : (reviewOf(state)?.unfinished ?? []), 'yours'))}. Somebody else whom the policy lists for emergencies must press *Confirm the emergency* in the alert channel; nobody is in until then.`;
  return { kind: 'show', view: said(words, 'Emergency access') };
}

function blockOf({ field }: FieldProblem): string {
  const blocks: Partial<Record<FieldProblem['field'], string>> = {
    tenant: BLOCK.tenant,
    scope: BLOCK.scope,
    allowedActions: BLOCK.allowed,
    offLimits: BLOCK.offLimits,
    reason: BLOCK.reason,
    caseRef: BLOCK.case,
    duration: BLOCK.duration,
    reviewer: BLOCK.reviewer,
    roles: BLOCK.roles,
  };
  return blocks[field] ?? BLOCK.reason;
}

function judge(context: SlackContext, call: ActionCall, justified: boolean): Promise<Answered> {
  const word = justified ? 'Justified' : 'Not justified';
  return openForm(context, parseNo(call.value), call, 'review_emergency', (no, state) => {
    if (reviewOf(state)?.verdict !== null) return null;
    return form(`${JUDGE_MODAL}_${justified ? 'yes' : 'no'}`, no, word, word, [
      section(`:scales: *${tsa(no)}*: ${who(state.requester)} entered ${placeOf(state)} in an emergency.`),
      textField(BLOCK.note, 'Your note, for the record'),
    ]);
  });
}

function note(context: SlackContext, call: SubmitCall, justified: boolean): Promise<Submitted> {
  return submitForm(
    context,
    call,
    { type: 'review_emergency', justified, note: readInputs(call.view)(BLOCK.note) },
    () => BLOCK.note,
  );
}
