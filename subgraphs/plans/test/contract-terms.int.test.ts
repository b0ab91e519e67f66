import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPlans, type Data, type PlansBench } from './harness.js';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

test.each([
  ['no subscription', { subscriptions: [] }, 'input.subscriptions'],
  ['no term', { termMonths: 0 }, 'input.termMonths'],
  ['a term that is over', { startsOn: '2023-11-01', termMonths: 1 }, 'input.termMonths'],
  ['a day far ahead', { startsOn: '2026-01-01' }, 'input.startsOn'],
  ['a fee of nothing', { terminationFee: {} }, 'input.terminationFee'],
  [
    'more than all fees',
    { terminationFee: { percentOfRemainingFees: '101' } },
    'input.terminationFee.percentOfRemainingFees',
  ],
  ['a fee finer than a cent', { terminationFee: { amount: '1.005' } }, 'input.terminationFee.amount'],
  ['a rise of nothing', { escalator: { percent: '0' } }, 'input.escalator.percent'],
  ['a negative commitment', { commitment: { amount: '-1' } }, 'input.commitment.amount'],
  ['a long notice', { renewal: { noticeDays: 367 } }, 'input.renewal.noticeDays'],
  ['a control character', { externalId: 'a\u0007' }, 'input.externalId'],
])('%s is rejected by field, and nothing is bound', async (_what, changes, field) => {
  const tenant = await plans.sandbox('2024-01-01T00:00:00.000Z');
  const [customerId, planId] = [await plans.addCustomer(tenant), await plans.aPlan(tenant)];
  const made = await plans.createSubscription(tenant, { customerId, planId });
  const subscriptionId = (made as unknown as Data)['subscription']?.['id'] as string;
  const input = { customerId, subscriptions: [{ subscriptionId }], termMonths: 12, ...changes };
  expect(await plans.run(tenant, 'createContract', '... on InvalidInput { field }', input)).toMatchObject({
    __typename: 'InvalidInput',
    field,
  });
  expect(
    await plans.run(tenant, 'cancelSubscription', '... on SubscriptionCancelled { subscription { id } }', {
      subscriptionId,
      when: 'PERIOD_END',
    }),
  ).toMatchObject({ __typename: 'SubscriptionCancelled' });
});

const AMENDED = `... on ContractAmended { contract { amendments { changes { field before after } }
    subscriptions { plan { name } quantity } } }
  ... on InvalidInput { field } ... on UnknownPlan { planId } ... on PlanNotOnSale { planId }`;

test('an amendment brings a subscription to another plan, which ends what was agreed on prices', async () => {
  const tenant = await plans.sandbox('2024-01-01T00:00:00.000Z');
  const [customerId, planId] = [await plans.addCustomer(tenant), await plans.aPlan(tenant)];
  const other = await plans.aPlan(tenant, { name: 'Team' });
  const made = await plans.createSubscription(tenant, { customerId, planId });
  const subscriptionId = (made as unknown as Data)['subscription']?.['id'] as string;
  const rates = [{ key: 'fee', price: { flat: { flatAmount: '15.00' } } }];
  const input = { customerId, subscriptions: [{ subscriptionId, rates }], termMonths: 12 };
  const signed = await plans.run(
    tenant,
    'createContract',
    '... on ContractCreated { contract { id } }',
    input,
  );
  const contractId = (signed as unknown as Data)['contract']?.['id'] as string;
  const amend = (changes: object) =>
    plans.run(tenant, 'amendContract', AMENDED, {
      contractId,
      subscriptions: [{ subscriptionId, ...changes }],
    });
  expect(await amend({ planId: 'pln_1' })).toMatchObject({ __typename: 'UnknownPlan', planId: 'pln_1' });
  const wrong = [{ key: 'nothing', price: { flat: { flatAmount: '1' } } }];
  expect(await amend({ planId: other, rates: wrong })).toMatchObject({
    field: 'input.subscriptions[0].rates[0].key',
  });
  const changes = [
    { field: `${subscriptionId}.plan`, before: 'Pro', after: 'Team' },
    { field: `${subscriptionId}.quantity`, before: '1', after: '3' },
  ];
  expect(await amend({ planId: other, quantity: '3' })).toMatchObject({
    contract: { amendments: [{ changes }], subscriptions: [{ plan: { name: 'Team' }, quantity: '3' }] },
  });
  const bills = await plans.billsOf(tenant);
  expect(bills.at(-1)?.data.bills).toMatchObject([
    { reason: 'change', terms: { overrides: [], quantity: '3' }, legs: { of: 'fees' } },
  ]);
  await plans.run(tenant, 'archivePlan', '', { planId });
  expect(await amend({ planId })).toMatchObject({ __typename: 'PlanNotOnSale', planId });
  expect(await plans.drift(tenant)).toEqual([]);
});
