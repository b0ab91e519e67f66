import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { LocalDate } from '@tollgate/kernel/time/time';
import type { FxRate } from './domain/fx-rate.js';

/** The table of exchange rates. */
export const FX_RATES: Projection<FxRate | null> = {
  table: 'invoices_fx_rate',
  key: ['id'],
  columns: ['id', 'from_currency', 'to_currency', 'date', 'rate', 'set_at'],
  rows: (state) => {
    if (state === null) return [];
    const { id, from, to, date, rate, setAt } = state;
    return [{ id, from_currency: from, to_currency: to, date, rate, set_at: setAt }];
  },
};

/** The rates of a tenant. */
export const FX_RATE_LIST: List = { name: 'fxRates', idPrefix: 'fxr', orderBy: 'CREATED_AT_ASC' };

/** A pair of currencies, and the date from which a rate of it holds. */
export interface RateOf {
  readonly from: string;
  readonly to: string;
  readonly date: LocalDate;
}

/** The rate of a date; nobody else can set it before the transaction ends. */
export async function findRateId(tx: TenantTx, { from, to, date }: RateOf): Promise<string | null> {
  lock(tx, 'fx-rate', `${tx.scope.tenantId}/${from}/${to}/${date}`);
  const [row] = await tx.query<{ id: string }>(
    'SELECT id FROM {t}.invoices_fx_rate WHERE from_currency = $1 AND to_currency = $2 AND date = $3',
    [from, to, date],
  );
  return row?.id ?? null;
}

/** A page of the rates, and one more. */
export async function pageRates(
  db: Queryable,
  filter: { readonly from?: string | null | undefined; readonly to?: string | null | undefined },
  page: Page,
): Promise<FxRate[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.from, (parameter) => `from_currency = ${parameter}`],
      [filter.to, (parameter) => `to_currency = ${parameter}`],
    ],
  });
  return db.query<FxRate>(`${SELECT_SQL} WHERE true${sql}`, params);
}

/** A rate by its id; null where there is none. */
export async function findRate(db: Queryable, id: string): Promise<FxRate | null> {
  const [row] = await db.query<FxRate>(`${SELECT_SQL} WHERE id = $1`, [id]);
  return row ?? null;
}

const SELECT_SQL = `SELECT id, from_currency AS "from", to_currency AS "to", date::text AS date, rate::text AS rate,
  set_at AS "setAt" FROM {t}.invoices_fx_rate`;
