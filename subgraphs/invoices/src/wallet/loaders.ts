import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Database } from '@tollgate/runtime/database/db';
import { oncePerPage, type Page } from '@tollgate/runtime/graphql/list';
import {
  findGrant,
  findWallet,
  findWallets,
  pageGrants,
  type StoredGrant,
  type WalletRow,
} from '../balance/store/wallet.js';
import { pageWalletMovements, type WalletMovement } from '../balance/store/wallet-movement.js';

export { GRANT_LIST, type StoredGrant, type WalletRow } from '../balance/store/wallet.js';
export { WALLET_MOVEMENTS } from '../balance/store/wallet-movement.js';

const WALLETS = Symbol('wallets by customer');

/** One query for the wallets of all customers of a request. */
export function walletLoader(
  db: Database,
  context: RequestContext,
): DataLoader<string, readonly WalletRow[]> {
  return context.once(WALLETS, () => {
    const scope = readScope(context);
    return new DataLoader(async (customerIds: readonly string[]) => {
      const rows = await findWallets(db.reader(scope), customerIds);
      return customerIds.map((id) => rows.filter(({ customerId }) => customerId === id));
    });
  });
}

const GRANTS = Symbol('grants by wallet');

/** One query for the same page of the grants of all wallets of a request. */
export function grantLoader(
  { db, context }: Caller,
  page: Page,
  isLeft: boolean | null,
): DataLoader<string, readonly StoredGrant[]> {
  return oncePerPage(context, { key: GRANTS, page, filter: isLeft }, () => {
    const scope = readScope(context);
    return new DataLoader(async (walletIds: readonly string[]) => {
      const rows = await pageGrants(db.reader(scope), { walletIds, isLeft }, page);
      return walletIds.map((id) => rows.filter(({ walletId }) => walletId === id));
    });
  });
}

const MOVEMENTS = Symbol('movements by wallet');

/** One query for the same page of the statements of all wallets of a request. */
export function walletMovementLoader(
  { db, context }: Caller,
  page: Page,
): DataLoader<string, readonly WalletMovement[]> {
  return oncePerPage(context, { key: MOVEMENTS, page, filter: null }, () => {
    const scope = readScope(context);
    return new DataLoader(async (walletIds: readonly string[]) => {
      const rows = await pageWalletMovements(db.reader(scope), walletIds, page);
      return walletIds.map((id) => rows.filter(({ walletId }) => walletId === id));
    });
  });
}

/** A wallet that is there. */
export async function walletById({ db, context }: Caller, id: string): Promise<WalletRow> {
  const found = await findWallet(db.reader(readScope(context)), id);
  if (found === null) throw new Error(`wallet ${id} cannot be read`);
  return found;
}

/** A grant that is there. */
export async function grantById({ db, context }: Caller, id: string): Promise<StoredGrant> {
  const found = await findGrant(db.reader(readScope(context)), id);
  if (found === null) throw new Error(`grant ${id} cannot be read`);
  return found;
}
