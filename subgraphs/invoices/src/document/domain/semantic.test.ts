import { expect, test } from 'vitest';
import { compute } from '../../invoice/domain/computation.js';
import type { Basis } from '../../invoice/domain/basis.js';
import { NO_FUNDS, settledBy } from '../../invoice/domain/settled.js';
import type { OpenInvoice } from '../../invoice/domain/state.js';
import { AT, basisOf, currencyOf, feeCharge, flat, perUnit } from '../../../test/charges.js';
import { decimal } from '@tollgate/kernel/number/decimal';
import { crossIndustryInvoice, type ElectronicParty } from './cii.js';
import { electronicInvoice } from './semantic.js';

const EUR = currencyOf('EUR');
const base = feeCharge(flat('20'));
const seats = feeCharge(perUnit('9.99'), { quantity: decimal('7') });

function issued(more: Partial<Basis> = {}): OpenInvoice {
  const basis = { ...basisOf([base, seats], '19'), currency: EUR, ...more };
  const computed = compute(basis);
  return {
    ...{ basis, basisHash: '', ...computed, revision: 1, createdAt: AT, status: 'open', declineCode: null },
    ...{ number: 'R/2024-000001', settled: settledBy({ ...computed, basis }, NO_FUNDS), paidMinor: 0n },
    ...{ finalisedAt: AT, dueAt: AT },
  };
}

const party: ElectronicParty = {
  ...{
    id: 'ten_1',
    name: 'Bob & <Co>',
    address: ['1 Street'],
    country: 'DE',
    vatId: 'DE123456789',
    email: null,
  },
};
const written = (invoice: OpenInvoice): string => {
  const said = electronicInvoice(invoice);
  if (said === null) throw new Error('the norm has words for it');
  const purchaseOrder = 'PO-1';
  return crossIndustryInvoice({ invoice: said, seller: party, buyer: party, purchaseOrder, notes: ['<b>'] });
};

test('quantity times price, less the discount, is the net, and the parts sum to the whole', () => {
  expect(electronicInvoice(issued())).toMatchObject({
    lines: [
      { quantity: '1', price: '20', net: '20.00', discount: null, category: { code: 'S', percent: '19' } },
      { quantity: '7', price: '9.99', net: '69.93', discount: null },
    ],
    breakdown: [{ basis: '89.93', tax: '17.09' }],
    ...{ net: '89.93', tax: '17.09', total: '107.02', prepaid: '0.00', due: '107.02' },
  });
  const value = { percent: decimal('50') };
  const coupon = { id: 'apc_1', value, target: 'invoice', keys: [], subscriptionId: null } as const;
  expect(electronicInvoice(issued({ coupons: [coupon] }))).toMatchObject({
    lines: [
      { price: '20', discount: '10.00', net: '10.00' },
      { price: '9.99', discount: '34.97', net: '34.96' },
    ],
    ...{ net: '44.96', breakdown: [{ basis: '44.96', tax: '8.54' }] },
  });
});

test('whatever is not taxed says why; what the norm has no words for is no document', () => {
  const without = (treatment: Basis['tax']['treatment']) =>
    electronicInvoice(issued({ tax: { ...basisOf([base], null).tax, treatment } }))?.breakdown[0]?.category;
  expect(without('reverse_charge')).toMatchObject({ code: 'AE', percent: '0', reasonCode: 'VATEX-EU-AE' });
  expect(without('export')).toMatchObject({ code: 'G' });
  expect(without('none')).toMatchObject({ code: 'O', percent: null });
  const { tax } = basisOf([base], '19');
  const twice = { ...tax, rates: [...tax.rates, { name: 'City', percent: decimal('1'), compound: false }] };
  expect(electronicInvoice(issued({ tax: twice }))).toBeNull();
  expect(electronicInvoice(issued({ currency: currencyOf('KWD') }))).toBeNull();
  expect(electronicInvoice(issued({ origin: 'top_up' }))).toBeNull();
});

test('the document is the same to the byte, and what anybody wrote is text in it', () => {
  const xml = written(issued());
  expect(written(issued())).toBe(xml);
  expect(xml).toContain('<ram:Name>Bob &amp; &lt;Co&gt;</ram:Name>');
  expect(xml).toContain('<ram:Content>&lt;b&gt;</ram:Content>');
  expect(xml).toContain('<ram:IssuerAssignedID>PO-1</ram:IssuerAssignedID>');
  // Who is outside the scope of VAT says no VAT id.
  const outside = written(issued({ tax: { ...basisOf([base], null).tax, treatment: 'none' } }));
  expect(outside).not.toContain('DE123456789');
});
