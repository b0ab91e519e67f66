import { backend } from '@tollgate/testing/callers';
import type { Entry, Given, Input } from './every-mutation.js';

async function quoteInput(given: Given): Promise<Input> {
  return { customerId: given.customerId, subscription: { planId: await given.plan() } };
}

async function quoteId(given: Given): Promise<string> {
  const { quote } = await given.on('plans').command<{ quote: { id: string } }>(backend(given.tenant), {
    name: 'createQuote',
    input: await quoteInput(given),
    selected: '... on QuoteCreated { quote { id } }',
  });
  return quote.id;
}

const ofQuote = (): Entry => ({
  subgraph: 'plans',
  portalMay: true,
  accepted: async (given) => ({ quoteId: await quoteId(given) }),
  rejected: () => ({ quoteId: 'quo_1' }),
});

/** Mutations of quotes. */
export const QUOTES: Readonly<Record<string, Entry>> = {
  createQuote: {
    subgraph: 'plans',
    accepted: quoteInput,
    rejected: ({ customerId }) => ({ customerId, subscription: { planId: 'pln_1' } }),
  },
  acceptQuote: ofQuote(),
  declineQuote: ofQuote(),
};
