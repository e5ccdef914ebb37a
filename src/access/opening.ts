import type { Context, Decision } from './decision.ts';
import { accept, refuse } from './decision.ts';
import type { AccessEvent, Ask, EventOf, TenantRecord } from './event.ts';
import type { World } from './people.ts';
import { connectorFor, findScope } from './policy.ts';
import type { ProductAccess } from './product-access.ts';
import { lastAccess, opening } from './product-access.ts';
import type { Access, Active } from './state.ts';
import type { ProductCommand } from './command.ts';

/** Letting somebody in where a product does it: asked first, and told to nobody before the product has confirmed. */

interface Start {
  readonly by: string;
  readonly tenant: Pick<TenantRecord, 'id'>;
  readonly scope: Pick<Ask['scope'], 'id'>;
  readonly expiresAt: number;
  /** The grant lapses then. */
  readonly startBy: number;
}

/** The session begins now, where people open the access by hand; where a product does, it is asked to. */
export function begin(
  { by, tenant, scope, expiresAt, startBy }: Start,
  { world, now }: Pick<Context, 'world' | 'now'>,
): EventOf<'session.started' | 'access.asked'> {
  const connector = connectorOf(world, tenant, scope);
  if (connector === null) return { type: 'session.started', by, startedAt: now, expiresAt };
  const openBy = Math.min(now + world.policy.connectors.openWithinMs, startBy, expiresAt);
  return { type: 'access.asked', by, connector, notBefore: now, notAfter: expiresAt, openBy };
}

/** Which connector opens that scope in that tenant; `null`: people do, by hand. */
export function connectorOf(
  { policy }: Pick<World, 'policy'>,
  tenant: Pick<TenantRecord, 'id'>,
  scope: Pick<Ask['scope'], 'id'>,
): string | null {
  return connectorFor(policy.tenants.get(tenant.id), findScope(policy, scope.id));
}

/** More time is given: at once, or as soon as the product that holds the end has confirmed it. */
export function moveEnd(
  state: Active,
  newExpiresAt: number,
): EventOf<'extension.approved' | 'access.extension_asked'> {
  const access = lastAccess(state);
  return access?.is.kind === 'open'
    ? { type: 'access.extension_asked', access: access.id, notAfter: newExpiresAt }
    : { type: 'extension.approved', newExpiresAt };
}

/** The product was too slow: nobody is let in, and the grant is there to be used again. */
export function callOffOpening(state: Access): Decision {
  const late = opening(state);
  if (late === undefined) return refuse({ reason: 'nothing_due' });
  return accept({ type: 'access.open_failed', access: late.id, why: 'late', words: late.words });
}

/** What a product answered becomes a fact; what it answered too late, or twice, is none. */
export function byProduct(command: ProductCommand, state: Access, context: Context): Decision {
  if (context.actor.kind !== 'product') return refuse({ reason: 'not_allowed', needs: 'product' });
  const access = state.accesses.find(({ id }) => id === command.access);
  if (access?.connector !== context.actor.name) return refuse({ reason: 'nothing_due' });
  const events = factsOf(command, access, state, context);
  return events.length === 0 ? refuse({ reason: 'nothing_due' }) : accept(...events);
}

function factsOf(
  command: ProductCommand,
  access: ProductAccess,
  state: Access,
  { now }: Context,
): readonly AccessEvent[] {
  const { id, is } = access;
  const { kind } = is;
  switch (command.type) {
    case 'confirm_open': {
      if (kind !== 'opening') return [];
      const { receipt, handle } = command;
      const opened = { type: 'access.opened', access: id, receipt, handle } as const;
      const { by, notAfter } = access;
      if (state.phase !== 'approved') return [opened];
      return [opened, { type: 'session.started', by, startedAt: now, expiresAt: notAfter }];
    }
    case 'refuse_open':
      return kind === 'opening'
        ? [{ type: 'access.open_failed', access: id, why: 'refused', words: command.words }]
        : [];
    case 'confirm_extension': {
      if (is.kind !== 'open' || is.later !== command.notAfter) return [];
      const { notAfter, receipt } = command;
      const extended = { type: 'access.extended', access: id, notAfter, receipt } as const;
      return isAgreed(state, notAfter)
        ? [extended, { type: 'extension.approved', newExpiresAt: notAfter }]
        : [extended];
    }
    case 'refuse_extension':
      return is.kind === 'open' && is.later !== null
        ? [{ type: 'access.extension_refused', access: id, words: command.words }]
        : [];
    case 'confirm_close':
      return kind === 'closing' || kind === 'not_closed'
        ? [{ type: 'access.closed', access: id, receipt: command.receipt }]
        : [];
    case 'note_no_answer':
      // The words are kept once for each time that they would be told, however often it is tried.
      return access.words === '' && (kind === 'opening' || kind === 'closing' || kind === 'not_closed')
        ? [{ type: 'access.not_answered', access: id, words: command.words }]
        : [];
    case 'miss_access':
      return kind === 'open' && state.phase === 'active' ? [{ type: 'access.missing', access: id }] : [];
  }
}

/** Has everybody said yes to exactly that end? */
function isAgreed(state: Access, notAfter: number): boolean {
  if (state.phase !== 'active' || state.extension === null) return false;
  const { newExpiresAt, seats } = state.extension;
  return newExpiresAt === notAfter && seats.every(({ given }) => given !== null);
}
