import { addDecimal, ZERO_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
import { instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import { addTo, totalOf, type Sum } from '../../aggregation/domain/quantity.js';
import type { Candidate } from './report.js';

/** What a customer used by one meter in one quarter of an hour. */
export interface Delta {
  readonly customerId: string;
  readonly meterId: string;
  readonly bucket: Instant;
  readonly quantity: Decimal;
  readonly events: number;
}

/** Divides the hours and days of every time zone. */
export const BUCKET_MS = 15 * 60 * 1_000;

interface Cell {
  readonly first: Candidate;
  readonly bucketMs: number;
  readonly sums: readonly Sum[];
  events: number;
}

/** Adds up stored events per customer, meter and quarter of an hour. Their order does not matter. */
export function addUp(candidates: readonly Candidate[]): Delta[] {
  const cells = new Map<string, Cell>();
  for (const candidate of candidates) {
    const bucket = Math.floor(candidate.atMs / BUCKET_MS);
    const key = `${candidate.customerId} ${bucket} ${candidate.type}`;
    const cell = cells.get(key) ?? newCell(cells, key, candidate, bucket * BUCKET_MS);
    cell.events += 1;
    for (let i = 0; i < cell.sums.length; i += 1) {
      const [sum, quantity] = [cell.sums[i], candidate.quantities[i]];
      if (sum !== undefined && quantity !== undefined) addTo(sum, quantity);
    }
  }
  return [...cells.values()].flatMap(deltasOf);
}

/** One delta per customer, meter and bucket with the sums of all. */
export function mergeDeltas(deltas: readonly Delta[]): Delta[] {
  const merged = new Map<string, Delta>();
  for (const delta of deltas) {
    const key = `${delta.customerId} ${delta.meterId} ${delta.bucket}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? delta : together(known, delta));
  }
  return [...merged.values()];
}

function together(left: Delta, right: Delta): Delta {
  return {
    ...left,
    quantity: addDecimal(left.quantity, right.quantity),
    events: left.events + right.events,
  };
}

function newCell(cells: Map<string, Cell>, key: string, first: Candidate, bucketMs: number): Cell {
  const sums = first.meters.map(() => ({ whole: 0, exact: ZERO_DECIMAL }));
  const cell = { first, bucketMs, sums, events: 0 };
  cells.set(key, cell);
  return cell;
}

function deltasOf({ first, bucketMs, sums, events }: Cell): Delta[] {
  const bucket = instantFromMs(bucketMs);
  return first.meters.map((meter, i) => ({
    customerId: first.customerId,
    meterId: meter.id,
    bucket,
    quantity: totalOf(sums[i] ?? { whole: 0, exact: ZERO_DECIMAL }),
    events,
  }));
}
