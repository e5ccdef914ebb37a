import { z } from 'zod';
import type { Workspace } from '../../access/whose.ts';

/** What the token says: who the app is, and in whose workspace. */
export interface WhoAmI {
  readonly botId: string;
  readonly userId: string;
  /** The workspace's address, where links to messages lead. */
  readonly url: string;
  readonly ours: Workspace;
}

const answer = z.object({
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  user_id: z.string(),
  bot_id: z.string(),
  url: z.string(),
});

/** Reads Slack's answer to `auth.test` (docs.slack.dev/reference/methods/auth.test). */
export function readWhoIAm(test: unknown): WhoAmI {
  const found = answer.parse(test);
  return {
    botId: found.bot_id,
    userId: found.user_id,
    url: found.url,
    ours: { teamId: found.team_id, enterpriseId: found.enterprise_id ?? null },
  };
}
