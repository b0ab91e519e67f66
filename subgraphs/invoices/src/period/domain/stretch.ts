import { decimal, subDecimal } from '@tollgate/kernel/number/decimal';
import { ALL_USAGE, excludeEachOther, type PriceFilter } from '@tollgate/kernel/price/filter';
import * as rational from '@tollgate/kernel/number/rational';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import {
  type ChargeOf,
  type LateCharge,
  type LateTrueUpCharge,
  type UsageCharge,
} from '../../invoice/domain/basis.js';
import { positionOf, type Position, type Positions } from '../../invoice/domain/position.js';
import { lateDifference } from '../../invoice/domain/line.js';
import { usageMinor, type PricedStretch } from '../../invoice/domain/usage-line.js';
import { missingWith } from '../../invoice/domain/true-up.js';
import { chargeHead, trueUpCharge } from './fees.js';
import type { PriceTerms, Terms } from './terms.js';

/** What invoices remember of a stretch that is over: the positions that are billed, and the latest. */
export interface ClosedStretch {
  readonly terms: Terms;
  /** Number of its bill. */
  readonly number: number;
  /** The begin of its period: positions count from there. */
  readonly begin: Instant;
  /** The stretch itself. */
  readonly period: Period;
  /** The whole period that its parts are of; null where an earlier release wrote it, which knew no parts. */
  readonly whole: Period | null;
  /** Whether its period is over with it. */
  readonly ends: boolean;
  /** Whether the subscription is over with it, as an earlier release noted it. */
  readonly isLast: boolean;
  /** Highest revision of the positions that was seen. */
  readonly revision: number;
  /** The invoice that billed it; while that is a draft, late usage re-totals it. */
  readonly invoiceId: string | null;
  readonly billed: Positions;
  readonly latest: Positions;
}

/** A line that billed usage of a price in a stretch, or took some back, on an invoice that is not void. */
export interface BilledLine {
  readonly subscriptionId: string;
  readonly priceId: string;
  readonly periodFrom: string;
  /** Less what credit notes gave back of it; below zero what a line took back before coupons. */
  readonly amountMinor: bigint;
  /** A line above zero as priced and after coupons; null for others. */
  readonly paid: { readonly lineMinor: bigint; readonly afterCoupons: rational.Rational } | null;
}

/** A charge for every price of usage, at 0 too. `earlier` are the stretches of the period before this one. */
export function usageCharges(
  stretch: Pick<ClosedStretch, 'terms' | 'period' | 'ends'>,
  positions: Positions,
  earlier: readonly ClosedStretch[],
): ChargeOf<UsageCharge>[] {
  const { terms, period, ends } = stretch;
  return usagePrices(terms).map((price) => {
    const { from, to, ...rest } = positionOf(positions, price);
    return {
      ...chargeHead(terms, price),
      kind: 'usage',
      period,
      quantity: to,
      ...rest,
      ...(from !== null && { since: from, earlierMinor: earlierOf(earlier, price) }),
      ...(!ends && { goesOn: true as const }),
    };
  });
}

/** Late usage of all these stretches, the oldest first, and the stretches that have any, as they stand once it is billed. */
export function lateUsage(
  stretches: readonly ClosedStretch[],
  lines: readonly BilledLine[],
): {
  readonly charges: readonly (ChargeOf<LateCharge> | ChargeOf<LateTrueUpCharge>)[];
  readonly stretches: readonly ClosedStretch[];
} {
  const ordered = [...stretches].sort((a, b) => (a.period.from < b.period.from ? -1 : 1));
  const due = ordered
    .map((stretch) => ({ stretch, charges: [...lateCharges(stretch, lines), ...lateTrueUp(stretch, lines)] }))
    .filter(({ charges }) => charges.length > 0);
  return {
    charges: due.flatMap(({ charges }) => charges),
    stretches: due.map(({ stretch }) => ({ ...stretch, billed: stretch.latest })),
  };
}

/** Whether late usage of these stretches gives something back: then the lines that billed it must be known. */
export function givesBack(stretches: readonly ClosedStretch[]): boolean {
  return stretches.some(
    (stretch) =>
      lateCharges(stretch, []).some((charge) => lateDifference(charge, stretch.terms.currency) < 0n) ||
      trueUpDifference(stretch) < 0n,
  );
}

