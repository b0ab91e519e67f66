import type { Database } from '@tollgate/runtime/database/db';
import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { runService, type CreateSubgraph } from '@tollgate/runtime/service/service';
import { environment } from './config.js';
import { couponSubscriptions } from './discount/consumers.js';
import { factSubscriptions } from './draft/consumers.js';
import { documentResolvers } from './document/resolvers.js';
import { draftTimers } from './draft/timers.js';
import { balances, wallets } from './balance/aggregate.js';
import { balanceResolvers } from './balance/resolvers.js';
import { charges } from './charge/aggregate.js';
import { chargeItems } from './charge-item/aggregate.js';
import { chargeItemResolvers } from './charge-item/resolvers.js';
import { chargeResolvers } from './charge/resolvers.js';
import { commitmentSubscriptions } from './commitment/consumers.js';
import { commitmentResolvers } from './commitment/resolvers.js';
import { copySubscriptions } from './copies/consumers.js';
import { creditNoteResolvers } from './credit-note/resolvers.js';
import { disputeSubscriptions } from './dispute/consumers.js';
import { fxRates } from './fx-rate/aggregate.js';
import { fxRateResolvers } from './fx-rate/resolvers.js';
import { invoices } from './invoice/aggregate.js';
import { collectionSubscriptions } from './collection/consumers.js';
import { invoiceLive, paymentSubscriptions } from './invoice/consumers.js';
import { invoiceResolvers } from './invoice/resolvers.js';
import { earlierSubscriptions, periodSubscriptions } from './period/consumers.js';
import { ledgerResolvers } from './ledger/resolvers.js';
import { periodTimers } from './period/timers.js';
import { previewResolvers } from './preview/resolvers.js';
import { provenInvoices } from './proof/handlers.js';
import { proofResolvers } from './proof/resolvers.js';
import { quotedInvoices } from './quote/aggregate.js';
import { quoteResolvers } from './quote/resolvers.js';
import { reportResolvers } from './report/resolvers.js';
import { refundResolvers } from './refund/resolvers.js';
import { revenueResolvers } from './revenue/resolvers.js';
import { ratingResolvers } from './rating/resolvers.js';
import { walletLive } from './wallet/consumers.js';
import { walletResolvers } from './wallet/resolvers.js';
import { walletTimers } from './wallet/timers.js';
import { timelineResolvers } from './timeline/resolvers.js';

/** What invoices are made of; previews rehearse it. */
const billed = [
  ...factSubscriptions,
  ...copySubscriptions,
  ...couponSubscriptions,
  ...commitmentSubscriptions,
  ...periodSubscriptions,
];

const collected = [...paymentSubscriptions, ...collectionSubscriptions, ...disputeSubscriptions];

/** What the back office asks of the books. */
const booksOf = (db: Database) => ({
  ...ledgerResolvers(db).Query,
  ...revenueResolvers(db).Query,
  ...reportResolvers(db).Query,
  ...fxRateResolvers(db).Query,
});

/** What a customer owes, and has. */
const accountOf = (db: Database) => ({
  ...balanceResolvers(db).Customer,
  ...reportResolvers(db).Customer,
});

const previewOf = (db: Database) => previewResolvers(db, billed);

/** What goes back to customers: parts of invoices, and credit. */
function givenBackResolvers(db: Database) {
  const [note, refund] = [creditNoteResolvers(db), refundResolvers(db)];
  return {
    Query: { ...note.Query, ...refund.Query },
    Mutation: { ...note.Mutation, ...refund.Mutation },
  };
}

/** Invoices: rating, drafts, tax, numbers, and what became of them. */
export const create: CreateSubgraph = async ({ db, live }) => {
  const invoice = invoiceResolvers({ db, live });
  const [note, preview, proof] = [givenBackResolvers(db), previewOf(db), proofResolvers(db)];
  const [chargeItem, wallet] = [chargeItemResolvers(db), walletResolvers({ db, live })];
  const queries = {
    ...invoice.Query,
    ...chargeItem.Query,
    ...booksOf(db),
    ...note.Query,
    ...preview.Query,
    ...proof.Query,
    ...ratingResolvers.Query,
  };
  return {
    name: 'invoices',
    typeDefs: readSubgraphSdl(new URL('../', import.meta.url)),
    resolvers: {
      ...invoice,
      ...commitmentResolvers(db),
      ...preview,
      ...quoteResolvers(db),
      ...timelineResolvers(db),
      Query: queries,
      Invoice: { ...invoice.Invoice, ...proof.Invoice, ...documentResolvers(db).Invoice },
      Mutation: {
        ...invoice.Mutation,
        ...note.Mutation,
        ...chargeResolvers(db).Mutation,
        ...chargeItem.Mutation,
        ...wallet.Mutation,
        ...fxRateResolvers(db).Mutation,
      },
      Customer: { ...invoice.Customer, ...wallet.Customer, ...accountOf(db) },
      Wallet: wallet.Wallet,
      Subscription: { ...invoice.Subscription, ...wallet.Subscription },
    },
    consumers: [
      {
        name: 'invoices',
        subscriptions: [...billed, ...earlierSubscriptions, ...collected],
      },
      { name: 'invoices-live', subscriptions: [invoiceLive(live), walletLive(live)] },
    ],
    aggregates: [invoices, balances, wallets, charges, chargeItems, quotedInvoices, fxRates],
    provables: [provenInvoices],
    timers: { ...draftTimers, ...periodTimers, ...walletTimers },
  };
};

await runService(import.meta.url, { create, environment });
