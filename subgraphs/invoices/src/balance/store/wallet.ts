import { decodeJson, encodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Projection, ProjectedRow } from '@tollgate/runtime/command/projection';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import { remainingMinor, type Grant, type GrantKind } from '../domain/grant.js';
import type { AutomaticTopUp, Wallet } from '../domain/wallet-state.js';

/** The table of wallets: what is left in each. */
export const WALLETS: Projection<Wallet | null> = {
  table: 'invoices_wallet',
  key: ['id'],
  columns: ['id', 'customer_id', 'currency', 'balance_minor', 'revision', 'automatic'],
  rows: (wallet, { id, version }) =>
    wallet === null
      ? []
      : [
          {
            ...{ id, customer_id: wallet.customerId, currency: wallet.currency, revision: version },
            automatic: wallet.automatic === null ? null : encodeJson(wallet.automatic),
            balance_minor: leftMinor(wallet).toString(),
          },
        ],
};

/** What is left of its grants, but for those in dispute. */
function leftMinor({ grants }: Wallet): bigint {
  return grants.reduce((sum, one) => sum + (one.isHeld === true ? 0n : remainingMinor(one)), 0n);
}

/** The table of grants: each is also in its wallet's state. */
export const GRANTS: Projection<Wallet | null> = {
  table: 'invoices_wallet_grant',
  key: ['id'],
  owner: 'wallet_id',
  columns: [
    ...['id', 'wallet_id', 'name', 'kind', 'priority', 'expires_at', 'granted_at', 'invoice_id'],
    ...['amount_minor', 'used_minor', 'expired_minor', 'taken_minor', 'held'],
  ],
  rows: (wallet, { id }) => (wallet?.grants ?? []).map((grant) => grantRow(id, grant)),
};

const rows = new WeakMap<Grant, ProjectedRow>();

/** Made once for each: of many grants an invoice touches a few, and only those are written. */
function grantRow(walletId: string, grant: Grant): ProjectedRow {
  const known = rows.get(grant);
  if (known?.['wallet_id'] === walletId) return known;
  const { id, name, kind, priority, expiresAt, grantedAt, invoiceId } = grant;
  const row = {
    ...{ id, wallet_id: walletId, name, kind, priority },
    ...{ expires_at: expiresAt, granted_at: grantedAt, invoice_id: invoiceId },
    amount_minor: grant.amountMinor.toString(),
    used_minor: grant.usedMinor.toString(),
    expired_minor: grant.expiredMinor.toString(),
    taken_minor: grant.takenMinor.toString(),
    held: grant.isHeld === true,
  };
  rows.set(grant, row);
  return row;
}

/** A wallet as its row has it. */
export interface WalletRow {
  readonly id: string;
  readonly customerId: string;
  readonly currency: Currency;
  readonly balanceMinor: bigint;
  readonly revision: number;
  /** When it is filled by itself; null: never. */
  readonly automatic: AutomaticTopUp | null;
}

/** Wallets of customers in all currencies; customers that never had one are missing. */
export async function findWallets(db: Queryable, customerIds: readonly string[]): Promise<WalletRow[]> {
  if (customerIds.length === 0) return [];
  const found = await db.query<StoredWallet>(
    `SELECT ${WALLET_COLUMNS} FROM {t}.invoices_wallet WHERE customer_id = ANY($1) ORDER BY id`,
    [customerIds],
  );
  return found.map(walletRow);
}

/** A wallet by its id; null where there is none. */
export async function findWallet(db: Queryable, id: string): Promise<WalletRow | null> {
  const [row] = await db.query<StoredWallet>(
    `SELECT ${WALLET_COLUMNS} FROM {t}.invoices_wallet WHERE id = $1`,
    [id],
  );
  return row === undefined ? null : walletRow(row);
}

const WALLET_COLUMNS =
  'id, customer_id AS "customerId", currency, balance_minor::text AS balance, revision, automatic';

type StoredWallet = Omit<WalletRow, 'balanceMinor' | 'automatic'> & {
  readonly balance: string;
  readonly automatic: JsonValue;
};

/** The agreement is what the projection wrote. */
function walletRow({ balance, automatic, ...row }: StoredWallet): WalletRow {
  const agreed = automatic === null ? null : (decodeJson(automatic) as AutomaticTopUp);
  return { ...row, balanceMinor: BigInt(balance), automatic: agreed };
}

/** The grants of a wallet, in the order of granting. */
export const GRANT_LIST: List = { name: 'Wallet.grants', idPrefix: 'wgr', orderBy: 'CREATED_AT_ASC' };

/** A grant, and whose wallet it is in. */
export interface StoredGrant {
  readonly walletId: string;
  readonly grant: Grant;
}

/** The same page of several wallets' grants, and one more of each. */
export async function pageGrants(
  db: Queryable,
  { walletIds, isLeft }: { readonly walletIds: readonly string[]; readonly isLeft: boolean | null },
  page: Page,
): Promise<StoredGrant[]> {
  const left = 'amount_minor > used_minor + expired_minor + taken_minor';
  const { sql, params } = pageSql(page, {
    id: 'id',
    taken: 1,
    where: [[isLeft, (parameter) => `(${left}) = ${parameter}`]],
  });
  const found = await db.query<GrantRow>(
    `SELECT g.* FROM unnest($1::text[]) AS w(id) CROSS JOIN LATERAL (
       SELECT ${GRANT_COLUMNS} FROM {t}.invoices_wallet_grant WHERE wallet_id = w.id${sql}) g`,
    [walletIds, ...params],
  );
  return found.map(stored);
}

/** A grant by its id; null where there is none. */
export async function findGrant(db: Queryable, id: string): Promise<StoredGrant | null> {
  const [row] = await db.query<GrantRow>(
    `SELECT ${GRANT_COLUMNS} FROM {t}.invoices_wallet_grant WHERE id = $1`,
    [id],
  );
  return row === undefined ? null : stored(row);
}

const GRANT_COLUMNS = `wallet_id, id, name, kind, priority, expires_at AS "expiresAt", granted_at AS "grantedAt",
  invoice_id AS "invoiceId", amount_minor::text AS amount, used_minor::text AS used,
  expired_minor::text AS expired, taken_minor::text AS taken, held`;

interface GrantRow {
  readonly wallet_id: string;
  readonly id: string;
  readonly name: string;
  readonly kind: GrantKind;
  readonly priority: number;
  readonly expiresAt: Instant | null;
  readonly grantedAt: Instant;
  readonly invoiceId: string | null;
  readonly amount: string;
  readonly used: string;
  readonly expired: string;
  readonly taken: string;
  readonly held: boolean;
}

function stored({
  wallet_id: walletId,
  amount,
  used,
  expired,
  taken,
  held,
  ...terms
}: GrantRow): StoredGrant {
  const amounts = { amountMinor: BigInt(amount), usedMinor: BigInt(used) };
  const gone = { expiredMinor: BigInt(expired), takenMinor: BigInt(taken) };
  return { walletId, grant: { ...terms, ...amounts, ...gone, ...(held && { isHeld: true as const }) } };
}
