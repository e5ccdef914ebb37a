import type { Keyring } from '../keys/keyring.ts';
import type { Access } from './connector.ts';

/** The facts of an access as products are told them, in calls and in statements. Version 1; fields are added, never changed. */
interface AccessFacts {
  readonly id: string;
  readonly session: string;
  readonly tenant: { readonly id: string; readonly name: string; readonly environment: string };
  readonly scope: { readonly id: string; readonly name: string };
  readonly grantee: { readonly slack_id: string; readonly email: string | null; readonly name: string };
  readonly allowed_actions: string;
  readonly off_limits: string;
  readonly reason: string;
  readonly case: string;
  /** ISO 8601, UTC. Half-open: at `notAfter` it is over. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** The media type of a statement's header, so that no other JWT of ours passes for one (RFC 8725, section 3.11). */
const STATEMENT_TYPE = 'tsa-access+jwt';

export function factsOf(access: Access): AccessFacts {
  const { id, session, tenant, scope, grantee, reason } = access;
  return {
    id,
    session,
    tenant: { id: tenant.id, name: tenant.name, environment: tenant.environment },
    scope: { id: scope.id, name: scope.name },
    grantee: { slack_id: grantee.slackId, email: grantee.email, name: grantee.name },
    allowed_actions: access.allowedActions,
    off_limits: access.offLimits,
    reason,
    case: access.caseRef,
    notBefore: new Date(access.notBefore).toISOString(),
    notAfter: new Date(access.notAfter).toISOString(),
  };
}

/**
 * The signed statement of an access: with it a product lets somebody in, and knows until when, though we are dead.
 * It is for one product (`aud`), and its `exp` is never later than `notAfter`.
 */
export function makeStatement(
  keyring: Keyring,
  access: Access,
  { issuer, audience }: { readonly issuer: string; readonly audience: string },
): Promise<string> {
  const claims = {
    iss: issuer,
    aud: audience,
    sub: access.grantee.email ?? access.grantee.slackId,
    jti: `${access.id}.${access.notAfter}`,
    nbf: Math.floor(access.notBefore / 1_000),
    exp: Math.floor(access.notAfter / 1_000),
    access: { ...factsOf(access) },
  };
  return keyring.sign(claims, STATEMENT_TYPE);
}
