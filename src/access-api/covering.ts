/** May this person be here now? The one rule behind every answer to a product. */

/** A session as it stands in the ledger, of which products may ask. */
export interface Session {
  /** The request's number, of which `TSA-42` is the name for people. */
  readonly no: number;
  readonly tenantId: string;
  readonly grantee: { readonly slackId: string; readonly email: string | null; readonly name: string };
  readonly scopeName: string;
  /** The ids of the scopes whose work it lets the grantee do: its own, and those that the policy puts below it. */
  readonly covers: readonly string[];
  readonly reason: string;
  /** Milliseconds since 1970, half-open: in at `startedAt`, out at `expiresAt`. */
  readonly startedAt: number;
  readonly expiresAt: number;
}

export interface Asked {
  readonly tenantId: string;
  /** An e-mail address, or a Slack id. */
  readonly subject: string;
  /** A scope's id, or `enter`. */
  readonly action: string;
}

/** Coming in at all, whatever the scope. */
export const ENTER = 'enter';

/** The session that covers what is asked, at this very instant; of several, the one that lasts longest. */
export function covering(sessions: readonly Session[], asked: Asked, now: number): Session | null {
  const fitting = sessions.filter(
    (session) =>
      session.tenantId === asked.tenantId &&
      isGrantee(session, asked.subject) &&
      (asked.action === ENTER || session.covers.includes(asked.action)) &&
      session.startedAt <= now &&
      now < session.expiresAt,
  );
  return fitting.reduce<Session | null>(
    (best, one) => (best === null || one.expiresAt > best.expiresAt ? one : best),
    null,
  );
}

/** What a product shows while somebody is in: `Support is in: Sam Rivera, until 14:30 UTC`. */
export function badge({ grantee, expiresAt }: Session, now: number): string {
  const [day = '', time = ''] = new Date(expiresAt).toISOString().split('T');
  const today = new Date(now).toISOString().startsWith(day);
  return `Support is in: ${grantee.name}, until ${today ? '' : `${day} `}${time.slice(0, 5)} UTC`;
}

/** Slack's ids are compared as they are; of addresses, capitals are not told apart. */
function isGrantee({ grantee: { slackId, email } }: Session, subject: string): boolean {
  return subject === slackId || (email !== null && subject.toLowerCase() === email.toLowerCase());
}
