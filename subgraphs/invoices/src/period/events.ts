import type { Bill as PublishedBill } from '@tollgate/contracts/plans/bill';
import type { KeptTerms, ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import type { DataOf } from '@tollgate/contracts/event';
import type { usageBillTotalled } from '@tollgate/contracts/usage/bill';
import { assert, unreachable } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { Price } from '@tollgate/kernel/price/model';
import { instant, timeZone, type Period } from '@tollgate/kernel/time/time';
import type { LineGroup, Position, Positions, UsagePrice } from '../invoice/domain/position.js';
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

type PublishedTotal = DataOf<typeof usageBillTotalled>['totals'][number];

/** Positions as usage published them. */
export function positionsOf({ meters, prices = [] }: Pick<PublishedTotal, 'meters' | 'prices'>): Positions {
  return Object.fromEntries<Position>([
    ...meters.map(({ meterId, from, to }): [string, Position] => [meterId, quantitiesOf({ from, to })]),
    ...prices.map((price): [string, Position] => [price.priceId, pricePositionOf(price)]),
  ]);
}

function quantitiesOf({ from, to }: Pick<PublishedTotal['meters'][number], 'from' | 'to'>) {
  return { from: from === null ? null : decimal(from.quantity), to: decimal(to.quantity) };
}

function pricePositionOf({
  from,
  to,
  groups,
  otherGroups,
}: NonNullable<PublishedTotal['prices']>[number]): Position {
  const begin = from?.amount ?? null;
  const amounts = to.amount !== null && {
    amounts: { from: begin === null ? null : decimal(begin), to: decimal(to.amount) },
  };
  return {
    ...quantitiesOf({ from, to }),
    ...amounts,
    ...(groups !== undefined && { groups: groups.map(groupOf) }),
    ...(otherGroups !== undefined && { otherGroups: { ...otherGroups, ...figuresOf(otherGroups) } }),
  };
}

type PublishedGroup = NonNullable<NonNullable<PublishedTotal['prices']>[number]['groups']>[number];

function groupOf(group: PublishedGroup): LineGroup {
  return { dimensions: group.dimensions, unitAmount: group.unitAmount, ...figuresOf(group) };
}

function figuresOf({ quantity, amount }: Pick<PublishedGroup, 'quantity' | 'amount'>) {
  return { quantity: decimal(quantity), amount: amount === null ? null : decimal(amount) };
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
  const prices = published.map(({ priceId, key, meterId, meterCode, filter, description, price }) => ({
    ...{ priceId, key, meterId, meterCode, description },
    ...(filter !== undefined && { filter }),
    price: usagePrice(price),
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

/** What a line needs of a price: of one that usage counts, its bounds; a list of dimensions may be long. */
function usagePrice(price: Price): UsagePrice {
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
      return { model: price.model, minimumAmount: price.minimumAmount, maximumAmount: price.maximumAmount };
    default:
      return unreachable(price);
  }
}
