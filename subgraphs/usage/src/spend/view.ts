import type { Currency } from '@tollgate/kernel/money/currency';
import { majorText, money } from '@tollgate/kernel/money/money';
import type { SubscriptionSpend } from './handlers.js';

/** What a subscription's usage comes to, in GraphQL. */
export function spendView({ subscriptionId, period, currency, amountMinor, prices }: SubscriptionSpend) {
  return {
    subscription: { __typename: 'PlanSubscription' as const, id: subscriptionId },
    period,
    amount: amountView(amountMinor, currency),
    prices: prices.map(({ amountMinor: minor, ...price }) => ({
      ...price,
      amount: amountView(minor, currency),
    })),
  };
}

function amountView(minor: bigint, currency: Currency) {
  return { amount: majorText(money(minor, currency)), minor: minor.toString(), currency };
}
