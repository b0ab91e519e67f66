import { expect, test } from 'vitest';
import { Announced } from './announced.js';

const change = (customerId: string) => ({
  scope: { tenantId: 'ten_1', actor: 'system', correlation: 'c', cause: 'test' },
  customerIds: [customerId],
});

test('a change that nobody heard of again is overdue until it is older than any transaction', () => {
  const announced = new Announced();
  const [told, lost] = [change('cus_1'), change('cus_2')];
  announced.add(told);
  announced.add(lost);
  const nowMs = performance.now();
  expect(announced.overdue(nowMs)).toEqual([]);
  announced.delete(told);
  expect(announced.overdue(nowMs + 3_000)).toEqual([lost]);
  expect(announced.overdue(nowMs + 61_000)).toEqual([lost]);
  expect(announced.overdue(nowMs + 62_000)).toEqual([]);
});
