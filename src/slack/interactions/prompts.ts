import type { ModalView, PlainTextOption } from '@slack/types';
import type { Numbered } from '../../ledger/history.ts';
import type { OpenPhase } from '../../access/state.ts';
import { askOf } from '../../access/state.ts';
import { OPTIONS_MAX, plain } from '../messages/blocks.ts';
import type { Answered, CommandCall, Say, SlackContext, Slice, SubmitCall, Submitted } from '../context.ts';
import { choice, choiceField, notRead, personField, said } from './forms.ts';
import { readInputs, submissionKey } from '../api/payload.ts';
import { parseNo, tsa } from '../../wording/numbers.ts';

/** What a command needs and was not told is asked for in a modal; then the command runs with it. */

const MODAL = 'tsa_missing';
const BLOCK = { request: 'request', tenant: 'tenant', person: 'person' } as const;

/** Which of the caller's own requests a command may mean. */
export interface Own {
  readonly parts: readonly ('requester' | 'grantee' | 'owner')[];
  readonly phases: readonly OpenPhase[];
  /** Said where there is none. */
  readonly none: string;
}

/**
 * Goes on with the request that a command means: the one that it names, or the only one that it could be. Where it could
 * be several, they choose in a modal, and the command runs again.
 */
export async function pick(
  context: SlackContext,
  { caller, rest }: CommandCall,
  verb: string,
  { parts, phases, none }: Own,
  goOn: (no: number) => Promise<Answered>,
): Promise<Answered> {
  if (rest !== '') {
    const named = parseNo(rest);
    return named === null ? { say: { text: `Write it like \`/tsa ${verb} TSA-42\`.` } } : goOn(named);
  }
  const found = new Map<number, Numbered>();
  for (const part of parts)
    for (const one of await context.views.byPerson(part, caller.userId, phases)) found.set(one.no, one);
  const [only] = found.values();
  if (only === undefined) return { say: { text: none } };
  if (found.size === 1) return goOn(only.no);
  return {
    view: whichRequest(
      verb,
      [...found.values()].sort((a, b) => b.no - a.no),
    ),
  };
}

/** Which of these requests is meant. The verb is the command that runs with the answer. */
export function whichRequest(verb: string, candidates: readonly Numbered[]): ModalView {
  const options = candidates.slice(0, OPTIONS_MAX).map(({ no, state }): PlainTextOption => {
    const { name, environment } = state.tenant;
    return choice(
      String(no),
      `${tsa(no)} · ${askOf(state)?.scope.name ?? 'help'} · ${name} · ${environment}`,
    );
  });
  return ask(verb, [choiceField(BLOCK.request, 'Which one?', options)]);
}

/** Which tenant is meant, or (where that makes sense) which person. */
export function whichTenant(verb: string, orPerson: boolean): ModalView {
  return ask(verb, [
    {
      type: 'input',
      block_id: BLOCK.tenant,
      label: plain('Tenant'),
      optional: orPerson,
      element: {
        type: 'external_select',
        action_id: 'tsa_in_tenant',
        min_query_length: 0,
        placeholder: plain('Name, id, environment or region'),
      },
    },
    ...(orPerson ? [personField(BLOCK.person, 'Or a person', undefined, true)] : []),
  ]);
}

function ask(verb: string, blocks: ModalView['blocks']): ModalView {
  return {
    type: 'modal',
    callback_id: MODAL,
    private_metadata: verb,
    title: plain(`/tsa ${verb}`),
    submit: plain('Go on'),
    close: plain('Not now'),
    blocks,
  };
}

/** Runs the command of the modal with what was chosen in it, and shows there what it has to say. */
export function whatWasMissing(
  commands: ReadonlyMap<string, (call: CommandCall) => Promise<Answered>>,
): Slice {
  const run = async ({ caller, view }: SubmitCall): Promise<Submitted> => {
    const read = readInputs(view);
    const person = read(BLOCK.person);
    const rest = read(BLOCK.request) || read(BLOCK.tenant) || (person === '' ? '' : `<@${person}>`);
    if (rest === '') return { kind: 'errors', errors: { [BLOCK.tenant]: 'Choose a tenant, or a person.' } };
    const command = commands.get(view.private_metadata);
    if (command === undefined) return notRead();
    const call = { caller, rest, triggerId: '', delivery: submissionKey(view) };
    const { later, view: next, ...answered } = await command(call);
    if (next !== undefined) return { kind: 'show', view: next };
    const say = answered.say ?? (await later?.());
    return say === undefined ? { kind: 'close' } : { kind: 'show', view: shown(view.private_metadata, say) };
  };
  return { submissions: { [MODAL]: run } };
}

function shown(verb: string, { text, blocks }: Say): ModalView {
  const words = said(text, `/tsa ${verb}`);
  return blocks === undefined ? words : { ...words, blocks: [...blocks] };
}
