import { unreachable } from '@tollgate/kernel/assert';
import { EU, type Jurisdiction } from '@tollgate/kernel/jurisdiction';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { LocalDate } from '@tollgate/kernel/time/time';

export interface Seller {
  readonly jurisdiction: Jurisdiction;
  /** Where else the seller is registered for tax. */
  readonly registrations: readonly Jurisdiction[];
  /** Sales to consumers in other EU countries stay below the threshold of distance sales. */
  readonly belowThreshold: boolean;
}

export interface Customer {
  readonly jurisdiction: Jurisdiction;
  readonly business: boolean;
  /** What is known of the VAT id; `pending` while the register has not answered. */
  readonly vatId: 'valid' | 'invalid' | 'pending' | 'none';
  readonly exempt: boolean;
}

export type Treatment =
  | 'exempt'
  | 'domestic'
  | 'pending'
  | 'reverse_charge'
  | 'origin'
  | 'destination'
  | 'export'
  | 'not_registered';

/** How a supply is taxed, and by whose rates (null: by none). */
export interface Supply {
  readonly treatment: Treatment;
  readonly jurisdiction: Jurisdiction;
  readonly ratesOf: Jurisdiction | null;
}

/** A tax of a jurisdiction. */
export interface NamedRate {
  readonly name: string;
  readonly percent: Decimal;
  /** It taxes the taxes before it in the list, too. */
  readonly compound: boolean;
}

/** The rates of a jurisdiction from a day on, until its next entry; an empty list says that it taxes nothing. */
export interface RateEntry {
  readonly jurisdiction: Jurisdiction;
  /** Null: ever since. */
  readonly from: LocalDate | null;
  readonly rates: readonly NamedRate[];
}

export type RateTable = readonly RateEntry[];

/** The place of supply of a digital service. The first rule that holds decides. */
export function placeOfSupply(seller: Seller, customer: Customer): Supply {
  const treatment = treatmentOf(seller, customer);
  switch (treatment) {
    case 'domestic':
    case 'origin':
      return { treatment, jurisdiction: seller.jurisdiction, ratesOf: seller.jurisdiction };
    case 'destination':
      return { treatment, jurisdiction: customer.jurisdiction, ratesOf: customer.jurisdiction };
    case 'exempt':
    case 'pending':
    case 'reverse_charge':
    case 'export':
    case 'not_registered':
      return { treatment, jurisdiction: customer.jurisdiction, ratesOf: null };
    default:
      return unreachable(treatment);
  }
}

/** The rates of a jurisdiction on a day; null where the table does not know. */
export function ratesAt(
  table: RateTable,
  jurisdiction: Jurisdiction,
  date: LocalDate,
): readonly NamedRate[] | null {
  const known = table.filter((entry) => entry.jurisdiction === jurisdiction && since(entry) <= date);
  const current = known.reduce<RateEntry | null>(
    (latest, entry) => (latest === null || since(entry) >= since(latest) ? entry : latest),
    null,
  );
  return current === null ? null : current.rates;
}

/** Dates compare as their texts; nothing is earlier than none. */
function since({ from }: RateEntry): string {
  return from ?? '';
}

function treatmentOf(seller: Seller, customer: Customer): Treatment {
  const isCustomerInEu = EU.has(customer.jurisdiction);
  const isSellerInEu = EU.has(seller.jurisdiction);
  if (customer.exempt) return 'exempt';
  if (customer.jurisdiction === seller.jurisdiction) return 'domestic';
  if (isCustomerInEu && customer.business && customer.vatId === 'pending') return 'pending';
  if (isCustomerInEu && customer.business && customer.vatId === 'valid') return 'reverse_charge';
  if (isSellerInEu && isCustomerInEu) return seller.belowThreshold ? 'origin' : 'destination';
  if (seller.registrations.includes(customer.jurisdiction)) return 'destination';
  return isSellerInEu ? 'export' : 'not_registered';
}
