import { describe, expect, test } from 'vitest';
import { COUNTRIES, parseCountry } from '@tollgate/kernel/country';
import { changeSettings, planTenant, taxRateList, type NewTenant } from './settings.js';

const ACME: NewTenant = { name: ' Acme ', currency: 'EUR', timeZone: 'europe/vilnius', country: 'LT' };

describe('a new tenant', () => {
  test('has what was asked for, in canonical form, and defaults for the rest', () => {
    const plan = planTenant({ ...ACME, taxRates: [{ country: 'DE', percent: '19.00' }] });
    expect(plan).toEqual({
      ok: true,
      value: {
        settings: {
          name: 'Acme',
          currency: 'EUR',
          timeZone: 'Europe/Vilnius',
          country: 'LT',
          taxRates: { DE: '19' },
          invoiceGraceSeconds: 3_600,
          groupInvoices: false,
          dueDays: 0,
          dunning: null,
          documents: null,
          mail: null,
          sandbox: false,
          tax: null,
        },
        clockStartsAt: null,
        idempotencyKey: null,
      },
    });
  });

  test.each<[string, Partial<NewTenant>]>([
    ['name', { name: '  ' }],
    ['name', { name: 'x'.repeat(201) }],
    ['name', { name: 'A\u0000B' }],
    ['name', { name: 'A\ud800' }],
    ['currency', { currency: 'eur' }],
    ['currency', { currency: 'XAU' }],
    ['timeZone', { timeZone: 'Mars/Olympus' }],
    ['country', { country: 'XX' }],
    ['taxRates[0].country', { taxRates: [{ country: 'Germany', percent: '19' }] }],
    ['taxRates[0].percent', { taxRates: [{ country: 'DE', percent: '-1' }] }],
    ['taxRates[0].percent', { taxRates: [{ country: 'DE', percent: '100.01' }] }],
    [
      'taxRates[1].country',
      {
        taxRates: [
          { country: 'DE', percent: '19' },
          { country: 'DE', percent: '7' },
        ],
      },
    ],
    ['invoiceGraceSeconds', { invoiceGraceSeconds: -1 }],
    ['invoiceGraceSeconds', { invoiceGraceSeconds: 2_592_001 }],
    ['testClockAt', { testClockAt: '2024-01-01T00:00:00.000Z' }],
    ['testClockAt', { sandbox: true, testClockAt: '9999-01-01T00:00:00.000Z' }],
    ['idempotencyKey', { idempotencyKey: '' }],
    ['idempotencyKey', { idempotencyKey: 'a\u0000' }],
  ])('is refused for its %s: %o', (field, part) => {
    expect(planTenant({ ...ACME, ...part })).toMatchObject({
      ok: false,
      rejection: { reason: 'InvalidInput', field: `input.${field}` },
    });
  });

  test('may be a sandbox whose clock starts anywhere near', () => {
    const plan = planTenant({ ...ACME, sandbox: true, testClockAt: '2024-01-01T00:00:00.000Z' });
    expect(plan).toMatchObject({ ok: true, value: { clockStartsAt: '2024-01-01T00:00:00.000Z' } });
  });
});

test('settings that a change leaves out, or gives as null, stay', () => {
  const plan = planTenant({
    ...ACME,
    sandbox: true,
    taxRates: [
      { country: 'FR', percent: '20' },
      { country: 'DE', percent: '19' },
    ],
  });
  if (!plan.ok) throw new Error(plan.rejection.message);
  const { settings } = plan.value;
  expect(changeSettings(settings, { currency: null, name: null })).toEqual({ ok: true, value: settings });
  expect(changeSettings(settings, { taxRates: [] })).toEqual({
    ok: true,
    value: { ...settings, taxRates: {} },
  });
  expect(changeSettings(settings, { currency: 'DOGE' })).toMatchObject({
    rejection: { field: 'input.currency' },
  });
  expect(taxRateList(settings).map(({ country }) => country)).toEqual(['DE', 'FR']);
});

test('countries are those of ISO 3166-1', () => {
  expect(COUNTRIES).toBe(249);
  expect(['DE', 'US', 'LT', 'AX'].map(parseCountry)).toEqual(['DE', 'US', 'LT', 'AX']);
  expect(['de', 'XX', 'ZZ', 'UK', 'EU', '', 'DEU'].map(parseCountry).filter(Boolean)).toEqual([]);
});
