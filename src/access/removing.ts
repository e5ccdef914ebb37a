import type { Context, Decision, Moment } from './decision.ts';
import { accept, invalid, refuse } from './decision.ts';
import type { RequestCommand } from './command.ts';
import { actorName, isAmong } from './people.ts';
import { begin } from './opening.ts';
import { lastAccess, unclosed } from './product-access.ts';
import type { Refusal } from './refusal.ts';
import { ableActor, personOf } from './standing.ts';
import type { Access, Active } from './state.ts';
import { askOf } from './state.ts';
import { textProblems } from './text.ts';
import { mustBe } from './work-order.ts';

/** What people do where a product does not: state that they removed an access by hand, or have it opened again. */

type Of<T extends RequestCommand['type']> = Extract<RequestCommand, { type: T }>;

/** The owner or an admin, while the product has not confirmed; where the scope is high risk, two of them. */
export function mayCloseByHand(state: Access, moment: Moment): Refusal | null {
  const able = ableActor(moment);
  if (able !== null) return able;
  const by = actorName(moment.actor);
  if (by !== state.owner) {
    const { people, policy } = moment.world;
    const admin = mustBe(isAmong(people, by, policy.admins), 'admin');
    if (admin !== null)
      return admin.reason === 'cannot_check' ? admin : { reason: 'not_allowed', needs: 'owner_or_admin' };
  }
  const left = unclosed(state);
  if (left.length === 0) return { reason: 'nothing_to_remove' };
  return left.every(({ is }) => is.byHand.some((word) => word.by === by))
    ? { reason: 'already_given', seat: by }
    : null;
}

/** Everything of this request that may still be open in a product is gone, on somebody’s word. */
export function closeByHand(state: Access, command: Of<'close_by_hand'>, context: Context): Decision {
  const by = actorName(context.actor);
  const problems = textProblems('note', command.note, { required: true, line: false });
  if (problems.length > 0) return invalid(problems);
  const note = command.note.trim();
  return accept(
    ...unclosed(state)
      .filter(({ is }) => !is.byHand.some((word) => word.by === by))
      .map(({ id }) => ({ type: 'access.closed_by_hand', access: id, by, note }) as const),
  );
}

/** How many people must say so. */
export function wordsNeeded(state: Access): 1 | 2 {
  return askOf(state)?.scope.highRisk === true ? 2 : 1;
}

/** The grantee, whose access the product has lost, or would not open again so far. */
export function mayOpenAgain(state: Active, moment: Moment): Refusal | null {
  const able = ableActor(moment);
  if (able !== null) return able;
  const { grantee } = state.grant.ask;
  if (personOf(moment.actor) !== grantee) return { reason: 'not_allowed', needs: 'grantee' };
  const kind = lastAccess(state)?.is.kind;
  if (kind === 'opening') return { reason: 'opening_already' };
  return kind === undefined || kind === 'open' ? { reason: 'not_missing' } : null;
}

/** The same session, until the same end; another access, for what was closed is never opened again. */
export function openAgain(state: Active, _: Of<'open_again'>, context: Context): Decision {
  const { ask } = state.grant;
  const { expiresAt } = state.session;
  const asked = begin(
    { by: ask.grantee, tenant: state.tenant, scope: ask.scope, expiresAt, startBy: expiresAt },
    context,
  );
  return asked.type === 'access.asked' ? accept(asked) : refuse({ reason: 'not_missing' });
}
