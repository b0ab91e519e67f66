import type { Currency } from '@tollgate/kernel/money/currency';
import { decimal, toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import { addMoney, majorRational, roundToMoney, zero, type Money } from '@tollgate/kernel/money/money';
import { activeFraction, prorate, type ProrationRule, type Span } from '@tollgate/kernel/money/proration';
import { ZERO, add, max, min, mul, sub, sum, type Rational } from '@tollgate/kernel/number/rational';
import * as read from '@tollgate/kernel/price/fields';
import type { Fields, Parsed } from '@tollgate/kernel/price/fields';

/** A fee that counts toward a minimum, in major units; a prorated one for the active part of the period only. */
export interface CommittedFee {
  readonly amount: Decimal;
  readonly prorated: boolean;
}

/** An amount that a period comes to at least. */
export interface MinimumCommitment {
  readonly type: 'minimum';
  readonly minimum: Decimal;
  readonly fees: readonly CommittedFee[];
  readonly rule: ProrationRule;
  readonly period: Span;
  readonly active: Span;
}

/** Units that each window is committed to; what goes beyond costs the factor more. */
export interface QuantityCommitment {
  readonly type: 'quantity';
  readonly committedQuantity: Decimal;
  readonly unitAmount: Decimal;
  readonly overageFactor: Decimal;
  /** Whether units that were not used are charged. */
  readonly trueUp: boolean;
  /** One per window; every window settles alone. */
  readonly quantities: readonly Decimal[];
}

export type Commitment = MinimumCommitment | QuantityCommitment;

/** The minimum of a partial period, what the fees came to (exact, major units), and what is missing. */
export interface MinimumSettlement {
  readonly minimum: Money;
  readonly billed: Rational;
  readonly trueUp: Rational;
}

/** Three lines, each rounded once over all windows. */
export interface QuantitySettlement {
  readonly committed: Money;
  readonly overage: Money;
  readonly shortfall: Money;
  readonly amount: Money;
}

/** Each leg is prorated and rounded on its own before they are subtracted. */
export function settleMinimum(commitment: MinimumCommitment, currency: Currency): MinimumSettlement {
  const { rule, period, active, fees } = commitment;
  const fraction = activeFraction(rule, period, active);
  const partial = (amount: Decimal) =>
    prorate({ type: 'charge', amount: toRational(amount), fraction }, currency);
  const minimum = partial(commitment.minimum);
  const billed = sum(
    fees.map(({ amount, prorated }) => (prorated ? majorRational(partial(amount)) : toRational(amount))),
  );
  return { minimum, billed, trueUp: max(ZERO, sub(majorRational(minimum), billed)) };
}

/** Used units at their price, units beyond the commitment at the factor, missing ones if the commitment says so. */
export function settleQuantity(commitment: QuantityCommitment, currency: Currency): QuantitySettlement {
  const { trueUp, quantities } = commitment;
  const windowUnits = toRational(commitment.committedQuantity);
  const unitAmount = toRational(commitment.unitAmount);
  let [used, over, unused] = [ZERO, ZERO, ZERO];
  for (const text of quantities) {
    const quantity = toRational(text);
    const within = min(quantity, windowUnits);
    used = add(used, within);
    over = add(over, sub(quantity, within));
    unused = add(unused, sub(windowUnits, within));
  }
  const committed = roundToMoney(mul(used, unitAmount), currency);
  const overageAmount = mul(unitAmount, toRational(commitment.overageFactor));
  const overage = roundToMoney(mul(over, overageAmount), currency);
  const shortfall = trueUp ? roundToMoney(mul(unused, unitAmount), currency) : zero(currency);
  return { committed, overage, shortfall, amount: addMoney(addMoney(committed, overage), shortfall) };
}

const ONE_TEXT = decimal('1');
const GRAINS = ['day', 'second', 'thirty_day'] as const;
const MINIMUM = ['type', 'minimum', 'fees', 'grain', 'timeZone', 'period', 'active'];
const QUANTITY = ['type', 'committedQuantity', 'unitAmount', 'overageFactor', 'trueUp', 'quantities'];

/** Reads a commitment; the rejection names the first field that makes no sense. */
export function parseCommitment(input: unknown, quantityMax?: Decimal): Parsed<Commitment> {
  const fields = read.fieldsWithin(quantityMax);
  const { type } = read.record(fields, 'input', input, [...MINIMUM, ...QUANTITY]);
  const isMinimum = read.choice(fields, 'input.type', type, ['minimum', 'quantity']) === 'minimum';
  return read.parsed<Commitment>(
    fields,
    isMinimum ? readMinimum(fields, input) : readQuantity(fields, input),
  );
}

function readMinimum(fields: Fields, input: unknown): MinimumCommitment {
  const values = read.record(fields, 'input', input, MINIMUM);
  return {
    type: 'minimum',
    minimum: read.amount(fields, 'input.minimum', values['minimum']),
    fees: read.list(fields, 'input.fees', values['fees'], (field, item) => readFee(fields, field, item)),
    rule: {
      grain: read.choice(fields, 'input.grain', values['grain'], GRAINS),
      timeZone: read.zone(fields, 'input.timeZone', values['timeZone'] ?? 'UTC'),
    },
    period: readSpan(fields, 'input.period', values['period']),
    active: readSpan(fields, 'input.active', values['active']),
  };
}

function readQuantity(fields: Fields, input: unknown): QuantityCommitment {
  const values = read.record(fields, 'input', input, QUANTITY);
  const quantities = read.list(fields, 'input.quantities', values['quantities'], (field, item) =>
    read.units(fields, field, item),
  );
  if (quantities.length === 0) read.refuse(fields, 'input.quantities', 'There is at least one window.');
  return {
    type: 'quantity',
    committedQuantity: read.units(fields, 'input.committedQuantity', values['committedQuantity']),
    unitAmount: read.amount(fields, 'input.unitAmount', values['unitAmount']),
    overageFactor: read.given(values['overageFactor'], ONE_TEXT, (value) =>
      read.amount(fields, 'input.overageFactor', value),
    ),
    trueUp: read.boolean(fields, 'input.trueUp', values['trueUp']),
    quantities,
  };
}

function readFee(fields: Fields, path: string, input: unknown): CommittedFee {
  const values = read.record(fields, path, input, ['amount', 'prorated']);
  return {
    amount: read.signed(fields, `${path}.amount`, values['amount']),
    prorated: read.given(values['prorated'], false, (value) =>
      read.boolean(fields, `${path}.prorated`, value),
    ),
  };
}

function readSpan(fields: Fields, path: string, input: unknown): Span {
  const values = read.record(fields, path, input, ['from', 'to']);
  return {
    from: read.bound(fields, `${path}.from`, values['from']),
    to: read.bound(fields, `${path}.to`, values['to']),
  };
}
