import type { Decimal } from '@tollgate/kernel/number/decimal';
import { priceOfV1, type PriceV1 } from '@tollgate/kernel/price/price-v1';
import { PLAIN_TAX_NAME, type InvoiceTax } from '../../tax/domain/invoice-tax.js';
import { RATING_RULES, type Basis, type Charge } from './basis.js';
import { lateDifference } from './line.js';

/** A charge as rules 1 had it: late usage was usage with a position that was billed before. */
export interface ChargeV1 extends Pick<
  Charge,
  'lineId' | 'priceId' | 'description' | 'meterId' | 'meterCode' | 'period' | 'quantity'
> {
  readonly kind: 'fee' | 'usage';
  readonly model: PriceV1;
  /** Null where no invoice billed of it before. */
  readonly billed: Decimal | null;
}

/** What an invoice was computed from by rules 1: one rate for each country, and three models of price. */
export interface BasisV1 extends Omit<Basis, 'rules' | 'charges' | 'tax'> {
  readonly rules: 1;
  readonly charges: readonly ChargeV1[];
  /** Null where the tenant had no rate for the country. */
  readonly taxPercent: Decimal | null;
}

/** A basis as it is written now. It comes to the same amounts. */
export function presentBasis(basis: Basis | BasisV1): Basis {
  if (basis.rules !== 1) return basis;
  const { charges, taxPercent, ...rest } = basis;
  return {
    ...rest,
    rules: RATING_RULES,
    charges: charges.map((charge) => presentCharge(charge, basis)),
    tax: taxOf(taxPercent, basis.country),
  };
}

function presentCharge(charge: ChargeV1, { subscriptionId, currency }: BasisV1): Charge {
  const { kind, model, billed, ...rest } = charge;
  const head = {
    ...rest,
    subscriptionId: subscriptionId ?? '',
    key: charge.priceId,
    price: priceOfV1(model),
  };
  if (kind === 'fee') return { ...head, kind, part: null };
  if (billed === null) return { ...head, kind };
  const late = { ...head, kind: 'late', billedQuantity: billed } as const;
  // It gave back whatever the price fell by, so what it gave may be given.
  const difference = lateDifference(late, currency);
  return { ...late, refundableMinor: difference < 0n ? -difference : 0n };
}

/** The customer's country was all that decided. */
function taxOf(percent: Decimal | null, country: string): InvoiceTax {
  if (percent === null) return { treatment: 'none', jurisdiction: null, pricing: 'exclusive', rates: [] };
  const rates = [{ name: PLAIN_TAX_NAME, percent, compound: false }];
  return { treatment: 'destination', jurisdiction: country, pricing: 'exclusive', rates };
}
