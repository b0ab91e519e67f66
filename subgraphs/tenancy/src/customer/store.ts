import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import { matching, pageSql, within, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { QueryCustomersArgs } from '../generated/graphql.js';
import type { Customer } from './domain/customer.js';

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
  ],
  rows: (customer, { version }) => {
    if (customer === null) return [];
    const { timeZone, taxId, createdOn, createdAt, address, externalId, metadata, ...same } = customer;
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
      },
    ];
  },
};

/** A customer's row: what the journal comes to. */
export type CustomerRow = Customer & { readonly revision: number };

const ROW = `
  SELECT id, revision, external_id AS "externalId", metadata, name, email, country, time_zone AS "timeZone", currency, tax_id AS "taxId", address,
         created_on AS "createdOn", created_at AS "createdAt"
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

/** The customers of a tenant. */
export const CUSTOMERS: List = { name: 'customers', idPrefix: 'cus', orderBy: 'CREATED_AT_ASC' };

export interface CustomerFilter extends Pick<
  QueryCustomersArgs,
  'created' | 'email' | 'externalId' | 'search'
> {
  /** Only this one. */
  readonly id: string | null;
}

/** A page of customers, and one more. */
export async function customerPage(
  tx: Queryable,
  page: Page,
  { id, created, email, externalId, search }: CustomerFilter,
): Promise<CustomerRow[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [id, (parameter) => `id = ${parameter}`],
      ...within('created_at', created),
      [email, (parameter) => `lower(email) = lower(${parameter})`],
      [externalId, (parameter) => `external_id = ${parameter}`],
      matching(['left(name, 64)', 'email', 'external_id'], 'begins', search),
    ],
  });
  return tx.query<CustomerRow>(`${ROW} WHERE true${sql}`, params);
}
