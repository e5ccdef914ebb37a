import type { RequestCommand } from './command.ts';
import type { Context, Decision, Moment } from './decision.ts';
import { accept, invalid } from './decision.ts';
import { NOTES_MAX } from './limits.ts';
import { actorName } from './people.ts';
import type { Refusal } from './refusal.ts';
import { ableActor } from './standing.ts';
import type { Active } from './state.ts';
import { textProblems } from './text.ts';

/** Notes while a session goes on: nobody is told of them; they are shown where it is closed out. */

/** Owner or grantee. */
export function mayTakeNote(state: Active, moment: Moment): Refusal | null {
  const able = ableActor(moment);
  if (able !== null) return able;
  const by = actorName(moment.actor);
  if (by !== state.owner && by !== state.grant.ask.grantee) return { reason: 'not_allowed', needs: 'owner' };
  return state.session.notes.length >= NOTES_MAX ? { reason: 'too_many_notes', max: NOTES_MAX } : null;
}

/** Written down as it was typed. */
export function takeNote(
  _: Active,
  { text }: Extract<RequestCommand, { type: 'take_note' }>,
  { actor }: Context,
): Decision {
  const problems = textProblems('note', text, { required: true, line: false });
  return problems.length > 0
    ? invalid(problems)
    : accept({ type: 'note.taken', by: actorName(actor), text: text.trim() });
}