/** Charges for what a stretch used beyond what was billed: the step from the billed to the latest positions. */
function lateCharges(closed: ClosedStretch, lines: readonly BilledLine[]): ChargeOf<LateCharge>[] {
  const { terms, period, ends, latest, billed } = closed;
  return usagePrices(terms).flatMap((price) => {
    const [now, before] = [positionOf(latest, price), positionOf(billed, price)];
    if (isSame(now, before)) return [];
    const charge = {
      ...chargeHead(terms, price),
      kind: 'late' as const,
      period,
      quantity: now.to,
      billedQuantity: before.to,
      ...(now.amounts && before.amounts && { amounts: { now: now.amounts, billed: before.amounts } }),
      ...(now.from !== null && before.from !== null && { since: { now: now.from, billed: before.from } }),
      ...(!ends && { goesOn: true as const }),
      ...refundOf(lines, closed, price.priceId),
    };
    return isNothing(charge, terms) ? [] : [charge];
  });
}

/** The difference of what a stretch lacks to its minimum; given back is at most what was billed of it. */
function lateTrueUp(closed: ClosedStretch, lines: readonly BilledLine[]): ChargeOf<LateTrueUpCharge>[] {
  const { terms, period, whole } = closed;
  const difference = trueUpDifference(closed);
  const charge = whole === null ? undefined : trueUpCharge(terms, { period, whole });
  if (charge === undefined || difference === 0n) return [];
  const { kind: _kind, part: _part, fees: _fees, ...head } = charge;
  const refund = refundOf(lines, closed, charge.priceId);
  return [{ ...head, kind: 'late_true_up', differenceMinor: difference, ...refund }];
}

function trueUpDifference({ terms, period, whole, ends, latest, billed }: ClosedStretch): bigint {
  const charge = whole === null ? undefined : trueUpCharge(terms, { period, whole });
  if (charge === undefined) return 0n;
  const { currency } = terms;
  const missing = (positions: Positions) => {
    const usage = usagePrices(terms).map((price) =>
      usageMinor(pricedStretch(price, positions, !ends), currency),
    );
    const minor = missingWith(charge, usage, currency);
    return minor > 0n ? minor : 0n;
  };
  return missing(latest) - missing(billed);
}

/** Where a price stands at both ends of a stretch. */
function pricedStretch(price: PriceTerms, positions: Positions, goesOn: boolean): PricedStretch {
  const { from, to, amounts } = positionOf(positions, price);
  return { price: price.price, from, to, amounts, goesOn };
}

/** Both ends may have moved alike: then neither quantity nor amount differs. */
function isNothing(charge: ChargeOf<LateCharge>, { currency }: Terms): boolean {
  const { since, quantity, billedQuantity } = charge;
  const now = since === undefined ? quantity : subDecimal(quantity, since.now);
  const moved = now !== (since === undefined ? billedQuantity : subDecimal(billedQuantity, since.billed));
  return !moved && lateDifference(charge, currency) === 0n;
}

function isSame(a: Position, b: Position): boolean {
  const [now, before] = [a.amounts, b.amounts];
  return a.to === b.to && a.from === b.from && now?.to === before?.to && now?.from === before?.from;
}

/** What lines billed of the price in the stretch, less what was given back, and which part of them was paid. */
function refundOf(
  lines: readonly BilledLine[],
  { terms, period }: ClosedStretch,
  priceId: string,
): Pick<LateCharge, 'refundableMinor' | 'paid'> {
  const own = lines
    .filter((line) => line.subscriptionId === terms.subscriptionId)
    .filter((line) => line.priceId === priceId && line.periodFrom === period.from);
  const sum = own.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  const refundableMinor = sum < 0n ? 0n : sum;
  const billed = own.flatMap(({ paid }) => paid ?? []);
  const lineMinor = billed.reduce((total, one) => total + one.lineMinor, 0n);
  const after = rational.sum(billed.map(({ afterCoupons }) => afterCoupons));
  if (lineMinor === 0n || rational.isZero(rational.sub(after, rational.fromInteger(lineMinor))))
    return { refundableMinor };
  const share = rational.div(after, rational.fromInteger(lineMinor));
  return { refundableMinor, paid: { numerator: decimal(`${share.n}`), denominator: decimal(`${share.d}`) } };
}

/** What the earlier stretches of the period come to for the usage of a price, as all that is known now has it. */
export function earlierOf(earlier: readonly ClosedStretch[], own: PriceTerms): bigint {
  return earlier
    .flatMap(({ terms, latest, ends }) =>
      usagePrices(terms)
        .filter((price) => price.meterId === own.meterId && !excludeEachOther(filterOf(price), filterOf(own)))
        .map((price) => usageMinor(pricedStretch(price, latest, !ends), terms.currency)),
    )
    .reduce((sum, amount) => sum + amount, 0n);
}

function filterOf({ filter = ALL_USAGE }: PriceTerms): PriceFilter {
  return filter;
}

/** Prices that meters feed, in the plan's order. */
export function usagePrices({ prices }: Terms): readonly PriceTerms[] {
  return prices.filter(({ meterId }) => meterId !== null);
}
