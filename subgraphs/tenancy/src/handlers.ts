import { isId } from '@tollgate/kernel/id';
import type { Rejection } from '@tollgate/kernel/decision';
import { writeScope } from '@tollgate/runtime/command/access';
import { audit } from '@tollgate/runtime/command/audit';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { UnknownTenant, type Database } from '@tollgate/runtime/database/db';
import { once } from '@tollgate/runtime/command/idempotency';
import type { Logger } from '@tollgate/runtime/base/log';
import { newId } from '@tollgate/runtime/base/new-id';
import { signPortalToken } from '@tollgate/runtime/base/portal-token';
import type { TenancyConfig } from './config.js';
import { customerDecider, type Customer, type CustomerInput } from './customer/domain/customer.js';
import { InputReader } from '@tollgate/kernel/input';
import { tokenLifetime } from './portal-token/domain/portal-token.js';
import { loadCustomer, recordCustomer } from './customer/store.js';
import { tenantById } from './tenant/store.js';

/** What the handlers work with. */
export interface Parts {
  readonly db: Database;
  readonly logger: Logger;
  readonly config: TenancyConfig;
}

/** A rejection as the GraphQL type that its reason names. */
export function refused<R extends Rejection>(
  rejection: R,
): R extends Rejection ? Omit<R, 'reason'> & { readonly __typename: R['reason'] } : never {
  const { reason, ...rest } = rejection;
  return { __typename: reason, ...rest } as never;
}

const unknownCustomer = (customerId: string) =>
  ({ __typename: 'UnknownCustomer', message: 'There is no such customer.', customerId }) as const;

/** Adds a customer; the same idempotency key adds it once. */
export async function createCustomer(
  { db }: Parts,
  context: RequestContext,
  { idempotencyKey, ...input }: CustomerInput & { readonly idempotencyKey?: string | null | undefined },
) {
  const scope = writeScope(context);
  const fields = new InputReader();
  fields.idempotencyKey(idempotencyKey);
  if (fields.rejection !== null) return refused(fields.rejection);
  const tenant = await db.control((tx) => tenantById(tx, scope.tenantId));
  if (tenant === null) throw new UnknownTenant(scope.tenantId);
  const defaults = tenant.settings;
  type Answer =
    | { readonly __typename: 'CustomerCreated'; readonly customer: Customer }
    | { readonly __typename: 'InvalidInput'; readonly message: string; readonly field: string }
    | { readonly __typename: 'IdempotencyConflict'; readonly message: string };
  return db.tenant(scope, (tx) =>
    once<Answer>(
      tx,
      { name: 'createCustomer', key: idempotencyKey, body: input },
      async () => {
        const [id, now] = [newId('cus'), await tx.now()];
        const decision = customerDecider.decide({ type: 'CreateCustomer', id, now, defaults, input }, null);
        if (!decision.ok) return refused(decision.rejection);
        const customer = await recordCustomer(tx, { customer: null, version: 0 }, decision.events);
        await audit(tx, context, { command: 'createCustomer', subject: id, outcome: 'CustomerCreated' });
        return { __typename: 'CustomerCreated', customer };
      },
      (message) => ({ __typename: 'IdempotencyConflict', message }),
    ),
  );
}

/** Changes a customer; what is absent stays. */
export async function updateCustomer(
  { db }: Parts,
  context: RequestContext,
  { id, ...input }: Omit<CustomerInput, 'currency'> & { readonly id: string },
) {
  const scope = writeScope(context);
  if (!isId('cus', id)) return unknownCustomer(id);
  return db.tenant(scope, async (tx) => {
    const loaded = await loadCustomer(tx, id);
    if (loaded.customer === null) return unknownCustomer(id);
    const decision = customerDecider.decide({ type: 'ChangeCustomer', input }, loaded.customer);
    if (!decision.ok) return refused(decision.rejection);
    const customer = await recordCustomer(tx, loaded, decision.events);
    await audit(tx, context, { command: 'updateCustomer', subject: id, outcome: 'CustomerUpdated' });
    return { __typename: 'CustomerUpdated', customer } as const;
  });
}

/** Issues a token for one customer's browser. */
export async function issuePortalToken(
  { db, config }: Parts,
  context: RequestContext,
  input: { readonly customerId: string; readonly lifetimeSeconds?: number | null | undefined },
) {
  const scope = writeScope(context);
  const { customerId: customer } = input;
  const lifetime = tokenLifetime(input.lifetimeSeconds);
  if (!lifetime.ok) return refused(lifetime.rejection);
  if (!isId('cus', customer)) return unknownCustomer(customer);
  const known = await db.tenant(scope, async (tx) => {
    if ((await loadCustomer(tx, customer)).customer === null) return false;
    await audit(tx, context, {
      command: 'issuePortalToken',
      subject: customer,
      outcome: 'PortalTokenIssued',
    });
    return true;
  });
  if (!known) return unknownCustomer(customer);
  const grant = {
    tenant: scope.tenantId,
    customer,
    tokenId: newId('key'),
    lifetimeSeconds: lifetime.value,
  };
  return {
    __typename: 'PortalTokenIssued',
    ...(await signPortalToken(grant, config.portalTokenSecret)),
  } as const;
}
