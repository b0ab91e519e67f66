import DataLoader from 'dataloader';
import { customerLimit, readScope, requireSystem } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { InvoiceCopy } from '../copies/invoice.js';
import type { Resolvers } from '../generated/graphql.js';
import { invoiceOfLink, payableInvoices } from './handlers.js';
import type { LinkOf, PaymentLinks } from './link.js';

const PAYABLE = Symbol('payable invoices');

export interface PaymentLinkParts {
  readonly db: Database;
  readonly links: PaymentLinks;
  readonly linkOf: LinkOf;
}

/** Links to the payment page, in GraphQL. */
export function paymentLinkResolvers({ db, links, linkOf }: PaymentLinkParts) {
  return {
    Query: {
      invoiceByPaymentLink: (_, { token }, context) => {
        requireSystem(context);
        const scope = readScope(context);
        const parts = links.partsOf(token, Date.now());
        // Whoever signs for one tenant says nothing about another.
        if (parts === null || parts.tenantId !== scope.tenantId) return null;
        return invoiceOfLink(db.reader(scope), parts.invoiceId);
      },
    },
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
