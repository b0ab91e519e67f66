import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { localDate } from '@tollgate/kernel/time/time';
import { awaitsFacts, invoiceTax, type TaxSettings } from './invoice-tax.js';

const rate = (name: string, percent: string) => ({ name, percent: decimal(percent), compound: false });
const SETTINGS: TaxSettings = {
  seller: { jurisdiction: 'DE', registrations: ['CH'], belowThreshold: false },
  pricing: 'exclusive',
  rates: [
    { jurisdiction: 'DE', from: null, rates: [rate('USt', '16')] },
    { jurisdiction: 'DE', from: localDate('2021-01-01'), rates: [rate('USt', '19')] },
    { jurisdiction: 'AT', from: null, rates: [] },
  ],
  standardRates: false,
  unknownRates: 'warn',
};
const DAY = localDate('2024-05-01');
const of = (jurisdiction: string) => ({
  jurisdiction,
  ...({ business: false, vatId: 'none', exempt: false } as const),
});

test('the entry that began last counts', () => {
  const on = (day: string) => invoiceTax(SETTINGS, of('DE'), localDate(day)).rates[0]?.percent;
  expect(['2020-12-31', '2021-01-01'].map(on)).toEqual(['16', '19']);
});

test('where a tax is due that nobody knows, it is 0 with a warning, or waits', () => {
  expect(invoiceTax(SETTINGS, of('FR'), DAY)).toMatchObject({
    ...{ treatment: 'destination', rates: [], unknownRates: 'warn' },
  });
  const holding = invoiceTax({ ...SETTINGS, unknownRates: 'hold' }, of('FR'), DAY);
  expect([awaitsFacts(holding), awaitsFacts(invoiceTax(SETTINGS, of('FR'), DAY))]).toEqual([true, false]);
});

test('an entry without taxes says that there is none, and where none is due nobody has to know', () => {
  for (const place of ['AT', 'US-WA'])
    expect(invoiceTax({ ...SETTINGS, unknownRates: 'hold' }, of(place), DAY)).not.toHaveProperty(
      'unknownRates',
    );
});

test('standard rates hold where the tenant gives none of its own', () => {
  const settings = { ...SETTINGS, standardRates: true };
  expect(invoiceTax(settings, of('FR'), DAY).rates).toMatchObject([{ name: 'VAT', percent: '20' }]);
  expect(invoiceTax(settings, of('CH'), DAY).rates).toMatchObject([{ percent: '8.1' }]);
  expect(invoiceTax(settings, of('DE'), DAY).rates).toMatchObject([{ name: 'USt' }]);
  expect(invoiceTax(settings, of('AT'), DAY).rates).toEqual([]);
});

test('a VAT id that is being checked keeps the invoice waiting', () => {
  const pending = { ...of('FR'), business: true, vatId: 'pending' } as const;
  expect(awaitsFacts(invoiceTax(SETTINGS, pending, DAY))).toBe(true);
});
