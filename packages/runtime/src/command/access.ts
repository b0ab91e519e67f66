import { NO_METADATA } from '@tollgate/kernel/labels';
import type { RequestContext } from '../graphql/context.js';
import type { Scope } from '../database/db.js';
import { clientError } from '../base/errors.js';
import type { Identity, StaffRole } from '../base/identity.js';

/** The tenant a caller may read; staff choose one. Throws `FORBIDDEN` where there is none. */
export function readScope(context: RequestContext): Scope {
  const { identity } = context;
  if (identity.tenant === undefined) {
    throw clientError('FORBIDDEN', 'Choose a tenant: send its id in the header x-tollgate-tenant.');
  }
  return scopeOf(identity, identity.tenant, context.correlation);
}

/** The tenant a caller may change: its own backend, or staff with a reason. Customers may not. */
export function writeScope(context: RequestContext): Scope {
  const { identity } = context;
  if (identity.kind === 'customer') throw clientError('FORBIDDEN', 'A portal token may not do this.');
  if (identity.kind === 'staff' && !identity.reason) {
    throw clientError(
      'FORBIDDEN',
      'Staff give a reason for every change: send it in the header x-tollgate-reason.',
    );
  }
  return readScope(context);
}

/** The tenant whose data that is no customer's business a caller may read. */
export function backOfficeScope(context: RequestContext): Scope {
  if (customerLimit(context) !== null) throw clientError('FORBIDDEN', 'A portal token may not do this.');
  return readScope(context);
}

/** Where the caller's attempts are noted, whether or not the caller may; null where it is of no tenant. */
export function scopeForAudit({ identity, correlation }: RequestContext): Scope | null {
  return identity.tenant === undefined ? null : scopeOf(identity, identity.tenant, correlation);
}

/** The customer a portal token is limited to; null for callers that see the whole tenant. */
export function customerLimit(context: RequestContext): string | null {
  return context.identity.kind === 'customer' ? context.identity.customer : null;
}

/** What the tenant noted for its own programs, as this caller may see it: a customer's page sees none of it. */
export function notesFor(context: RequestContext, notes: Notes | undefined): Notes {
  return customerLimit(context) === null ? (notes ?? NO_METADATA) : NO_METADATA;
}

type Notes = Readonly<Record<string, unknown>>;

/** True where the caller may see this customer's data. */
export function maySee(context: RequestContext, customerId: string): boolean {
  const limit = customerLimit(context);
  return limit === null || limit === customerId;
}

/** Only staff with the role pass. */
export function requireStaff(context: RequestContext, role: StaffRole): Identity & { kind: 'staff' } {
  const { identity } = context;
  if (identity.kind !== 'staff' || !identity.roles.includes(role)) {
    throw clientError('FORBIDDEN', `This is for staff with the role "${role}".`);
  }
  return identity;
}

/** Only the gateway itself passes. */
export function requireSystem(context: RequestContext): void {
  if (context.identity.kind !== 'system') throw clientError('FORBIDDEN', 'Not for callers.');
}

/** As long as messages carry. */
const ACTOR_LENGTH_MAX = 200;

function scopeOf(identity: Identity, tenantId: string, correlation: string): Scope {
  return {
    tenantId,
    actor: `${identity.kind}:${identity.actor}`.slice(0, ACTOR_LENGTH_MAX),
    correlation,
    cause: `request:${correlation}`,
  };
}
