import { instant, type Instant, type Period } from '@tollgate/kernel/time/time';

/** A subscription as far as it matters for who bills an event. */
export interface Claimant {
  readonly id: string;
  readonly beganAt: Instant;
  /** First instant that it does not cover; null while no end is known. */
  readonly endsAt: Instant | null;
  /** Meters that it prices. */
  readonly meterIds: readonly string[];
}

/**
 * Each event is billed by one subscription, the older one: when older subscriptions of the customer priced the meter.
 * Ids grow with the time at which subscriptions were made.
 */
export function claimsBefore(own: string, meterId: string, all: readonly Claimant[]): Period[] {
  return all
    .filter((one) => one.id < own && one.meterIds.includes(meterId))
    .map(({ beganAt, endsAt }) => ({ from: beganAt, to: endsAt ?? FOREVER }));
}

const FOREVER = instant('9999-12-31T23:59:59Z');

/** The parts of a period that none of the claims covers. */
export function outside(period: Period, claims: readonly Period[]): Period[] {
  const parts: Period[] = [];
  let from = period.from;
  for (const claim of [...claims].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    if (claim.to <= from || claim.from >= period.to) continue;
    if (claim.from > from) parts.push({ from, to: claim.from });
    from = claim.to;
  }
  return from < period.to ? [...parts, { from, to: period.to }] : parts;
}

/** Whether nothing of a period is claimed. */
export function isWhole(period: Period, parts: readonly Period[]): boolean {
  const [first] = parts;
  return first !== undefined && first.from === period.from && first.to === period.to;
}
