import type { Clock } from '../../clock.ts';
import type { Directory } from './directory.ts';

/** Who somebody is, for products: asked of Slack where it has not told yet, and not for each question again. */
export interface Profiles {
  /** As far as Slack has told; it is asked for the rest. */
  of(user: string): Promise<ReturnType<Directory['profile']>>;
}

/** Whom Slack does not tell of is asked about again only after this: each question may be waiting for the answer. */
const ASK_AGAIN_MS = 30_000;

export function createProfiles(directory: Pick<Directory, 'profile' | 'learn'>, clock: Clock): Profiles {
  const asked = new Map<string, { readonly at: number; readonly done: Promise<void> }>();
  return {
    async of(user) {
      const known = directory.profile(user);
      if (known !== null) return known;
      const before = asked.get(user);
      if (before === undefined || clock.now() - before.at >= ASK_AGAIN_MS)
        asked.set(user, { at: clock.now(), done: directory.learn([user]) });
      await asked.get(user)?.done;
      return directory.profile(user);
    },
  };
}
