import { GraphQLObjectType, GraphQLSchema } from 'graphql';
import type { Identity } from '@tollgate/runtime/base/identity';

/** Operations on all tenants, for staff. */
export const STAFF_FIELDS: ReadonlySet<string> = new Set(['createTenant', 'tenants']);

/** What portal tokens may call; a test holds this against what the schema says of each field. */
export const PORTAL_FIELDS: ReadonlySet<string> = new Set([
  'acceptQuote',
  'addPaymentMethod',
  'contract',
  'contracts',
  'creditNote',
  'creditNotes',
  'currentSpend',
  'customer',
  'customers',
  'declineQuote',
  'entitlement',
  'estimatePrice',
  'invoice',
  'invoiceUpdated',
  'invoices',
  'liveUsage',
  'meter',
  'meters',
  'payment',
  'paymentMethods',
  'paymentUpdated',
  'payments',
  'plan',
  'plans',
  'previewInvoice',
  'product',
  'products',
  'quote',
  'quotes',
  'removePaymentMethod',
  'subscription',
  'subscriptionUpdated',
  'subscriptions',
  'tenant',
  'usage',
  'usageUpdated',
  'walletUpdated',
]);

/** What callers of a kind may call, and the types they meet on the way: their schema, for introspection only. */
export function schemaFor(kind: Identity['kind'], schema: GraphQLSchema): GraphQLSchema {
  switch (kind) {
    case 'staff':
    case 'system':
      return schema;
    case 'tenant':
      return narrowed(schema, (field) => !STAFF_FIELDS.has(field));
    case 'customer':
      return narrowed(schema, (field) => PORTAL_FIELDS.has(field));
  }
}

function narrowed(schema: GraphQLSchema, isShown: (field: string) => boolean): GraphQLSchema {
  const { query, mutation, subscription, ...rest } = schema.toConfig();
  const root = (type: GraphQLObjectType | null | undefined): GraphQLObjectType | undefined => {
    if (type === null || type === undefined) return undefined;
    const { fields, ...config } = type.toConfig();
    const shown = Object.entries(fields).filter(([name]) => isShown(name));
    if (shown.length === 0) return undefined;
    return new GraphQLObjectType({ ...config, fields: Object.fromEntries(shown) });
  };
  return new GraphQLSchema({
    ...rest,
    // Without the list of all types only those are in it that the roots lead to.
    types: [],
    query: root(query) ?? null,
    mutation: root(mutation) ?? null,
    subscription: root(subscription) ?? null,
    assumeValid: true,
  });
}
