import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sumDecimals, type Decimal } from '@tollgate/kernel/number/decimal';
import { addUp, mergeDeltas, type Delta } from './delta.js';
import type { Meter } from '../../meter/domain/meter.js';
import { readQuantity } from '../../aggregation/domain/quantity.js';
import type { Candidate } from './report.js';

const meter = (id: string) => ({ id, eventType: 'call' }) as Meter;
const METERS = [meter('mtr_count'), meter('mtr_sum')];

const quantity = fc.oneof(
  fc.nat().map((n) => n),
  fc.maxSafeNat(),
  fc.tuple(fc.nat(), fc.nat(999)).map(([whole, part]) => readQuantity(`${whole}.${part}`) as Decimal),
);
const candidate: fc.Arbitrary<Candidate> = fc.record({
  id: fc.uuid(),
  customerId: fc.constantFrom('cus_a', 'cus_b', 'cus_c'),
  type: fc.constant('call'),
  at: fc.constant(''),
  atMs: fc.integer({ min: 1_700_000_000_000, max: 1_700_010_000_000 }),
  properties: fc.constant('{}'),
  meters: fc.constant(METERS),
  quantities: quantity.map((value) => [1, value]),
});

const sorted = (deltas: readonly Delta[]) => deltas.map((delta) => JSON.stringify(delta)).sort();

test('the order of events does not matter', () => {
  fc.assert(
    fc.property(
      fc
        .array(candidate, { maxLength: 40 })
        .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        expect(sorted(addUp(shuffled))).toEqual(sorted(addUp(list)));
      },
    ),
  );
});

test('merged parts are the sum of the whole, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 40 }), fc.nat(40), (list, cut) => {
      const parts = [...addUp(list.slice(0, cut)), ...addUp(list.slice(cut))];
      expect(sorted(mergeDeltas(parts))).toEqual(sorted(addUp(list)));
    }),
  );
});

test('no quantity is lost or invented', () => {
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 40 }), (list) => {
      const sums = addUp(list).filter((delta) => delta.meterId === 'mtr_sum');
      const given = list.map((one) => String(one.quantities[1]) as Decimal);
      expect(sumDecimals(sums.map((delta) => delta.quantity))).toBe(sumDecimals(given));
      expect(sums.reduce((count, delta) => count + delta.events, 0)).toBe(list.length);
    }),
  );
});
