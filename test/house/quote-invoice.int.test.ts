import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend } from '@tollgate/testing/callers';
import { startBusiness, type Business } from './business.js';

let business: Business;

beforeAll(async () => {
  business = await startBusiness();
});
afterAll(() => business.stop());

const SHOWN = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Quote { firstInvoice {
  lines { key amount { amount } } subtotal { amount } discount { amount } total { amount } } } } }`;

async function quoted(subscription: object) {
  const { tenant, on } = business;
  const customerId = await business.customer();
  const { quote } = await on('plans').command<{ quote: { id: string } }>(backend(tenant), {
    name: 'createQuote',
    input: { customerId, subscription: { planId: await business.plan(), currency: 'USD', ...subscription } },
    selected: '... on QuoteCreated { quote { id } }',
  });
  const show = async () => {
    const of = [{ __typename: 'Quote', id: quote.id }];
    const asked = await on('invoices').ask<{ _entities: unknown[] }>(backend(tenant), SHOWN, { of });
    return asked['_entities'][0];
  };
  return { customerId, quoteId: quote.id, show };
}

test('a quote shows the first invoice with coupons, keeps it, and becomes just that', async () => {
  const { tenant, on } = business;
  const { customerId, quoteId, show } = await quoted({ couponIds: [await business.coupon()] });
  const shown = {
    lines: [{ key: 'fee', amount: { amount: '20.00' } }],
    subtotal: { amount: '20.00' },
    discount: { amount: '2.00' },
    total: { amount: '21.42' },
  };
  // Asked in the moment after it was made, too.
  expect(await show()).toEqual({ firstInvoice: shown });
  await on('plans').command(backend(tenant), { name: 'acceptQuote', input: { quoteId } });
  const query = `query ($id: ID) { invoices(customerId: $id) { nodes {
    lines { key amount { amount } } subtotal { amount } discount { amount } total { amount } } } }`;
  await expect
    .poll(() => on('invoices').ask(backend(tenant), query, { id: customerId }), { timeout: 10_000 })
    .toMatchObject({ invoices: { nodes: [shown] } });
  expect(await show()).toEqual({ firstInvoice: shown });
});

test('of a trial it shows the fees that come after it', async () => {
  const { show } = await quoted({ trialDays: 14 });
  expect(await show()).toMatchObject({ firstInvoice: { total: { amount: '23.80' } } });
});
