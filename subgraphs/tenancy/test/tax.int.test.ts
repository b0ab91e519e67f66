import { expect, test } from 'vitest';
import { ask, newBackend, published, useTenancy } from './harness.js';

useTenancy();

const SETTLE = `mutation ($input: UpdateTenantSettingsInput!) { updateTenantSettings(input: $input) { __typename
  ... on TenantSettingsUpdated { tenant { tax { jurisdiction registrations pricing unknownRates standardRates
    rates { jurisdiction from taxes { name percent compound } } } } } ... on InvalidInput { field } } }`;
const SHOWN = 'id country jurisdiction business taxExemption { reason certificate }';
const CREATE = `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { __typename
  ... on CustomerCreated { customer { ${SHOWN} } } ... on InvalidInput { field } } }`;
const UPDATE = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename
  ... on CustomerUpdated { customer { ${SHOWN} } } ... on InvalidInput { field } } }`;

test('tax settings are told as they are, and rejected by their field with nothing half done', async () => {
  const tenant = await newBackend();
  const rates = [{ jurisdiction: 'LT', from: '2024-01-01', taxes: [{ name: 'PVM', percent: '21' }] }];
  expect(
    await ask(tenant, SETTLE, { input: { tax: { rates, registrations: ['NO'], pricing: 'INCLUSIVE' } } }),
  ).toEqual({
    __typename: 'TenantSettingsUpdated',
    tenant: {
      tax: {
        ...{ jurisdiction: 'LT', registrations: ['NO'], pricing: 'INCLUSIVE' },
        ...{ unknownRates: 'WARN', standardRates: false },
        rates: [{ ...rates[0], taxes: [{ name: 'PVM', percent: '21', compound: false }] }],
      },
    },
  });
  const wrong = { tax: { rates: [...rates, { jurisdiction: 'ZZ', taxes: [] }] }, name: 'Other' };
  expect(await ask(tenant, SETTLE, { input: wrong })).toEqual({
    ...{ __typename: 'InvalidInput', field: 'input.tax.rates[1].jurisdiction' },
  });
  const told = (await published(tenant.tenant)).filter(({ type }) => type === 'tenant.changed');
  expect(told.map(({ data }) => data)).toMatchObject([
    { revision: 1, settings: { name: 'Acme' } },
    {
      revision: 2,
      settings: {
        name: 'Acme',
        tax: {
          pricing: 'inclusive',
          unknownRates: 'warn',
          rates: [{ jurisdiction: 'LT', from: '2024-01-01' }],
        },
      },
    },
  ]);
  expect(told[0]?.data).not.toHaveProperty('settings.tax');
});

test('what decides about the tax of a customer is kept, changed and told', async () => {
  const tenant = await newBackend();
  const input = { name: 'Ada', jurisdiction: 'US-WA', taxExemption: { reason: 'NGO', certificate: 'C-1' } };
  const { customer } = await ask<{ customer: { id: string } }>(tenant, CREATE, { input });
  expect(customer).toMatchObject({
    ...{ country: 'US', jurisdiction: 'US-WA', business: false },
    taxExemption: { reason: 'NGO', certificate: 'C-1' },
  });
  const change = { id: customer.id, country: 'NO', business: true, taxExemption: null };
  expect(await ask(tenant, UPDATE, { input: change })).toMatchObject({
    customer: { country: 'NO', jurisdiction: 'NO', business: true, taxExemption: null },
  });
  const wrong = { id: customer.id, jurisdiction: 'DE-BY' };
  expect(await ask(tenant, UPDATE, { input: wrong })).toMatchObject({ field: 'input.jurisdiction' });
  const told = (await published(tenant.tenant)).filter(({ type }) => type === 'customer.changed');
  expect(told.map(({ data }) => data)).toMatchObject([
    { tax: { jurisdiction: 'US-WA', business: false, vatId: 'none', exempt: true } },
    { tax: { jurisdiction: 'NO', business: true, vatId: 'none', exempt: false } },
  ]);
});
