import type { Context, Decision } from './decision.ts';
import { accept, refuse } from './decision.ts';
import { standingOf } from './standing.ts';
import type { Standing, World } from './people.ts';
import { actorName } from './people.ts';
import type { UserId } from './policy.ts';
import type { Access } from './state.ts';
import { askOf } from './state.ts';
import { isOutsideSlack } from './ids.ts';

/** Somebody is no member any more: what they hold ends, and what they asked for, or were to hold, is called off. */
export function callOff(state: Access, person: UserId, { world, now }: Context): Decision {
  const gone = whoIsGone(state, person, world);
  const by = actorName({ kind: 'timer' });
  if (gone === null) return refuse({ reason: 'nothing_due' });
  const reason = `${gone.who} may do so no more: ${GONE[gone.standing]}.`;
  switch (state.phase) {
    case 'active':
      if (world.policy.leavers === 'revoke')
        // A clock that was put back ends no session before it began.
        return accept({
          type: 'session.ended',
          how: 'revoked',
          by,
          reason,
          endedAt: Math.max(now, state.session.startedAt),
        });
      if (state.granteeGone) return refuse({ reason: 'nothing_due' });
      return accept({ type: 'grantee.gone', grantee: person, standing: gone.standing });
    case 'pending':
    case 'unclaimed':
    case 'unconfirmed':
    case 'approved':
      return accept({ type: 'request.cancelled', by, reason });
    case 'ended':
    case 'closed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return refuse({ reason: 'nothing_due' });
  }
}

/** Whose leaving would call something of this request off. */
export function whoMatters(state: Access): readonly UserId[] {
  const { requester } = state;
  const grantee = askOf(state)?.grantee ?? null;
  switch (state.phase) {
    case 'active':
      return grantee === null ? [] : [grantee];
    case 'pending':
    case 'unclaimed':
    case 'unconfirmed':
    case 'approved': {
      // A contact outside Slack is an address, which nobody can take from them here.
      const asked = isOutsideSlack(requester) ? [] : [requester];
      return [...new Set([...(grantee === null ? [] : [grantee]), ...asked])];
    }
    case 'ended':
    case 'closed':
    case 'denied':
    case 'cancelled':
    case 'lapsed':
      return [];
  }
}

type Gone = Exclude<Standing, 'member' | 'cannot_check'>;

/** Which part this person has in what is open, and what they have become; `null` while they are what they were, or nobody can tell. */
function whoIsGone(
  state: Access,
  person: UserId,
  world: World,
): { readonly who: string; readonly standing: Gone } | null {
  if (!whoMatters(state).includes(person)) return null;
  const standing = standingOf(world, person);
  if (standing === 'member' || standing === 'cannot_check') return null;
  if (askOf(state)?.grantee !== person) {
    // The customer's own people are of another workspace, or guests of ours.
    if (state.origin.kind === 'customer' && (standing === 'external' || standing === 'guest')) return null;
    return { who: 'Whoever asked for it', standing };
  }
  const holds = state.phase === 'active';
  return { who: holds ? 'Whoever held the access' : 'Whoever was to hold the access', standing };
}

/** What somebody has become, as part of a sentence. */
export const GONE = {
  deactivated: 'their account was deactivated',
  guest: 'they are a guest of the workspace now',
  bot: 'the account is a program’s',
  external: 'they are of another workspace now',
  shared_account: 'the policy says that several people use the account',
  not_found: 'there is no such account any more',
} as const satisfies Record<Gone, string>;
