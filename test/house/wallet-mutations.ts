import { backend } from '@tollgate/testing/callers';
import type { Entry, Given } from './every-mutation.js';

const gift = (customerId: string) => ({ customerId, name: 'Welcome', amount: '5' });

async function grantId(given: Given): Promise<string> {
  type Made = { readonly grant: { readonly id: string } };
  const { grant } = await given.on('invoices').command<Made>(backend(given.tenant), {
    name: 'grantWalletCredit',
    input: gift(given.customerId),
    selected: '... on WalletCreditGranted { grant { id } }',
  });
  return grant.id;
}

/** Mutations of wallets. */
export const WALLETS: Readonly<Record<string, Entry>> = {
  grantWalletCredit: {
    subgraph: 'invoices',
    accepted: ({ customerId }) => gift(customerId),
    rejected: ({ customerId }) => ({ ...gift(customerId), amount: '0' }),
  },
  topUpWallet: {
    subgraph: 'invoices',
    accepted: ({ customerId }) => gift(customerId),
    rejected: ({ customerId }) => ({ ...gift(customerId), amount: '0' }),
  },
  setAutomaticTopUp: {
    subgraph: 'invoices',
    accepted: ({ customerId }) => ({ customerId, threshold: '5', amount: '10' }),
    rejected: ({ customerId }) => ({ customerId, threshold: '0', amount: '10' }),
  },
  stopAutomaticTopUp: {
    subgraph: 'invoices',
    accepted: ({ customerId }) => ({ customerId }),
    rejected: () => ({ customerId: 'cus_1' }),
  },
  revokeWalletGrant: {
    subgraph: 'invoices',
    accepted: async (given) => ({ grantId: await grantId(given) }),
    rejected: () => ({ grantId: 'wgr_1' }),
  },
};
