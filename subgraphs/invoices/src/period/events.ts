import type { DataOf } from '@tollgate/contracts/event';
import type { SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import type { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { assert } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { Price } from '@tollgate/kernel/price/model';
import { instant, type Period } from '@tollgate/kernel/time/time';
import type { PriceModel as Model } from '../rating/domain/rating.js';
import type { PeriodTotals, Terms } from './domain/period-close.js';

/** Totals of a period as usage published them. */
export function totalsOf(totals: DataOf<typeof usagePeriodTotalled>['totals'][number]): PeriodTotals {
  const { terms, period, index, next, revision, meters } = totals;
  const quantities = meters.map(({ meterId, quantity }) => [meterId, decimal(quantity)]);
  return {
    terms: termsOf(terms),
    period: periodOf(period),
    index,
    next: next === null ? null : periodOf(next),
    revision,
    quantities: Object.fromEntries(quantities),
  };
}

/** A published period. */
export function periodOf({ from, to }: { readonly from: string; readonly to: string }): Period {
  return { from: instant(from), to: instant(to) };
}

/** The terms of a subscription as plans published them. */
export function termsOf({
  subscriptionId,
  customerId,
  planVersionId,
  currency,
  prices,
}: SubscriptionTerms): Terms {
  const code = parseCurrency(currency);
  assert(code !== null, 'plans sells in known currencies only');
  return {
    subscriptionId,
    customerId,
    planVersionId,
    currency: code,
    prices: prices.map(({ priceId, meterId, meterCode, description, price }) => ({
      priceId,
      charge: meterId === null ? 'fee' : 'usage',
      meterId,
      meterCode,
      description,
      model: modelOf(price),
    })),
  };
}

function modelOf(price: Price): Model {
  switch (price.model) {
    case 'flat':
      return { kind: 'flat', amount: price.flatAmount };
    case 'per_unit':
      return { kind: 'per_unit', unitAmount: price.unitAmount, includedUnits: price.includedUnits };
    case 'graduated':
      return { kind: 'graduated', tiers: price.tiers, includedUnits: price.includedUnits };
    default:
      throw new Error(`no plan has a ${price.model} price yet`);
  }
}
