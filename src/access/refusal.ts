import type { Standing, UnreadableGroup, World } from './people.ts';
import type { PolicyLimits, UserId } from './policy.ts';

/** A field of a filing that somebody can mend, and what is wrong with it. Edges show each at its field. */
export type FieldProblem =
  | { readonly field: 'tenant'; readonly problem: 'unknown' | 'no_customer_requests' }
  | {
      readonly field: 'scope';
      readonly problem: 'unknown' | 'not_less' | 'needs_own_request' | 'other_deciders';
    }
  | { readonly field: 'reason'; readonly problem: 'unchanged' }
  | { readonly field: 'allowedActions'; readonly problem: 'not_less' }
  | {
      readonly field: 'allowedActions' | 'offLimits';
      readonly problem: 'too_many_lines';
      readonly max: number;
    }
  | {
      readonly field: 'grantee' | 'owner' | 'nextBy';
      readonly problem: 'not_able';
      readonly standing: Standing;
    }
  | { readonly field: 'grantee'; readonly problem: 'not_allowed' }
  | { readonly field: 'owner'; readonly problem: 'is_approver' | 'is_owner' }
  | { readonly field: 'approver' | 'reviewer'; readonly problem: 'not_able'; readonly standing: Standing }
  | {
      readonly field: 'approver' | 'reviewer';
      readonly problem: 'self';
      readonly role: 'requester' | 'grantee' | 'owner';
    }
  | {
      readonly field: 'approver' | 'reviewer';
      readonly problem: 'not_allowed';
      readonly instead: readonly UserId[];
    }
  | { readonly field: 'approver'; readonly problem: 'count'; readonly needed: number }
  | {
      readonly field: 'reason';
      readonly problem: 'missing' | 'too_short' | 'too_few_words' | 'vague' | 'only_the_tenant';
    }
  | { readonly field: TextField; readonly problem: 'missing' | 'malformed' }
  | { readonly field: TextField; readonly problem: 'too_long'; readonly max: number }
  | { readonly field: 'duration'; readonly problem: 'not_a_time' | 'too_short' }
  | {
      readonly field: 'duration';
      readonly problem: 'too_long';
      readonly maxMs: number;
      /** `session`: more than is left of what the whole session may last. */
      readonly set:
        'policy' | 'scope' | 'tenant' | 'emergency' | 'extension' | 'session' | 'asked' | 'consent';
    }
  | { readonly field: 'notBefore' | 'nextUntil'; readonly problem: 'not_a_time' | 'past' }
  | { readonly field: 'notBefore' | 'nextUntil'; readonly problem: 'too_far'; readonly maxMs: number }
  | { readonly field: 'files'; readonly problem: 'too_many_files'; readonly max: number }
  | {
      readonly field: 'files';
      readonly problem: 'file_kind' | 'file_size' | 'file_reference';
      readonly name: string;
    }
  | { readonly field: 'roles'; readonly problem: 'too_many' | 'twice' | 'not_accounted_for' }
  | { readonly field: 'typedTenantId'; readonly problem: 'does_not_match' };

export type TextField =
  | 'reason'
  | 'allowedActions'
  | 'offLimits'
  | 'caseRef'
  | 'tried'
  | 'expected'
  | 'question'
  | 'confirmedBy'
  | 'checked'
  | 'changed'
  | 'summary'
  | 'nextStep'
  | 'nextBy'
  | 'notes'
  | 'productProblem'
  | 'note'
  | 'rolesBy'
  | 'rolesHow'
  | 'roles';

