import type { Currency } from '@tollgate/kernel/money/currency';
import { moneyView } from '../rating/view.js';
import type { RevenueStanding } from './loaders.js';

/** Where revenue stands, as the schema shows it. */
export function standingView({ date, recognisedMinor, deferredMinor }: RevenueStanding, currency: Currency) {
  return {
    date,
    recognised: moneyView(recognisedMinor, currency),
    deferred: moneyView(deferredMinor, currency),
  };
}
