import { isId } from '@tollgate/kernel/id';
import { backOfficeScope, readScope, requireSystem } from '@tollgate/runtime/command/access';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { Resolvers } from '../generated/graphql.js';
import { shownInvoice } from './loaders.js';
import { proveInvoices, type ProvenInvoice } from './handlers.js';
import { explanationView, proofView, provenDocumentView, verificationView } from './view.js';

/** What proves and explains invoices, in GraphQL; nothing is decided here. */
export function proofResolvers(db: Database) {
  return {
    Query: {
      verifyInvoice: async (_, { invoiceId }, context) => {
        const proven = await provenOne(db, backOfficeScope(context), invoiceId);
        return proven && verificationView(proven);
      },
      invoiceByLink: async (_, { token }, context) => {
        requireSystem(context);
        const [id = '', hash = ''] = token.split('.');
        const proven = await provenOne(db, readScope(context), id);
        return proven && provenDocumentView(proven, hash);
      },
    },
    Invoice: {
      explanation: async ({ id }, _, context) => explanationView(await shownInvoice({ db, context }, id)),
      proof: async ({ id }, _, context) =>
        proofView(readScope(context).tenantId, await shownInvoice({ db, context }, id)),
    },
  } satisfies Pick<Resolvers, 'Query' | 'Invoice'>;
}

/** Journal and row of one moment. */
async function provenOne(db: Database, scope: Scope, id: string): Promise<ProvenInvoice | null> {
  if (!isId('inv', id)) return null;
  const [proven = null] = await db.tenant(scope, (tx) => {
    tx.post('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    return proveInvoices(tx, [id]);
  });
  return proven;
}
