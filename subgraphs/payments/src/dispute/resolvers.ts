import DataLoader from 'dataloader';
import { isId } from '@tollgate/kernel/id';
import { backOfficeScope, customerLimit, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Resolvers } from '../generated/graphql.js';
import { DISPUTE_LIST, disputeShown, disputesOfInvoices, disputesPage } from './handlers/find.js';
import { statusStored, type DisputeView } from './view.js';

const OF_INVOICES = Symbol('disputes of invoices');

/** Disputes in GraphQL; nothing is decided here. */
export function disputeResolvers(db: Database) {
  return {
    Query: {
      dispute: async (_, { id }, context) => {
        const scope = backOfficeScope(context);
        return isId('dsp', id) ? disputeShown(db.reader(scope), id) : null;
      },
      disputes: async (_, { status, ...args }, context) => {
        const page = pageOf(DISPUTE_LIST, args);
        const filter = { ...args, status: statusStored(status) };
        return connectionOf(await disputesPage(db.reader(backOfficeScope(context)), filter, page), page);
      },
    },
    Invoice: {
      dispute: ({ id }, _, context) => invoiceLoader(db, context).load(id),
    },
  } satisfies Resolvers;
}

function invoiceLoader(db: Database, context: RequestContext) {
  return context.once(
    OF_INVOICES,
    () =>
      new DataLoader<string, DisputeView | null>((ids) =>
        disputesOfInvoices(db.reader(readScope(context)), ids, customerLimit(context)),
      ),
  );
}
