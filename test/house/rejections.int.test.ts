import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBusiness, unique, type Business } from './business.js';
import { openDoor, type Door } from './gateway-door.js';
import { answersOf, inputOf } from './supergraph.js';

const AT_ONCE = 20;
const FEE = { key: 'fee', currency: 'USD', price: { flat: { flatAmount: '20.00' } } };

let business: Business;
let door: Door;

beforeAll(async () => {
  business = await startBusiness();
  door = await openDoor(business);
});
afterAll(async () => {
  await door.close();
  await business.stop();
});

type Told = { readonly __typename: string; readonly field?: string } & Readonly<Record<string, unknown>>;

/** Sends a mutation through the gateway; what was made is asked for in `selected`. */
async function send(name: string, input: object, selected = ''): Promise<Told> {
  const invalid = answersOf(name).includes('InvalidInput') ? '... on InvalidInput { field }' : '';
  const query = `mutation Sent($input: ${inputOf(name)}!) {
    answer: ${name}(input: $input) { __typename ${invalid} ${selected} } }`;
  const { data, errors } = await door.ask(query, { input });
  expect(errors).toBeUndefined();
  return data?.['answer'] as Told;
}

/** How often each answer came, when the same is asked on many connections at once. */
async function atOnce(ask: (index: number) => Promise<Told>): Promise<Record<string, number>> {
  const told = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => ask(index)));
  const counts: Record<string, number> = {};
  for (const { __typename } of told) counts[__typename] = (counts[__typename] ?? 0) + 1;
  return counts;
}

const priced = async (currency: string, more: object = {}): Promise<string> => {
  const input = { name: 'Other', code: unique(), interval: 'MONTH', prices: [{ ...FEE, currency }], ...more };
  const { plan } = await send('createPlan', input, '... on PlanCreated { plan { id } }');
  return (plan as { id: string }).id;
};

const subscribed = async (customerId: string, more: object = {}): Promise<string> => {
  const input = { customerId, planId: await business.plan(), ...more };
  const { subscription } = await send(
    'createSubscription',
    input,
    '... on SubscriptionCreated { subscription { id } }',
  );
  return (subscription as { id: string }).id;
};

const coupon = async (more: object): Promise<string> => {
  const input = { code: unique(), name: 'Spring', percent: '10', target: 'SUBSCRIPTION', duration: 'ONCE' };
  const made = await send('createCoupon', { ...input, ...more }, '... on CouponCreated { coupon { id } }');
  return (made['coupon'] as { id: string }).id;
};

/** Numbers of the bills of a subscription, as others were told. */
const billsOf = async (subscriptionId: string): Promise<number[]> => {
  const rows = await business.platform.db.shard('main', (tx) =>
    tx.query<{ number: number }>(
      `SELECT (bill ->> 'number')::int AS number
       FROM {s}.outbox, jsonb_array_elements(envelope::jsonb -> 'data' -> 'bills') bill
       WHERE envelope::jsonb ->> 'type' = 'subscription.billed' AND bill -> 'terms' ->> 'subscriptionId' = $1 ORDER BY 1`,
      [subscriptionId],
    ),
  );
  return rows.map(({ number }) => number);
};

test('a coupon that is applied on twenty connections at once is applied once', async () => {
  const subscriptionId = await business.subscription();
  const couponId = await business.coupon();
  expect(await atOnce(() => send('applyCoupon', { subscriptionId, couponId }))).toEqual({
    CouponApplied: 1,
    CouponAlreadyApplied: AT_ONCE - 1,
  });
});

test('the last redemption of a coupon goes to one of twenty who want it at once', async () => {
  const couponId = await coupon({ maxRedemptions: 1 });
  const holders = await Promise.all(Array.from({ length: AT_ONCE }, () => business.subscription()));
  expect(
    await atOnce((index) => send('applyCoupon', { subscriptionId: holders[index] ?? '', couponId })),
  ).toEqual({ CouponApplied: 1, CouponExhausted: AT_ONCE - 1 });
});

test('changes while a change is under way come one after the other, each with a bill', async () => {
  const subscriptionId = await business.subscription();
  const before = await billsOf(subscriptionId);
  const change = (index: number) =>
    send('changeSubscription', { subscriptionId, quantity: String(index + 2), proration: 'NONE' });
  expect(await atOnce(change)).toEqual({ SubscriptionChanged: AT_ONCE });
  const bills = await billsOf(subscriptionId);
  expect(bills).toHaveLength(before.length + AT_ONCE);
  expect(bills).toEqual(bills.map((_, index) => (bills[0] ?? 0) + index));
});

test('of twenty ends at once one is carried out, and no change comes after it', async () => {
  const subscriptionId = await business.subscription();
  const ask = (index: number) =>
    index % 2 === 0
      ? send('cancelSubscription', { subscriptionId, when: 'NOW' })
      : send('changeSubscription', { subscriptionId, planId: 'pln_00000000000000000000000000' });
  const { SubscriptionCancelled, ...others } = await atOnce(ask);
  expect(SubscriptionCancelled).toBe(1);
  expect(Object.keys(others).sort()).toEqual(['AlreadyEnded', 'UnknownPlan']);
});

