import { EU } from '@tollgate/kernel/jurisdiction';
import { decimal } from '@tollgate/kernel/number/decimal';
import { money, majorText } from '@tollgate/kernel/money/money';
import { localDate } from '@tollgate/kernel/time/time';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STANDARD_RATES } from './standard-rates.js';
import { placeOfSupply, ratesAt, type Customer, type RateTable, type Seller } from './place-of-supply.js';
import { supplyTax } from './supply-tax.js';

const seller = (jurisdiction: string, extra: Partial<Seller> = {}): Seller => ({
  jurisdiction,
  registrations: [],
  belowThreshold: false,
  ...extra,
});
const customer = (jurisdiction: string, extra: Partial<Customer> = {}): Customer => ({
  jurisdiction,
  business: false,
  vatId: 'none',
  exempt: false,
  ...extra,
});
const day = localDate;

describe('place of supply', () => {
  test('the first rule that holds decides', () => {
    const treatment = (s: Seller, c: Customer) => placeOfSupply(s, c).treatment;
    const valid = { business: true, vatId: 'valid' } as const;
    expect(treatment(seller('DE'), customer('DE', { ...valid, exempt: true }))).toBe('exempt');
    expect(treatment(seller('DE'), customer('DE', valid))).toBe('domestic');
    expect(treatment(seller('US-WA'), customer('FR', { ...valid, vatId: 'pending' }))).toBe('pending');
    expect(treatment(seller('US-WA'), customer('FR', valid))).toBe('reverse_charge');
    expect(treatment(seller('DE'), customer('FR', { ...valid, business: false }))).toBe('destination');
    expect(treatment(seller('DE', { belowThreshold: true }), customer('FR'))).toBe('origin');
    expect(treatment(seller('US-WA', { registrations: ['US-CA'] }), customer('US-CA'))).toBe('destination');
    expect(treatment(seller('DE'), customer('CH'))).toBe('export');
    expect(treatment(seller('US-WA'), customer('CH'))).toBe('not_registered');
  });

  test('the EU has 27 members', () => {
    expect(EU.size).toBe(27);
  });
});

describe('rates by date', () => {
  test.each([
    ['EE', '2023-12-31', '20'],
    ['EE', '2024-01-01', '22'],
    ['EE', '2025-06-30', '22'],
    ['EE', '2025-07-01', '24'],
    ['FI', '2024-08-31', '24'],
    ['FI', '2024-09-01', '25.5'],
    ['LU', '2023-06-01', '16'],
    ['LU', '2024-06-01', '17'],
    ['RO', '2025-08-01', '21'],
    ['SK', '2025-01-01', '23'],
  ])('%s on %s takes %s percent', (jurisdiction, date, percent) => {
    expect(ratesAt(STANDARD_RATES, jurisdiction, day(date))).toMatchObject([{ percent }]);
  });

  test('every member state has a rate', () => {
    for (const state of EU) expect(ratesAt(STANDARD_RATES, state, day('2021-07-01'))).toHaveLength(1);
  });

  test('before the first entry nothing is known, and a supply there is refused', () => {
    expect(ratesAt(STANDARD_RATES, 'FR', day('2021-06-30'))).toBeNull();
    const terms = { seller: seller('FR'), customer: customer('FR'), amount: money(100n, 'EUR') };
    expect(
      supplyTax({ ...terms, pricing: 'exclusive', on: day('2020-01-01') }, STANDARD_RATES),
    ).toMatchObject({
      ok: false,
      rejection: { reason: 'UnknownTaxRates', field: 'rates.FR' },
    });
  });
});

describe('tax on a supply', () => {
  const table = (...percents: string[]): RateTable => [
    {
      jurisdiction: 'CA-QC',
      from: day('2024-01-01'),
      rates: percents.map((percent, i) => ({ name: `T${i}`, percent: decimal(percent), compound: i > 0 })),
    },
  ];
  const terms = { seller: seller('CA-QC'), customer: customer('CA-QC'), on: day('2024-06-01') };

  test('net and tax are the total, and taxes are the tax', () => {
    const percents = fc.array(fc.integer({ min: 0, max: 60 }).map(String), { maxLength: 3 });
    const pricing = fc.constantFrom('inclusive' as const, 'exclusive' as const);
    fc.assert(
      fc.property(fc.bigInt(-100_000n, 100_000n), percents, pricing, (minor, list, way) => {
        const decision = supplyTax({ ...terms, amount: money(minor, 'CAD'), pricing: way }, table(...list));
        if (!decision.ok || decision.supply.treatment === 'pending') throw new Error('no amounts');
        const { net, tax, total, taxes } = decision.supply;
        expect(net.minor + tax.minor).toBe(total.minor);
        expect(taxes.reduce((sum, { amount }) => sum + amount.minor, 0n)).toBe(tax.minor);
        expect(way === 'inclusive' ? total.minor : net.minor).toBe(minor);
      }),
    );
  });

  test('inclusive and exclusive agree', () => {
    fc.assert(
      fc.property(fc.bigInt(-100_000n, 100_000n), fc.integer({ min: 0, max: 100 }), (minor, percent) => {
        const rates = table(String(percent));
        const net = supplyTax({ ...terms, amount: money(minor, 'CAD'), pricing: 'exclusive' }, rates);
        if (!net.ok || net.supply.treatment === 'pending') throw new Error('no amounts');
        const gross = supplyTax({ ...terms, amount: net.supply.total, pricing: 'inclusive' }, rates);
        if (!gross.ok || gross.supply.treatment === 'pending') throw new Error('no amounts');
        expect(majorText(gross.supply.tax)).toBe(majorText(net.supply.tax));
      }),
    );
  });

  test('a negative rate is refused with the field', () => {
    const decision = supplyTax(
      { ...terms, amount: money(1n, 'CAD'), pricing: 'exclusive' },
      table('5', '-1'),
    );
    expect(decision).toMatchObject({ ok: false, rejection: { field: 'rates.CA-QC[1].percent' } });
  });
});
