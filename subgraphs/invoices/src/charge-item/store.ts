import { encodeJson } from '@tollgate/kernel/codec';
import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import { matching, pageSql, within, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { QueryChargeItemsArgs } from '../generated/graphql.js';
import type { CatalogueItem } from './domain/charge-item.js';

/** The table of the catalogue. */
export const CHARGE_ITEMS: Projection<CatalogueItem | null> = {
  table: 'invoices_charge_item',
  key: ['id'],
  columns: ['id', 'code', 'name', 'prices', 'created_at', 'archived_at'],
  rows: (item) =>
    item === null
      ? []
      : [
          {
            id: item.id,
            code: item.code,
            name: item.name,
            prices: encodeJson(item.prices),
            created_at: item.createdAt,
            archived_at: item.archivedAt,
          },
        ],
};

const COLUMNS = 'id, code, name, prices, created_at AS "createdAt", archived_at AS "archivedAt"';

/** Whether an item has the code; nobody else can take it before the transaction ends. */
export async function isChargeItemCodeTaken(tx: TenantTx, code: string): Promise<boolean> {
  lock(tx, 'charge-item-code', `${tx.scope.tenantId}/${code}`);
  return (await tx.query('SELECT 1 FROM {t}.invoices_charge_item WHERE code = $1', [code])).length > 0;
}

/** Items by id; unknown ones are missing. */
export async function chargeItemsById(
  tx: Queryable,
  ids: readonly string[],
): Promise<Map<string, CatalogueItem>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<CatalogueItem>(
    `SELECT ${COLUMNS} FROM {t}.invoices_charge_item WHERE id = ANY($1)`,
    [ids],
  );
  return new Map(rows.map((item) => [item.id, item]));
}

/** The catalogue of charges. */
export const CHARGE_ITEM_LIST: List = { name: 'chargeItems', idPrefix: 'chi', orderBy: 'CREATED_AT_ASC' };

/** A page of the catalogue, and one more. */
export async function chargeItemPage(
  tx: Queryable,
  page: Page,
  filter: Pick<QueryChargeItemsArgs, 'code' | 'archived' | 'created' | 'search'>,
): Promise<CatalogueItem[]> {
  const { code, archived, created, search } = filter;
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [code, (parameter) => `code = ${parameter}`],
      [archived, (parameter) => `(archived_at IS NOT NULL) = ${parameter}`],
      ...within('created_at', created),
      matching(['name', 'code'], 'contains', search),
    ],
  });
  return tx.query<CatalogueItem>(`SELECT ${COLUMNS} FROM {t}.invoices_charge_item WHERE true${sql}`, params);
}
