import { activeFraction, type ProrationGrain } from '@tollgate/kernel/money/proration';
import {
  decimalFromInteger,
  fromRational,
  mulDecimal,
  sumDecimals,
  toRational,
  ZERO_DECIMAL,
  type Decimal,
} from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { CommitmentPrice, CommitmentWindow } from '@tollgate/kernel/price/model';
import {
  commitmentAmounts,
  COMMITMENT_PARTS,
  NO_UNITS,
  withWindow,
  type ByPart,
} from '@tollgate/kernel/rating/commitment';
import { instantFromMs, timeZone, toMs, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { Metric } from '../../aggregation/domain/metric.js';
import type { PartFigures } from './figures.js';
import { windowsOf, type Windows } from './windows.js';

/** What of the windows of a commitment is settled at the end of a stretch. */
export interface Settles {
  /** Whether the period is over: then the window that it cuts is settled, too, for its share. */
  readonly isOver: boolean;
  /** The whole period that this one is of, where it is shorter. */
  readonly full: Period | null;
}

/** A period of a subscription whose prices are counted. */
export interface PricedPeriod {
  readonly terms: { readonly timeZone: string; readonly grain: ProrationGrain };
  /** From the begin of the period to where it is asked for. */
  readonly period: Period;
  /** The end of the period as it was before any cut. */
  readonly opened: Instant;
  readonly settles?: Settles;
}

/** The windows of a commitment of a meter's usage: a level is measured over all of its period. */
export function windowsFor(
  { window: sold }: Pick<CommitmentPrice, 'window'>,
  { metric }: { readonly metric: Pick<Metric, 'type'> },
  { terms, period, opened }: PricedPeriod,
): { readonly windows: Windows; readonly window: CommitmentWindow } {
  const window = metric.type === 'weighted_sum' ? 'period' : sold;
  return { windows: windowsOf(window, { from: period.from, to: opened }, timeZone(terms.timeZone)), window };
}

/** What is settled of a commitment: windows with usage by their index, and the period they are of. */
export interface Committed {
  readonly price: Pick<CommitmentPrice, 'committedQuantity' | 'window'>;
  readonly windows: Windows;
  readonly used: ReadonlyMap<number, Decimal>;
  readonly of: PricedPeriod;
}

/** The units of all windows up to where it is asked for, each settled alone; those without usage only owe. */
export function unitsOfWindows(committed: Committed): ByPart {
  const { price, used, of, windows } = committed;
  const { committedQuantity } = price;
  let units = NO_UNITS;
  for (const [index, quantity] of used)
    units = withWindow(units, { committedQuantity, owed: owedBy(committed, index), quantity });
  const { from, to } = of.period;
  if (of.settles === undefined || from >= to) return units;
  const last = windows.indexOf(instantFromMs(toMs(to) - 1));
  const ends = [...new Set([0, last])].filter((index) => !used.has(index));
  // Those between are whole.
  const between = Math.max(0, last - 1) - [...used.keys()].filter((i) => i > 0 && i < last).length;
  const owed = sumDecimals([
    ...ends.map((index) => owedBy(committed, index)),
    mulDecimal(decimalFromInteger(BigInt(between)), committedQuantity),
  ]);
  return { ...units, shortfall: sumDecimals([units.shortfall, owed]) };
}

/** The units of windows whose usage is known as one sum: as if it were spread evenly over them. */
export function unitsSpread(committed: Omit<Committed, 'used'>, quantity: Decimal): ByPart {
  const { price, windows, of } = committed;
  const count =
    of.period.from < of.period.to ? windows.indexOf(instantFromMs(toMs(of.period.to) - 1)) + 1 : 0;
  const allowed = mulDecimal(decimalFromInteger(BigInt(count)), price.committedQuantity);
  const owed = unitsOfWindows({ ...committed, used: new Map() }).shortfall;
  return withWindow(NO_UNITS, { committedQuantity: allowed, owed, quantity });
}

/** What a window owes at least: nothing before it is over, its share where the period begins or ends inside of it. */
function owedBy({ price, windows, of }: Committed, index: number): Decimal {
  const { terms, period, settles, opened } = of;
  if (settles === undefined) return ZERO_DECIMAL;
  const bounds = windows.boundsOf(index);
  const isOver = settles.isOver || bounds.to <= period.to;
  if (!isOver) return ZERO_DECIMAL;
  const whole = price.window === 'period' ? (settles.full ?? { from: period.from, to: opened }) : bounds;
  const active = {
    from: bounds.from > period.from ? bounds.from : period.from,
    to: bounds.to < period.to ? bounds.to : period.to,
  };
  if (active.from === whole.from && active.to === whole.to) return price.committedQuantity;
  const grain = price.window === 'hour' ? 'second' : terms.grain;
  const { numerator, denominator } = activeFraction(
    { grain, timeZone: timeZone(terms.timeZone) },
    whole,
    active,
  );
  if (rational.isZero(denominator)) return ZERO_DECIMAL;
  const share = rational.div(numerator, denominator);
  return fromRational(rational.mul(toRational(price.committedQuantity), share));
}

/** What a commitment comes to by its lines, and together. */
export function committedFigures(
  price: CommitmentPrice,
  units: ByPart,
): { readonly amount: Decimal; readonly parts: readonly PartFigures[] } {
  const amounts = commitmentAmounts(price, units);
  const sold = COMMITMENT_PARTS.filter((part) => part !== 'shortfall' || price.trueUp);
  const parts = sold.map((part) => ({ part, quantity: units[part], amount: amounts[part] }));
  return { parts, amount: sumDecimals(parts.map(({ amount }) => amount)) };
}
