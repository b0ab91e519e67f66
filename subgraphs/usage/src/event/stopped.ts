import { isStopped, type Stop } from '../spend-cap/domain/stopped.js';
import { CAP_REACHED, isRejected } from './domain/report.js';
import type { Judged } from './storing.js';

/** Events that a cap stops are not stored; what was stored before it is a duplicate all the same. */
export function withoutStopped(
  reads: readonly Judged['reads'][],
  stops: readonly Stop[],
): readonly Judged['reads'][] {
  if (stops.length === 0) return reads;
  return reads.map((list) =>
    list.map((read) =>
      isRejected(read) || read.rejection !== null || !isStopped(read, stops)
        ? read
        : { ...read, rejection: CAP_REACHED },
    ),
  );
}

/** Customers of the events of reports, each once. */
export function customersOf(reports: readonly Pick<Judged, 'reads'>[]): string[] {
  return customersIn(reports.flatMap(({ reads }) => reads.flatMap((read) => (isRejected(read) ? [] : read))));
}

/** Customers, each once. */
export function customersIn(all: readonly { readonly customerId: string }[]): string[] {
  return [...new Set(all.map(({ customerId }) => customerId))];
}
