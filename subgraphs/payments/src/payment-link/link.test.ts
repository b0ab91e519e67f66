import { expect, test } from 'vitest';
import { PaymentLinks } from './link.js';

const DAY_MS = 86_400_000;
const NOW_MS = 20_000 * DAY_MS + 5;
const invoice = { tenantId: 'ten_a', invoiceId: 'inv_01hf8z00000000000000000006' };
const links = new PaymentLinks('a secret of the services');

test('a link is good for its invoice for thirty days, and of one day the same', () => {
  const token = links.tokenOf(invoice, NOW_MS);
  expect(links.tokenOf(invoice, NOW_MS + DAY_MS / 2)).toBe(token);
  expect(links.partsOf(token, NOW_MS + 30 * DAY_MS)).toEqual(invoice);
  expect(links.partsOf(token, NOW_MS + 31 * DAY_MS)).toBeNull();
});

test('whatever is changed about it, it is none', () => {
  const token = links.tokenOf(invoice, NOW_MS);
  const [tenant, id, day, signature] = token.split('.');
  const changed = [
    ['ten_b', id, day, signature],
    [tenant, 'inv_01hf8z00000000000000000007', day, signature],
    [tenant, id, String(Number(day) + 1), signature],
    [tenant, id, day, 'A'.repeat(43)],
    [tenant, id, day],
  ].map((parts) => parts.join('.'));
  for (const one of [...changed, '', 'x']) expect(links.partsOf(one, NOW_MS)).toBeNull();
  expect(new PaymentLinks('another secret').partsOf(token, NOW_MS)).toBeNull();
});
