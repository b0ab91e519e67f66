import type { Currency } from '../money/currency.js';
import {
  addDecimal,
  decimal,
  maxDecimal,
  minDecimal,
  mulDecimal,
  subDecimal,
  toRational,
  ZERO_DECIMAL,
  type Decimal,
} from '../number/decimal.js';
import type { CommitmentPrice } from '../price/model.js';
import { addMoney, majorRational, roundToMoney, type Money } from '../money/money.js';
import { activeFraction, prorate, type Bound, type ProrationRule, type Span } from '../money/proration.js';
import { ZERO, max, sub, sum, type Rational } from '../number/rational.js';
import { parseDate } from '../time/time.js';
import { given, InputReader, type Parsed } from '../input.js';

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
  const { committedQuantity, quantities } = commitment;
  const units = settledUnits(committedQuantity, quantities);
  const exact = commitmentAmounts({ ...commitment, maximumAmount: null }, units);
  const rounded = (amount: Decimal) => roundToMoney(toRational(amount), currency);
  const [committed, overage] = [rounded(exact.committed), rounded(exact.overage)];
  const shortfall = rounded(exact.shortfall);
  return { committed, overage, shortfall, amount: addMoney(addMoney(committed, overage), shortfall) };
}

/** The lines of a commitment. */
export const COMMITMENT_PARTS = ['committed', 'overage', 'shortfall'] as const;
export type CommitmentPart = (typeof COMMITMENT_PARTS)[number];

/** Units of windows, or what they come to, by the line that bills them. */
export type ByPart = Readonly<Record<CommitmentPart, Decimal>>;

export const NO_UNITS: ByPart = { committed: ZERO_DECIMAL, overage: ZERO_DECIMAL, shortfall: ZERO_DECIMAL };

/** A window: what is free of the factor in it, what it owes at least, and what was used. A quantity below 0 is none. */
export interface SettledWindow {
  readonly committedQuantity: Decimal;
  /** Less than what is committed where the window is shorter than a whole one, 0 where it is not over. */
  readonly owed: Decimal;
  readonly quantity: Decimal;
}

/** One more window, settled alone. */
export function withWindow(units: ByPart, { committedQuantity, owed, quantity }: SettledWindow): ByPart {
  const used = maxDecimal(quantity, ZERO_DECIMAL);
  const within = minDecimal(used, committedQuantity);
  return {
    committed: addDecimal(units.committed, within),
    overage: addDecimal(units.overage, subDecimal(used, within)),
    shortfall: addDecimal(units.shortfall, maxDecimal(subDecimal(owed, used), ZERO_DECIMAL)),
  };
}

/** The units of whole windows that are over. */
export function settledUnits(committedQuantity: Decimal, quantities: readonly Decimal[]): ByPart {
  return quantities.reduce(
    (units, quantity) => withWindow(units, { committedQuantity, owed: committedQuantity, quantity }),
    NO_UNITS,
  );
}

type Rates = Pick<CommitmentPrice, 'unitAmount' | 'overageFactor' | 'trueUp' | 'maximumAmount'>;

/** What a unit costs, by the line that bills it. */
export function commitmentRates({
  unitAmount,
  overageFactor,
}: Omit<Rates, 'trueUp' | 'maximumAmount'>): ByPart {
  return { committed: unitAmount, overage: mulDecimal(unitAmount, overageFactor), shortfall: unitAmount };
}

/** What units come to, exact, in major units. A maximum holds for all together: the shortfall gives way first, then the overage. */
export function commitmentAmounts(rates: Rates, units: ByPart): ByPart {
  const { trueUp, maximumAmount } = rates;
  const each = commitmentRates(rates);
  let left = maximumAmount;
  const capped = (part: CommitmentPart): Decimal => {
    const amount = mulDecimal(units[part], each[part]);
    if (left === null) return amount;
    const kept = minDecimal(amount, left);
    left = subDecimal(left, kept);
    return kept;
  };
  const [committed, overage] = [capped('committed'), capped('overage')];
  return { committed, overage, shortfall: trueUp ? capped('shortfall') : ZERO_DECIMAL };
}

const ONE_TEXT = decimal('1');
const GRAINS = ['day', 'second', 'thirty_day'] as const;
const MINIMUM = ['type', 'minimum', 'fees', 'grain', 'timeZone', 'period', 'active'];
const QUANTITY = ['type', 'committedQuantity', 'unitAmount', 'overageFactor', 'trueUp', 'quantities'];

/** Reads a commitment; the rejection names the first field that makes no sense. */
export function parseCommitment(input: unknown, quantityMax?: Decimal): Parsed<Commitment> {
  const fields = new InputReader(quantityMax);
  const { type } = fields.record('input', input, [...MINIMUM, ...QUANTITY]);
  const isMinimum = fields.choice('input.type', type, ['minimum', 'quantity']) === 'minimum';
  return fields.result<Commitment>(isMinimum ? readMinimum(fields, input) : readQuantity(fields, input));
}

function readMinimum(fields: InputReader, input: unknown): MinimumCommitment {
  const values = fields.record('input', input, MINIMUM);
  return {
    type: 'minimum',
    minimum: fields.amount('input.minimum', values['minimum']),
    fees: fields.list('input.fees', values['fees'], (field, item) => readFee(fields, field, item)),
    rule: {
      grain: fields.choice('input.grain', values['grain'], GRAINS),
      timeZone: fields.timeZone('input.timeZone', values['timeZone'] ?? 'UTC'),
    },
    period: readSpan(fields, 'input.period', values['period']),
    active: readSpan(fields, 'input.active', values['active']),
  };
}

function readQuantity(fields: InputReader, input: unknown): QuantityCommitment {
  const values = fields.record('input', input, QUANTITY);
  const quantities = fields.list('input.quantities', values['quantities'], (field, item) =>
    fields.units(field, item),
  );
  if (quantities.length === 0) fields.reject('input.quantities', 'Give at least one window.');
  return {
    type: 'quantity',
    committedQuantity: fields.units('input.committedQuantity', values['committedQuantity']),
    unitAmount: fields.amount('input.unitAmount', values['unitAmount']),
    overageFactor: given(values['overageFactor'], ONE_TEXT, (value) =>
      fields.amount('input.overageFactor', value),
    ),
    trueUp: fields.boolean('input.trueUp', values['trueUp']),
    quantities,
  };
}

function readFee(fields: InputReader, path: string, input: unknown): CommittedFee {
  const values = fields.record(path, input, ['amount', 'prorated']);
  return {
    amount: fields.signed(`${path}.amount`, values['amount']),
    prorated: given(values['prorated'], false, (value) => fields.boolean(`${path}.prorated`, value)),
  };
}

function readSpan(fields: InputReader, path: string, input: unknown): Span {
  const values = fields.record(path, input, ['from', 'to']);
  return {
    from: readBound(fields, `${path}.from`, values['from']),
    to: readBound(fields, `${path}.to`, values['to']),
  };
}

/** A local date, which means its start, or an instant. */
function readBound(fields: InputReader, path: string, value: unknown): Bound {
  const date = typeof value === 'string' ? parseDate(value) : null;
  return date ?? fields.instant(path, value);
}
