import { decimal, fromRational, toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Alert } from './alert.js';

/** How many times what it wants usage has come to: at most 1 where only the first is told; 0 = it is not there. */
export function stepOf({ threshold, repeats }: Pick<Alert, 'threshold' | 'repeats'>, value: Decimal): bigint {
  const [have, wanted] = [toRational(value), toRational(threshold)];
  if (have.n <= 0n) return 0n;
  const times = (have.n * wanted.d) / (have.d * wanted.n);
  return repeats || times < 1n ? times : 1n;
}

/** Hundredths of a limit, rounded down; null where there is nothing to compare with. */
export function shareOf(used: Decimal, limit: Decimal | null): Decimal | null {
  if (limit === null) return null;
  const whole = toRational(limit);
  if (whole.n <= 0n) return null;
  const part = toRational(used);
  const share = rational.div(rational.mul(part, toRational(HUNDRED)), whole);
  // No more decimals than a decimal may have: what is not quite there must not seem to be.
  return fromRational({ n: (share.n * SCALE) / share.d, d: SCALE }, DECIMALS);
}

const HUNDRED = decimal('100');
const DECIMALS = 12;
const SCALE = 10n ** BigInt(DECIMALS);
