import { aggregate, type Change } from '@tollgate/runtime/command/aggregate';
import { balanceDecider } from './domain/balance.js';
import { ledgerRows } from '../ledger/store.js';
import { walletPostingsOf } from './domain/wallet-postings.js';
import { walletDecider } from './domain/wallet.js';
import type { Wallet, WalletEvent } from './domain/wallet-state.js';
import { walletMessages } from './events.js';
import { BALANCES } from './store.js';
import { GRANTS, WALLETS } from './store/wallet.js';

/** What customers have to their credit: a stream for each customer and currency. */
export const balances = aggregate({
  name: 'balance',
  idPrefix: 'bal',
  decider: balanceDecider,
  projections: [BALANCES],
});

export type WalletChange = Change<Wallet | null, WalletEvent>;

/** Credit that customers were given or bought: a stream for each customer and currency. */
export const wallets = aggregate({
  name: 'wallet',
  idPrefix: 'wal',
  decider: walletDecider,
  projections: [WALLETS, GRANTS],
  eventRows: [ledgerRows(walletPostingsOf)],
  messages: walletMessages,
  weightOf: (wallet) => 1 + (wallet?.grants.length ?? 0) / 2,
});
