import type { Command, GlobalCommand } from './command.ts';
import type { AccessEvent, GlobalEvent } from './event.ts';
import type { HourlyLimit, PolicyLimits } from './policy.ts';
import type { Refusal } from './refusal.ts';

/**
 * What one person does makes messages and mails go to others: each kind of it has a limit an hour, for that person and
 * for all that is done about one tenant. Whatever ends, stops, revokes, denies, reports or closes out has none.
 */

/** What is counted together, as policy.yml names it under `per_hour`. */
export type Counted = keyof PolicyLimits['perHour'];

export const HOUR_MS = 60 * 60_000;

/** When the same was done within the last hour, the newest first: by this person, and about this tenant by anybody. */
export interface Lately {
  readonly person: readonly number[];
  readonly tenant: readonly number[];
}

export const NOTHING_LATELY: Lately = { person: [], tenant: [] };

/** What a command counts as; `null`: it is not counted. What is bounded by a request that was counted is not, again. */
const COMMANDS = {
  file: 'requests',
  file_customer_request: 'requests',
  edit: 'requests',
  declare_emergency: 'emergencies',
  ask_extension: 'extensions',
  ask_question: 'questions',
  answer_question: 'questions',
  contest_closeout: 'questions',
  offer_ownership: 'handOvers',
  replace_approver: 'handOvers',
  set_absence: 'absences',
  clear_absence: 'absences',
  invite: 'invitations',
  ask_link: 'links',
  confirm_emergency: null,
  approve: null,
  deny: null,
  accept: null,
  cancel: null,
  start: null,
  approve_extension: null,
  deny_extension: null,
  end: null,
  revoke: null,
  report_unexpected: null,
  accept_ownership: null,
  close_out: null,
  close_by_hand: null,
  open_again: null,
  take_note: null,
  accept_closeout: null,
  review_emergency: null,
  confirm_gap: null,
  lapse: null,
  remind_approver: null,
  offer_replacement: null,
  call_off: null,
  open_start: null,
  call_off_opening: null,
  tell_not_closed: null,
  confirm_open: null,
  refuse_open: null,
  confirm_extension: null,
  refuse_extension: null,
  confirm_close: null,
  note_no_answer: null,
  miss_access: null,
  warn: null,
  expire: null,
  remind_closeout: null,
  accept_unanswered: null,
  remind_review: null,
  end_in_doubt: null,
} as const satisfies Record<(Command | GlobalCommand)['type'], Counted | null>;

/** The events by which it is counted. */
const EVENTS = {
  'request.filed': 'requests',
  'customer_request.filed': 'requests',
  'emergency.declared': 'emergencies',
  'extension.asked': 'extensions',
  'question.asked': 'questions',
  'request.edited': 'requests',
  'question.answered': 'questions',
  'closeout.contested': 'questions',
  'owner.offered': 'handOvers',
  'approver.replaced': 'handOvers',
  'absence.set': 'absences',
  'absence.cleared': 'absences',
  'customers.invited': 'invitations',
  'link.asked': 'links',
} as const satisfies Partial<Record<(AccessEvent | GlobalEvent)['type'], Counted>>;

/** What this command counts as, if it is counted. */
export function countsAs({ type }: Pick<Command | GlobalCommand, 'type'>): Counted | null {
  return COMMANDS[type];
}

/** What this event counts as, if it is counted. */
export function countedAs(type: string): Counted | null {
  return Object.hasOwn(EVENTS, type) ? EVENTS[type as keyof typeof EVENTS] : null;
}

/** Why it is once too often in this hour, and until when; `null` when it is not. */
export function tooOften(
  command: Pick<Command | GlobalCommand, 'type'>,
  lately: Lately,
  { perHour }: Pick<PolicyLimits, 'perHour'>,
  now: number,
): Refusal | null {
  const what = countsAs(command);
  if (what === null) return null;
  const limit: HourlyLimit = perHour[what];
  for (const whose of ['person', 'tenant'] as const) {
    const max = limit[whose];
    // With that one out of the hour there is room for one more.
    const last = max === null ? undefined : lately[whose][max - 1];
    if (max !== null && last !== undefined && now < last + HOUR_MS)
      return { reason: 'too_often', what, whose, max, until: last + HOUR_MS };
  }
  return null;
}
