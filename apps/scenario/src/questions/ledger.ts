import type { LedgerQuestion, ReportQuestion, RevenueQuestion } from '../format/questions.js';
import { whole, type Reader } from './reader.js';

interface Money {
  readonly amount: string;
}

/** What every account stands at. */
export const ledger: Reader<LedgerQuestion> = {
  coverage: (_question, api) => whole(api, ['Query.ledger']),
  read: async ({ currency }, tenant) => {
    const document = `query Ledger($currency: Currency!) {
      ledger(currency: $currency) { accounts { account balance { amount } } }
    }`;
    type Found = {
      ledger: { accounts: readonly { readonly account: string; readonly balance: Money }[] };
    };
    const found = await tenant.client.call<Found>(document, { currency: currency ?? tenant.currency });
    return Object.fromEntries(
      found.ledger.accounts.map(({ account, balance }) => [account.toLowerCase(), balance.amount]),
    );
  },
};

/** What is earned and what is deferred at some dates. */
export const revenue: Reader<RevenueQuestion> = {
  coverage: (_question, api) => whole(api, ['Query.revenue']),
  read: async ({ at, currency }, tenant) => {
    const document = `query Revenue($currency: Currency!, $at: [Date!]!) {
      revenue(currency: $currency, at: $at) { recognised { amount } deferred { amount } }
    }`;
    type Found = { revenue: readonly { readonly recognised: Money; readonly deferred: Money }[] };
    const found = await tenant.client.call<Found>(document, { currency: currency ?? tenant.currency, at });
    return {
      recognised: found.revenue.map(({ recognised }) => recognised.amount),
      deferred: found.revenue.map(({ deferred }) => deferred.amount),
    };
  },
};

/** What was invoiced between two dates, and what that is worth. */
export const report: Reader<ReportQuestion> = {
  coverage: (_question, api) => whole(api, ['Query.revenueReport']),
  read: async ({ from, to, currency }, tenant) => {
    const document = `query Report($from: Date!, $to: Date!, $currency: Currency!) {
      revenueReport(from: $from, to: $to, currency: $currency) {
        __typename ... on RevenueReport { byCurrency { currency amount } converted { amount } }
      }
    }`;
    type Report = {
      readonly byCurrency?: readonly (Money & { readonly currency: string })[];
      readonly converted?: Money;
    };
    const { revenueReport: found } = await tenant.client.call<{ revenueReport: Report }>(document, {
      ...{ from, to, currency },
    });
    if (found.byCurrency === undefined) return { error: 'NO_RATE' };
    const byCurrency = found.byCurrency.map((money) => [money.currency, money.amount]);
    return { byCurrency: Object.fromEntries(byCurrency), converted: found.converted?.amount };
  },
};
