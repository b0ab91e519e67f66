import { backend } from '@tollgate/testing/callers';
import { invoiceOf } from './business-invoices.js';
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

/** A customer who paid more than was due, so that it has credit. */
async function payingCustomer({ customer, on, tenant }: Given): Promise<string> {
  const customerId = await customer();
  const by = backend(tenant);
  const items = [{ key: 'setup', amount: '5' }];
  await on('invoices').command(by, { name: 'createCharge', input: { customerId, items } });
  const { id: invoiceId } = await invoiceOf(on, tenant, { customerId, status: 'OPEN' });
  await on('payments').command(by, { name: 'recordOfflinePayment', input: { invoiceId, amount: '10' } });
  await invoiceOf(on, tenant, { customerId, status: 'PAID' });
  return customerId;
}

/** Mutations of what customers have to their credit. */
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
  refundBalance: {
    subgraph: 'invoices',
    accepted: async (given) => ({ customerId: await payingCustomer(given), amount: '1' }),
    rejected: ({ customerId }) => ({ customerId, amount: '0' }),
  },
  revokeWalletGrant: {
    subgraph: 'invoices',
    accepted: async (given) => ({ grantId: await grantId(given) }),
    rejected: () => ({ grantId: 'wgr_1' }),
  },
};
