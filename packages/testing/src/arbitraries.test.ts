import { isId } from '@tollgate/kernel/id';
import { parseDecimal } from '@tollgate/kernel/number/decimal';
import { parseInstant } from '@tollgate/kernel/time/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyDecimalText, anyId, anyInstant, anyPeriod } from './arbitraries.js';
import { manualClock } from './clock.js';

test('what is drawn is what the kernel reads', () => {
  fc.assert(
    fc.property(anyDecimalText, anyInstant, anyPeriod, anyId('cus'), (text, at, { from, to }, id) => {
      expect(parseDecimal(text)).not.toBeNull();
      expect(parseInstant(at)).toBe(at);
      expect(from < to).toBe(true);
      expect(isId('cus', id)).toBe(true);
    }),
  );
});

test('a clock stands still until it is moved', () => {
  const clock = manualClock('2024-01-31T23:59:59.999Z');
  expect(clock.now()).toBe('2024-01-31T23:59:59.999Z');
  clock.advance(1);
  expect(clock.now()).toBe('2024-02-01T00:00:00.000Z');
  expect(clock.nowMs()).toBe(Date.parse('2024-02-01T00:00:00Z'));
});
