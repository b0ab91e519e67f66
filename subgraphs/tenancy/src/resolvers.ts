import { isId } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import {
  customerLimit,
  maySee,
  readScope,
  requireStaff,
  requireSystem,
} from '@tollgate/runtime/command/access';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/connection';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { clientError } from '@tollgate/runtime/base/errors';
import { taxRateList } from './tenant/domain/settings.js';
import type { CallerKind, Resolvers, TenantState } from './generated/graphql.js';
import { createCustomer, issuePortalToken, updateCustomer, type Parts } from './handlers.js';
import { createApiKey, createTenant, revokeApiKey, updateTenantSettings } from './tenant/handlers.js';
import { clockLoader, customerLoader, tenantLoader } from './loaders.js';
import { apiKeysOf, keyOwner } from './api-key/store.js';
import { auditPage, type AuditRow } from './audit/store.js';
import { customerPage, type CustomerRow } from './customer/store.js';
import { tenantPage, type TenantRecord } from './tenant/store.js';

/** A tenant as GraphQL shows it. */
function shownTenant(record: TenantRecord, now: Instant) {
  const { id, settings, state, createdAt } = record;
  return {
    ...settings,
    id,
    createdAt,
    now,
    taxRates: taxRateList(settings),
    state: state.toUpperCase() as TenantState,
  };
}

function shownEntry(row: AuditRow) {
  return { ...row, kind: row.kind.toUpperCase() as CallerKind };
}

/** Tenant data that is no customer's business. */
function backOfficeScope(context: RequestContext) {
  if (customerLimit(context) !== null) throw clientError('FORBIDDEN', 'A portal token may not do this.');
  return readScope(context);
}

export function createResolvers(parts: Parts) {
  const { db } = parts;

  const shown = async (record: TenantRecord, context: RequestContext) =>
    shownTenant(record, await clockLoader(db, context).load(record));
  const tenant = async (id: string, context: RequestContext) => {
    const record = await tenantLoader(db, context).load(id);
    return record === null ? null : shown(record, context);
  };
  const customer = async (id: string, context: RequestContext): Promise<CustomerRow | null> =>
    isId('cus', id) && maySee(context, id) ? customerLoader(db, context).load(id) : null;

  return {
    Query: {
      tenant: (_, _args, context) => {
        const { tenant: id } = context.identity;
        return id === undefined ? null : tenant(id, context);
      },
      tenants: async (_, args, context) => {
        requireStaff(context, 'support');
        const page = pageOf(args);
        const records = await db.control((tx) => tenantPage(tx, page));
        return connectionOf(await Promise.all(records.map((record) => shown(record, context))), page);
      },
      customer: (_, { id }, context) => customer(id, context),
      customers: async (_, args, context) => {
        const page = pageOf(args);
        const limit = customerLimit(context);
        if (limit === null)
          return connectionOf(await customerPage(db.reader(readScope(context)), page), page);
        const own = page.after === null ? await customer(limit, context) : null;
        return connectionOf(own === null ? [] : [own], page);
      },
      apiKeys: (_, _args, context) => {
        const { tenantId } = backOfficeScope(context);
        return db.control((tx) => apiKeysOf(tx, tenantId));
      },
      auditTrail: async (_, args, context) => {
        const page = pageOf(args);
        const rows = await db.tenant(backOfficeScope(context), (tx) => auditPage(tx, page));
        return connectionOf(rows.map(shownEntry), page);
      },
      identifyApiKey: (_, { hash }, context) => {
        requireSystem(context);
        return db.control((tx) => keyOwner(tx, hash));
      },
    },
    Mutation: {
      createTenant: async (_, { input }, context) => {
        const answer = await createTenant(parts, context, input);
        return answer.__typename === 'TenantCreated'
          ? { ...answer, tenant: await shown(answer.tenant, context) }
          : answer;
      },
      updateTenantSettings: async (_, { input }, context) => {
        const answer = await updateTenantSettings(parts, context, input);
        return answer.__typename === 'TenantSettingsUpdated'
          ? { ...answer, tenant: await shown(answer.tenant, context) }
          : answer;
      },
      createCustomer: (_, { input }, context) => createCustomer(parts, context, input),
      updateCustomer: (_, { input }, context) => updateCustomer(parts, context, input),
      createApiKey: (_, { input }, context) => createApiKey(parts, context, input),
      revokeApiKey: (_, { input }, context) => revokeApiKey(parts, context, input),
      issuePortalToken: (_, { input }, context) => issuePortalToken(parts, context, input),
    },
    Tenant: {
      __resolveReference: ({ id }, context) => {
        const { identity } = context;
        const anyTenant = identity.kind === 'staff' || identity.kind === 'system';
        return anyTenant || identity.tenant === id ? tenant(id, context) : null;
      },
    },
    Customer: {
      __resolveReference: ({ id }, context) => customer(id, context),
    },
  } satisfies Resolvers;
}