test('of twenty subscriptions at once that price one meter one is made', async () => {
  const customerId = await business.customer();
  const meterId = await business.meter();
  const use = { key: 'use', currency: 'USD', meterId, price: { perUnit: { unitAmount: '1' } } };
  const planId = await priced('USD', { prices: [FEE, use] });
  expect(await atOnce(() => send('createSubscription', { customerId, planId, currency: 'USD' }))).toEqual({
    SubscriptionCreated: 1,
    MeterAlreadyPriced: AT_ONCE - 1,
  });
});

test('a quote that is accepted and declined at once by many is answered once', async () => {
  const subscription = { planId: await business.plan(), currency: 'USD' };
  const asked = { customerId: await business.customer(), subscription };
  const { quote } = await send('createQuote', asked, '... on QuoteCreated { quote { id } }');
  const quoteId = (quote as { id: string }).id;
  const { QuoteNotOpen, ...answered } = await atOnce((index) =>
    send(index % 2 === 0 ? 'acceptQuote' : 'declineQuote', { quoteId }),
  );
  expect([QuoteNotOpen, Object.values(answered)]).toEqual([AT_ONCE - 1, [1]]);
});

test('a contract is signed once over a subscription, however many want it at once', async () => {
  const customerId = await business.customer();
  const subscriptions = [{ subscriptionId: await subscribed(customerId) }];
  const sign = () => send('createContract', { customerId, subscriptions, termMonths: 12 });
  expect(await atOnce(sign)).toEqual({ ContractCreated: 1, UnderContract: AT_ONCE - 1 });
});

test('what is in another currency is rejected wherever it meets a subscription', async () => {
  const customerId = await business.customer();
  const [euros, dollars] = [await priced('EUR'), await business.plan()];
  const subscriptionId = await subscribed(customerId, { planId: dollars, currency: 'USD' });
  const inEuros = await subscribed(customerId, { planId: euros, currency: 'EUR' });
  const couponId = await coupon({ percent: null, amount: '5', currency: 'EUR' });
  const addon = await send(
    'createAddon',
    { code: unique(), prices: [{ currency: 'EUR', amount: '5' }] },
    '... on AddonCreated { addon { id } }',
  );
  const { id: addonId } = addon['addon'] as { id: string };
  const overrides = [{ key: 'other', price: FEE.price }];
  const members = [{ subscriptionId }, { subscriptionId: inEuros }];
  const cases: readonly (readonly [string, object, object])[] = [
    [
      'createSubscription',
      { customerId, planId: euros, currency: 'USD', overrides },
      { __typename: 'CurrencyNotPriced' },
    ],
    [
      'createQuote',
      { customerId, subscription: { planId: euros, currency: 'USD' } },
      { __typename: 'CurrencyNotPriced' },
    ],
    ['changeSubscription', { subscriptionId, planId: euros, overrides }, { __typename: 'CurrencyNotPriced' }],
    ['applyCoupon', { subscriptionId, couponId }, { __typename: 'CurrencyMismatch' }],
    ['addSubscriptionAddon', { subscriptionId, addonId }, { __typename: 'CurrencyNotPriced' }],
    [
      'createContract',
      { customerId, termMonths: 12, subscriptions: members },
      { __typename: 'InvalidInput', field: 'input.subscriptions[1].subscriptionId' },
    ],
  ];
  for (const [name, input, told] of cases)
    expect([name, await send(name, input)]).toMatchObject([name, told]);
});

test('phases that overlap are rejected by the one that does not end', async () => {
  const overrides = [{ key: 'fee', price: FEE.price }];
  const phases = [{ periods: 2, overrides }, { overrides }, { periods: 1, overrides }];
  const wanted = { planId: await business.plan(), phases };
  const customerId = await business.customer();
  expect(await send('createSubscription', { customerId, ...wanted })).toEqual({
    __typename: 'InvalidInput',
    field: 'input.phases[1].periods',
  });
  expect(await send('createQuote', { customerId, subscription: wanted })).toEqual({
    __typename: 'InvalidInput',
    field: 'input.subscription.phases[1].periods',
  });
});

test('what a contract covers ends and rests with it only, and is covered by no other', async () => {
  const customerId = await business.customer();
  const subscriptionId = await subscribed(customerId);
  const foreign = await business.subscription();
  const over = (id: string) => ({ customerId, subscriptions: [{ subscriptionId: id }], termMonths: 12 });
  expect(await send('createContract', over(foreign))).toMatchObject({ __typename: 'InvalidInput' });
  const signed = await send(
    'createContract',
    over(subscriptionId),
    '... on ContractCreated { contract { id } }',
  );
  const { id: contractId } = signed['contract'] as { id: string };
  const cases: readonly (readonly [string, object, string])[] = [
    ['cancelSubscription', { subscriptionId, when: 'NOW' }, 'UnderContract'],
    ['cancelSubscription', { subscriptionId, when: 'PERIOD_END' }, 'UnderContract'],
    ['pauseSubscription', { subscriptionId, when: 'NOW' }, 'UnderContract'],
    ['createContract', over(subscriptionId), 'UnderContract'],
    ['amendContract', { contractId, removeSubscriptions: [subscriptionId] }, 'InvalidInput'],
    ['amendContract', { contractId }, 'InvalidInput'],
  ];
  for (const [name, input, told] of cases)
    expect([name, (await send(name, input)).__typename]).toEqual([name, told]);
});
