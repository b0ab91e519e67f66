import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { BalanceCause } from '../domain/balance.js';

/** Credit that came or went, as the journal has it. */
export interface Movement {
  /** Its place in the statement, in the form of an id. */
  readonly id: string;
  readonly customerId: string;
  /** Below zero it paid something. */
  readonly amountMinor: bigint;
  /** What there was afterwards. */
  readonly balanceMinor: bigint;
  readonly cause: BalanceCause;
  readonly at: Instant;
}

/** The statement of a customer's balance in one currency. */
export const CREDIT_MOVEMENTS: List = {
  name: 'Customer.creditMovements',
  idPrefix: 'bal',
  orderBy: 'CREATED_AT_DESC',
};

const PLACE_CHARS = 26;

/** The same page of several customers' statements, and one more of each. A statement is the journal of its balance. */
export async function pageMovements(
  db: Queryable,
  { customerIds, currency }: { readonly customerIds: readonly string[]; readonly currency: Currency },
  page: Page,
): Promise<Movement[]> {
  const { sql, params } = pageSql(page, { id: 'version', taken: 2, key: versionOf });
  const rows = await db.query<MovementRow>(
    `SELECT m.* FROM unnest($1::text[]) AS c(id) CROSS JOIN LATERAL (
       SELECT * FROM (${MOVEMENTS_SQL}) moved WHERE true${sql}) m`,
    [customerIds, currency, ...params],
  );
  return rows.map(({ customer_id: customerId, version, amount, balance, cause, at }) => ({
    ...{ id: placeOf(version), customerId, cause, at },
    ...{ amountMinor: BigInt(amount), balanceMinor: BigInt(balance) },
  }));
}

const MOVEMENTS_SQL = `
  SELECT customer_id, version, amount::text, cause, at, (sum(amount) OVER (ORDER BY version))::text AS balance
  FROM (
    SELECT b.customer_id, e.version, e.data -> 'cause' AS cause, e.occurred_at AS at,
      (e.data -> 'amountMinor' ->> '$bigint')::numeric * CASE e.type WHEN 'CreditTaken' THEN -1 ELSE 1 END AS amount
    FROM {t}.invoices_balance b JOIN {t}.event e ON e.stream = b.id
    WHERE b.customer_id = c.id AND b.currency = $2) signed`;

interface MovementRow {
  readonly customer_id: string;
  readonly version: number;
  readonly amount: string;
  readonly balance: string;
  readonly cause: BalanceCause;
  readonly at: Instant;
}

function placeOf(version: number): string {
  return `bal_${version.toString().padStart(PLACE_CHARS, '0')}`;
}

function versionOf(place: string): number {
  return Number(place.slice('bal_'.length));
}
