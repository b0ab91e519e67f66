import type { Decimal } from '../number/decimal.js';
import type { PercentTier, PriceTier } from '../price/model.js';
import { commonScale, NOTHING, unitsOf, type Ratio } from './ratio.js';

/** What one tier of a price holds and charges, exact, in major units. */
export interface TierPart {
  /** Position, from 1. */
  readonly tier: number;
  readonly quantity: Ratio;
  readonly usage: Ratio;
  readonly flat: Ratio;
}

/** Tiers as integers: bounds over one denominator, all amounts over another. */
export interface TierTable {
  readonly boundScale: bigint;
  readonly amountScale: bigint;
  readonly rows: readonly TierRow[];
}

interface TierRow {
  readonly upTo: bigint | null;
  readonly unit: bigint;
  readonly flat: bigint;
  readonly flatAtZero: boolean;
}

const PERCENT = 100n;

/** Tiers whose amounts are per unit. */
export function tierTable(tiers: readonly PriceTier[]): TierTable {
  return tableOf(tiers.map((tier) => ({ ...tier, unit: tier.unitAmount })));
}

/** Tiers on an amount of money: a unit costs the rate as a part of one. */
export function percentTable(tiers: readonly PercentTier[]): TierTable {
  const { boundScale, amountScale, rows } = tableOf(
    tiers.map((tier) => ({ ...tier, unit: tier.ratePercent })),
  );
  const hundredths = rows.map((row) => ({ ...row, flat: row.flat * PERCENT }));
  return { boundScale, amountScale: amountScale * PERCENT, rows: hundredths };
}

/** Each unit at the price of the tier it falls into, plus the flat amounts of the tiers that hold something. */
export function graduated(table: TierTable) {
  return {
    amount: (quantity: Ratio): Ratio => graduatedAmount(table, quantity),
    tiers: (quantity: Ratio): TierPart[] => graduatedParts(table, quantity),
  };
}

function graduatedAmount({ boundScale, amountScale, rows }: TierTable, { n, d }: Ratio): Ratio {
  const position = n * boundScale;
  let [from, usage, flat] = [0n, 0n, 0n];
  for (const row of rows) {
    const to = endOf(row, position, d);
    if (to > from) usage += (to - from) * row.unit;
    if (to > from || chargedAtZero(row, rows, position)) flat += row.flat;
    if (to === position) break;
    from = to;
  }
  const denominator = d * boundScale;
  return { n: usage + flat * denominator, d: denominator * amountScale };
}

function graduatedParts({ boundScale, amountScale, rows }: TierTable, { n, d }: Ratio): TierPart[] {
  const position = n * boundScale;
  const denominator = d * boundScale;
  let from = 0n;
  return rows.map((row, index) => {
    const to = endOf(row, position, d);
    const inside = to - from;
    from = to;
    return {
      tier: index + 1,
      quantity: { n: inside, d: denominator },
      usage: { n: inside * row.unit, d: denominator * amountScale },
      flat: inside > 0n || chargedAtZero(row, rows, position) ? { n: row.flat, d: amountScale } : NOTHING,
    };
  });
}

/** All of the quantity at the price of the tier that holds it, plus that tier's flat amount. */
export function volume({ boundScale, amountScale, rows }: TierTable): (quantity: Ratio) => Ratio {
  return ({ n, d }) => {
    const position = n * boundScale;
    const denominator = d * boundScale;
    const row = rows.find(({ upTo }) => upTo === null || position <= upTo * d);
    if (row === undefined) return NOTHING;
    const flat = position > 0n || chargedAtZero(row, rows, position) ? row.flat : 0n;
    return { n: position * row.unit + flat * denominator, d: denominator * amountScale };
  };
}

/** Where the tier ends, or the quantity if that is earlier. */
function endOf({ upTo }: TierRow, position: bigint, denominator: bigint): bigint {
  if (upTo === null) return position;
  const end = upTo * denominator;
  return end < position ? end : position;
}

/** Without usage only the first tier's flat amount can be charged, and only if the tier says so. */
function chargedAtZero(row: TierRow, rows: readonly TierRow[], position: bigint): boolean {
  return position === 0n && row.flatAtZero && row === rows[0];
}

type AmountTier = Omit<PriceTier, 'unitAmount'> & { readonly unit: Decimal };

function tableOf(tiers: readonly AmountTier[]): TierTable {
  const bounds = commonScale(tiers.flatMap(({ upTo }) => upTo ?? []));
  const amounts = commonScale(tiers.flatMap(({ unit, flatAmount }) => [unit, flatAmount]));
  return {
    boundScale: 10n ** BigInt(bounds),
    amountScale: 10n ** BigInt(amounts),
    rows: tiers.map(({ upTo, unit, flatAmount, flatAtZero }) => ({
      upTo: upTo === null ? null : unitsOf(upTo, bounds),
      unit: unitsOf(unit, amounts),
      flat: unitsOf(flatAmount, amounts),
      flatAtZero,
    })),
  };
}
