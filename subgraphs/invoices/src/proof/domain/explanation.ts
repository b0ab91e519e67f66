import { assert, unreachable } from '@tollgate/kernel/assert';
import { exponentOf, type Currency } from '@tollgate/kernel/money/currency';
import { fromRational, subDecimal, ZERO_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import type { Period } from '@tollgate/kernel/time/time';
import { rateQuantity } from '@tollgate/kernel/rating/rate';
import { reduced, type Ratio } from '@tollgate/kernel/rating/ratio';
import { discounted, inOrder } from '../../discount/domain/discount.js';
import type { Basis, Charge } from '../../invoice/domain/basis.js';
import { amountsOf, couponsOf, linesOf, ratesOn, type Line } from '../../invoice/domain/computation.js';
import { fractionOf } from '../../invoice/domain/line.js';
import type { LineTier } from '../../invoice/domain/line-tier.js';
import { ratedUsage } from '../../invoice/domain/usage-line.js';

/** How a line of an invoice came about. Amounts in major units are exact, or have twelve decimals. */
export interface LineExplanation {
  readonly line: Line;
  readonly planVersionId: string | null;
  readonly price: Charge['price'];
  /** Whose events of which meter in which time; null where no usage caused it. */
  readonly events: { readonly customerId: string; readonly meterId: string; readonly period: Period } | null;
  readonly position: { readonly from: Decimal; readonly to: Decimal } | null;
  readonly part: Decimal | null;
  readonly exactAmount: Decimal | null;
  readonly rounding: Decimal | null;
  readonly tiers: readonly LineTier[];
  readonly billedBeforeMinor: bigint | null;
  readonly credits: {
    readonly invoiceId: string;
    readonly lineId: string;
    readonly takenMinor: bigint;
  } | null;
  readonly discounts: readonly { readonly id: string; readonly amount: Decimal }[];
  readonly discountedAmount: Decimal;
  readonly taxes: readonly LineTax[];
}

/** A tax on a line. */
export interface LineTax {
  readonly name: string;
  readonly percent: Decimal;
  readonly inclusive: boolean;
  readonly exact: Decimal;
  readonly amountMinor: bigint;
}

interface Computed {
  readonly basis: Basis;
  readonly lines: readonly Line[];
}

/** How each line of an invoice came about, in their order. */
export function explanationOf({ basis, lines }: Computed): readonly LineExplanation[] {
  const charges = new Map(basis.charges.map((charge) => [charge.lineId, charge]));
  const { lines: amounts, taxes } = amountsOf(basis);
  const discounts = discountsOf({ basis, lines });
  const names = new Map(ratesOn(basis).map(({ id, name }) => [id, name]));
  return lines.map((line, index): LineExplanation => {
    const charge = charges.get(line.id);
    assert(charge !== undefined, 'every line has its charge');
    return {
      line,
      ...originOf(basis, charge),
      ...roundedIn(line, pricedOf(charge, basis.currency), basis.currency),
      tiers: line.tiers,
      discounts: discounts.get(line.id) ?? [],
      discountedAmount: majorOf(reduced(amounts[index]?.discountedMinor ?? NO_RATIO), basis.currency),
      taxes: taxes.flatMap(({ rate, exact, partsMinor }) => {
        const share = exact[index];
        if (share === null || share === undefined) return [];
        const { id, percent, inclusive } = rate;
        const amountMinor = partsMinor[index] ?? 0n;
        const name = names.get(id) ?? id;
        return [{ name, percent, inclusive, exact: majorOf(reduced(share), basis.currency), amountMinor }];
      }),
    };
  });
}

const NO_RATIO: Ratio = { n: 0n, d: 1n };

/** What caused it: the version of its plan, and the events. */
function originOf(basis: Basis, charge: Charge) {
  const part = basis.joint?.find(({ subscriptionId }) => subscriptionId === charge.subscriptionId);
  const { meterId, period, price } = charge;
  const isUsage = charge.kind === 'usage' || charge.kind === 'late';
  return {
    planVersionId: part?.planVersionId ?? basis.planVersionId,
    price,
    events: isUsage && meterId !== null ? { customerId: basis.customerId, meterId, period } : null,
  };
}

type Priced = Pick<
  LineExplanation,
  'position' | 'part' | 'exactAmount' | 'rounding' | 'billedBeforeMinor' | 'credits'
>;

const UNPRICED: Priced = {
  position: null,
  part: null,
  exactAmount: null,
  rounding: null,
  billedBeforeMinor: null,
  credits: null,
};

/** What of a charge was priced, and what it stands beside; the rounding is the line's. */
function pricedOf(charge: Charge, currency: Currency): Priced {
  switch (charge.kind) {
    case 'fee':
    case 'charge': {
      const { part } = charge;
      const whole = reduced(rateQuantity(charge, currency).exact);
      const fraction = part === null ? null : fractionOf(part);
      const share = fraction === null ? rational.ONE : rational.div(fraction.numerator, fraction.denominator);
      return {
        ...UNPRICED,
        part: fromRational(share),
        exactAmount: fromRational(rational.mul(whole, share)),
      };
    }
    case 'one_off':
    case 'top_up':
      return { ...UNPRICED, exactAmount: exactOf(rateQuantity(charge, currency)) };
    case 'usage': {
      const { price, since, quantity: to, goesOn, amounts, billed } = charge;
      const stretch = { price, from: since ?? null, to, goesOn: goesOn === true, amounts };
      const exactAmount = exactOf(ratedUsage(stretch, currency));
      const position = { from: since ?? ZERO_DECIMAL, to };
      const billedBeforeMinor = billed?.amountMinor ?? null;
      return { ...UNPRICED, position, exactAmount, billedBeforeMinor };
    }
    case 'late':
      return { ...UNPRICED, position: { from: charge.billedQuantity, to: charge.quantity } };
    case 'credit':
      return { ...UNPRICED, credits: { ...charge.of, takenMinor: charge.takenMinor } };
    case 'progressive_credit':
      return { ...UNPRICED, billedBeforeMinor: charge.creditMinor };
    case 'true_up':
    case 'late_true_up':
      return UNPRICED;
    default:
      return unreachable(charge);
  }
}

/** What rounding to whole minor units added to an exact amount, as far as there is one. */
function roundedIn({ amountMinor }: Line, priced: Priced, currency: Currency): Priced {
  const { exactAmount, billedBeforeMinor } = priced;
  if (exactAmount === null) return priced;
  const whole = rational.fromInteger(amountMinor + (billedBeforeMinor ?? 0n));
  return { ...priced, rounding: subDecimal(majorOf(whole, currency), exactAmount) };
}

function exactOf({ exact }: { readonly exact: Ratio }): Decimal {
  return fromRational(reduced(exact));
}

/** By line: what each coupon takes off it, in the order in which they act. */
function discountsOf({ basis, lines }: Computed): ReadonlyMap<string, LineExplanation['discounts']> {
  const coupons = inOrder(couponsOf(basis, lines));
  const priced = linesOf(basis, lines);
  const found = new Map<string, { id: string; amount: Decimal }[]>();
  let before = discounted(priced, [], basis.currency);
  for (const [index, { id }] of coupons.entries()) {
    const after = discounted(priced, coupons.slice(0, index + 1), basis.currency);
    for (const [place, line] of lines.entries()) {
      const taken = rational.sub(reduced(before[place] ?? NO_RATIO), reduced(after[place] ?? NO_RATIO));
      if (rational.isZero(taken)) continue;
      const amount = majorOf(taken, basis.currency);
      found.set(line.id, [...(found.get(line.id) ?? []), { id, amount }]);
    }
    before = after;
  }
  return found;
}

function scaleOf(currency: Currency): Rational {
  return rational.fromInteger(10n ** BigInt(exponentOf(currency)));
}

function majorOf(minor: Rational, currency: Currency): Decimal {
  return fromRational(rational.div(minor, scaleOf(currency)));
}
