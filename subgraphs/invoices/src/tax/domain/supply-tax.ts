import type { Currency } from '@tollgate/kernel/money/currency';
import { addMoney, money, subMoney, sumMoney, type Money } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';
import { reject, type Rejection } from '@tollgate/kernel/decision';
import type { LocalDate } from '@tollgate/kernel/time/time';
import { effectiveRates, exactTaxes } from './effective-rate.js';
import { firstOf, refusePercent, type InvalidInput } from '../../rating/domain/checks.js';
import {
  placeOfSupply,
  ratesAt,
  type Customer,
  type NamedRate,
  type RateTable,
  type Seller,
  type Treatment,
} from './place-of-supply.js';

/** One supply of a digital service. */
export interface SupplyTerms {
  readonly seller: Seller;
  readonly customer: Customer;
  readonly amount: Money;
  readonly pricing: 'exclusive' | 'inclusive';
  /** The day whose rates hold. */
  readonly on: LocalDate;
}

/** Without a tax nothing is taken out of an inclusive price either. */
export interface SupplyTax {
  readonly treatment: Exclude<Treatment, 'pending'>;
  readonly jurisdiction: string;
  readonly taxes: readonly { readonly name: string; readonly amount: Money }[];
  readonly tax: Money;
  readonly net: Money;
  readonly total: Money;
}

/** The table does not say what the jurisdiction takes. */
export interface UnknownTaxRates extends Rejection {
  readonly reason: 'UnknownTaxRates';
  readonly field: string;
}

export type SupplyTaxDecision =
  | { readonly ok: true; readonly supply: SupplyTax | { readonly treatment: 'pending' } }
  | { readonly ok: false; readonly rejection: UnknownTaxRates | InvalidInput };

/** Where a supply is taxed, and with how much; each tax is rounded on its own. */
export function supplyTax(terms: SupplyTerms, table: RateTable): SupplyTaxDecision {
  const { treatment, jurisdiction, ratesOf } = placeOfSupply(terms.seller, terms.customer);
  if (treatment === 'pending') return { ok: true, supply: { treatment } };
  const rates = ratesOf === null ? [] : ratesAt(table, ratesOf, terms.on);
  if (rates === null) {
    const message = `The tax rates of ${jurisdiction} are not known on ${terms.on}.`;
    const { rejection } = reject({
      reason: 'UnknownTaxRates' as const,
      field: `rates.${jurisdiction}`,
      message,
    });
    return { ok: false, rejection };
  }
  const invalid = firstOf(
    rates.map(({ percent }, index) => refusePercent(`rates.${jurisdiction}[${index}].percent`, percent)),
  );
  if (invalid !== null) return { ok: false, rejection: invalid };
  return { ok: true, supply: { treatment, jurisdiction, ...amounts(terms, rates) } };
}

function amounts({ amount, pricing }: SupplyTerms, rates: readonly NamedRate[]) {
  const { currency } = amount;
  const exact = exactTaxes(rational.fromInteger(amount.minor), effectiveRates(rates), pricing);
  const taxes = rates.map(({ name }, index) => ({
    name,
    amount: money<Currency>(rational.round(exact[index] ?? rational.ZERO), currency),
  }));
  const tax = sumMoney<Currency>(
    currency,
    taxes.map((one) => one.amount),
  );
  return pricing === 'exclusive'
    ? { taxes, tax, net: amount, total: addMoney<Currency>(amount, tax) }
    : { taxes, tax, net: subMoney<Currency>(amount, tax), total: amount };
}
