import { reject, type Rejection } from '@tollgate/kernel/decision';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { fromMajor, money, type Money } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import type { InvoiceAmounts } from './invoice-amounts.js';

/** A part of a line amount as priced, before coupons; in major units. */
export interface CreditItem {
  readonly lineId: string;
  readonly amount: Decimal;
}

/** Minor units credited so far, by line. */
export type Credited = ReadonlyMap<string, bigint>;

export interface CreditRejection extends Rejection {
  readonly reason: 'InvalidAmount' | 'CreditExceedsRemaining';
  readonly field: string;
}

/** What a note gives back; every amount is what the position of the invoice moved. */
export interface CreditNote {
  readonly subtotal: Money;
  /** All rates of the invoice, also those that did not move. */
  readonly taxes: readonly { readonly id: string; readonly amount: Money }[];
  readonly tax: Money;
  readonly total: Money;
}

export type CreditDecision =
  | { readonly ok: true; readonly note: CreditNote; readonly credited: Credited }
  | { readonly ok: false; readonly rejection: CreditRejection };

/** Everything credited up to a note, rounded. */
interface Position {
  readonly subtotalMinor: bigint;
  readonly taxesMinor: readonly bigint[];
}

export const NOTHING_CREDITED: Credited = new Map();

/**
 * Credits parts of lines. The position is rounded, not the note, so that the notes of a whole invoice sum to it and
 * the last one absorbs the remainder. A refused note changes nothing.
 */
export function creditNote(
  invoice: InvoiceAmounts,
  before: Credited,
  items: readonly CreditItem[],
): CreditDecision {
  const credited = new Map(before);
  for (const [index, item] of items.entries()) {
    const field = `items[${index}].amount`;
    const rejection = credit(invoice, credited, { ...item, field });
    if (rejection !== null) return { ok: false, rejection };
  }
  const [from, to] = [positionOf(invoice, before), positionOf(invoice, credited)];
  return { ok: true, note: step(invoice, from, to), credited };
}

/** Adds the item to the credited amounts, or says why not. */
function credit(
  { lines, currency }: InvoiceAmounts,
  credited: Map<string, bigint>,
  { lineId, amount, field }: CreditItem & { readonly field: string },
): CreditRejection | null {
  const part = fromMajor(amount, currency);
  if (part === null || part.minor <= 0n)
    return refuse('InvalidAmount', field, 'A credit is above zero, in whole minor units.');
  const found = lines.find(({ line }) => line.id === lineId);
  const whole = found === undefined ? 0n : found.line.amount.minor;
  const after = (credited.get(lineId) ?? 0n) + part.minor;
  if (after > whole) return refuse('CreditExceedsRemaining', field, 'The line has less left to credit.');
  credited.set(lineId, after);
  return null;
}

function positionOf({ lines, taxes }: InvoiceAmounts, credited: Credited): Position {
  const amounts = lines.map(({ line }) => credited.get(line.id) ?? 0n);
  const fractions = lines.map(({ line }, index) => {
    const amount = amounts[index] ?? 0n;
    return amount === 0n ? rational.ZERO : rational.rational(amount, line.amount.minor);
  });
  const discounts = lines.map(({ line, discountedMinor }) =>
    rational.sub(rational.fromInteger(line.amount.minor), discountedMinor),
  );
  return {
    subtotalMinor: total(amounts) - rational.round(weighted(fractions, discounts)),
    taxesMinor: taxes.map(({ exact }) => rational.round(weighted(fractions, exact))),
  };
}

function step({ currency, taxes }: InvoiceAmounts, from: Position, to: Position): CreditNote {
  const subtotalMinor = to.subtotalMinor - from.subtotalMinor;
  const moved = taxes.map(({ rate }, index) => ({
    rate,
    minor: (to.taxesMinor[index] ?? 0n) - (from.taxesMinor[index] ?? 0n),
  }));
  const exclusive = moved.filter(({ rate }) => !rate.inclusive);
  const sum = (list: typeof moved) => total(list.map(({ minor }) => minor));
  return {
    subtotal: money(subtotalMinor, currency),
    taxes: moved.map(({ rate, minor }) => ({ id: rate.id, amount: money(minor, currency) })),
    tax: money(sum(moved), currency),
    total: money(subtotalMinor + sum(exclusive), currency),
  };
}

function weighted(fractions: readonly Rational[], values: readonly (Rational | null)[]): Rational {
  return rational.sum(
    fractions.map((fraction, index) => rational.mul(fraction, values[index] ?? rational.ZERO)),
  );
}

function total(list: readonly bigint[]): bigint {
  return list.reduce((sum, amount) => sum + amount, 0n);
}

function refuse(reason: CreditRejection['reason'], field: string, message: string): CreditRejection {
  return { ...reject({ reason, message }).rejection, field };
}
