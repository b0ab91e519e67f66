import type { Price } from '@tollgate/contracts/plans/price';
import type { ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { ALL_USAGE, passesFilter, type PriceFilter } from '@tollgate/kernel/price/filter';
import { decimalOfRatio } from '@tollgate/kernel/rating/ratio';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { GroupCount } from '../../aggregation/domain/composite.js';
import type { Meter } from '../../meter/domain/meter.js';
import { metersOf } from '../../subscription/store.js';
import type { Figures } from '../../total/domain/tallies.js';
import { figuresOfGroups } from '../../total/handlers/measure.js';
import { matrixTotal } from '../domain/groups.js';
import { committedFigures, type PricedPeriod } from '../domain/committed-units.js';
import type { PartFigures } from '../domain/figures.js';
import { committedUnits } from './committed.js';
import { eventsPriced, type Events } from './events-priced.js';

/** Where a price stands that more than the quantity of its meter is priced by. */
export interface PricePosition extends Figures {
  readonly price: Price;
  readonly meter: Meter;
  /** What it comes to before maximum and minimum; null where the quantity is priced. */
  readonly amount: Decimal | null;
  readonly groups: readonly GroupCount[];
  /** Of a commitment, its lines. */
  readonly parts?: readonly PartFigures[];
}

/** Prices that are counted by themselves, by meter, and the meters whose quantity is priced or limited. */
export function pricesApart(
  terms: ResolvedTerms,
  meters: readonly Meter[],
): { readonly alone: ReadonlyMap<Meter, readonly Price[]>; readonly meterIds: readonly string[] } {
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  const alone = new Map<Meter, Price[]>();
  const plain = new Set<string>();
  for (const price of terms.prices) {
    if (price.meterId === null) continue;
    const meter = byId.get(price.meterId);
    if (meter === undefined || !isApart(price, meter)) plain.add(price.meterId);
    else alone.set(meter, [...(alone.get(meter) ?? []), price]);
  }
  const counted = new Set([...alone.keys()].map(({ id }) => id));
  return { alone, meterIds: metersOf(terms).filter((id) => plain.has(id) || !counted.has(id)) };
}

/** Prices of single events and of dimensions, prices of a part of the usage, and those whose usage has dimensions to tell. */
function isApart({ price, filter }: Price, { metric }: Meter): boolean {
  const { model } = price;
  if (model === 'percentage' || model === 'dynamic' || model === 'matrix' || model === 'commitment')
    return true;
  return filter !== undefined || (metric.groupBy ?? []).length > 0;
}

/** A price with what its meter counted, and where its events are found. */
export interface Pricing {
  readonly price: Price;
  readonly groups: readonly GroupCount[];
  readonly events: Events;
  readonly of: PricedPeriod;
}

/** Where a price stands. */
export async function pricePosition(
  tx: TenantTx,
  { price, groups, events, of }: Pricing,
): Promise<PricePosition> {
  const { meter } = events;
  const { filter = ALL_USAGE } = price;
  const head = { price, meter, ...ownOf(price, meter, groups) };
  switch (price.price.model) {
    case 'percentage':
    case 'dynamic': {
      const { run } = await eventsPriced(tx, { price: price.price, filter, events });
      return { ...head, amount: decimalOfRatio(run.total()) };
    }
    case 'commitment': {
      const committed = { price: price.price, filter, events, of, quantity: head.quantity };
      return { ...head, ...committedFigures(price.price, await committedUnits(tx, committed)) };
    }
    default:
      return { ...head, amount: amountOfGroups(price, meter, head.groups) };
  }
}

/** Of what a meter counted, what a price is of. */
export function ownOf(
  { filter = ALL_USAGE }: Price,
  meter: Meter,
  all: readonly GroupCount[],
): Figures & Pick<PricePosition, 'groups'> {
  const groups = filter.length === 0 ? all : all.filter((group) => isGroupOf(filter, meter, group));
  return { groups, ...figuresOfGroups(meter, groups) };
}

/** What a price by dimensions comes to; null where the quantity is priced. */
export function amountOfGroups(
  { price }: Price,
  { metric }: Meter,
  own: readonly GroupCount[],
): Decimal | null {
  return price.model === 'matrix' ? matrixTotal(price, metric.groupBy ?? [], own) : null;
}

function isGroupOf(filter: PriceFilter, { metric: { groupBy = [] } }: Meter, { texts }: GroupCount): boolean {
  return passesFilter(filter, (name) => texts[groupBy.indexOf(name)] ?? '');
}
