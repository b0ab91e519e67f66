import { expect, test } from 'vitest';
import { changeSettings, planTenant, type NewTenant } from './settings.js';
import type { TaxSettingsInput } from './tax.js';

const US: NewTenant = { name: 'Acme', currency: 'USD', timeZone: 'UTC', country: 'US' };
const vat = (percent = '19') => ({ name: 'VAT', percent });
const entry = { jurisdiction: 'DE', taxes: [vat()] };
const planned = (tax: TaxSettingsInput, more: Partial<NewTenant> = {}) => planTenant({ ...US, tax, ...more });

test('tax settings that say little are of a seller in its country, with tax on top and a warning', () => {
  expect(planned({ rates: [entry] })).toMatchObject({
    ok: true,
    value: {
      settings: {
        tax: {
          jurisdiction: 'US',
          registrations: [],
          belowThreshold: false,
          pricing: 'EXCLUSIVE',
          standardRates: false,
          unknownRates: 'WARN',
          rates: [{ jurisdiction: 'DE', from: null, taxes: [{ ...vat(), compound: false }] }],
        },
      },
    },
  });
});

test.each<[string, TaxSettingsInput]>([
  ['tax.jurisdiction', { jurisdiction: 'DE' }],
  ['tax.jurisdiction', { jurisdiction: 'US-WASH' }],
  ['tax.registrations[1]', { registrations: ['DE', 'XX'] }],
  ['tax.registrations', { registrations: Array.from({ length: 1_001 }, () => 'DE') }],
  ['tax.rates[0].jurisdiction', { rates: [{ jurisdiction: '', taxes: [] }] }],
  ['tax.rates[1]', { rates: [entry, entry] }],
  ['tax.rates[0].from', { rates: [{ ...entry, from: '2024-02-30' }] }],
  ['tax.rates[0].taxes', { rates: [{ ...entry, taxes: Array.from({ length: 11 }, () => vat()) }] }],
  ['tax.rates[0].taxes[0].name', { rates: [{ ...entry, taxes: [{ ...vat(), name: '' }] }] }],
  ['tax.rates[0].taxes[0].name', { rates: [{ ...entry, taxes: [{ ...vat(), name: 'a\u0000b' }] }] }],
  ['tax.rates[0].taxes[0].percent', { rates: [{ ...entry, taxes: [vat('100.01')] }] }],
  ['tax.rates[0].taxes[0].percent', { rates: [{ ...entry, taxes: [vat('-1')] }] }],
  ['tax.rates[0].taxes[0].percent', { rates: [{ ...entry, taxes: [vat('0.0000001')] }] }],
  ['tax.rates', { rates: Array.from({ length: 1_001 }, () => entry) }],
])('a tenant is rejected for its %s: %#', (field, tax) => {
  expect(planned(tax)).toMatchObject({ ok: false, rejection: { field: `input.${field}` } });
});

test('a part of a country of the EU is no place of its own, but those outside of its VAT area are', () => {
  expect(planned({ jurisdiction: 'ES-CN' }, { country: 'ES' })).toMatchObject({ ok: true });
  expect(planned({ jurisdiction: 'DE-BY' }, { country: 'DE' })).toMatchObject({ ok: false });
});

test('tax settings take the place of rates by country, and go again with null', () => {
  const taxRates = [{ country: 'DE', percent: '19' }];
  expect(planned({}, { taxRates })).toMatchObject({ ok: false, rejection: { field: 'input.taxRates' } });
  const plan = planned({ rates: [entry] });
  if (!plan.ok) throw new Error(plan.rejection.message);
  const { settings } = plan.value;
  expect(changeSettings(settings, { name: 'Other' })).toMatchObject({ value: { tax: settings.tax } });
  expect(changeSettings(settings, { taxRates })).toMatchObject({ ok: false });
  expect(changeSettings(settings, { tax: null, taxRates })).toMatchObject({
    ok: true,
    value: { tax: null, taxRates: { DE: '19' } },
  });
  expect(changeSettings(settings, { country: 'DE' })).toMatchObject({
    ok: false,
    rejection: { field: 'input.tax.jurisdiction' },
  });
});
