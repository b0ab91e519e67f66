import { instant, type Instant, type Period } from '@tollgate/kernel/time/time';

/** A stretch of time in which a subscription priced a meter; null while it does. */
export interface Claim {
  readonly from: Instant;
  readonly to: Instant | null;
}

/** Claims of a subscription by meter, the oldest first. */
export type Claims = Readonly<Record<string, readonly Claim[]>>;

/** A subscription as far as it matters for who bills an event. */
export interface Claimant {
  readonly id: string;
  readonly beganAt: Instant;
  /** First instant that it does not cover; null while no end is known. */
  readonly endsAt: Instant | null;
  /** Meters that it prices. */
  readonly meterIds: readonly string[];
  /** Null where it priced its meters from its begin on. */
  readonly claims: Claims | null;
}

/** The claims of a subscription that prices these meters from an instant on, and no others. */
export function claimed(before: Claims, meterIds: readonly string[], since: Instant): Claims {
  const goOn = new Set(meterIds);
  const dropped = Object.keys(before).filter((meterId) => !goOn.has(meterId));
  const added = meterIds.filter((meterId) => !isClaimed(before[meterId]));
  return {
    ...before,
    ...Object.fromEntries(dropped.map((meterId) => [meterId, ended(before[meterId], since)])),
    ...Object.fromEntries(added.map((id) => [id, [...(before[id] ?? []), { from: since, to: null }]])),
  };
}

/** The claims of a subscription that ended. */
export function unclaimed(before: Claims, at: Instant): Claims {
  return claimed(before, [], at);
}

function isClaimed(claims: readonly Claim[] | undefined): boolean {
  return claims?.at(-1)?.to === null;
}

function ended(claims: readonly Claim[] | undefined, at: Instant): readonly Claim[] {
  return (claims ?? []).map((claim) => (claim.to === null ? { ...claim, to: at } : claim));
}

/**
 * Each event is billed by one subscription, the older one: when older subscriptions of the customer priced the meter.
 * Ids grow with the time at which subscriptions were made.
 */
export function claimsBefore(own: string, meterId: string, all: readonly Claimant[]): Period[] {
  return all
    .filter((one) => one.id < own)
    .flatMap((one) => claimsOn(one, meterId))
    .map(({ from, to }) => ({ from, to: to ?? FOREVER }));
}

/** The end of a subscription ends its claims, whichever of the two is told first. */
function claimsOn({ claims, beganAt, endsAt, meterIds }: Claimant, meterId: string): readonly Claim[] {
  if (claims !== null) return (claims[meterId] ?? []).map((claim) => ({ ...claim, to: claim.to ?? endsAt }));
  return meterIds.includes(meterId) ? [{ from: beganAt, to: endsAt }] : [];
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
