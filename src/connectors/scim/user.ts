import type { Access, NotConfirmed } from '../connector.ts';
import type { User } from './resources.ts';
import type { Service } from './service.ts';
import { quoted } from './service.ts';

export type FoundUser =
  | { readonly kind: 'user'; readonly user: User }
  /** `unasked`: by what the service could not be asked, so that there may be somebody after all. */
  | { readonly kind: 'nobody'; readonly unasked: readonly string[] };

/**
 * A grantee as the SCIM service knows them: by `externalId` (their Slack id), then `userName`, then e-mail address. Each
 * is compared again here, exactly: a service that ignores a filter lists everybody. Two are as bad as none.
 */
export async function findUser(
  service: Pick<Service, 'users'>,
  host: string,
  { slackId, email }: Access['grantee'],
): Promise<FoundUser | NotConfirmed> {
  const is = (value: string | null, wanted: string): boolean => value?.toLowerCase() === wanted.toLowerCase();
  const ways = [
    {
      by: 'externalId',
      filter: `externalId eq ${quoted(slackId)}`,
      fits: ({ externalid }: User) => externalid === slackId,
    },
    ...(email === null
      ? []
      : [
          {
            by: 'userName',
            filter: `userName eq ${quoted(email)}`,
            fits: ({ username }: User) => is(username, email),
          },
          {
            by: 'e-mail address',
            filter: `emails.value eq ${quoted(email)}`,
            fits: ({ emails }: User) => emails.some((one) => is(one, email)),
          },
        ]),
  ];
  const unasked: string[] = [];
  for (const { by, filter, fits } of ways) {
    const found = await service.users(filter);
    if (found === 'not_so') {
      unasked.push(by);
      continue;
    }
    if ('kind' in found) return found;
    const fitting = found.filter(fits);
    const [user, ...others] = fitting;
    if (user === undefined) continue;
    const who = `${by} ${by === 'externalId' ? slackId : (email ?? '')}`;
    if (others.length > 0)
      return {
        kind: 'refused',
        why: `${host} has ${fitting.length} users with the ${who}: which one is meant?`,
      };
    return { kind: 'user', user };
  }
  return { kind: 'nobody', unasked };
}
