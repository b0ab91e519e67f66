import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { tenantChanged, type TaxSettings } from '@tollgate/contracts/tenancy/tenant';
import { backend } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { customerOf, startInvoices, type Invoices } from './harness.js';

let invoices: Invoices;
let tenant: TestTenant;

const VAT = { name: 'VAT FR', percent: '20', compound: false };
const SETTINGS = {
  ...{ name: 'Test', currency: 'USD', timeZone: 'UTC', country: 'DE', taxRates: {} },
  ...{ invoiceGraceSeconds: 0, groupInvoices: false, sandbox: true },
};
const taxOf = (rates: TaxSettings['rates']): TaxSettings => ({
  ...{ jurisdiction: 'DE', registrations: [], belowThreshold: false, pricing: 'exclusive' },
  ...{ standardRates: false, unknownRates: 'hold', rates },
});

const settle = async (revision: number, rates: TaxSettings['rates']): Promise<void> => {
  const tenantId = tenant.id as `ten_${string}`;
  await invoices.tell(tenant, tenantChanged, {
    aggregate: tenant.id,
    data: { tenantId, revision, settings: { ...SETTINGS, tax: taxOf(rates) } },
  });
  await invoices.quiet();
};

beforeAll(async () => {
  invoices = await startInvoices();
  tenant = await invoices.openTenant({ ...SETTINGS, tax: taxOf([]) });
});
afterAll(() => invoices.stop());

test('an invoice whose tax nobody knows is a draft that cannot be finalised, until the rates are told', async () => {
  const { customerId } = await invoices.subscribe(tenant, 'FR');
  const held = await invoices.invoiceOf(tenant, customerId, 0, 'DRAFT');
  expect(held).toMatchObject({ taxTreatment: 'DESTINATION', taxes: [], number: null });
  expect(await invoices.finalise(tenant, held.id)).toMatchObject({ status: 'DRAFT' });
  await settle(2, []);
  expect((await invoices.invoicesOf(tenant, customerId))[0]).toMatchObject({ status: 'DRAFT' });
  await settle(3, [{ jurisdiction: 'FR', from: null, taxes: [VAT] }]);
  expect(await invoices.invoiceOf(tenant, customerId, 0, 'OPEN')).toMatchObject({
    taxes: [{ name: 'VAT FR', percent: '20' }],
  });
});

test('a VAT id that is being checked holds invoices back, and what is found out counts, in their order', async () => {
  const customer = (revision: number, vatId: 'pending' | 'valid', id: `cus_${string}`) => ({
    ...customerOf(id, 'FR', revision),
    tax: { jurisdiction: 'FR', business: true, vatId, exempt: false },
  });
  const { customerId } = await invoices.subscribe(tenant, 'FR');
  await invoices.invoiceOf(tenant, customerId, 0, 'OPEN');
  const told = (revision: number, vatId: 'pending' | 'valid') =>
    invoices.tell(tenant, customerChanged, {
      aggregate: customerId,
      data: customer(revision, vatId, customerId),
    });
  await told(2, 'pending');
  await invoices.quiet();
  for (const key of ['one', 'two'])
    await invoices.command(backend(tenant), {
      name: 'createCharge',
      input: { customerId, items: [{ key, amount: '10.00' }] },
      selected: '... on ChargeCreated { chargeId }',
    });
  expect((await invoices.invoicesOf(tenant, customerId)).slice(1)).toMatchObject([
    { status: 'DRAFT', taxTreatment: 'PENDING', tax: { minor: '0' }, number: null },
    { status: 'DRAFT', taxTreatment: 'PENDING' },
  ]);
  await told(3, 'valid');
  await invoices.quiet();
  const [, one, two] = await invoices.invoicesOf(tenant, customerId);
  for (const invoice of [one, two])
    expect(invoice).toMatchObject({ status: 'OPEN', taxTreatment: 'REVERSE_CHARGE', tax: { minor: '0' } });
  expect(String(one?.number) < String(two?.number)).toBe(true);
});
