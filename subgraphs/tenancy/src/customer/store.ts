import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import {
  matching,
  pageSql,
  within,
  type List,
  type Page,
  type Statement,
} from '@tollgate/runtime/graphql/list';
import { alphabetical, type Sort } from '@tollgate/runtime/graphql/sort';
import type { QueryCustomersArgs } from '../generated/graphql.js';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Customer } from './domain/customer.js';
import { PAYER_LEVELS_MAX, type Hierarchy, type PayerTerm } from './domain/payer.js';

/** The table of customers as they are now. */
export const customerRows: Projection<Customer | null> = {
  table: 'customer',
  key: ['id'],
  columns: [
    'id',
    'revision',
    'external_id',
    'metadata',
    'name',
    'email',
    'country',
    'time_zone',
    'currency',
    'tax_id',
    'address',
    'created_on',
    'created_at',
    'collection',
    'due_days',
    'jurisdiction',
    'business',
    'tax_exemption',
    'vat_id',
    'vat_id_check',
    'purchase_order',
    'invoice_memo',
    'language',
  ],
  rows: (customer, { version }) => {
    if (customer === null) return [];
    const {
      timeZone,
      taxId,
      createdOn,
      createdAt,
      address,
      externalId,
      metadata,
      dueDays,
      taxExemption,
      jurisdiction,
      vatId,
      vatIdCheck,
      purchaseOrder,
      invoiceMemo,
      payers: _payers,
      ...same
    } = customer;
    return [
      {
        ...same,
        revision: version,
        external_id: externalId,
        metadata: { ...metadata },
        time_zone: timeZone,
        tax_id: taxId,
        address: address === null ? null : { ...address },
        created_on: createdOn,
        created_at: createdAt,
        due_days: dueDays,
        // Rows of earlier releases have none.
        jurisdiction: jurisdiction === customer.country ? null : jurisdiction,
        vat_id: vatId,
        purchase_order: purchaseOrder,
        invoice_memo: invoiceMemo,
        vat_id_check: vatIdCheck === null ? null : { ...vatIdCheck },
        tax_exemption: taxExemption === null ? null : { ...taxExemption },
      },
    ];
  },
};

/** The table of who pays for whom. */
export const payerRows: Projection<Customer | null> = {
  table: 'customer_payer',
  key: ['customer_id', 'from_at'],
  owner: 'customer_id',
  columns: ['customer_id', 'from_at', 'payer_id'],
  rows: (customer) =>
    (customer?.payers ?? []).map(({ from, payerId }) => ({
      customer_id: customer?.id,
      from_at: from,
      payer_id: payerId,
    })),
};

/** A customer's row: what the journal comes to, but who pays. */
export type CustomerRow = Omit<Customer, 'payers'> & { readonly revision: number };

const ROW = `
  SELECT id, revision, external_id AS "externalId", metadata, name, email, country, time_zone AS "timeZone", currency, tax_id AS "taxId", address,
         created_on AS "createdOn", created_at AS "createdAt", collection, due_days AS "dueDays",
         coalesce(jurisdiction, country) AS jurisdiction, business, tax_exemption AS "taxExemption",
         vat_id AS "vatId", vat_id_check AS "vatIdCheck", purchase_order AS "purchaseOrder",
         invoice_memo AS "invoiceMemo", language
  FROM {t}.customer`;

/** The customers of these ids in one statement; unknown ones are missing. */
export async function customersByIds(tx: Queryable, ids: readonly string[]): Promise<CustomerRow[]> {
  return tx.query<CustomerRow>(`${ROW} WHERE id = ANY($1)`, [ids]);
}

/** Whether a customer has this external id; nobody else can take it before the transaction ends. */
export async function isTaken(tx: TenantTx, externalId: string | null): Promise<boolean> {
  if (externalId === null) return false;
  lock(tx, 'customer external id', `${tx.scope.tenantId}/${externalId}`);
  return (await tx.query('SELECT 1 FROM {t}.customer WHERE external_id = $1', [externalId])).length > 0;
}

const BY_NAME: Sort<CustomerRow> = {
  kind: 'text',
  column: 'name',
  compared: alphabetical,
  keyOf: ({ name }) => name,
};

