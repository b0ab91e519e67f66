import type { Bill as PublishedBill } from '@tollgate/contracts/plans/bill';
import type { KeptTerms, ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import type { DataOf } from '@tollgate/contracts/event';
import type { usageBillTotalled } from '@tollgate/contracts/usage/bill';
import { assert, unreachable } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { CommitmentPrice, Price } from '@tollgate/kernel/price/model';
import { COMMITMENT_PARTS, commitmentRates, type CommitmentPart } from '@tollgate/kernel/rating/commitment';
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
type PublishedPrice = NonNullable<PublishedTotal['prices']>[number];

/** Positions as usage published them. */
export function positionsOf({ meters, prices = [] }: Pick<PublishedTotal, 'meters' | 'prices'>): Positions {
  return Object.fromEntries<Position>([
    ...meters.map(({ meterId, from, to }): [string, Position] => [meterId, quantitiesOf({ from, to })]),
    ...prices.flatMap(pricePositions),
  ]);
}

function quantitiesOf({ from, to }: Pick<PublishedTotal['meters'][number], 'from' | 'to'>) {
  return { from: from === null ? null : decimal(from.quantity), to: decimal(to.quantity) };
}

/** Where a price stands, or each line of a commitment. */
export function pricePositions(price: PublishedPrice): readonly (readonly [string, Position])[] {
  return price.to.parts === undefined ? [[price.priceId, pricePositionOf(price)]] : partPositions(price);
}

/** The lines of a commitment stand each by itself; a part that is not told at the begin stands at nothing there. */
function partPositions({ priceId, from, to }: PublishedPrice): [string, Position][] {
  return (to.parts ?? []).map((end) => {
    const begin = from?.parts?.find(({ part }) => part === end.part);
    const at = { from: from === null ? null : decimal(begin?.quantity ?? '0'), to: decimal(end.quantity) };
    const amounts = {
      from: from === null ? null : decimal(begin?.amount ?? '0'),
      to: decimal(end.amount),
    };
    return [partId(priceId, end.part), { ...at, amounts }];
  });
}

/** What a line of a commitment is told apart by. */
function partId(priceId: string, part: CommitmentPart): string {
  return `${priceId}/${part}`;
}

function pricePositionOf({ from, to, groups, otherGroups }: PublishedPrice): Position {
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

type PublishedGroup = NonNullable<PublishedPrice['groups']>[number];

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
  const prices = published.flatMap(({ price, filter, ...one }): PriceTerms[] => {
    const { priceId, key, meterId, meterCode, description } = one;
    const head = { priceId, key, meterId, meterCode, description, ...(filter !== undefined && { filter }) };
    if (price.model === 'commitment') return partPrices(price, head);
    return [{ ...head, price: usagePrice(price) }];
  });
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

/** A commitment has a line for what was committed, for what went beyond, and, where that is sold, for what is missing. */
function partPrices(price: CommitmentPrice, head: Omit<PriceTerms, 'price'>): PriceTerms[] {
  const rates = commitmentRates(price);
  return COMMITMENT_PARTS.filter((part) => part !== 'shortfall' || price.trueUp).map((part) => ({
    ...head,
    priceId: partId(head.priceId, part),
    description: `${head.description} (${part})`,
    price: { model: price.model, part, unitAmount: rates[part], minimumAmount: null, maximumAmount: null },
  }));
}

/** What a line needs of a price: of one that usage counts, its bounds; a list of dimensions may be long. */
function usagePrice(price: Exclude<Price, CommitmentPrice>): UsagePrice {
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
