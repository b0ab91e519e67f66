import type { Instant } from '@tollgate/kernel/time/time';
import type { Basis } from './basis.js';

/** Until when fees of an invoice cover something, or what it gave back of others' would; null where it has none. */
export function coversUntil({ charges }: Basis): Instant | null {
  const ends = charges.flatMap(({ kind, period }) =>
    kind === 'fee' || kind === 'charge' || kind === 'credit' ? [period.to] : [],
  );
  return ends.reduce<Instant | null>((last, end) => (last === null || end > last ? end : last), null);
}
