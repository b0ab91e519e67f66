import { addDecimal, decimal } from '@tollgate/kernel/number/decimal';
import { majorAmount, money } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';
import { passedBy } from '@tollgate/kernel/rating/threshold';
import type { Instant } from '@tollgate/kernel/time/time';
import type {
  BilledSoFar,
  ChargeOf,
  ProgressiveCreditCharge,
  UsageCharge,
} from '../../invoice/domain/basis.js';
import type { Position, Positions } from '../../invoice/domain/position.js';
import { positionOf } from '../../invoice/domain/position.js';
import { ratedLine } from '../../invoice/domain/line.js';
import { usageMinor } from '../../invoice/domain/usage-line.js';
import { chargeHead } from './fees.js';
import { earlierOf, usagePrices, type ClosedStretch } from './stretch.js';
import type { PriceTerms, Terms } from './terms.js';

/** How far a stretch that goes on has come, and what was billed of it before it is over. */
export interface Progress {
  /** Steps that were looked at. */
  readonly steps: number;
  /** The most that its usage came to after any of them; 0 at first. */
  readonly peakMinor: bigint;
  /** By price, what threshold invoices have billed. */
  readonly billed: Readonly<Record<string, BilledSoFar>>;
  /** How many such invoices there are. */
  readonly invoices: number;
  /** What their lines for usage came to after coupons, exact, in minor units. */
  readonly afterCoupons: rational.Rational;
}

/** A stretch of which nothing was told yet. */
export const NO_PROGRESS: Progress = {
  steps: 0,
  peakMinor: 0n,
  billed: {},
  invoices: 0,
  afterCoupons: rational.ZERO,
};

/** The stretch of a subscription that goes on, and what is known around it. */
export interface OpenStretch {
  readonly terms: Terms;
  readonly from: Instant;
  readonly now: Instant;
  /** What usage of earlier stretches of the subscription came to, as it is billed. */
  readonly lifetimeMinor: bigint;
  /** Earlier stretches of the same period. */
  readonly earlier: readonly ClosedStretch[];
}

/** The lines of one threshold invoice. */
export type Crossing = readonly ChargeOf<UsageCharge>[];

/**
 * Looks at the positions after each event, in their order: whenever usage passes thresholds that it had not passed before,
 * what is not on a threshold invoice yet is billed, however many thresholds that were.
 */
export function advance(
  progress: Progress,
  steps: readonly Positions[],
  stretch: OpenStretch,
): { readonly progress: Progress; readonly crossings: readonly Crossing[] } {
  const { terms, lifetimeMinor } = stretch;
  const { threshold, currency } = terms;
  if (threshold === undefined) return { progress, crossings: [] };
  const lifetimeBefore = majorAmount(money(lifetimeMinor, currency));
  const passes = passedBy({ ...threshold, lifetimeBefore }, currency);
  const amounts = new Amounts(stretch);
  const crossings: Crossing[] = [];
  let { peakMinor, billed } = progress;
  for (const positions of steps) {
    const value = amounts.at(positions);
    if (passes(peakMinor, value)) {
      const charges = chargesFor(stretch, positions, billed);
      billed = withCharges(billed, charges, terms);
      crossings.push(charges);
    }
    if (value > peakMinor) peakMinor = value;
  }
  return { progress: { ...progress, steps: progress.steps + steps.length, peakMinor, billed }, crossings };
}

/** The line that takes off what threshold invoices billed of a stretch; none where there were none. */
export function progressiveCredit(
  { terms, period }: Pick<ClosedStretch, 'terms' | 'period'>,
  progress: Progress = NO_PROGRESS,
): ChargeOf<ProgressiveCreditCharge>[] {
  if (progress.invoices === 0) return [];
  const creditMinor = rational.round(progress.afterCoupons);
  const flatAmount = majorAmount(money(creditMinor, terms.currency));
  return [
    {
      kind: 'progressive_credit',
      ...{ subscriptionId: terms.subscriptionId, priceId: 'progressive', key: 'progressive' },
      ...{ description: 'Billed before', meterId: null, meterCode: null },
      price: { model: 'flat', flatAmount, minimumAmount: null, maximumAmount: null },
      ...{ period, quantity: decimal('1'), creditMinor },
    },
  ];
}

/** What usage of a stretch comes to; what did not move since it was last asked is not priced again. */
class Amounts {
  readonly #stretch: OpenStretch;
  readonly #known = new Map<string, { readonly position: Position; readonly minor: bigint }>();

  constructor(stretch: OpenStretch) {
    this.#stretch = stretch;
  }

  at(positions: Positions): bigint {
    return usagePrices(this.#stretch.terms).reduce((sum, price) => sum + this.#of(price, positions), 0n);
  }

  #of(price: PriceTerms, positions: Positions): bigint {
    const position = positionOf(positions, price);
    const known = this.#known.get(price.priceId);
    if (known?.position === position) return known.minor;
    const minor = amountOf(price, position, this.#stretch);
    this.#known.set(price.priceId, { position, minor });
    return minor;
  }
}

/** What a price comes to so far, without its minimum; at least minus what the earlier stretches of the period came to. */
function amountOf(
  price: PriceTerms,
  { from, to, amounts }: Position,
  { terms, earlier }: OpenStretch,
): bigint {
  const minor = usageMinor({ price: price.price, from, to, amounts, goesOn: true }, terms.currency);
  if (from === null) return minor;
  const least = -earlierOf(earlier, price);
  return minor < least ? least : minor;
}

/** A line for each price that says something that no threshold invoice has said. */
function chargesFor(
  { terms, from, now, earlier }: OpenStretch,
  positions: Positions,
  billed: Progress['billed'],
): Crossing {
  return usagePrices(terms)
    .map((price): ChargeOf<UsageCharge> => {
      const { from: since, to: quantity, amounts } = positionOf(positions, price);
      const before = billed[price.priceId];
      return {
        ...chargeHead(terms, price),
        ...{ kind: 'usage', period: { from, to: now }, quantity, goesOn: true },
        ...(amounts !== undefined && { amounts }),
        ...(since !== null && { since, earlierMinor: earlierOf(earlier, price) }),
        ...(before !== undefined && { billed: before }),
      };
    })
    .filter((charge) => {
      const { amountMinor, quantity } = lineOf(charge, terms);
      return amountMinor !== 0n || quantity !== '0';
    });
}

function withCharges(billed: Progress['billed'], charges: Crossing, terms: Terms): Progress['billed'] {
  const more = charges.map((charge): [string, BilledSoFar] => {
    const { quantity, amountMinor } = lineOf(charge, terms);
    const before = billed[charge.priceId];
    if (before === undefined) return [charge.priceId, { quantity, amountMinor }];
    const sum = {
      quantity: addDecimal(before.quantity, quantity),
      amountMinor: before.amountMinor + amountMinor,
    };
    return [charge.priceId, sum];
  });
  return { ...billed, ...Object.fromEntries(more) };
}

function lineOf(charge: ChargeOf<UsageCharge>, { currency }: Terms) {
  return ratedLine({ ...charge, lineId: 'lin_' }, currency);
}
