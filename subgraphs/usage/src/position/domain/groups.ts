import { canonicalJson } from '@tollgate/kernel/codec';
import {
  compareDecimal,
  mulDecimal,
  subDecimal,
  sumDecimals,
  ZERO_DECIMAL,
  type Decimal,
} from '@tollgate/kernel/number/decimal';
import type { DimensionValue } from '@tollgate/kernel/price/filter';
import type { MatrixPrice, Price } from '@tollgate/kernel/price/model';
import { unitAmounts } from '@tollgate/kernel/rating/matrix';
import type { GroupCount } from '../../aggregation/domain/composite.js';
import { exactUsage } from '../../aggregation/domain/tally.js';

/** Usage of a stretch whose dimensions have the same values, as a bill tells it. */
export interface ToldGroup {
  /** In the meter's order; an empty text where events say none. */
  readonly dimensions: readonly DimensionValue[];
  readonly quantity: Decimal;
  /** Null where groups have no price of their own, and where the price has none for this one: it costs nothing. */
  readonly unitAmount: Decimal | null;
  /** Exact, in major units; null where groups have no price of their own. */
  readonly amount: Decimal | null;
}

/** Groups that are told, and what the others come to together; null where there are none. */
export interface ToldGroups {
  readonly groups: readonly ToldGroup[];
  readonly others: {
    readonly count: number;
    readonly quantity: Decimal;
    readonly amount: Decimal | null;
  } | null;
}

/** What a stretch has of a price's groups: those at its end, less those at its begin. */
export interface GroupedStretch {
  readonly price: Price;
  readonly groupBy: readonly string[];
  readonly from: readonly GroupCount[];
  readonly to: readonly GroupCount[];
}

/** What a price by dimensions comes to, exact: what is below zero costs nothing, and so does what it has no price for. */
export function matrixTotal(
  price: MatrixPrice,
  groupBy: readonly string[],
  groups: readonly GroupCount[],
): Decimal {
  return sumDecimals(groups.map((group) => priced(price, groupBy, group).amount ?? ZERO_DECIMAL));
}

/** The greatest groups of a stretch, at most so many, one by one; longer values than people read are among the others. */
export function toldGroups({ price, groupBy, from, to }: GroupedStretch, max: number): ToldGroups {
  const before = new Map(from.map((group) => [keyOf(group), priced(price, groupBy, group)]));
  const now = new Map(to.map((group) => [keyOf(group), priced(price, groupBy, group)]));
  const steps = [...new Map([...before, ...now])].map(([key, group]) => {
    const [end, begin] = [now.get(key), before.get(key)];
    return { ...group, quantity: step(end?.quantity, begin?.quantity), ...amountStep(end, begin) };
  });
  const used = steps.filter(({ quantity, amount }) => quantity !== '0' || (amount ?? '0') !== '0');
  const ordered = used.sort((a, b) => compareGroups(b, a));
  const groups = ordered.filter(isShort).slice(0, max);
  const told = new Set(groups);
  const others = ordered.filter((group) => !told.has(group));
  return { groups, others: others.length === 0 ? null : together(others) };
}

/** Values of a group, in characters, that are told. */
const TOLD_CHARS_MAX = 500;

function isShort({ dimensions }: ToldGroup): boolean {
  return dimensions.reduce((sum, { name, value }) => sum + name.length + value.length, 0) <= TOLD_CHARS_MAX;
}

function priced(price: Price, groupBy: readonly string[], { texts, value }: GroupCount): ToldGroup {
  const dimensions = groupBy.map((name, i) => ({ name, value: texts[i] ?? '' }));
  const quantity = exactUsage({}, value);
  if (price.model !== 'matrix') return { dimensions, quantity, unitAmount: null, amount: null };
  const named = Object.fromEntries(dimensions.map(({ name, value: text }) => [name, text]));
  const unitAmount = unitAmounts(price)(named);
  const isCharged = unitAmount !== null && compareDecimal(quantity, ZERO_DECIMAL) > 0;
  return {
    dimensions,
    quantity,
    unitAmount,
    amount: isCharged ? mulDecimal(quantity, unitAmount) : ZERO_DECIMAL,
  };
}

function step(end: Decimal = ZERO_DECIMAL, begin: Decimal = ZERO_DECIMAL): Decimal {
  return subDecimal(end, begin);
}

function amountStep(end: ToldGroup | undefined, begin: ToldGroup | undefined): Pick<ToldGroup, 'amount'> {
  const isPriced = (end ?? begin)?.amount !== null;
  return { amount: isPriced ? step(end?.amount ?? undefined, begin?.amount ?? undefined) : null };
}

function together(groups: readonly ToldGroup[]): NonNullable<ToldGroups['others']> {
  const amounts = groups.flatMap(({ amount }) => amount ?? []);
  return {
    count: groups.length,
    quantity: sumDecimals(groups.map(({ quantity }) => quantity)),
    amount: amounts.length === 0 ? null : sumDecimals(amounts),
  };
}

function compareGroups(a: ToldGroup, b: ToldGroup): number {
  const byAmount = compareDecimal(a.amount ?? ZERO_DECIMAL, b.amount ?? ZERO_DECIMAL);
  return byAmount === 0 ? compareDecimal(a.quantity, b.quantity) : byAmount;
}

function keyOf({ texts }: GroupCount): string {
  return canonicalJson(texts);
}
