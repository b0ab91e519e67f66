import { usageNamed, type PriceFilter } from '@tollgate/kernel/price/filter';
import { instant, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { Part } from '../../aggregation/domain/part.js';

/** A stretch of time in which a subscription priced a meter; null while it does. */
export interface Claim {
  readonly from: Instant;
  readonly to: Instant | null;
}

/** Claims of a subscription by the name of the usage that it prices, the oldest first. */
export type Claims = Readonly<Record<string, readonly Claim[]>>;

/** A subscription as far as it matters for who bills an event. */
export interface Claimant {
  readonly id: string;
  readonly beganAt: Instant;
  /** First instant that it does not cover; null while no end is known. */
  readonly endsAt: Instant | null;
  /** Names of the usage that it prices. */
  readonly priced: readonly string[];
  /** Null where it priced that from its begin on. */
  readonly claims: Claims | null;
}

/** The claims of a subscription that prices usage of these names from an instant on, and no other. */
export function claimed(before: Claims, priced: readonly string[], since: Instant): Claims {
  const goOn = new Set(priced);
  const dropped = Object.keys(before).filter((name) => !goOn.has(name));
  const added = priced.filter((name) => !isClaimed(before[name]));
  return {
    ...before,
    ...Object.fromEntries(dropped.map((name) => [name, ended(before[name], since)])),
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

/** A stretch of time in which usage of a meter, or a part of it, is billed by another subscription. */
export interface ClaimedPart extends Period {
  readonly filter: PriceFilter;
}

/**
 * Each event is billed by one subscription, the older one: when older subscriptions of the customer priced the meter.
 * Ids grow with the time at which subscriptions were made.
 */
export function claimsBefore(own: string, meterId: string, all: readonly Claimant[]): ClaimedPart[] {
  return all.filter((one) => one.id < own).flatMap((one) => claimsOn(one, meterId));
}

/** The end of a subscription ends its claims, whichever of the two is told first. */
function claimsOn(claimant: Claimant, meterId: string): ClaimedPart[] {
  const { claims, beganAt, endsAt, priced } = claimant;
  const since = { from: beganAt, to: null };
  const all = claims === null ? priced.map((name) => [name, [since]] as const) : Object.entries(claims);
  return all.flatMap(([name, times]) => {
    const usage = usageNamed(name);
    if (usage.meterId !== meterId) return [];
    return times.map(({ from, to }) => ({ from, to: to ?? endsAt ?? FOREVER, filter: usage.filter }));
  });
}

const FOREVER = instant('9999-12-31T23:59:59Z');

/** The parts of a period that no claim covers, and what claims of a part of the usage take from them. */
export function outside(period: Period, claims: readonly ClaimedPart[]): Part[] {
  const parts: Period[] = [];
  let from = period.from;
  const whole = claims.filter(({ filter }) => filter.length === 0);
  for (const claim of whole.sort((a, b) => (a.from < b.from ? -1 : 1))) {
    if (claim.to <= from || claim.from >= period.to) continue;
    if (claim.from > from) parts.push({ from, to: claim.from });
    from = claim.to;
  }
  if (from < period.to) parts.push({ from, to: period.to });
  const partly = claims.filter(({ filter }) => filter.length > 0);
  return partly.length === 0 ? parts : parts.flatMap((part) => withoutSome(part, partly));
}

/** A part of time, cut where what is claimed in it changes. */
function withoutSome(part: Period, claims: readonly ClaimedPart[]): Part[] {
  const inside = claims.filter(({ from, to }) => from < part.to && to > part.from);
  const ends = inside.flatMap(({ from, to }) => [from, to]).filter((at) => at > part.from && at < part.to);
  const cuts = [part.from, ...[...new Set(ends)].sort(), part.to];
  return cuts.slice(1).flatMap((to, i) => {
    const from = cuts[i] ?? part.from;
    const except = inside.filter((claim) => claim.from <= from && claim.to >= to).map(({ filter }) => filter);
    return [except.length === 0 ? { from, to } : { from, to, except }];
  });
}

/** Whether nothing of a period is claimed. */
export function isWhole(period: Period, parts: readonly Part[]): boolean {
  const [first] = parts;
  if (first === undefined || first.except !== undefined) return false;
  return first.from === period.from && first.to === period.to;
}
