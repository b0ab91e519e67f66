import { backend } from '@tollgate/testing/callers';
import { unique } from './business.js';
import type { Entry, Given, Input } from './every-mutation.js';

/** What binds the customer of a new subscription. */
async function contractInput(given: Given): Promise<Input> {
  const subscriptionId = await given.subscription();
  const query = 'query ($id: ID!) { subscription(id: $id) { customer { id } } }';
  const { subscription } = await given
    .on('plans')
    .ask<{ subscription: { customer: { id: string } } }>(backend(given.tenant), query, {
      id: subscriptionId,
    });
  return { customerId: subscription.customer.id, termMonths: 12, subscriptions: [{ subscriptionId }] };
}

async function contractId(given: Given): Promise<string> {
  const { contract } = await given.on('plans').command<{ contract: { id: string } }>(backend(given.tenant), {
    name: 'createContract',
    input: await contractInput(given),
    selected: '... on ContractCreated { contract { id } }',
  });
  return contract.id;
}

/** A mutation of a contract that there is, or is not. */
const ofContract = (more: () => Input = () => ({})): Entry => ({
  subgraph: 'plans',
  accepted: async (given) => ({ contractId: await contractId(given), ...more() }),
  rejected: () => ({ contractId: 'ctr_1', ...more() }),
});

/** Mutations of contracts. */
export const CONTRACTS: Readonly<Record<string, Entry>> = {
  createContract: {
    subgraph: 'plans',
    accepted: contractInput,
    rejected: ({ customerId }) => ({ customerId, subscriptions: [], termMonths: 12 }),
  },
  amendContract: ofContract(() => ({ termMonths: 24 })),
  giveContractNotice: ofContract(),
  withdrawContractNotice: ofContract(),
  renewContract: ofContract(),
  terminateContract: ofContract(),
  updateContract: ofContract(() => ({ externalId: unique() })),
};
