import type { Command } from '../../src/access/command.ts';
import type { Actor, World } from '../../src/access/people.ts';
import { decide } from '../../src/access/decide.ts';
import type { Refusal } from '../../src/access/refusal.ts';
import { NOTHING_RELATED } from '../../src/access/related-requests.ts';
import { rolesToCheck } from '../../src/access/closeout.ts';
import type { Access } from '../../src/access/state.ts';
import type { ACTION } from '../../src/slack/interactions/action-ids.ts';
import { readApproval, readYes } from '../../src/slack/messages/yes-value.ts';
import * as acts from './access-commands.ts';
import * as f from './access-fixtures.ts';

/** What pressing a button means, in commands with nothing wrong in them; where a form follows, in each sensible choice. */

type ActionId = (typeof ACTION)[keyof typeof ACTION];
type Press = (state: Access, value: string) => readonly Command[];

const PEOPLE = [f.DEB, f.DOT, f.ABE, f.ANN, f.OTTO, f.EMI];

const yesTo: Press = (state, value) => [
  { ...acts.approve(null, state.tenant.id), read: readApproval(value)?.read ?? 0 },
];

/** All but what is about no one request, or only looks. */
const PRESSES: Readonly<Record<Exclude<ActionId, 'tsa_show' | 'tsa_remove_orphan'>, Press>> = {
  tsa_approve: yesTo,
  tsa_approve_less: yesTo,
  tsa_deny: () => [acts.deny],
  tsa_ask: () => [{ type: 'ask_question', text: 'Since when?' }],
  tsa_answer: () => [{ type: 'answer_question', text: 'Since Monday.' }],
  tsa_replace: (state) =>
    (state.phase === 'pending' ? state.seats : []).flatMap(({ holder }) =>
      PEOPLE.map((to): Command => ({ type: 'replace_approver', from: holder, to })),
    ),
  tsa_accept: () => [acts.takeOn({ scopeId: 'read' })],
  tsa_start: () => [acts.start],
  tsa_end: () => [acts.end],
  tsa_edit: () => [acts.edit({ durationMs: 50 * f.MINUTE })],
  tsa_cancel: () => [acts.cancel],
  tsa_extend: () => [acts.extend(f.MINUTE)],
  tsa_extend_yes: (state, value) => {
    const version = readYes(value)?.version ?? 0;
    return [{ type: 'approve_extension', version, typedTenantId: state.tenant.id }];
  },
  tsa_extend_no: () => [{ type: 'deny_extension', reason: 'That is enough for today.' }],
  tsa_revoke: () => [acts.revoke],
  tsa_unexpected: () => [{ type: 'report_unexpected' }],
  tsa_note: () => [{ type: 'take_note', text: 'The importer was restarted twice.' }],
  tsa_close_out: (state) => {
    return [acts.closeOut({ removed: rolesToCheck(state).map(acts.gone) })];
  },
  tsa_closeout_yes: () => [{ type: 'accept_closeout' }],
  tsa_closeout_no: () => [acts.contest],
  tsa_confirm_emergency: () => [{ type: 'confirm_emergency' }],
  tsa_justified: () => [acts.review],
  tsa_not_justified: () => [{ ...acts.review, justified: false }],
  tsa_hand_over: () => PEOPLE.map((to): Command => ({ type: 'offer_ownership', to })),
  tsa_take_over: () => [{ type: 'accept_ownership' }],
  tsa_open_again: () => [{ type: 'open_again' }],
  tsa_removed_by_hand: () => [
    { type: 'close_by_hand', note: 'Looked at the list of users: nobody is left.' },
  ],
  tsa_file_again: () => [acts.file()],
};

/** The buttons about requests. */
export const BUTTONS: readonly string[] = Object.keys(PRESSES);

/**
 * Why pressing it comes to nothing for this person, for who they are or for the moment; `null` where it does something,
 * or where only what was typed, what goes on beside the request, or Slack's silence is in the way.
 */
export function pressed(
  action: string,
  value: string,
  state: Access,
  who: { readonly actor: Actor; readonly world: World; readonly now: number },
): Refusal | null {
  const press = Object.entries(PRESSES).find(([id]) => id === action)?.[1];
  if (press === undefined) throw new Error(`nobody knows what ${action} does`);
  const refusals = press(state, value).map((command) => refusedFor(command, state, who));
  return refusals.includes(null) ? null : (refusals[0] ?? { reason: 'wrong_phase', phase: state.phase });
}

/** The same for what a page or a mail asks. */
export function refusedFor(
  command: Command,
  state: Access,
  who: { readonly actor: Actor; readonly world: World; readonly now: number },
): Refusal | null {
  const before = command.type === 'file' ? null : state;
  const { events, refusal } = decide(command, before, { ...who, related: NOTHING_RELATED });
  if (refusal === null) return null;
  if (BESIDE.has(refusal.reason)) return null;
  // Whose yes holds no more is asked again.
  if (events.some(({ type }) => type === 'approval.asked_again')) return null;
  // What somebody else would be asked is typed; who takes over is who they are.
  const typed = refusal.reason === 'invalid' && command.type !== 'accept_ownership';
  return typed ? null : refusal;
}

/** What is in the way without being about who presses, and when. */
const BESIDE: ReadonlySet<Refusal['reason']> = new Set([
  'cannot_check',
  'overlap',
  'nobody_can_approve',
  'gap_not_confirmed',
]);
