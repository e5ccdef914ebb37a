import { z } from 'zod';
import type { Standing } from '../../access/people.ts';
import type { UserId } from '../../access/policy.ts';
import type { Workspace } from '../../access/whose.ts';
import { isElsewhere, userElsewhere } from '../../access/whose.ts';
import type { OddPlace } from './unreadable.ts';
import { oddPlaces, withoutBlanks } from './unreadable.ts';

/** Somebody as Slack describes them (docs.slack.dev/reference/objects/user-object): who that is, and what they are here. */

/** What they are. */
const being = z.object({
  id: z.string(),
  team_id: z.string().optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  enterprise_user: z
    .object({ enterprise_id: z.string().optional(), teams: z.array(z.string()).optional() })
    .optional(),
});
/** How they are called, and where they are: only shown, so that nobody is locked out for it. */
const looks = z.object({
  name: z.string().optional(),
  real_name: z.string().optional(),
  tz: z.string().optional(),
});
const profile = z.object({
  display_name: z.string().optional(),
  real_name: z.string().optional(),
  email: z.string().optional(),
});

export type SlackUserObject = z.infer<typeof being> &
  z.infer<typeof looks> & { readonly profile: z.infer<typeof profile> };

/**
 * Reads what Slack says of somebody; what it does not say is null, absent or empty. `odd`: what could not be read, and
 * how; `user` is `null` where that is what they are.
 */
export function readSlackUser(value: unknown): {
  readonly user: SlackUserObject | null;
  readonly odd: readonly OddPlace[];
} {
  const said = isRecord(value) ? withoutBlanks(value) : {};
  const is = being.safeParse(said);
  const shown = looks.safeParse(said);
  const inProfile = profile.safeParse(said['profile'] ?? {});
  const odd = [is, shown, inProfile].flatMap(({ error }) => (error === undefined ? [] : oddPlaces(error)));
  const user = is.success ? { ...is.data, ...(shown.data ?? {}), profile: inProfile.data ?? {} } : null;
  return { user, odd };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Slack's own robot, which `users.info` does not call a bot. */
const SLACKBOT = 'USLACKBOT';

/** The name under which the ledger knows them: ours by their id, everybody else with their team. */
export function knownAs(found: SlackUserObject, ours: Workspace): UserId {
  return isOurs(found, ours) ? found.id : userElsewhere(found.id, found.team_id ?? '?');
}

/** Is this who was meant? Slack is asked by id alone, and the same id can be somebody else in another workspace. */
export function isMeant(found: SlackUserObject, asked: UserId): boolean {
  const { id, team_id: team, enterprise_user: more } = found;
  const teams = [team, more?.enterprise_id, ...(more?.teams ?? [])];
  return !isElsewhere(asked) || teams.some((one) => one !== undefined && userElsewhere(id, one) === asked);
}

export function slackStanding(found: SlackUserObject, ours: Workspace): Standing {
  if (found.deleted === true) return 'deactivated';
  if (found.is_bot === true || found.id === SLACKBOT) return 'bot';
  if (!isOurs(found, ours)) return 'external';
  return found.is_restricted === true || found.is_ultra_restricted === true ? 'guest' : 'member';
}

/** What they call themselves. */
export function callsThemselves({ id, name, real_name: real, profile }: SlackUserObject): string {
  return [profile.display_name, profile.real_name, real, name].find(Boolean) ?? id;
}

function isOurs(
  { team_id: team, enterprise_user: more, is_stranger: stranger }: SlackUserObject,
  { teamId }: Workspace,
): boolean {
  if (stranger === true) return false;
  return team === undefined || team === teamId || more?.teams?.includes(teamId) === true;
}
