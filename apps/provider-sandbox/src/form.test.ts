import { expect, test } from 'vitest';
import { decodeForm, recordOf, textOf } from './form.js';

test('brackets become nested records', () => {
  const form = decodeForm('amount=2000&metadata[tenant]=ten_1&metadata[payment]=pay_1&expand[0]=charge');
  expect(form && textOf(form, 'amount')).toBe('2000');
  expect(form && recordOf(form, 'metadata')).toEqual({ tenant: 'ten_1', payment: 'pay_1' });
  expect(form && recordOf(form, 'expand')).toEqual({ '0': 'charge' });
});

test('a field named __proto__ changes nothing but itself', () => {
  decodeForm('__proto__[polluted]=yes');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('a form that nests too deep or has too many fields is refused', () => {
  expect(decodeForm(`a${'[b]'.repeat(9)}=1`)).toBeUndefined();
  expect(decodeForm('a=1&'.repeat(1_001))).toBeUndefined();
});
