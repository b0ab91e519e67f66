import { unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import { moneyView } from '../rating/view.js';
import type { Report } from './handlers.js';

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
