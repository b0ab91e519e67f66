import type { DataOf } from '@tollgate/contracts/event';
import type { Effect } from '@tollgate/contracts/plans/effect';
import type { Price } from '@tollgate/contracts/plans/price';
import type { ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import { GROUPS_MAX, type usageBillTotalled } from '@tollgate/contracts/usage/bill';
import { decimal, sumDecimals, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import { ALL_USAGE, passesFilter } from '@tollgate/kernel/price/filter';
import type { CommitmentPrice } from '@tollgate/kernel/price/model';
import { eventAmount } from '@tollgate/kernel/rating/events';
import { decimalOfRatio } from '@tollgate/kernel/rating/ratio';
import { instant } from '@tollgate/kernel/time/time';
import type { GroupCount } from '../aggregation/domain/composite.js';
import type { Meter } from '../meter/domain/meter.js';
import { matrixTotal, toldGroups } from '../position/domain/groups.js';
import {
  committedFigures,
  unitsSpread,
  windowsFor,
  type PricedPeriod,
} from '../position/domain/committed-units.js';
import { figuresView } from '../position/view.js';
import { periodIn } from '../subscription/store.js';

/** What the caller says that meters come to, by dimensions. */
export type Supposed = NonNullable<Effect['usage']>;

/** What a bill's stretch came to. */
export type Total = DataOf<typeof usageBillTotalled>['totals'][number];

/** What it is priced by. */
export interface Priced {
  readonly usage: Supposed;
  readonly terms: ResolvedTerms | null;
  readonly meters: readonly Meter[];
}

/** A total with what the caller says at the end of the stretch; what is not said stands where the stretch begins. */
export function totalled(total: Total, priced: Priced): Total {
  const meters = total.meters.map((meter) => {
    const said = priced.usage.filter(({ meterId }) => meterId === meter.meterId);
    const quantity = said.length === 0 ? (meter.from?.quantity ?? '0') : sumOf(said);
    return { ...meter, to: { ...meter.to, quantity } };
  });
  const prices = total.prices?.map((one) => priceTotal(one, { ...priced, bill: total.bill }));
  return { ...total, meters, ...(prices !== undefined && { prices }) };
}

type PriceTotal = NonNullable<Total['prices']>[number];

function priceTotal(
  one: PriceTotal,
  { usage, terms, meters, bill }: Priced & Pick<Total, 'bill'>,
): PriceTotal {
  const { groups: _groups, otherGroups: _others, ...head } = one;
  const price = terms?.prices.find(({ priceId }) => priceId === one.priceId);
  const meter = meters.find(({ id }) => id === price?.meterId);
  if (terms === null || price === undefined || meter === undefined) return one;
  const { filter = ALL_USAGE } = price;
  const own = usage
    .filter(({ meterId }) => meterId === meter.id)
    .filter(({ dimensions }) => passesFilter(filter, (name) => dimensions[name] ?? ''));
  if (price.price.model === 'commitment') {
    const quantity = own.length === 0 ? decimal(one.from?.quantity ?? '0') : sumOf(own);
    const of = closedPeriod(terms, bill);
    const figures =
      of === null
        ? { amount: null }
        : committedFigures(price.price, spread(price.price, { meter, of, quantity }));
    return { ...head, to: figuresView({ quantity, events: own.length, ...figures }) };
  }
  if (own.length === 0 && one.from !== null) return { ...head, to: one.from };
  const { groupBy = [] } = meter.metric;
  const groups = own.map(({ dimensions, quantity }): GroupCount => {
    const texts = groupBy.map((name) => dimensions[name] ?? '');
    return { texts, value: rational.fromDecimal(quantity), events: 1 };
  });
  const to = { quantity: sumOf(own), events: own.length, amount: amountOf(price, groupBy, { groups, own }) };
  return { ...head, to, ...(one.from === null && groupBy.length > 0 && told(price, groupBy, groups)) };
}

/** The period whose stretch a bill closes, up to the end of the stretch. */
function closedPeriod(terms: ResolvedTerms, bill: Total['bill']): PricedPeriod | null {
  const closes = bill?.closes ?? null;
  if (closes === null) return null;
  const { period, to, ends, full } = closes;
  return {
    terms,
    period: { from: instant(period.from), to: instant(to) },
    opened: instant(period.to),
    settles: { isOver: ends, full: full === null ? null : periodIn(full) },
  };
}

interface Spread {
  readonly meter: Meter;
  readonly of: PricedPeriod;
  readonly quantity: Decimal;
}

function spread(price: CommitmentPrice, { meter, of, quantity }: Spread) {
  const { windows, window } = windowsFor(price, meter, of);
  return unitsSpread({ price: { ...price, window }, windows, of }, quantity);
}

/** Prices of single events price each entry as one event. */
function amountOf(
  { price }: Price,
  groupBy: readonly string[],
  { groups, own }: { readonly groups: readonly GroupCount[]; readonly own: Supposed },
): Decimal | null {
  if (price.model === 'matrix') return matrixTotal(price, groupBy, groups);
  if (price.model !== 'percentage' && price.model !== 'dynamic') return null;
  const total = eventAmount(
    price,
    own.map(({ quantity }) => quantity),
  );
  return decimalOfRatio(total);
}

function told({ price }: Price, groupBy: readonly string[], groups: readonly GroupCount[]) {
  const { groups: listed, others } = toldGroups({ price, groupBy, from: [], to: groups }, GROUPS_MAX);
  return {
    groups: listed.map((group) => ({ ...group, dimensions: [...group.dimensions] })),
    ...(others !== null && { otherGroups: others }),
  };
}

function sumOf(usage: Supposed): Decimal {
  return sumDecimals(usage.map(({ quantity }) => quantity));
}
