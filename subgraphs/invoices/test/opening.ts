import type { SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import { openingBill } from '../src/period/earlier.js';
import { periodOf } from '../src/period/events.js';

/** The bill of a subscription that starts with this period. */
export const openingOf = (
  terms: SubscriptionTerms,
  period: { readonly from: string; readonly to: string },
) => ({
  bills: [openingBill({ terms, period: periodOf(period), index: 0 })],
});
