import { expect, test } from 'vitest';
import { paymentPage, type BilledInvoice, type PayableInvoice } from './payment-page.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });

const OPEN: PayableInvoice = {
  ...{ invoiceId: 'inv_1', number: 'INV-1', status: 'OPEN', amountDue: usd('70.00'), payment: null },
  methods: [{ id: 'pmt_1', provider: 'STRIPE', label: '<b>Visa</b>' }],
};
const BILLED: BilledInvoice = {
  lines: [{ description: 'Base & <script>', amount: usd('100.00') }],
  ...{ subtotal: usd('100.00'), discount: usd('10.00'), tax: usd('0.00'), total: usd('90.00') },
  ...{ creditApplied: usd('20.00'), walletApplied: usd('0.00'), amountPaid: usd('0.00') },
};

const sumsIn = (html: string) =>
  [...html.matchAll(/<tr><th>([^<]+)<\/th><td>([^<]+)<\/td><\/tr>/g)].map(
    ([, name, sum]) => `${name}: ${sum}`,
  );

test('the sums lead from the lines to what is to be paid, without those that come to nothing', () => {
  const html = paymentPage(OPEN, BILLED, '/pay/x');
  expect(sumsIn(html)).toEqual([
    'Subtotal: 100.00 USD',
    'Discount: 10.00 USD',
    'Total: 90.00 USD',
    'From your balance: 20.00 USD',
  ]);
  expect(html).toContain('<dt>To pay</dt><dd>70.00 USD</dd>');
});

test('names and texts are no markup', () => {
  const html = paymentPage(OPEN, BILLED, '/pay/x');
  expect(html).not.toContain('<script>');
  expect(html).not.toContain('<b>');
});

test('what is paid, void or under way cannot be paid again', () => {
  const payment = { id: 'pay_1', status: 'PROCESSING', declineCode: null, nextAction: null };
  const others: PayableInvoice[] = [
    { ...OPEN, status: 'PAID' },
    { ...OPEN, status: 'VOID' },
    { ...OPEN, payment },
  ];
  for (const invoice of others) expect(paymentPage(invoice, BILLED, '/pay/x')).not.toContain('<form');
  expect(paymentPage(OPEN, BILLED, '/pay/x')).toContain('<form');
});
