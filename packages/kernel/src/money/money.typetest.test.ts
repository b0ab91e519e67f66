import { expect, test } from 'vitest';
import { addMoney, compareMoney, money, subMoney, sumMoney, zero, type Money } from './money.js';

const euro = money(100n, 'EUR');
const yen = money(100n, 'JPY');

/** Compiled, never run: each marked line must not compile, or the type check of the tests fails. */
export function mixed(any: Money): readonly unknown[] {
  return [
    // @ts-expect-error different currencies do not add up
    addMoney(euro, yen),
    // @ts-expect-error nor subtract
    subMoney(yen, euro),
    // @ts-expect-error nor compare
    compareMoney(euro, yen),
    // @ts-expect-error nor sum up in a list
    sumMoney('EUR', [euro, yen]),
    // @ts-expect-error not even when the result is any money
    addMoney(euro, yen) satisfies Money,
    // @ts-expect-error an unknown code is not a currency
    zero('XAU'),
    addMoney(euro, zero('EUR')) satisfies Money<'EUR'>,
    addMoney(any, yen) satisfies Money,
    sumMoney(any.currency, [any]) satisfies Money,
  ];
}

test('one currency adds up to the same currency', () => {
  expect(addMoney(euro, zero('EUR'))).toEqual(euro);
});