/** The customers of a tenant. */
export const CUSTOMERS: List = {
  name: 'customers',
  idPrefix: 'cus',
  orderBy: 'CREATED_AT_ASC',
  sorts: { NAME: BY_NAME },
};

export interface CustomerFilter extends Pick<
  QueryCustomersArgs,
  'created' | 'email' | 'externalId' | 'search'
> {
  /** Only this one. */
  readonly id: string | null;
  /** Only those whose invoices this customer pays, now or later. */
  readonly payerId?: string | null | undefined;
}

/** Finds a page of customers, and one more. */
export function selectCustomers(
  page: Page,
  { id, payerId, created, email, externalId, search }: CustomerFilter,
): Statement {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [id, (parameter) => `id = ${parameter}`],
      [
        payerId,
        (parameter) => `id IN (SELECT customer_id FROM {t}.customer_payer WHERE payer_id = ${parameter})`,
      ],
      ...within('created_at', created),
      [email, (parameter) => `lower(email) = lower(${parameter})`],
      [externalId, (parameter) => `external_id = ${parameter}`],
      matching(['left(name, 64)', 'email', 'external_id'], 'begins', search),
    ],
  });
  return { text: `${ROW} WHERE true${sql}`, params };
}

/** Nobody's hierarchy changes beside this transaction until it ends. */
export function lockPayers(tx: TenantTx): void {
  lock(tx, 'customer payers', tx.scope.tenantId);
}

/** Who pays for each of these customers, the earliest first; those that nobody else ever pays for are missing. */
export async function payersOf(
  tx: Queryable,
  ids: readonly string[],
): Promise<Map<string, readonly PayerTerm[]>> {
  const rows = await tx.query<TermRow>(
    `SELECT customer_id, from_at, payer_id FROM {t}.customer_payer WHERE customer_id = ANY($1)
     ORDER BY customer_id, from_at`,
    [ids],
  );
  return grouped(rows);
}

/** Where a customer stands that somebody is to pay for; further levels than are allowed are not looked at. */
export async function hierarchyOf(
  tx: TenantTx,
  customerId: string,
  payerId: string | null,
): Promise<Hierarchy> {
  if (payerId === null) return { terms: new Map(), levelsBelow: 0 };
  const [above, [below]] = await Promise.all([
    tx.query<TermRow>(ABOVE_SQL, [payerId, PAYER_LEVELS_MAX]),
    tx.query<{ levels: number }>(BELOW_SQL, [customerId, PAYER_LEVELS_MAX]),
  ]);
  return { terms: grouped(above), levelsBelow: below?.levels ?? 0 };
}

/** Those of these customers that this one pays for, at some time and through whomever. */
export async function paidForBy(
  tx: Queryable,
  payerId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ id: string }>(PAID_FOR_SQL, [payerId, PAYER_LEVELS_MAX, ids]);
  return new Set(rows.map(({ id }) => id));
}

const BELOW = `
  WITH RECURSIVE below(id, level) AS (
    SELECT $1::text, 0 UNION
    SELECT p.customer_id, level + 1 FROM below JOIN {t}.customer_payer p ON p.payer_id = below.id WHERE level < $2)`;
const BELOW_SQL = `${BELOW} SELECT max(level)::int AS levels FROM below`;
const PAID_FOR_SQL = `${BELOW} SELECT DISTINCT id FROM below WHERE id = ANY($3)`;
const ABOVE_SQL = `
  WITH RECURSIVE above(id, level) AS (
    SELECT $1::text, 0 UNION
    SELECT p.payer_id, level + 1 FROM above JOIN {t}.customer_payer p ON p.customer_id = above.id
    WHERE level < $2 AND p.payer_id IS NOT NULL)
  SELECT customer_id, from_at, payer_id FROM {t}.customer_payer WHERE customer_id IN (SELECT id FROM above)
  ORDER BY customer_id, from_at`;

interface TermRow {
  readonly customer_id: string;
  readonly from_at: Instant;
  readonly payer_id: string | null;
}

function grouped(rows: readonly TermRow[]): Map<string, readonly PayerTerm[]> {
  const terms = new Map<string, PayerTerm[]>();
  for (const { customer_id: id, from_at: from, payer_id: payerId } of rows)
    terms.set(id, [...(terms.get(id) ?? []), { from, payerId }]);
  return terms;
}
