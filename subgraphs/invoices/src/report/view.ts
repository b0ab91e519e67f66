import { unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import { moneyView } from '../rating/view.js';
import { kindView } from '../ledger/view.js';
import { treatmentView } from '../invoice/view.js';
import type { Report } from './handlers.js';
import type { AgedReceivables, Statement } from './handlers/account.js';
import type { TaxReport } from './handlers/tax.js';
import type { Aging } from './store/receivable.js';

/** A report as the schema shows it, or why there is none. */
export function reportView(report: Report, into: Currency) {
  switch (report.kind) {
    case 'report': {
      const byCurrency = report.byCurrency.map(({ minor, currency }) => moneyView(minor, currency));
      const converted = moneyView(report.convertedMinor, into);
      return { __typename: 'RevenueReport' as const, byCurrency, converted };
    }
    case 'unrated': {
      const { currency: from, date } = report.unrated;
      const message = `No rate from ${from} to ${into} holds on ${date}.`;
      return { __typename: 'FxRateMissing' as const, message, from, to: into, date };
    }
    case 'invalid': {
      const { reason: __typename, ...rest } = report.rejection;
      return { __typename, ...rest };
    }
    default:
      return unreachable(report);
  }
}

/** What customers owe, as the schema shows it. */
export function agedView({ at, total, customers, otherCustomers }: AgedReceivables, currency: Currency) {
  return {
    ...{ currency, at, otherCustomers },
    total: agingView(total, currency),
    customers: customers.map(({ customerId, ...aging }) => ({
      customer: { id: customerId },
      aging: agingView(aging, currency),
    })),
  };
}

function agingView(aging: Aging, currency: Currency) {
  const { notDueMinor, upTo30Minor, upTo60Minor, upTo90Minor, over90Minor } = aging;
  const all = notDueMinor + upTo30Minor + upTo60Minor + upTo90Minor + over90Minor;
  return {
    notDue: moneyView(notDueMinor, currency),
    upTo30Days: moneyView(upTo30Minor, currency),
    upTo60Days: moneyView(upTo60Minor, currency),
    upTo90Days: moneyView(upTo90Minor, currency),
    over90Days: moneyView(over90Minor, currency),
    total: moneyView(all, currency),
  };
}

/** What a return is about, as the schema shows it, or why that is not told. */
export function taxReportView(report: TaxReport, currency: Currency) {
  if (report.kind === 'invalid') {
    const { reason: __typename, ...rest } = report.rejection;
    return { __typename, ...rest };
  }
  const rows = report.rows.map(({ treatment, jurisdiction, name, percent, ...amounts }) => ({
    ...{ treatment: treatmentView(treatment), jurisdiction, name, percent },
    net: moneyView(amounts.netMinor, currency),
    tax: moneyView(amounts.taxMinor, currency),
    creditedNet: moneyView(amounts.creditedNetMinor, currency),
    creditedTax: moneyView(amounts.creditedTaxMinor, currency),
  }));
  return { __typename: 'TaxReport' as const, rows };
}

/** A customer's statement, as the schema shows it. */
export function statementView({ openingMinor, entries }: Statement, currency: Currency) {
  let standsMinor = openingMinor;
  const shown = entries.map(({ minor, kind, at, causeId, invoiceId, number }) => {
    standsMinor += minor;
    const balance = moneyView(standsMinor, currency);
    return {
      ...{ at, causeId, invoiceId, number, balance },
      kind: kindView(kind),
      amount: moneyView(minor, currency),
    };
  });
  return {
    opening: moneyView(openingMinor, currency),
    entries: shown,
    closing: moneyView(standsMinor, currency),
  };
}
