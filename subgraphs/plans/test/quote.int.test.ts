import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend, portal } from '@tollgate/testing/callers';
import { setTestClock, type TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { quotes } from '../src/quote/aggregate.js';
import { FEE, startPlans, type PlansBench } from './harness.js';

const QUOTE = `id status quantity currency note validUntil answeredAt answeredBy declineReason subscriptionId
  plan { id } planVersion { number }`;

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly subscriptionId: string | null;
}
type Answer = { readonly __typename: string; readonly quote: Shown; readonly linkToken: string };

const ANSWERS: Readonly<Record<string, string>> = {
  createQuote: `... on QuoteCreated { quote { ${QUOTE} } linkToken linkPath } ... on InvalidInput { field }`,
  acceptQuote: `... on QuoteAccepted { quote { ${QUOTE} } } ... on QuoteNotOpen { status }`,
  declineQuote: `... on QuoteDeclined { quote { ${QUOTE} } } ... on QuoteNotOpen { status }`,
};
const send = async (tenant: TestTenant, name: string, input: object): Promise<Answer> =>
  (await plans.run(tenant, name, ANSWERS[name] ?? '', input)) as unknown as Answer;

async function offered(changes: object = {}) {
  const tenant = await plans.sandbox('2024-01-01T00:00:00.000Z');
  const [customerId, planId] = [await plans.addCustomer(tenant), await plans.aPlan(tenant)];
  const overrides = [{ key: 'fee', price: { flat: { flatAmount: '15' } } }];
  const answer = await send(tenant, 'createQuote', {
    customerId,
    subscription: { planId, quantity: '3', overrides },
    ...changes,
  });
  return { tenant, customerId, planId, answer, quoteId: answer.quote?.id };
}

test('a quote that is accepted is the subscription as quoted, once, whatever became of the plan', async () => {
  const { tenant, planId, answer, quoteId } = await offered({ note: 'For you' });
  expect(answer).toMatchObject({
    quote: { status: 'OPEN', note: 'For you', quantity: '3', validUntil: '2024-01-31T00:00:00.000Z' },
  });
  const dearer = [{ ...FEE, price: { flat: { flatAmount: '99' } } }];
  await plans.run(tenant, 'publishPlanVersion', '', { planId, prices: dearer });
  const accepted = await send(tenant, 'acceptQuote', { quoteId });
  expect(accepted).toMatchObject({ quote: { status: 'ACCEPTED', answeredBy: 'TENANT' } });
  const bill = (await plans.billsOf(tenant)).flatMap(({ data }) => data.bills)[0];
  expect(bill?.terms).toMatchObject({ quantity: '3', overrides: [{ price: { flatAmount: '15' } }] });
  expect(bill?.terms.subscriptionId).toBe(accepted.quote.subscriptionId);
  expect(await send(tenant, 'acceptQuote', { quoteId })).toMatchObject({ status: 'ACCEPTED' });
  expect(await send(tenant, 'declineQuote', { quoteId })).toMatchObject({ status: 'ACCEPTED' });
  const checked = await plans.platform.db.tenant(tenant.scope, (tx) =>
    quotes.check(tx, { after: null, limit: 100, repair: false }),
  );
  expect(checked.differences).toEqual([]);
});

test('a customer answers its own quotes, and sees no others', async () => {
  const { tenant, customerId, quoteId } = await offered();
  const other = portal(tenant, await plans.addCustomer(tenant));
  const decline = (who: ReturnType<typeof portal>) =>
    plans.command<Answer>(who, {
      name: 'declineQuote',
      input: { quoteId, reason: 'Too dear' },
      selected: ANSWERS['declineQuote'] ?? '',
    });
  const read = `query($id: ID!) { quote(id: $id) { id } quotes { nodes { id } } }`;
  expect(await decline(other)).toMatchObject({ __typename: 'UnknownQuote' });
  expect(await plans.ask(other, read, { id: quoteId })).toEqual({ quote: null, quotes: { nodes: [] } });
  const own = portal(tenant, customerId);
  expect(await plans.ask(own, read, { id: quoteId })).toEqual({
    quote: { id: quoteId },
    quotes: { nodes: [{ id: quoteId }] },
  });
  expect(await decline(own)).toMatchObject({
    quote: { status: 'DECLINED', answeredBy: 'CUSTOMER', declineReason: 'Too dear' },
  });
});

test('quotes are sorted by when they expire, found by plan, and counted', async () => {
  const { tenant, customerId, planId, quoteId } = await offered();
  const subscription = { planId: await plans.aPlan(tenant) };
  const validUntil = '2024-01-10T00:00:00Z';
  const { quote } = await send(tenant, 'createQuote', { customerId, subscription, validUntil });
  const list = (args: string) =>
    plans.ask(backend(tenant), `{ quotes(${args}) { totalCount nodes { id } } }`);
  expect(await list('orderBy: VALID_UNTIL_ASC')).toEqual({
    quotes: { totalCount: 2, nodes: [{ id: quote.id }, { id: quoteId }] },
  });
  expect(await list(`planId: "${planId}"`)).toEqual({ quotes: { totalCount: 1, nodes: [{ id: quoteId }] } });
});

test('a quote expires by itself', async () => {
  const { tenant, quoteId } = await offered({ validUntil: '2024-01-10T00:00:00Z' });
  await setTestClock(plans.platform, tenant.id, '2024-01-10T00:00:00.000Z');
  expect(await send(tenant, 'acceptQuote', { quoteId })).toMatchObject({ status: 'EXPIRED' });
  const read = `query($id: ID!) { quote(id: $id) { status } }`;
  await waitFor('the end', async () => {
    const { quote } = await plans.ask<{ quote: Shown }>(backend(tenant), read, { id: quoteId });
    return quote.status === 'EXPIRED';
  });
});

test.each([
  ['a time that is over', { validUntil: '2023-12-31T00:00:00Z' }, 'input.validUntil'],
  ['a time far ahead', { validUntil: '2026-01-01T00:00:00Z' }, 'input.validUntil'],
  ['a control character', { note: 'a\u0007' }, 'input.note'],
])('%s is rejected by field', async (_what, changes, field) => {
  const { answer } = await offered(changes);
  expect(answer).toMatchObject({ __typename: 'InvalidInput', field });
});
