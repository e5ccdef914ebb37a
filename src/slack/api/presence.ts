import type { WebClient } from '@slack/web-api';
import type { UserId } from '../../access/policy.ts';
import { slackIdOf } from '../../access/whose.ts';

/** Is one of these people at the keyboard? Slack does not always say so of people in other workspaces: no answer is a no. */
export async function isSomebodyActive(client: WebClient, users: readonly UserId[]): Promise<boolean> {
  const answers = await Promise.all(
    users.map((user) =>
      client.users.getPresence({ user: slackIdOf(user) }).then(
        ({ presence }) => presence === 'active',
        () => false,
      ),
    ),
  );
  return answers.includes(true);
}
