import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Workspace } from '../../access/whose.ts';
import type { FollowUps } from './follow-ups.ts';

/** What every listener works with. A listener takes one kind of payload, acknowledges it, and leaves the rest to follow-ups. */
export interface Listening {
  /** For calls that a person waits for. */
  readonly client: WebClient;
  /** The workspace whose people may do what the policy says. */
  readonly ours: Workspace;
  readonly followUps: FollowUps;
  readonly log: Logger;
}

/** Does it; where that fails, the log says so and the person is given `failed`. */
export async function safely<T>(log: Logger, what: string, work: () => Promise<T>, failed: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    log.error({ error, what }, 'handling an interaction failed');
    return failed;
  }
}
