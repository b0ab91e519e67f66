import type { Instant } from '@tollgate/kernel/time/time';
import type { Basis } from './basis.js';

/** Until when fees of an invoice cover something, or what it gave back of others' would; null where it has none. */
export function coversUntil({ charges }: Basis): Instant | null {
  let last: Instant | null = null;
  for (const { kind, period } of charges) {
    const covers = kind === 'fee' || kind === 'charge' || kind === 'credit';
    if (covers && (last === null || period.to > last)) last = period.to;
  }
  return last;
}
