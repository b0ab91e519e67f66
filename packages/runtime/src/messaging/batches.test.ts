import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BATCH_BYTES_MAX, batchesOf, batchesOfRuns, runsOf } from './batches.js';

test('a list is cut by items and by bytes, and nothing of it is lost or out of order', () => {
  const sizes = fc.array(fc.oneof(fc.nat({ max: 1_000 }), fc.nat({ max: BATCH_BYTES_MAX * 2 })), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 10 }), (lengths, itemsMax) => {
      const items = lengths.map((length, place) => `${place} ${'ü'.repeat(length / 4)}`);
      const batches = batchesOf(items, itemsMax);
      expect(batches.flat()).toEqual(items);
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(itemsMax);
        const bytes = batch.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0);
        expect(batch.length === 1 || bytes <= BATCH_BYTES_MAX).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test('neighbours that fit together are not cut apart', () => {
  expect(batchesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(batchesOf([], 2)).toEqual([]);
});

test('what has one name stays in one batch, in the order of the list', () => {
  const items = ['a1', 'b1', 'a2', '-', 'c1', '-', 'c2'];
  const nameOf = (item: string) => (item === '-' ? undefined : item[0]);
  const runs = runsOf(items, nameOf);
  expect(runs).toEqual([['a1', 'b1', 'a2'], ['-'], ['c1', '-', 'c2']]);
  expect(batchesOfRuns(runs, 4)).toEqual([
    ['a1', 'b1', 'a2', '-'],
    ['c1', '-', 'c2'],
  ]);
  expect(batchesOfRuns(runs, 2).flat()).toEqual(items);
});
