import { formatId, ID_RANDOM_BYTES, type Id, type IdPrefix } from '@tollgate/kernel/id';
import { instantFromMs, type Instant, type Period } from '@tollgate/kernel/time/time';
import fc from 'fast-check';

const YEAR_2000_MS = 946_684_800_000;
const YEAR_2100_MS = 4_102_444_800_000;
const YEARS_10_MS = 315_360_000_000;
const MINOR_MAX = 10n ** 15n;
const UNITS_MAX = 10n ** 12n;
const SCALE_MAX = 6;

/** Amounts in minor units, of either sign, up to far more than anybody owes. */
export const anyMinor: fc.Arbitrary<bigint> = fc.bigInt(-MINOR_MAX, MINOR_MAX);

/** Quantities and prices as decimal text without a sign, with up to six digits behind the point. */
export const anyDecimalText: fc.Arbitrary<string> = fc
  .tuple(fc.bigInt(0n, UNITS_MAX), fc.integer({ min: 0, max: SCALE_MAX }))
  .map(([units, scale]) => {
    if (scale === 0) return units.toString();
    const digits = units.toString().padStart(scale + 1, '0');
    return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  });

/** Instants of this century, to the millisecond. */
export const anyInstant: fc.Arbitrary<Instant> = fc
  .integer({ min: YEAR_2000_MS, max: YEAR_2100_MS })
  .map(instantFromMs);

/** Half-open periods of a millisecond up to ten years. */
export const anyPeriod: fc.Arbitrary<Period> = fc
  .tuple(fc.integer({ min: YEAR_2000_MS, max: YEAR_2100_MS }), fc.integer({ min: 1, max: YEARS_10_MS }))
  .map(([fromMs, lengthMs]) => ({ from: instantFromMs(fromMs), to: instantFromMs(fromMs + lengthMs) }));

/** Ids of one kind. */
export const anyId = <P extends IdPrefix>(prefix: P): fc.Arbitrary<Id<P>> =>
  fc
    .record({
      timeMs: fc.integer({ min: YEAR_2000_MS, max: YEAR_2100_MS }),
      random: fc.uint8Array({ minLength: ID_RANDOM_BYTES, maxLength: ID_RANDOM_BYTES }),
    })
    .map((bits) => formatId(prefix, bits));
