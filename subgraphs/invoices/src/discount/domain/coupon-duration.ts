import { assert, unreachable } from '@tollgate/kernel/assert';

/** How long a coupon lasts once it was applied, in billing cycles. */
export type CouponDuration =
  | { readonly kind: 'once' }
  | { readonly kind: 'forever' }
  | { readonly kind: 'repeating'; readonly cycles: number };

/** Whether a coupon that was applied in one cycle takes something off another. Cycles count from 0. */
export function isCouponActive(duration: CouponDuration, appliedIn: number, cycle: number): boolean {
  assert(
    [appliedIn, cycle].every((k) => Number.isInteger(k) && k >= 0),
    'cycles count from 0',
  );
  const age = cycle - appliedIn;
  if (age < 0) return false;
  switch (duration.kind) {
    case 'once':
      return age === 0;
    case 'forever':
      return true;
    case 'repeating':
      return age < duration.cycles;
    default:
      return unreachable(duration);
  }
}
