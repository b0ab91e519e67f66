import type { DataOf } from '@tollgate/contracts/event';
import type { SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import type { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { assert, unreachable } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { Price } from '@tollgate/kernel/price/model';
import { instant, timeZone, type Period } from '@tollgate/kernel/time/time';
import type { LinePrice } from '../invoice/domain/basis.js';
import type { PeriodTotals } from './domain/period-close.js';
import type { Terms } from './domain/terms.js';

type Totals = DataOf<typeof usagePeriodTotalled>['totals'];

/** Totals of periods as usage published them. Subscriptions of one plan share its prices: each is prepared once. */
export function totalsOf(totals: Totals): PeriodTotals[] {
  const shared = new Map<string, LinePrice>();
  return totals.map((one) => {
    const read = totalOf(one);
    const prices = read.terms.prices.map((price) => ({ ...price, price: sharedBy(shared, price.price) }));
    return { ...read, terms: { ...read.terms, prices } };
  });
}

function sharedBy(shared: Map<string, LinePrice>, price: LinePrice): LinePrice {
  const key = JSON.stringify(price);
  const known = shared.get(key) ?? price;
  shared.set(key, known);
  return known;
}

function totalOf({ terms, period, index, next, revision, meters }: Totals[number]): PeriodTotals {
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
export function termsOf(published: SubscriptionTerms): Terms {
  const { subscriptionId, customerId, planVersionId, quantity, interval, alignment, grain } = published;
  const currency = parseCurrency(published.currency);
  assert(currency !== null, 'plans sells in known currencies only');
  return {
    subscriptionId,
    customerId,
    planVersionId,
    currency,
    timeZone: timeZone(published.timeZone),
    quantity: decimal(quantity),
    interval,
    alignment,
    grain,
    prices: published.prices.map(({ priceId, key, meterId, meterCode, description, price }) => ({
      priceId,
      key,
      meterId,
      meterCode,
      description,
      price: linePrice(price),
    })),
  };
}

/** Prices of single events and of dimensions need totals that say more than a quantity; plans sells none of them. */
function linePrice(price: Price): LinePrice {
  switch (price.model) {
    case 'flat':
    case 'per_unit':
    case 'graduated':
    case 'volume':
    case 'graduated_percentage':
    case 'package':
      return price;
    case 'percentage':
    case 'matrix':
    case 'dynamic':
      throw new Error(`a ${price.model} price has no quantity that it could be billed by`);
    default:
      return unreachable(price);
  }
}
