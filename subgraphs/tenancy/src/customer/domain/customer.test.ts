import { describe, expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { instant, timeZone } from '@tollgate/kernel/time/time';
import { parseCountry } from '@tollgate/kernel/country';
import { customerDecider, type Customer } from './customer.js';
import type { Settings } from '../../tenant/domain/settings.js';
import type { CustomerInput } from './details.js';

const country = parseCountry('US');
if (country === null) throw new Error('US is a country');
const defaults = { country, timeZone: timeZone('America/New_York'), currency: 'USD' as const, tax: null };
const now = instant('2024-01-01T02:00:00.000Z');

const create = (input: CustomerInput) =>
  customerDecider.decide({ type: 'CreateCustomer', id: 'cus_1', now, defaults, input, isTaken: false }, null);

const created = (input: CustomerInput): Customer => {
  const decision = create(input);
  const customer = decision.ok ? foldEvents(customerDecider, decision.events) : null;
  if (customer === null) throw new Error('the customer was refused');
  return customer;
};

describe('a new customer', () => {
  test('takes from the tenant what nobody said, and is created on the day it is where the customer is', () => {
    expect(created({ name: 'Ada' })).toEqual({
      id: 'cus_1',
      externalId: null,
      metadata: {},
      name: 'Ada',
      email: null,
      country: 'US',
      timeZone: 'America/New_York',
      currency: 'USD',
      taxId: null,
      address: null,
      createdAt: now,
      createdOn: '2023-12-31',
      payers: [],
      collection: 'AUTOMATIC',
      dueDays: null,
      jurisdiction: 'US',
      language: null,
      business: false,
      taxExemption: null,
      vatId: null,
      purchaseOrder: null,
      invoiceMemo: null,
      vatIdCheck: null,
    });
  });

  test.each<[string, CustomerInput]>([
    ['name', {}],
    ['name', { name: null }],
    ['email', { name: 'Ada', email: 'ada' }],
    ['country', { name: 'Ada', country: 'Germany' }],
    ['timeZone', { name: 'Ada', timeZone: '+02:00' }],
    ['currency', { name: 'Ada', currency: 'DOGE' }],
    ['taxId', { name: 'Ada', taxId: 'x'.repeat(65) }],
    ['dueDays', { name: 'Ada', dueDays: 366 }],
    ['dueDays', { name: 'Ada', dueDays: -1 }],
    ['jurisdiction', { name: 'Ada', jurisdiction: 'us-wa' }],
    ['jurisdiction', { name: 'Ada', jurisdiction: 'US-WA', country: 'DE' }],
    ['jurisdiction', { name: 'Ada', jurisdiction: 'DE-BY' }],
    ['jurisdiction', { name: 'Ada', jurisdiction: 'XX-1' }],
    ['taxExemption.reason', { name: 'Ada', taxExemption: { reason: ' ' } }],
    [
      'taxExemption.certificate',
      { name: 'Ada', taxExemption: { reason: 'NGO', certificate: 'x'.repeat(65) } },
    ],
    ['address.line2', { name: 'Ada', address: { line2: 'x'.repeat(201) } }],
    ['address.postalCode', { name: 'Ada', address: { postalCode: 'x'.repeat(33) } }],
  ])('is refused for its %s: %o', (field, input) => {
    expect(create(input)).toMatchObject({
      ok: false,
      rejection: { reason: 'InvalidInput', field: `input.${field}` },
    });
  });

  test('has no address where all its lines are empty', () => {
    expect(created({ name: 'Ada', address: { line1: ' ' } }).address).toBeNull();
  });
});

test('a new customer without a place is taxed where the tenant is', () => {
  const tax = { jurisdiction: 'US-WA' } as Settings['tax'];
  const input = { name: 'Ada' };
  const command = { type: 'CreateCustomer', id: 'cus_1', now, input, isTaken: false } as const;
  const placed = (given: CustomerInput) => {
    const decision = customerDecider.decide(
      { ...command, defaults: { ...defaults, tax }, input: given },
      null,
    );
    return decision.ok ? foldEvents(customerDecider, decision.events)?.jurisdiction : null;
  };
  expect(placed(input)).toBe('US-WA');
  expect(placed({ ...input, country: 'US' })).toBe('US');
});

test('a customer of before is read with its code as the external id', () => {
  const { externalId: _externalId, metadata: _metadata, ...before } = created({ name: 'Ada' });
  const read = (customer: typeof before & { code?: string | null }) =>
    customerDecider.evolve(null, { type: 'CustomerCreated', customer });
  expect(read(before)).toEqual({ ...before, externalId: null, metadata: {} });
  expect(read({ ...before, code: 'crm-1' })).toEqual({ ...before, externalId: 'crm-1', metadata: {} });
});

describe('a VAT id', () => {
  const [text, other] = ['DE136695976', 'FR40303265045'];
  const answer = (status: 'VALID' | 'INVALID') => ({
    ...{ status, checkedAt: now, consultationNumber: null, registeredName: 'Acme GmbH' },
  });
  const told = (customer: Customer, vatId: string, status: 'VALID' | 'INVALID'): Customer => {
    const command = { type: 'NoteVatIdCheck', vatId, answer: answer(status) } as const;
    const decision = customerDecider.decide(command, customer);
    return decision.ok ? (foldEvents(customerDecider, decision.events, customer) ?? customer) : customer;
  };
  const said = (customer: Customer, vatId: string | null): Customer => {
    const command = { type: 'ChangeCustomer', input: { vatId }, isTaken: false } as const;
    const decision = customerDecider.decide(command, customer);
    return decision.ok ? (foldEvents(customerDecider, decision.events, customer) ?? customer) : customer;
  };
  const fresh = created({ name: 'Ada', vatId: text });

  test('is pending until the register answers, and then what that said', () => {
    expect(fresh.vatIdCheck).toMatchObject({ status: 'PENDING', checkedAt: null });
    expect(told(fresh, text, 'VALID').vatIdCheck).toEqual(answer('VALID'));
  });

  test('that is another one by now hears nothing of an answer', () => {
    const moved = said(told(fresh, text, 'VALID'), other);
    expect(moved.vatIdCheck).toMatchObject({ status: 'PENDING' });
    expect(told(moved, text, 'INVALID')).toEqual(moved);
    expect(said(moved, null)).toMatchObject({ vatId: null, vatIdCheck: null });
  });

  test('that stays keeps its answer, but one that is not in use is looked up again where it is said again', () => {
    const valid = told(fresh, text, 'VALID');
    expect(said(valid, text)).toEqual(valid);
    expect(said(told(fresh, text, 'INVALID'), text).vatIdCheck).toMatchObject({ status: 'PENDING' });
  });
});

describe('a change of a customer', () => {
  const ada = created({
    name: 'Ada',
    email: 'ada@example.com',
    taxId: 'LT1',
    address: { line1: 'One', city: 'Vilnius' },
  });
  const change = (input: Omit<CustomerInput, 'currency'>): Customer | null => {
    const decision = customerDecider.decide({ type: 'ChangeCustomer', input, isTaken: false }, ada);
    return decision.ok ? foldEvents(customerDecider, decision.events, ada) : null;
  };

  test('leaves what it does not name', () => {
    expect(change({ email: null })).toEqual({ ...ada, email: null });
  });

  test('of its country decides about its tax, unless a part of the country is said', () => {
    expect(change({ country: 'DE' })).toEqual({ ...ada, country: 'DE', jurisdiction: 'DE' });
    expect(change({ jurisdiction: 'CA-QC' })).toEqual({ ...ada, country: 'CA', jurisdiction: 'CA-QC' });
    expect(change({ jurisdiction: 'ES-CN' })).toMatchObject({ country: 'ES', jurisdiction: 'ES-CN' });
  });

  test('removes with null what may be missing, and keeps the rest', () => {
    expect(change({ email: null, taxId: null, address: null, name: null, timeZone: null })).toEqual({
      ...ada,
      email: null,
      taxId: null,
      address: null,
    });
  });

  test('replaces the address as a whole', () => {
    expect(change({ address: { city: 'Kaunas' } })?.address).toEqual({
      line1: null,
      line2: null,
      city: 'Kaunas',
      region: null,
      postalCode: null,
    });
  });

  test('that changes nothing leaves no event, whatever order a store gave the address back in', () => {
    const address = { city: 'Vilnius', line1: 'One', line2: null, region: null, postalCode: null };
    const decision = customerDecider.decide(
      { type: 'ChangeCustomer', input: { name: 'Ada' }, isTaken: true },
      { ...ada, address },
    );
    expect(decision).toEqual({ ok: true, events: [] });
  });
});
