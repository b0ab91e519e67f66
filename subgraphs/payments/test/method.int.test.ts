import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import { startCollecting, type Collecting } from './collecting.js';

let world: Collecting;

beforeAll(async () => {
  world = await startCollecting(['api', 'worker']);
});
afterAll(async () => {
  await world.stop();
});

test('card numbers and unknown customers are rejected, tokens are never shown', async () => {
  const customerId = await world.customer({ stripe: 'pm_card_visa' });
  const rejected = await world.addMethod({ customerId, provider: 'STRIPE', token: '4242424242424242' });
  expect(rejected).toMatchObject({ __typename: 'InvalidInput', field: 'input.token' });
  for (const unknown of [newId('cus'), 'nonsense'])
    expect(await world.addMethod({ customerId: unknown, provider: 'STRIPE', token: 'pm_1' })).toEqual({
      __typename: 'UnknownCustomer',
    });
  const backup = { customerId, provider: 'PAYPAL', token: 'paypal_vault_ok', label: 'Wallet' };
  const added = await world.addMethod({ ...backup, idempotencyKey: 'k' });
  expect(added.paymentMethod).toMatchObject({ label: 'Wallet', isBackup: true });
  expect(await world.addMethod({ ...backup, idempotencyKey: 'k' })).toEqual(added);
  await expect(
    world.ask(`query ($id: ID!) { paymentMethods(customerId: $id) { token } }`, { id: customerId }),
  ).rejects.toThrow(/token/);
});

test('a portal token manages its own payment methods and sees nobody else', async () => {
  const [mine, theirs] = [await world.customer({ stripe: 'pm_card_visa' }), await world.customer({})];
  const portal = { kind: 'customer' as const, customer: mine };
  const added = await world.addMethod(
    { customerId: mine, provider: 'PAYPAL', token: 'paypal_vault_ok' },
    portal,
  );
  const method = added.paymentMethod!;
  await expect(
    world.addMethod({ customerId: theirs, provider: 'PAYPAL', token: 'paypal_vault_ok' }, portal),
  ).rejects.toThrow(/FORBIDDEN/);
  const remove = (id: string, identity: object) =>
    world.ask<{ removePaymentMethod: { __typename: string } }>(
      `mutation ($id: ID!) { removePaymentMethod(input: { paymentMethodId: $id }) { __typename } }`,
      { id },
      identity,
    );
  const other = { kind: 'customer' as const, customer: theirs };
  expect((await remove(method.id, other)).removePaymentMethod.__typename).toBe('UnknownPaymentMethod');
  expect((await remove(method.id, portal)).removePaymentMethod.__typename).toBe('PaymentMethodRemoved');
  const invoice = await world.finalise(mine);
  const { id } = await world.settled(invoice, 'SUCCEEDED');
  const seen = await world.ask(
    `query ($id: ID!, $mine: ID!) { payment(id: $id) { id } paymentMethods(customerId: $mine) { id }
       payments { nodes { id } } }`,
    { id, mine },
    other,
  );
  expect(seen).toEqual({ payment: null, paymentMethods: [], payments: { nodes: [] } });
  await expect(
    world.ask(`mutation { payInvoice(input: { invoiceId: "${invoice}" }) { __typename } }`, {}, portal),
  ).rejects.toThrow(/FORBIDDEN/);
});

test('a key makes removing once, and a bad one is told by its field', async () => {
  const customerId = await world.customer({});
  const added = await world.addMethod({ customerId, provider: 'STRIPE', token: 'pm_card_visa' });
  const remove = (idempotencyKey: string) =>
    world.ask<{ removePaymentMethod: object }>(
      `mutation ($input: RemovePaymentMethodInput!) { removePaymentMethod(input: $input) {
         __typename ... on InvalidInput { field } } }`,
      { input: { paymentMethodId: added.paymentMethod?.id, idempotencyKey } },
    );
  for (let times = 0; times < 2; times += 1)
    expect(await remove('gone')).toEqual({ removePaymentMethod: { __typename: 'PaymentMethodRemoved' } });
  expect(await remove('again')).toEqual({ removePaymentMethod: { __typename: 'UnknownPaymentMethod' } });
  expect(await remove('\u0000')).toEqual({
    removePaymentMethod: { __typename: 'InvalidInput', field: 'input.idempotencyKey' },
  });
});
