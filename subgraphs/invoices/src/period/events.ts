import type { Bill as PublishedBill } from '@tollgate/contracts/plans/bill';
import type { KeptTerms, ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import type { DataOf } from '@tollgate/contracts/event';
import type { usageBillTotalled } from '@tollgate/contracts/usage/bill';
import { assert, unreachable } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { Price } from '@tollgate/kernel/price/model';
import { instant, timeZone, type Period } from '@tollgate/kernel/time/time';
import type { LinePrice, Positions } from '../invoice/domain/basis.js';
import type { Bill, Closes, Opened } from './domain/bill.js';
import type { PriceTerms, Terms } from './domain/terms.js';

/** Brings terms to what they say in full. */
export type Resolve = (terms: KeptTerms) => ResolvedTerms;

/** A bill as plans published it. */
export function billOf(published: PublishedBill, resolve: Resolve): Bill {
  const { number, reason, at, current, opens, closes, legs, addons, credit, over, joint } = published;
  const terms = termsOf(published.terms, resolve);
  return {
    ...{ number, reason, at: instant(at), terms, opens, legs, addons, over },
    credit: credit === null ? null : { ...credit, invoiceId: credit.invoiceId ?? null },
    joint: joint ?? null,
    current: current === null ? null : openedOf(current),
    closes: closes === null ? null : closesOf(closes, terms, resolve),
  };
}

/** All terms that bills name. */
export function termsIn(bills: readonly PublishedBill[]): KeptTerms[] {
  return bills.flatMap(({ terms, closes }) => [terms, ...(closes?.terms ? [closes.terms] : [])]);
}

/** Positions as usage published them. */
export function positionsOf(meters: DataOf<typeof usageBillTotalled>['totals'][number]['meters']): Positions {
  return Object.fromEntries(
    meters.map(({ meterId, from, to }) => [
      meterId,
      { from: from === null ? null : decimal(from.quantity), to: decimal(to.quantity) },
    ]),
  );
}

/** A published period. */
export function periodOf({ from, to }: { readonly from: string; readonly to: string }): Period {
  return { from: instant(from), to: instant(to) };
}

/** The terms of a subscription as plans published them. */
export function termsOf(kept: KeptTerms, resolve: Resolve): Terms {
  const resolved = resolve(kept);
  const { subscriptionId, customerId, planVersionId, quantity, interval, alignment, grain } = resolved;
  const currency = parseCurrency(resolved.currency);
  assert(currency !== null, 'plans sells in known currencies only');
  return {
    ...{ subscriptionId, customerId, planVersionId, currency, interval, alignment, grain, kept },
    timeZone: timeZone(resolved.timeZone),
    quantity: decimal(quantity),
    since: resolved.since,
    minimum: resolved.minimum,
    ...(resolved.threshold !== null && { threshold: ruleOf(resolved.threshold) }),
    prices: pricesOf(resolved.prices),
  };
}

function ruleOf({ amounts, recurringStep }: NonNullable<ResolvedTerms['threshold']>) {
  return { thresholds: amounts, recurringStep };
}

type PublishedPrices = ResolvedTerms['prices'];
const prepared = new WeakMap<PublishedPrices, readonly PriceTerms[]>();

/** Subscriptions of one version share its prices: they are prepared once. */
function pricesOf(published: PublishedPrices): readonly PriceTerms[] {
  const known = prepared.get(published);
  if (known !== undefined) return known;
  const prices = published.map(({ priceId, key, meterId, meterCode, description, price }) => ({
    ...{ priceId, key, meterId, meterCode, description },
    price: linePrice(price),
  }));
  prepared.set(published, prices);
  return prices;
}

function openedOf({ index, paid, period, full }: NonNullable<PublishedBill['current']>): Opened {
  return { index, paid, period: periodOf(period), full: full === null ? null : periodOf(full) };
}

function closesOf(closes: NonNullable<PublishedBill['closes']>, now: Terms, resolve: Resolve): Closes {
  const { from, to, ends, terms } = closes;
  return {
    ...openedOf(closes),
    ...{ from: instant(from), to: instant(to), ends },
    terms: terms === null ? now : termsOf(terms, resolve),
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
