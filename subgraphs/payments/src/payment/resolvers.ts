import DataLoader from 'dataloader';
import { clientError } from '@tollgate/runtime/base/errors';
import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { nothingOf, oncePerPage, pageOf, type Page } from '@tollgate/runtime/graphql/list';
import type { LiveStore } from '@tollgate/runtime/live/live';
import type { QueryPaymentsArgs, Resolvers } from '../generated/graphql.js';
import {
  CUSTOMER_PAYMENTS,
  customersPayments,
  PAYMENT_LIST,
  paymentsById,
  paymentsOfCustomers,
  paymentsOfInvoices,
  paymentsPage,
} from './handlers/find.js';
import { recordOfflinePayment } from './handlers/offline.js';
import { payInvoice } from './handlers/pay.js';
import { clientSecretOf, type ProviderPort } from './handlers/secret.js';
import { watchPayments, type WatchedPayment } from './live.js';
import { paymentView, type PaymentView } from './view.js';

const PAYMENTS = Symbol('payments');
const INVOICE_PAYMENTS = Symbol('payments of invoices');
const CUSTOMER_PAGES = Symbol('pages of payments by customer');

export interface PaymentResolverParts {
  readonly db: Database;
  readonly live: LiveStore;
  readonly providers: ProviderPort;
}

/** Payments in GraphQL; nothing is decided here. */
export function paymentResolvers({ db, live, providers }: PaymentResolverParts) {
  return {
    Subscription: {
      paymentUpdated: {
        subscribe: (_, args, context) => {
          const customerId = args.customerId ?? customerLimit(context);
          if (customerId !== null && !maySee(context, customerId))
            throw clientError('FORBIDDEN', 'A portal token sees its own customer only.');
          const { resumesSinceMs } = context;
          return watchPayments({ db, live, scope: readScope(context), customerId, resumesSinceMs });
        },
        resolve: (row: WatchedPayment) => paymentView(row),
      },
    },
    PaymentNextAction: {
      clientSecret: ({ paymentId }, _, context) =>
        clientSecretOf({ db, providers }, { scope: readScope(context), paymentId }),
    },
    Query: {
      payment: (_, { id }, context) => paymentLoader(db, context).load(id),
      payments: (_, args, context) => page(db, context, args),
    },
    Mutation: {
      payInvoice: (_, { input }, context) => payInvoice({ db, context }, input),
      recordOfflinePayment: (_, { input }, context) => recordOfflinePayment({ db, context }, input),
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
        const asked = pageOf(CUSTOMER_PAYMENTS, args);
        if (!maySee(context, id)) return nothingOf(asked);
        const found = await customerLoader(db, context, asked).load(id);
        return customersPayments(db.reader(readScope(context)), { customerId: id, found }, asked);
      },
    },
  } satisfies Resolvers;
}

async function page(db: Database, context: RequestContext, args: QueryPaymentsArgs) {
  const asked = pageOf(PAYMENT_LIST, args);
  const { invoiceId = null, customerId = null } = args;
  const filter = { ...args, invoiceId, customerId, limit: customerLimit(context) };
  return paymentsPage(db.reader(readScope(context)), filter, asked);
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
function customerLoader(db: Database, context: RequestContext, page: Page) {
  return oncePerPage(
    context,
    { key: CUSTOMER_PAGES, page },
    () =>
      new DataLoader<string, readonly PaymentView[]>((ids) =>
        paymentsOfCustomers(db.reader(readScope(context)), ids, page),
      ),
  );
}
