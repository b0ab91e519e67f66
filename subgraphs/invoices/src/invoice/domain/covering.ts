import type { Instant } from '@tollgate/kernel/time/time';
import type { Basis } from './basis.js';
import { isFor } from './joint.js';

/** Until when fees of an invoice cover something, or what it gave back of others' would; null where it has none. */
export function coversUntil({ charges }: Basis): Instant | null {
  let last: Instant | null = null;
  for (const { kind, period } of charges) {
    const covers = kind === 'fee' || kind === 'charge' || kind === 'credit';
    if (covers && (last === null || period.to > last)) last = period.to;
  }
  return last;
}

/** Until when fees that an invoice bills of a subscription cover something; null where it bills none. */
export function feesUntil(basis: Basis, subscriptionId: string): Instant | null {
  const fees = basis.charges.filter(
    (charge) => (charge.kind === 'fee' || charge.kind === 'charge') && isFor(basis, charge, subscriptionId),
  );
  return fees.reduce<Instant | null>(
    (last, { period: { to } }) => (last === null || to > last ? to : last),
    null,
  );
}
