import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { WalletCause } from '../domain/wallet-state.js';

/** Wallet credit that came or went, as the journal has it. */
export interface WalletMovement {
  /** Its place in the statement, in the form of an id. */
  readonly id: string;
  readonly walletId: string;
  /** Below zero it went. */
  readonly amountMinor: bigint;
  /** What was left afterwards. */
  readonly balanceMinor: bigint;
  readonly cause: WalletCause;
  readonly at: Instant;
}

/** The statement of a wallet. */
export const WALLET_MOVEMENTS: List = {
  name: 'Wallet.movements',
  idPrefix: 'wal',
  orderBy: 'CREATED_AT_DESC',
};

const PLACE_CHARS = 26;

/** The same page of several wallets' statements, and one more of each. A statement is the journal of its wallet. */
export async function pageWalletMovements(
  db: Queryable,
  walletIds: readonly string[],
  page: Page,
): Promise<WalletMovement[]> {
  const { sql, params } = pageSql(page, { id: 'version', taken: 1, key: versionOf });
  const rows = await db.query<MovementRow>(
    `SELECT m.* FROM unnest($1::text[]) AS w(id) CROSS JOIN LATERAL (
       SELECT * FROM (${MOVEMENTS_SQL}) moved WHERE true${sql}) m`,
    [walletIds, ...params],
  );
  return rows.map(({ wallet_id: walletId, version, amount, balance, cause, at }) => ({
    ...{ id: placeOf(version), walletId, cause, at },
    ...{ amountMinor: BigInt(amount), balanceMinor: BigInt(balance) },
  }));
}

/** Every event that moves credit says how much, and its type says which way. */
const MOVEMENTS_SQL = `
  SELECT wallet_id, version, amount::text, cause, at, (sum(amount) OVER (ORDER BY version))::text AS balance
  FROM (
    SELECT e.stream AS wallet_id, e.version, e.data -> 'cause' AS cause, e.occurred_at AS at,
      (e.data -> 'amountMinor' ->> '$bigint')::numeric
        * CASE WHEN e.type IN ('GrantGiven', 'GrantsRestored') THEN 1 ELSE -1 END AS amount
    FROM {t}.event e WHERE e.stream = w.id AND e.data -> 'amountMinor' IS NOT NULL) signed`;

interface MovementRow {
  readonly wallet_id: string;
  readonly version: number;
  readonly amount: string;
  readonly balance: string;
  readonly cause: WalletCause;
  readonly at: Instant;
}

function placeOf(version: number): string {
  return `wal_${version.toString().padStart(PLACE_CHARS, '0')}`;
}

function versionOf(place: string): number {
  return Number(place.slice('wal_'.length));
}