/** Every way the rules say no, in the order in which they are looked at. */
export type Refusal =
  | { readonly reason: 'no_such_request' }
  /** It may have been there, in events that are lost. */
  | { readonly reason: 'lost_in_gap'; readonly at: number }
  /** The actor is no regular member of this workspace now. */
  | { readonly reason: 'actor_not_able'; readonly standing: Standing }
  /** Slack could not be asked about a person or group: never a yes; try again. */
  | { readonly reason: 'cannot_check' }
  /** It depends on who is in user groups that Slack does not let the app read. */
  | {
      readonly reason: 'group_unreadable';
      readonly groups: readonly UnreadableGroup[];
      readonly admins: readonly string[];
    }
  /** The request is in a phase where this cannot happen (any more, or yet). */
  | { readonly reason: 'wrong_phase'; readonly phase: string }
  | { readonly reason: 'not_before'; readonly notBefore: number }
  | { readonly reason: 'not_allowed'; readonly needs: Role }
  /** Nobody decides what they asked for, will hold, or own. */
  | { readonly reason: 'self_approval'; readonly role: 'requester' | 'grantee' | 'owner' }
  | { readonly reason: 'already_given'; readonly seat: string }
  | { readonly reason: 'no_longer_approver' }
  | {
      readonly reason: 'nobody_can_approve';
      readonly who: 'approver' | 'contact' | 'reviewer';
      readonly admins: readonly string[];
    }
  /** An emergency needs a second person, and nobody is left who could be it. */
  | { readonly reason: 'nobody_can_confirm'; readonly unfinished: readonly number[] }
  | { readonly reason: 'too_many_open'; readonly max: number; readonly open: readonly number[] }
  | { readonly reason: 'cooling_down'; readonly until: number; readonly deniedNo: number }
  | { readonly reason: 'overlap'; readonly otherNo: number; readonly until: number }
  | { readonly reason: 'closeout_overdue'; readonly openNo: number }
  | { readonly reason: 'extension_limit'; readonly max: number }
  /** The session has lasted, or will, as long as it may in all. */
  | {
      readonly reason: 'session_limit';
      readonly maxMs: number;
      readonly set: 'policy' | 'scope' | 'tenant' | 'consent';
    }
  | { readonly reason: 'extension_waits' }
  /** It was a yes to a request that was changed since it was read. */
  | { readonly reason: 'request_changed' }
  /** It was a yes to something that is not asked any more: something else is. */
  | { readonly reason: 'extension_changed' }
  | { readonly reason: 'no_extension_asked' }
  | { readonly reason: 'no_extension_in_emergency' }
  | { readonly reason: 'too_many_questions'; readonly max: number }
  | { readonly reason: 'too_many_notes'; readonly max: number }
  | { readonly reason: 'no_question_open' }
  | { readonly reason: 'question_waits' }
  /** The named approver still has time to answer; from then on somebody else may be asked. */
  | { readonly reason: 'approver_has_time'; readonly until: number }
  | { readonly reason: 'no_longer_valid'; readonly what: 'tenant' | 'scope' | 'grantee' | 'approval' }
  | { readonly reason: 'already_reported' }
  | { readonly reason: 'already_reviewed' }
  | { readonly reason: 'not_an_emergency' }
  | {
      readonly reason: 'absence_not_possible';
      readonly why: 'self' | 'past' | 'too_long' | 'delegate_not_able';
    }
  /** The ledger went on from a backup: nothing starts before an admin confirms that this is known. */
  | { readonly reason: 'gap_not_confirmed'; readonly since: number; readonly admins: readonly string[] }
  | { readonly reason: 'no_gap' }
  /** The product is letting them in already. */
  | { readonly reason: 'opening_already' }
  /** The product has not confirmed that nobody is in any more. */
  | { readonly reason: 'access_not_gone' }
  /** Whatever was open is confirmed gone. */
  | { readonly reason: 'nothing_to_remove' }
  /** The product has not lost it. */
  | { readonly reason: 'not_missing' }
  /** One more of it within an hour would be more than the policy lets one person, or all of them in one tenant, do. */
  | {
      readonly reason: 'too_often';
      readonly what: keyof PolicyLimits['perHour'];
      readonly whose: 'person' | 'tenant';
      readonly max: number;
      readonly until: number;
    }
  | { readonly reason: 'nothing_due' }
  | { readonly reason: 'invalid'; readonly problems: readonly FieldProblem[] };

/** May it go well in a minute, just as it was sent? Then a form stays, with all that was typed. */
export function mayPass({ reason }: Refusal): boolean {
  return reason === 'cannot_check' || reason === 'group_unreadable';
}

/** What could not be checked, by the user groups that Slack does not let the app read, where it is them. */
export function withGroups(
  refusal: Refusal | null,
  { policy, unreadable }: Pick<World, 'policy' | 'unreadable'>,
): Refusal | null {
  if (refusal?.reason !== 'cannot_check' || unreadable.length === 0) return refusal;
  return { reason: 'group_unreadable', groups: unreadable, admins: policy.admins };
}

/** Who could have done it. Edges turn this into words. */
export type Role =
  | 'member'
  | 'listed'
  | 'requester'
  | 'requester_or_admin'
  | 'grantee'
  | 'owner'
  | 'owner_or_admin'
  | 'approver'
  | 'contact'
  | 'admin'
  | 'emergency_person'
  | 'second_emergency_person'
  | 'reviewer'
  | 'offered_owner'
  | 'revoker'
  | 'timer'
  | 'product';

/** Somebody tried what they have no right to; every other refusal says that it cannot be, or was mistyped. */
const OF_AUTHORITY = [
  'actor_not_able',
  'not_allowed',
  'self_approval',
  'no_longer_approver',
] as const satisfies readonly Refusal['reason'][];
export type OfAuthority = (typeof OF_AUTHORITY)[number];

/** Was that for want of the right to do it? */
export function isOfAuthority(reason: string): reason is OfAuthority {
  return OF_AUTHORITY.some((one) => one === reason);
}
