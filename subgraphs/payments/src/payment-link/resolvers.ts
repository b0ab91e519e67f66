import DataLoader from 'dataloader';
import { customerLimit, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { InvoiceCopy } from '../copies/invoice.js';
import type { Resolvers } from '../generated/graphql.js';
import { payableInvoices } from './handlers.js';
import type { LinkOf } from './link.js';

const PAYABLE = Symbol('payable invoices');

/** Links to the payment page, in GraphQL. */
export function paymentLinkResolvers(db: Database, linkOf: LinkOf) {
  return {
    Invoice: {
      paymentLink: async ({ id: invoiceId }, _, context) => {
        const { tenantId } = readScope(context);
        const invoice = await payableLoader(db, context).load(invoiceId);
        return invoice === null ? null : linkOf({ tenantId, invoiceId });
      },
    },
  } satisfies Resolvers;
}

function payableLoader(db: Database, context: RequestContext) {
  return context.once(
    PAYABLE,
    () =>
      new DataLoader<string, InvoiceCopy | null>((ids) =>
        payableInvoices(db.reader(readScope(context)), ids, customerLimit(context)),
      ),
  );
}
