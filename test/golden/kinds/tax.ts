import type { Customer, NamedRate, RateTable, Seller } from '#domain/invoices/tax/domain/place-of-supply';
import { supplyTax } from '#domain/invoices/tax/domain/supply-tax';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import { majorText } from '@tollgate/kernel/money/money';
import { localDate } from '@tollgate/kernel/time/time';
import { moneyOf } from './shown.js';
import type { RunKind } from '../kind.js';

interface TaxInput {
  readonly seller: Partial<Seller> & Pick<Seller, 'jurisdiction'>;
  readonly customer: Partial<Customer> & Pick<Customer, 'jurisdiction' | 'business'>;
  readonly amount: string;
  readonly pricing: 'exclusive' | 'inclusive';
  readonly rates: Readonly<
    Record<
      string,
      readonly { readonly name: string; readonly percent: string; readonly compound?: boolean }[]
    >
  >;
}

/** Cases know one day only. */
const TODAY = localDate('2024-01-01');

export const run: RunKind = (raw, code) => {
  const input = raw as unknown as TaxInput;
  const currency = parseCurrency(code ?? '');
  if (currency === null) return { error: 'UNKNOWN_CURRENCY' };
  const decision = supplyTax(
    {
      seller: { registrations: [], belowThreshold: false, ...input.seller },
      customer: { vatId: 'none', exempt: false, ...input.customer },
      amount: moneyOf(input.amount, currency),
      pricing: input.pricing,
      on: TODAY,
    },
    tableOf(input),
  );
  if (!decision.ok) return { error: 'INVALID_INPUT', field: decision.rejection.field };
  const { supply } = decision;
  if (supply.treatment === 'pending') return { treatment: supply.treatment };
  return {
    treatment: supply.treatment,
    jurisdiction: supply.jurisdiction,
    taxes: supply.taxes.map(({ name, amount }) => ({ name, amount: majorText(amount) })),
    tax: majorText(supply.tax),
    net: majorText(supply.net),
    total: majorText(supply.total),
  };
};

/** A case lists every jurisdiction that takes a tax: one that is not listed takes none. */
function tableOf({ rates, seller, customer }: TaxInput): RateTable {
  const jurisdictions = new Set([seller.jurisdiction, customer.jurisdiction]);
  return [...jurisdictions].map((jurisdiction) => ({
    jurisdiction,
    from: TODAY,
    rates: (Object.hasOwn(rates, jurisdiction) ? (rates[jurisdiction] ?? []) : []).map(namedRate),
  }));
}

function namedRate({ name, percent, compound = false }: TaxInput['rates'][string][number]): NamedRate {
  return { name, percent: decimal(percent), compound };
}
