import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProviderSandbox, type ProviderSandbox } from '@tollgate/provider-sandbox/server';
import { waitFor } from '@tollgate/testing/waiting';
import { ask, newBackend, published, useTenancy } from './harness.js';

let register: ProviderSandbox;

beforeAll(async () => {
  register = await startProviderSandbox({ port: 0, stripeWebhookSecret: 'whsec_1', paypalWebhookId: 'WH-1' });
});
useTenancy(() => ({ VIES_API_BASE: `${register.url}/taxation_customs/vies/rest-api/` }));
afterAll(() => register.stop());

const [IN_USE, NOT_IN_USE, AWAY] = ['DE069912419', 'DE994140046', 'DE240451042'] as const;
const SHOWN = 'id vatId vatIdCheck { status checkedAt consultationNumber registeredName }';
const CREATE = `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { __typename
  ... on CustomerCreated { customer { ${SHOWN} } } ... on InvalidInput { field } } }`;
const UPDATE = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename
  ... on CustomerUpdated { customer { ${SHOWN} } } ... on InvalidInput { field } } }`;

interface Shown {
  readonly id: string;
  readonly vatIdCheck: { readonly status: string } | null;
}

type Backend = Awaited<ReturnType<typeof newBackend>>;

const created = async (tenant: Backend, vatId: string): Promise<Shown> => {
  const input = { name: 'Ada', country: 'DE', business: true, vatId };
  const { customer } = await ask<{ customer: Shown }>(tenant, CREATE, { input });
  return customer;
};
const checked = (tenant: Backend, id: string, status: string): Promise<Shown> =>
  waitFor(`the VAT id to be ${status}`, async () => {
    const found = await ask<Shown>(tenant, `query ($id: ID!) { customer(id: $id) { ${SHOWN} } }`, { id });
    return found.vatIdCheck?.status === status ? found : null;
  });
const sandbox = { sandbox: true, testClockAt: '2024-01-01T00:00:00Z' };

test('a VAT id is looked up by itself, with the proof that a tenant with an id of its own gets', async () => {
  const tenant = await newBackend({ ...sandbox, tax: { vatId: 'LT100001919017' } });
  const { id, vatIdCheck } = await created(tenant, 'de 069 912 419');
  expect(vatIdCheck?.status).toMatch(/PENDING|VALID/);
  expect(await checked(tenant, id, 'VALID')).toMatchObject({
    vatId: IN_USE,
    vatIdCheck: {
      checkedAt: '2024-01-01T00:00:00.000Z',
      consultationNumber: 'WAPI069912419',
      registeredName: `Sandbox ${IN_USE}`,
    },
  });
  const told = (await published(tenant.tenant)).filter(({ type }) => type === 'customer.changed');
  const business = { jurisdiction: 'DE', business: true, exempt: false };
  expect(told.map(({ data }) => data)).toMatchObject([
    { tax: { ...business, vatId: 'pending' } },
    { tax: { ...business, vatId: 'valid' } },
  ]);
});

test('another id is looked up anew; what the register does not answer stays pending', async () => {
  const tenant = await newBackend(sandbox);
  const { id } = await created(tenant, NOT_IN_USE);
  await checked(tenant, id, 'INVALID');
  await ask(tenant, UPDATE, { input: { id, vatId: AWAY } });
  await checked(tenant, id, 'PENDING');
  await ask(tenant, UPDATE, { input: { id, vatId: IN_USE } });
  await checked(tenant, id, 'VALID');
  await ask(tenant, UPDATE, { input: { id, vatId: null } });
  const gone = await ask<Shown>(tenant, `query ($id: ID!) { customer(id: $id) { ${SHOWN} } }`, { id });
  expect(gone).toMatchObject({ vatId: null, vatIdCheck: null });
});

test('a VAT id of a wrong form is rejected by its field, and nothing is changed', async () => {
  const tenant = await newBackend();
  const input = { name: 'Ada', vatId: 'DE136695977' };
  expect(await ask(tenant, CREATE, { input })).toEqual({ __typename: 'InvalidInput', field: 'input.vatId' });
  expect(await ask(tenant, '{ customers { nodes { id } } }')).toEqual({ nodes: [] });
});
