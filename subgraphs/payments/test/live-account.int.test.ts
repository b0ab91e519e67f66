import { afterAll, beforeAll, expect, test } from 'vitest';
import { backend } from '@tollgate/testing/callers';
import { createTestTenant, type TestTenant } from '@tollgate/testing/stack';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { newId } from '@tollgate/runtime/base/new-id';
import { withheld } from '../src/payment/perform.js';
import { startCollecting, type AddOutcome, type Collecting } from './collecting.js';
import { startFront, type Front } from './front.js';

let world: Collecting;
let front: Front;
let production: TestTenant;
let customerId: `cus_${string}`;

beforeAll(async () => {
  world = await startCollecting({
    roles: ['api', 'worker'],
    environment: { STRIPE_SECRET_KEY: 'sk_live_account' },
    front: async (sandbox) => (front = await startFront(sandbox)),
  });
  production = await createTestTenant(world.platform);
  customerId = newId('cus');
  const unknown = { email: null, taxId: null, address: null, externalId: null };
  const rest = { name: 'Ada', country: 'DE', timeZone: 'UTC', currency: 'USD', createdOn: '2024-01-01' };
  const data = { customerId, revision: 1, ...unknown, ...rest };
  await world.tell(production, customerChanged, { aggregate: customerId, data });
  await world.quiet();
});
afterAll(() => world.stop());

const method = (named: object | null) => {
  const customer = named === null ? null : { id: 'cus_live', object: 'customer', metadata: named };
  const answer = JSON.stringify({ id: 'pm_live', object: 'payment_method', metadata: {}, customer });
  return { status: 200, answer };
};
const add = () =>
  world.command<AddOutcome>(backend(production), {
    name: 'addPaymentMethod',
    input: { customerId, provider: 'STRIPE', token: 'pm_live' },
    selected: '... on InvalidInput { field }',
  });

test('a sandbox tenant puts no method of a live account on file, and the account hears nothing of it', async () => {
  const sandboxed = await world.customer({});
  const added = await world.addMethod({ customerId: sandboxed, provider: 'STRIPE', token: 'pm_card_visa' });
  expect(added).toMatchObject({ __typename: 'InvalidInput', field: 'input.provider' });
  expect(front.heard).toEqual([]);
});

test('a live account is neither charged nor asked to hold for a sandbox; what is held there is let go', () => {
  const attempt = { number: 1 } as never;
  const due = { clock: 'system', at: '2024-01-01T00:00:00Z' } as never;
  const told = (kind: 'authorise' | 'capture' | 'void' | 'refund', isSandbox: boolean) =>
    withheld(
      { mode: 'live' },
      { isSandbox, step: { kind, attempt, due, tries: 0 }, request: {} as never, due: {} as never },
    );
  expect(told('authorise', true)).toMatchObject({ outcome: { outcome: 'declined', code: 'live_account' } });
  expect(told('capture', true)).toMatchObject({ outcome: { outcome: 'declined' } });
  expect([told('void', true), told('refund', true), told('authorise', false)]).toEqual([null, null, null]);
});

test('a live account takes a method only for the tenant that it is named for', async () => {
  for (const named of [null, {}, { tenant: world.tenant.id }]) {
    front.rewrite = ({ path }) => (path.startsWith('/v1/payment_methods/') ? method(named) : null);
    expect(await add()).toMatchObject({ __typename: 'InvalidInput', field: 'input.token' });
  }
  front.rewrite = ({ path }) =>
    path.startsWith('/v1/payment_methods/') ? method({ tenant: production.id }) : null;
  expect(await add()).toMatchObject({ __typename: 'PaymentMethodAdded' });
});

test('while a live account cannot be asked, no method is taken unseen', async () => {
  front.rewrite = () => ({ status: 503, answer: '{}' });
  const query = `mutation ($input: AddPaymentMethodInput!) { addPaymentMethod(input: $input) { __typename } }`;
  const input = { customerId, provider: 'STRIPE', token: 'pm_live' };
  expect(await world.codeOf(backend(production), query, { input })).toBe('UNAVAILABLE');
});
