import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { portal } from '@tollgate/testing/callers';
import { startCollecting, type Collecting } from './collecting.js';

let world: Collecting;

beforeAll(async () => {
  world = await startCollecting({ roles: ['api', 'worker'] });
});
afterAll(async () => {
  await world.stop();
});

test('card numbers and unknown customers are rejected, tokens are never shown', async () => {
  const customerId = await world.customer({ stripe: 'pm_card_visa' });
  const rejected = await world.addMethod({ customerId, provider: 'STRIPE', token: '4242424242424242' });
  expect(rejected).toMatchObject({ __typename: 'InvalidInput', field: 'input.token' });
  for (const unknown of [newId('cus'), 'nonsense'])
    expect(await world.addMethod({ customerId: unknown, provider: 'STRIPE', token: 'pm_1' })).toMatchObject({
      __typename: 'UnknownCustomer',
    });
  const backup = { customerId, provider: 'PAYPAL', token: 'paypal_vault_ok', label: 'Wallet' };
  const added = await world.addMethod({ ...backup, idempotencyKey: 'k' });
  expect(added.paymentMethod).toMatchObject({ label: 'Wallet', isBackup: true });
  expect(await world.addMethod({ ...backup, idempotencyKey: 'k' })).toEqual(added);
  const peek = `query ($id: ID!) { paymentMethods(customerId: $id) { token } }`;
  const { errors } = await world.answer(world.own, peek, { id: customerId });
  expect(errors?.[0]?.message).toMatch(/token/);
});

test('what the provider does not know is not put on file', async () => {
  const customerId = await world.customer({});
  for (const [provider, token] of [
    ['STRIPE', 'pm_nobody_knows'],
    ['PAYPAL', 'nobody_knows'],
  ]) {
    const added = await world.addMethod({ customerId, provider, token });
    expect(added).toMatchObject({ __typename: 'InvalidInput', field: 'input.token' });
  }
});

test('a portal token manages its own payment methods and sees nobody else', async () => {
  const [mine, theirs] = [await world.customer({ stripe: 'pm_card_visa' }), await world.customer({})];
  const owner = portal(world.tenant, mine);
  const added = await world.addMethod(
    { customerId: mine, provider: 'PAYPAL', token: 'paypal_vault_ok' },
    owner,
  );
  const method = added.paymentMethod!;
  const add = `mutation ($input: AddPaymentMethodInput!) { addPaymentMethod(input: $input) { __typename } }`;
  const input = { customerId: theirs, provider: 'PAYPAL', token: 'paypal_vault_ok' };
  expect(await world.codeOf(owner, add, { input })).toBe('FORBIDDEN');
  const remove = (paymentMethodId: string, caller: Identity) =>
    world.command(caller, { name: 'removePaymentMethod', input: { paymentMethodId } });
  const other = portal(world.tenant, theirs);
  expect((await remove(method.id, other)).__typename).toBe('UnknownPaymentMethod');
  expect((await remove(method.id, owner)).__typename).toBe('PaymentMethodRemoved');
  const invoice = await world.finalise(mine);
  const { id } = await world.settled(invoice, 'SUCCEEDED');
  const seen = await world.ask(
    other,
    `query ($id: ID!, $mine: ID!) { payment(id: $id) { id } paymentMethods(customerId: $mine) { id }
       payments { nodes { id } } }`,
    { id, mine },
  );
  expect(seen).toEqual({ payment: null, paymentMethods: [], payments: { nodes: [] } });
  const pay = `mutation { payInvoice(input: { invoiceId: "${invoice}" }) { __typename } }`;
  expect(await world.codeOf(owner, pay)).toBe('FORBIDDEN');
});

test('a key makes removing once, and a bad one is told by its field', async () => {
  const customerId = await world.customer({});
  const added = await world.addMethod({ customerId, provider: 'STRIPE', token: 'pm_card_visa' });
  const remove = (idempotencyKey: string) =>
    world.command(world.own, {
      name: 'removePaymentMethod',
      input: { paymentMethodId: added.paymentMethod?.id, idempotencyKey },
      selected: '... on InvalidInput { field }',
    });
  for (let times = 0; times < 2; times += 1)
    expect(await remove('gone')).toEqual({ __typename: 'PaymentMethodRemoved' });
  expect(await remove('again')).toMatchObject({ __typename: 'UnknownPaymentMethod' });
  expect(await remove('\u0000')).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.idempotencyKey',
  });
});
