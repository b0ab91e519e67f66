import { encodeJson } from '@tollgate/kernel/codec';
import { aggregate } from '@tollgate/runtime/command/aggregate';
import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import { matching, pageSql, within, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { QueryAddonsArgs } from '../../generated/graphql.js';
import { addonDecider, type Addon } from '../domain/addon.js';

const ADDONS: Projection<Addon | null> = {
  table: 'plans_addon',
  key: ['id'],
  columns: ['id', 'code', 'name', 'prices', 'created_at'],
  rows: (addon) =>
    addon === null
      ? []
      : [
          {
            id: addon.id,
            code: addon.code,
            name: addon.name,
            prices: encodeJson(addon.prices),
            created_at: addon.createdAt,
          },
        ],
};

/** What subscriptions can have beside their plan. */
export const addons = aggregate({
  name: 'addon',
  idPrefix: 'add',
  decider: addonDecider,
  projections: [ADDONS],
});

/** Whether an add-on has the code; nobody else can take it before the transaction ends. */
export async function isAddonCodeTaken(tx: TenantTx, code: string): Promise<boolean> {
  lock(tx, 'addon-code', `${tx.scope.tenantId}/${code}`);
  return (await tx.query('SELECT 1 FROM {t}.plans_addon WHERE code = $1', [code])).length > 0;
}

/** Add-ons by id. */
export async function addonsById(tx: Queryable, ids: readonly string[]): Promise<Addon[]> {
  return tx.query<Addon>(
    'SELECT id, code, name, prices, created_at AS "createdAt" FROM {t}.plans_addon WHERE id = ANY($1)',
    [ids],
  );
}

/** What subscriptions can have beside their plan. */
export const ADDON_LIST: List = { name: 'addons', idPrefix: 'add', orderBy: 'CREATED_AT_ASC' };

/** A page of add-ons, and one more. */
export async function addonPage(
  tx: Queryable,
  page: Page,
  { code, created, search }: Pick<QueryAddonsArgs, 'code' | 'created' | 'search'>,
): Promise<Addon[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [code, (parameter) => `code = ${parameter}`],
      ...within('created_at', created),
      matching(['name', 'code'], 'contains', search),
    ],
  });
  return tx.query<Addon>(
    `SELECT id, code, name, prices, created_at AS "createdAt" FROM {t}.plans_addon WHERE true${sql}`,
    params,
  );
}
