import type { DataOf } from '@tollgate/contracts/event';
import type { CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import type { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoices } from '../invoice/store.js';

/** Somebody that documents name: who sells, or who buys. */
export interface Party {
  readonly name: string;
  /** Lines without the country. */
  readonly address: readonly string[];
  readonly country: string;
  readonly email?: string | null;
  readonly taxId?: string | null;
  readonly vatId?: string | null;
}

/** The tenant, and what it says on every document. */
export interface Seller extends Party {
  readonly footer?: string | null;
  readonly memo?: string | null;
}

/** A customer, and what it wants on its invoices. */
export interface Buyer extends Party {
  readonly purchaseOrder?: string | null;
  readonly memo?: string | null;
}

/** Keeps what documents say of the tenant by the revision of its settings, with the transaction's next write. */
export function keepSeller(tx: TenantTx, { revision, settings }: DataOf<typeof tenantChanged>): void {
  lockInvoices(tx);
  const { name, country, documents, vatId = null } = settings;
  const { legalName = null, address = [], email = null, footer = null, memo = null } = documents ?? {};
  const seller: Seller = { name: legalName ?? name, address, country, email, vatId, footer, memo };
  tx.post('INSERT INTO {t}.invoices_seller (revision, seller) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    revision,
    JSON.stringify(seller),
  ]);
}

/** Keeps what documents say of customers by their revisions, with the transaction's next write. */
export function keepBuyers(tx: TenantTx, customers: readonly CustomerRecord[]): void {
  lockInvoices(tx);
  tx.post(
    `INSERT INTO {t}.invoices_buyer (customer_id, revision, buyer)
     SELECT * FROM unnest($1::text[], $2::int[], $3::jsonb[]) ON CONFLICT DO NOTHING`,
    [
      customers.map(({ customerId }) => customerId),
      customers.map(({ revision }) => revision),
      customers.map((one) => JSON.stringify(buyerOf(one))),
    ],
  );
}

function buyerOf(customer: CustomerRecord): Buyer {
  const { name, country, email, taxId, address } = customer;
  const { line1, line2, city, region, postalCode } = address ?? NOWHERE;
  const place = [postalCode, city].filter((part) => part !== null).join(' ');
  const lines = [line1, line2, place === '' ? null : place, region];
  const { vatId = null, purchaseOrder = null, invoiceMemo: memo = null } = customer;
  return {
    ...{ name, country, email, taxId, vatId, purchaseOrder, memo },
    address: lines.filter((line) => line !== null),
  };
}

const NOWHERE = { line1: null, line2: null, city: null, region: null, postalCode: null };

/** By which facts an invoice was made. */
export interface PartiesAsked {
  readonly settingsRevision: number;
  readonly customerId: string;
  readonly customerRevision: number;
}

/** Who sells and who buys; the seller is null where an earlier release was told of it. */
export interface Parties {
  readonly seller: Seller | null;
  readonly buyer: Buyer | null;
}

/** The parties of invoices as they were, in the order in which they are asked for; of before they were kept, the nearest. */
export async function findParties(
  db: Queryable,
  asked: readonly PartiesAsked[],
): Promise<readonly Parties[]> {
  return db.query<Parties>(PARTIES_SQL, [
    asked.map(({ settingsRevision }) => settingsRevision),
    asked.map(({ customerId }) => customerId),
    asked.map(({ customerRevision }) => customerRevision),
  ]);
}

const PARTIES_SQL = `
  SELECT s.seller, b.buyer
  FROM unnest($1::int[], $2::text[], $3::int[]) WITH ORDINALITY AS a(settings, customer_id, revision, place)
  LEFT JOIN LATERAL (
    SELECT seller FROM {t}.invoices_seller ORDER BY abs(revision - a.settings) LIMIT 1) s ON true
  LEFT JOIN LATERAL (
    SELECT buyer FROM {t}.invoices_buyer WHERE customer_id = a.customer_id
    ORDER BY abs(revision - a.revision) LIMIT 1) b ON true
  ORDER BY place`;
