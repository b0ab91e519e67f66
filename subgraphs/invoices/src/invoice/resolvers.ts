import { isId } from '@tollgate/kernel/id';
import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { nothingOf, pageOf } from '@tollgate/runtime/graphql/list';
import type { Database } from '@tollgate/runtime/database/db';
import { clientError } from '@tollgate/runtime/base/errors';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { finaliseInvoice, voidInvoice, writeOffInvoice } from './handlers.js';
import type {
  MutationResolvers,
  QueryInvoicesArgs,
  QueryResolvers,
  Resolvers,
} from '../generated/graphql.js';
import { payerOf } from './domain/basis.js';
import { watchInvoices } from './live.js';
import { invoiceView } from './invoice-view.js';
import { statusStored } from './view.js';
import {
  CUSTOMER_INVOICES,
  invoicesOfCustomer,
  INVOICE_LIST,
  invoiceLoader,
  pageOfInvoices,
  type StoredInvoice,
} from './loaders.js';

export interface ResolverParts {
  readonly db: Database;
  readonly live: LiveStore;
}

/** Invoices in GraphQL; nothing is decided here. */
export function invoiceResolvers({ db, live }: ResolverParts) {
  return {
    Query: invoiceQueries(db),
    Mutation: invoiceMutations(db),
    Subscription: {
      invoiceUpdated: {
        subscribe: (_, args, context) => {
          const customerId = args.customerId ?? customerLimit(context);
          if (customerId !== null && !maySee(context, customerId)) {
            throw clientError('FORBIDDEN', 'A portal token sees its own customer only.');
          }
          const { resumesSinceMs } = context;
          return watchInvoices({ db, live, scope: readScope(context), customerId, resumesSinceMs });
        },
        resolve: (stored: StoredInvoice) => invoiceView(stored),
      },
    },
    ...invoiceOfOthers(db),
    Invoice: { __resolveReference: ({ id }, context) => invoiceById(db, context, id) },
    Customer: {
      // A payer sees who it pays for, and nothing here: each field says so itself.
      __resolveReference: ({ id }) => ({ id }),
      invoices: async ({ id }, args, context) => {
        const page = pageOf(CUSTOMER_INVOICES, args);
        const status = args.status ? statusStored(args.status) : null;
        if (!maySee(context, id)) return nothingOf(page);
        return invoicesOfCustomer({ db, context }, { customerId: id, status }, page);
      },
    },
  } satisfies Resolvers;
}

function invoiceQueries(db: Database): Pick<QueryResolvers, 'invoice' | 'invoices'> {
  return {
    invoice: (_, { id }, context) => invoiceById(db, context, id),
    invoices: (_, args, context) => invoicesPage(db, context, args),
  };
}

type Commands = 'finaliseInvoice' | 'voidInvoice' | 'writeOffInvoice';
type Others =
  'CreditNote' | 'InvoiceVerification' | 'BalanceRefundPart' | 'WalletTopUpCreated' | 'WalletGrant';

/** Whatever else names an invoice. */
function invoiceOfOthers(db: Database): Pick<Resolvers, Others> {
  return {
    CreditNote: {
      invoice: async ({ invoiceId: id }, _, context) => {
        const found = await invoiceById(db, context, id);
        if (found === null) throw new Error(`invoice ${id} of a credit note cannot be read`);
        return found;
      },
    },
    InvoiceVerification: { invoice: ({ invoiceId }, _, context) => known(db, context, invoiceId) },
    BalanceRefundPart: { invoice: ({ invoiceId }, _, context) => known(db, context, invoiceId) },
    WalletTopUpCreated: { invoice: ({ invoiceId }, _, context) => known(db, context, invoiceId) },
    WalletGrant: {
      invoice: ({ invoiceId: id }, _, context) => (id === null ? null : invoiceById(db, context, id)),
    },
  };
}

function invoiceMutations(db: Database): Pick<MutationResolvers, Commands> {
  return {
    finaliseInvoice: async (_, { input }, context) => {
      const outcome = await finaliseInvoice({ db, context }, input);
      if (outcome.__typename !== 'InvoiceFinalised') return outcome;
      return { ...outcome, invoice: await reread(db, context, outcome.invoiceId) };
    },
    voidInvoice: async (_, { input }, context) => {
      const outcome = await voidInvoice({ db, context }, input);
      if (outcome.__typename !== 'InvoiceVoided') return outcome;
      return { ...outcome, invoice: await reread(db, context, outcome.invoiceId) };
    },
    writeOffInvoice: async (_, { input }, context) => {
      const outcome = await writeOffInvoice({ db, context }, input);
      if (outcome.__typename !== 'InvoiceWrittenOff') return outcome;
      return { ...outcome, invoice: await reread(db, context, outcome.invoiceId) };
    },
  };
}

async function invoiceById(db: Database, context: RequestContext, id: string) {
  const stored = isId('inv', id) ? await invoiceLoader(db, context).load(id) : null;
  const visible = stored !== null && mayBeSeen(context, stored);
  return visible ? invoiceView(stored) : null;
}

/** Whom it bills sees an invoice, and who pays it. */
function mayBeSeen(context: RequestContext, { invoice: { basis } }: StoredInvoice): boolean {
  return maySee(context, basis.customerId) || maySee(context, payerOf(basis));
}

async function invoicesPage(db: Database, context: RequestContext, args: QueryInvoicesArgs) {
  const page = pageOf(INVOICE_LIST, args);
  const asked = args.customerId ?? null;
  const { payerId } = args;
  const limit = customerLimit(context);
  const paysThem = limit !== null && payerId === limit;
  const customerId = asked ?? (paysThem ? null : limit);
  const filter = { ...args, customerId, status: args.status ? statusStored(args.status) : null };
  const visible = paysThem || asked === null || maySee(context, asked);
  return visible ? pageOfInvoices({ db, context }, filter, page) : nothingOf(page);
}

/** The invoice after the command; the loader of the request may remember the one before. */
async function reread(db: Database, context: RequestContext, id: string) {
  invoiceLoader(db, context).clear(id);
  return known(db, context, id);
}

/** An invoice that is there. */
async function known(db: Database, context: RequestContext, id: string) {
  const shown = await invoiceById(db, context, id);
  if (shown === null) throw new Error(`invoice ${id} cannot be read`);
  return shown;
}
