import { afterAll, beforeAll, expect, test } from 'vitest';
import { decode } from '@tollgate/contracts/event';
import { contractCharged, contractCommitted } from '@tollgate/contracts/plans/contract';
import { setTestClock, type TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { backend } from '@tollgate/testing/callers';
import { contracts } from '../src/contract/aggregate.js';
import { FEE, startPlans, type Data, type PlansBench } from './harness.js';

const CONTRACT = `id status willRenew noticeBy noticeAt endedAt nextEscalationAt
  term { number months endsOn period { from to } } renewal { automatic noticeDays months }
  terminationFee { percentOfRemainingFees amount } escalator { percent of } commitment { amount unused }
  commitments { id amount period { from to } } subscriptions { id contract { id } }
  amendments { number note changes { field before after } }`;
/** Fields of the rejections that a mutation knows. */
const REJECTIONS: Readonly<Record<string, string>> = {
  createContract: '... on InvalidInput { field } ... on UnderContract { contractId }',
  amendContract: '... on InvalidInput { field } ... on ContractNotActive { status }',
  giveContractNotice: '... on NoticeTooLate { noticeBy }',
  terminateContract: '... on ContractNotActive { status }',
};
const UNDER = '... on UnderContract { contractId }';
const BEGIN = '2024-01-01T00:00:00.000Z';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

const run = (tenant: TestTenant, name: string, on: string, input: object) =>
  plans.run(tenant, name, `... on ${on} { contract { ${CONTRACT} } } ${REJECTIONS[name] ?? ''}`, input);
const create = (tenant: TestTenant, input: object) => run(tenant, 'createContract', 'ContractCreated', input);
const idOf = (answer: unknown, what: string): string => (answer as Data)[what]?.['id'] as string;

async function party(prices: object = {}) {
  const tenant = await plans.sandbox(BEGIN);
  const [customerId, planId] = [await plans.addCustomer(tenant), await plans.aPlan(tenant, prices)];
  const subscribe = async (changes: object = {}) =>
    idOf(await plans.createSubscription(tenant, { customerId, planId, ...changes }), 'subscription');
  return { tenant, customerId, planId, subscribe, subscriptionId: await subscribe() };
}

const read = async (tenant: TestTenant, id: string) =>
  (
    await plans.ask<{ contract: Record<string, unknown> }>(
      backend(tenant),
      `query($id: ID!) { contract(id: $id) { ${CONTRACT} } }`,
      { id },
    )
  ).contract;

const drift = (tenant: TestTenant) =>
  plans.platform.db.tenant(
    tenant.scope,
    async (tx) => (await contracts.check(tx, { after: null, limit: 1_000, repair: false })).differences,
  );

test('a contract renews with its term, and once notice is given ends with its subscriptions', async () => {
  const { tenant, customerId, subscriptionId } = await party();
  const answer = await create(tenant, {
    customerId,
    subscriptions: [{ subscriptionId }],
    termMonths: 3,
    renewal: { noticeDays: 30 },
  });
  expect(answer).toMatchObject({
    contract: {
      status: 'ACTIVE',
      willRenew: true,
      noticeBy: '2024-03-02T00:00:00.000Z',
      term: { number: 1, endsOn: '2024-04-01' },
      subscriptions: [{ id: subscriptionId }],
    },
  });
  const contractId = idOf(answer, 'contract');
  const under = { __typename: 'UnderContract', contractId };
  expect(await plans.run(tenant, 'cancelSubscription', UNDER, { subscriptionId, when: 'NOW' })).toMatchObject(
    under,
  );
  expect(
    await plans.run(tenant, 'pauseSubscription', UNDER, { subscriptionId, when: 'PERIOD_END' }),
  ).toMatchObject(under);
  expect(
    await create(tenant, { customerId, termMonths: 1, subscriptions: [{ subscriptionId }] }),
  ).toMatchObject(under);
  await setTestClock(plans.platform, tenant.id, '2024-04-10T00:00:00.000Z');
  expect(
    await waitFor('the next term', async () => {
      const contract = await read(tenant, contractId);
      return (contract['term'] as { number: number }).number === 2 && contract;
    }),
  ).toMatchObject({ status: 'ACTIVE', term: { endsOn: '2024-07-01' }, noticeBy: '2024-06-01T00:00:00.000Z' });
  expect(await run(tenant, 'giveContractNotice', 'ContractNoticeTaken', { contractId })).toMatchObject({
    contract: { willRenew: false, noticeAt: '2024-04-10T00:00:00.000Z' },
  });
  await setTestClock(plans.platform, tenant.id, '2024-06-15T00:00:00.000Z');
  expect(await run(tenant, 'withdrawContractNotice', 'ContractNoticeTaken', { contractId })).toMatchObject({
    contract: { willRenew: true },
  });
  expect(await run(tenant, 'giveContractNotice', 'ContractNoticeTaken', { contractId })).toMatchObject({
    __typename: 'NoticeTooLate',
  });
  await setTestClock(plans.platform, tenant.id, '2024-07-02T00:00:00.000Z');
  await plans.atPeriod(tenant, subscriptionId, 6);
  const amended = await run(tenant, 'amendContract', 'ContractAmended', {
    contractId,
    note: 'No renewal',
    renewal: { automatic: false },
    termMonths: 1,
  });
  expect(amended).toMatchObject({
    contract: {
      willRenew: false,
      term: { number: 3, endsOn: '2024-08-01' },
      amendments: [
        {
          number: 1,
          note: 'No renewal',
          changes: [
            { field: 'term.endsOn', before: '2024-10-01', after: '2024-08-01' },
            { field: 'renewal.automatic', before: 'yes', after: 'no' },
          ],
        },
      ],
    },
  });
  await setTestClock(plans.platform, tenant.id, '2024-08-02T00:00:00.000Z');
  const ended = await waitFor('the end', async () => {
    const subscription = await plans.read(tenant, subscriptionId);
    return subscription.status === 'ENDED' && subscription;
  });
  expect(ended).toMatchObject({ endedAt: '2024-08-01T00:00:00.000Z', currentPeriodIndex: 6 });
  expect(await read(tenant, contractId)).toMatchObject({
    status: 'ENDED',
    endedAt: '2024-08-01T00:00:00.000Z',
  });
  expect([await drift(tenant), await plans.drift(tenant)]).toEqual([[], []]);
});

test('what is paid in advance is charged and told with each term, and prices rise every year', async () => {
  const { tenant, customerId, subscriptionId } = await party();
  const rates = [{ key: 'fee', price: { flat: { flatAmount: '10' } } }];
  const answer = await create(tenant, {
    customerId,
    subscriptions: [{ subscriptionId, rates }],
    termMonths: 12,
    escalator: { percent: '3' },
    commitment: { amount: '1000', unused: 'ROLLS_OVER' },
  });
  expect(answer).toMatchObject({
    contract: {
      nextEscalationAt: '2025-01-01T00:00:00.000Z',
      commitments: [{ amount: '1000', period: { to: '2025-01-01T00:00:00.000Z' } }],
    },
  });
  await setTestClock(plans.platform, tenant.id, '2025-01-02T00:00:00.000Z');
  await plans.atPeriod(tenant, subscriptionId, 12);
  const told = await plans.published(tenant, 'contract.committed');
  const commitments = told.map((one) => decode(contractCommitted, one).data);
  expect(commitments.map(({ revision, until }) => [revision, until.slice(0, 10)])).toEqual([
    [1, '2025-01-01'],
    [2, '2026-01-01'],
    [1, '2026-01-01'],
  ]);
  const charged = (await plans.published(tenant, 'contract.charged')).map((one) =>
    decode(contractCharged, one),
  );
  expect(charged.map(({ data }) => data.of)).toEqual([
    { kind: 'amount', amount: '1000' },
    { kind: 'amount', amount: '1000' },
  ]);
  const bills = (await plans.billsOf(tenant)).flatMap(({ data }) => data.bills);
  const fees = bills.map(({ at, terms: { overrides } }) => [at.slice(0, 10), overrides[0]?.price]);
  expect(fees[0]).toEqual(['2024-01-01', undefined]);
  expect(fees[1]).toMatchObject(['2024-01-01', { flatAmount: '10' }]);
  expect(fees.at(-1)).toMatchObject(['2025-01-01', { flatAmount: '10.3' }]);
  expect(await read(tenant, idOf(answer, 'contract'))).toMatchObject({
    nextEscalationAt: '2026-01-01T00:00:00.000Z',
  });
});

test('co-terming cuts the periods of what joins later at the days of the contract', async () => {
  const { tenant, customerId, planId, subscribe, subscriptionId } = await party({
    interval: 'YEAR',
    prices: [FEE],
  });
  const contractId = idOf(
    await create(tenant, { customerId, subscriptions: [{ subscriptionId }], termMonths: 12, coTerm: true }),
    'contract',
  );
  await setTestClock(plans.platform, tenant.id, '2024-03-01T00:00:00.000Z');
  const later = await subscribe();
  const added = await run(tenant, 'amendContract', 'ContractAmended', {
    contractId,
    addSubscriptions: [{ subscriptionId: later }],
  });
  expect(added).toMatchObject({ contract: { subscriptions: [{ id: subscriptionId }, { id: later }] } });
  expect(await plans.read(tenant, later)).toMatchObject({
    currentPeriod: { from: '2024-03-01T00:00:00.000Z', to: '2025-01-01T00:00:00.000Z' },
  });
  const last = (await plans.billsOf(tenant)).flatMap(({ data }) => data.bills).at(-1);
  expect(last).toMatchObject({
    legs: { of: 'all' },
    current: { full: { from: '2024-01-01T00:00:00.000Z', to: '2025-01-01T00:00:00.000Z' } },
  });
  expect(planId).toBeTruthy();
  await setTestClock(plans.platform, tenant.id, '2024-04-01T00:00:00.000Z');
  expect(
    await run(tenant, 'amendContract', 'ContractAmended', { contractId, removeSubscriptions: [later] }),
  ).toMatchObject({ contract: { subscriptions: [{ id: subscriptionId, contract: { id: contractId } }] } });
  expect(
    await plans.run(tenant, 'cancelSubscription', '... on SubscriptionCancelled { subscription { id } }', {
      subscriptionId: later,
      when: 'NOW',
    }),
  ).toMatchObject({ __typename: 'SubscriptionCancelled' });
});

test('an end before the term is charged for the periods that are not billed any more', async () => {
  const { tenant, customerId, subscriptionId } = await party();
  const contractId = idOf(
    await create(tenant, {
      customerId,
      subscriptions: [{ subscriptionId }],
      termMonths: 12,
      terminationFee: { percentOfRemainingFees: '50' },
    }),
    'contract',
  );
  await setTestClock(plans.platform, tenant.id, '2024-02-15T00:00:00.000Z');
  await plans.atPeriod(tenant, subscriptionId, 1);
  const ended = await run(tenant, 'terminateContract', 'ContractTerminated', { contractId, reason: 'Moved' });
  expect(ended).toMatchObject({ contract: { status: 'TERMINATED', endedAt: '2024-02-15T00:00:00.000Z' } });
  expect(await plans.read(tenant, subscriptionId)).toMatchObject({ status: 'ENDED' });
  const [charged] = await plans.published(tenant, 'contract.charged');
  expect(charged?.data).toMatchObject({
    key: 'early_termination',
    of: {
      kind: 'remaining_fees',
      percent: '50',
      subscriptions: [{ terms: { subscriptionId }, whole: 10, parts: [] }],
    },
  });
  expect(await run(tenant, 'terminateContract', 'ContractTerminated', { contractId })).toMatchObject({
    __typename: 'ContractNotActive',
    status: 'TERMINATED',
  });
});
