import type { RespondFn } from '@slack/bolt';
import type { After, Answered, Say } from '../context.ts';

/** How something is told to whoever typed a command or pressed a button, and to nobody else. */

/** Only they see it. */
export function ephemeral({ text, blocks }: Say): {
  response_type: 'ephemeral';
  text: string;
  blocks?: NonNullable<Say['blocks']>;
} {
  return { response_type: 'ephemeral', text, ...(blocks === undefined ? {} : { blocks }) };
}

/** Told beside what they typed or pressed, after the acknowledgement. */
export async function tell(respond: RespondFn, say: Say): Promise<void> {
  await respond({ ...ephemeral(say), replace_original: false });
}

/** What takes longer to be looked up is told when it is there. */
export function saying(later: Answered['later'], speak: (say: Say) => Promise<unknown>): After | undefined {
  if (later === undefined) return undefined;
  return async () => {
    await speak(await later());
  };
}

/** Nobody waits for it. */
export const UNTOLD = (): Promise<void> => Promise.resolve();
