import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import { decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import type { FlatPrice, QuantityPrice } from '@tollgate/kernel/price/model';
import type { Period } from '@tollgate/kernel/time/time';
import type { InvoiceTax } from '../../tax/domain/invoice-tax.js';

/** The rules that amounts are computed by; an invoice names those it was computed with. */
export const RATING_RULES = 2;

/** Most lines of one invoice: a plan has at most 100 prices, and late lines of earlier periods join. */
export const LINES_MAX = 1_000;

/** A price that a quantity, or nothing at all, is priced by. */
export type LinePrice = FlatPrice | QuantityPrice;

/** One price of a subscription over one period, as it was known when the invoice was computed. */
interface ChargeHead {
  readonly lineId: Id<'lin'>;
  readonly subscriptionId: string;
  readonly priceId: string;
  /** The plan's name for the price. */
  readonly key: string;
  readonly description: string;
  readonly meterId: string | null;
  readonly meterCode: string | null;
  readonly price: LinePrice;
  readonly period: Period;
  /** Of usage: cumulative, from the start of the period. Of a fee: the subscription's, 1 where the price is flat. */
  readonly quantity: Decimal;
}

/** A fee in advance; `part` is what a period that is cut short has of a whole one. */
export interface FeeCharge extends ChargeHead {
  readonly kind: 'fee';
  readonly part: { readonly numerator: Decimal; readonly denominator: Decimal } | null;
}

/** Usage of a period that is over. */
export interface UsageCharge extends ChargeHead {
  readonly kind: 'usage';
}

/** What the usage of a period differs by from what invoices billed of it. */
export interface LateCharge extends ChargeHead {
  readonly kind: 'late';
  /** The position that is billed so far. */
  readonly billedQuantity: Decimal;
  /** What may be given back at most: what lines that still stand billed and have not given back. */
  readonly refundableMinor: bigint;
}

export type Charge = FeeCharge | UsageCharge | LateCharge;

/** Everything an invoice is computed from: anybody who has it can compute the invoice again. */
export interface Basis {
  readonly rules: typeof RATING_RULES;
  /** What caused it: the start of a subscription, the close of a period, or usage after the last close. */
  readonly origin: 'start' | 'close' | 'late';
  readonly customerId: string;
  readonly customerRevision: number;
  readonly country: string;
  readonly subscriptionId: string | null;
  readonly planVersionId: string | null;
  readonly currency: Currency;
  readonly period: Period;
  readonly charges: readonly Charge[];
  /** As the customer's facts were when the invoice was created. */
  readonly tax: InvoiceTax;
  readonly settingsRevision: number;
}

const NONE = decimal('0');

/**
 * The basis with new cumulative quantities of the period that it closes, by meter; meters without an entry have none.
 * Lines for late usage of other periods stand as they are.
 */
export function withUsage(
  basis: Basis,
  period: Period,
  quantities: Readonly<Record<string, Decimal>>,
): Basis {
  const charges = basis.charges.map((charge) =>
    charge.kind === 'usage' && charge.period.from === period.from
      ? { ...charge, quantity: quantities[charge.meterId ?? ''] ?? NONE }
      : charge,
  );
  return { ...basis, charges };
}
