import { exponentOf, type Currency } from '../money/currency.js';
import { addDecimal, compareDecimal, decimal, type Decimal } from '../number/decimal.js';
import type { Instant } from '../time/time.js';
import { given, InputReader, type Parsed } from '../input.js';
import type { QuantityPrice } from '../price/model.js';
import { readQuantityPrice } from '../price/parse-price.js';
import { floorAt, priceRater } from './quantity.js';
import { inMinor } from './rate.js';
import { commonScale, ratioOf, unitsOf } from './ratio.js';

/** When usage is invoiced before its period ends. Amounts are decimals in major units. */
export interface ThresholdRule {
  /** Ascending; at least one. */
  readonly thresholds: readonly Decimal[];
  /** Thresholds go on after the last one in steps of this; above 0. */
  readonly recurringStep: Decimal | null;
  /** Value of the usage of earlier periods. */
  readonly lifetimeBefore: Decimal;
}

/** Usage in processing order; a quantity is what is added. */
export interface UsageStep {
  readonly at: Instant;
  readonly quantity: Decimal;
}

/** An invoice in the middle of a period. */
export interface ThresholdInvoice {
  readonly at: Instant;
  readonly amountMinor: bigint;
}

/** The invoices of a period; the last one credits what the ones before billed. Minor units. */
export interface ProgressivePeriod {
  readonly invoices: readonly ThresholdInvoice[];
  readonly usageMinor: bigint;
  readonly planFeeMinor: bigint;
  readonly creditMinor: bigint;
  /** May be negative: then it becomes the customer's credit. */
  readonly totalMinor: bigint;
}

export interface ProgressiveCase {
  readonly price: QuantityPrice;
  readonly rule: ThresholdRule;
  readonly usage: readonly UsageStep[];
  readonly planFee: Decimal;
}

/**
 * Bills a period on its cumulative position: one invoice whenever usage passes thresholds, however many at once, and
 * the rest at the end. The price's minimum counts at the end only.
 */
export function progressivePeriod(period: ProgressiveCase, currency: Currency): ProgressivePeriod {
  const rater = priceRater(period.price);
  const minor = (amount: Decimal) => inMinor(ratioOf(amount), currency);
  const passes = passedBy(period.rule, currency);
  const invoices: ThresholdInvoice[] = [];
  let quantity = decimal('0');
  let invoiced = 0n;
  let peak = 0n;
  for (const step of period.usage) {
    quantity = addDecimal(quantity, step.quantity);
    const value = inMinor(rater.amount(quantity), currency);
    if (passes(peak, value)) {
      invoices.push({ at: step.at, amountMinor: value - invoiced });
      invoiced = value;
    }
    if (value > peak) peak = value;
  }
  const usageMinor = inMinor(floorAt(period.price.minimumAmount)(rater.amount(quantity)), currency);
  const planFeeMinor = minor(period.planFee);
  const totalMinor = usageMinor + planFeeMinor - invoiced;
  return { invoices, usageMinor, planFeeMinor, creditMinor: invoiced, totalMinor };
}

/** Whether a threshold lies above the greatest value so far and not above the new one; values in minor units. */
export function passedBy(
  rule: ThresholdRule,
  currency: Currency,
): (peakMinor: bigint, valueMinor: bigint) => boolean {
  const { thresholds, recurringStep, lifetimeBefore } = rule;
  const scale = Math.max(
    exponentOf(currency),
    commonScale([...thresholds, recurringStep ?? '0', lifetimeBefore]),
  );
  const perMinor = 10n ** BigInt(scale - exponentOf(currency));
  const before = unitsOf(lifetimeBefore, scale);
  const bounds = thresholds.map((threshold) => unitsOf(threshold, scale));
  const last = bounds.at(-1) ?? 0n;
  const step = recurringStep === null ? null : unitsOf(recurringStep, scale);
  return (peakMinor, valueMinor) => {
    const [peak, lifetime] = [before + peakMinor * perMinor, before + valueMinor * perMinor];
    if (bounds.some((bound) => peak < bound && bound <= lifetime)) return true;
    if (step === null || lifetime < last + step) return false;
    return last + ((lifetime - last) / step) * step > peak;
  };
}

const KNOWN = ['price', 'thresholds', 'recurringStep', 'lifetimeBefore', 'usage', 'planFee'];
const ZERO = decimal('0');

/** Reads a period's usage and its thresholds; the rejection names the first field that makes no sense. */
export function parseProgressive(input: unknown, quantityMax?: Decimal): Parsed<ProgressiveCase> {
  const fields = new InputReader(quantityMax);
  const values = fields.record('input', input, KNOWN);
  const thresholds = fields.list('input.thresholds', values['thresholds'], (field, item) =>
    fields.amount(field, item),
  );
  if (thresholds.length === 0) fields.reject('input.thresholds', 'There is at least one threshold.');
  thresholds.forEach((threshold, index) => {
    const before = thresholds[index - 1];
    if (before !== undefined && compareDecimal(threshold, before) <= 0)
      fields.reject(`input.thresholds[${index}]`, 'Thresholds ascend.');
  });
  const optional = (name: string) =>
    given(values[name], ZERO, (value) => fields.amount(`input.${name}`, value));
  return fields.result({
    price: readQuantityPrice(fields, 'input.price', values['price']),
    rule: {
      thresholds,
      recurringStep: given(values['recurringStep'], null, (value) =>
        fields.positive('input.recurringStep', value),
      ),
      lifetimeBefore: optional('lifetimeBefore'),
    },
    usage: fields.list('input.usage', values['usage'], (field, item) => readStep(fields, field, item)),
    planFee: optional('planFee'),
  });
}

function readStep(fields: InputReader, path: string, input: unknown): UsageStep {
  const values = fields.record(path, input, ['at', 'quantity']);
  return {
    at: fields.instant(`${path}.at`, values['at']),
    quantity: fields.quantity(`${path}.quantity`, values['quantity']),
  };
}
