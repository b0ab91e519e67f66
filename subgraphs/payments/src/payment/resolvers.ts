import DataLoader from 'dataloader';
import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import { connectionOf, pageOf, type Page } from '@tollgate/runtime/graphql/connection';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { QueryPaymentsArgs, Resolvers } from '../generated/graphql.js';
import { paymentsById, paymentsOfCustomers, paymentsOfInvoices, paymentsPage } from './handlers/find.js';
import { payInvoice } from './handlers/pay.js';
import type { PaymentView } from './view.js';

const PAYMENTS = Symbol('payments');
const INVOICE_PAYMENTS = Symbol('payments of invoices');
const CUSTOMER_PAYMENTS = Symbol('payments of customers');

/** Payments in GraphQL; nothing is decided here. */
export function paymentResolvers(db: Database) {
  return {
    Query: {
      payment: (_, { id }, context) => paymentLoader(db, context).load(id),
      payments: (_, args, context) => page(db, context, args),
    },
    Mutation: {
      payInvoice: (_, { input }, context) => payInvoice({ db, context }, input),
    },
    Payment: {
      __resolveReference: ({ id }, context) => paymentLoader(db, context).load(id),
    },
    Invoice: {
      __resolveReference: ({ id }) => ({ id }),
      payment: async ({ id }, _, context) => (await invoiceLoader(db, context).load(id))[0] ?? null,
      payments: ({ id }, _, context) => invoiceLoader(db, context).load(id),
    },
    Customer: {
      __resolveReference: ({ id }) => ({ id }),
      payments: async ({ id }, args, context) => {
        const asked = pageOf(args);
        const theirs = maySee(context, id) ? await customerLoader(db, context, asked).load(id) : [];
        return connectionOf(theirs, asked);
      },
    },
  } satisfies Resolvers;
}

async function page(db: Database, context: RequestContext, args: QueryPaymentsArgs) {
  const asked = pageOf(args);
  const { invoiceId = null, customerId = null } = args;
  const filter = { invoiceId, customerId, limit: customerLimit(context) };
  return connectionOf(await paymentsPage(db.reader(readScope(context)), filter, asked), asked);
}

function paymentLoader(db: Database, context: RequestContext) {
  return context.once(
    PAYMENTS,
    () =>
      new DataLoader<string, PaymentView | null>((ids) =>
        paymentsById(db.reader(readScope(context)), ids, customerLimit(context)),
      ),
  );
}

function invoiceLoader(db: Database, context: RequestContext) {
  return context.once(
    INVOICE_PAYMENTS,
    () =>
      new DataLoader<string, readonly PaymentView[]>((ids) =>
        paymentsOfInvoices(db.reader(readScope(context)), ids, customerLimit(context)),
      ),
  );
}

/** One loader for each page that is asked for: customers in one list ask for the same. */
function customerLoader(db: Database, context: RequestContext, asked: Page) {
  const loaders = context.once(
    CUSTOMER_PAYMENTS,
    () => new Map<string, DataLoader<string, readonly PaymentView[]>>(),
  );
  const key = `${asked.limit}/${asked.after ?? ''}`;
  const loader =
    loaders.get(key) ??
    new DataLoader<string, readonly PaymentView[]>((ids) =>
      paymentsOfCustomers(db.reader(readScope(context)), ids, asked),
    );
  loaders.set(key, loader);
  return loader;
}
