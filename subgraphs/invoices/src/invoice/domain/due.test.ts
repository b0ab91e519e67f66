import { expect, test } from 'vitest';
import { instant, timeZone } from '@tollgate/kernel/time/time';
import { dueAt, type PaymentTerms } from './due.js';

const terms = (dueDays: number, zone: string): PaymentTerms => ({
  ...({ collection: 'manual', dueDays, timeZone: timeZone(zone) } as const),
});

test('payment is due at once without terms, else so many days later at the same local time', () => {
  const at = instant('2025-03-20T09:00:00Z');
  expect(dueAt(at, undefined)).toBe(at);
  expect(dueAt(at, terms(0, 'Europe/Berlin'))).toBe(at);
  // The clocks go forward on the 30th.
  expect(dueAt(at, terms(21, 'Europe/Berlin'))).toBe('2025-04-10T08:00:00.000Z');
  expect(dueAt(at, terms(21, 'UTC'))).toBe('2025-04-10T09:00:00.000Z');
});
