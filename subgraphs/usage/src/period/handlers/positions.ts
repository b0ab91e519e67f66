import type { ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { timeZone, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { isTallied } from '../../aggregation/domain/composite.js';
import type { Tally } from '../../aggregation/domain/tally.js';
import {
  findSubscriptions,
  metersOf,
  pricedMeters,
  type SubscriptionCopy,
} from '../../subscription/store.js';
import type { Meter } from '../../meter/domain/meter.js';
import { readMeters } from '../../meter/store.js';
import { countAll, keyOf, type Counting } from '../../total/count.js';
import {
  byCustomer,
  combineAllTallies,
  figuresOf,
  type Figures,
  type Tallies,
} from '../../total/domain/tallies.js';
import { measured, soFar } from '../../total/handlers/measure.js';
import { readTotals } from '../../total/store/total.js';
import { claimsBefore, isWhole, outside, type Claimant } from '../../subscription/domain/claims.js';

/** A period of a subscription whose position is asked for. */
export interface Asked {
  readonly terms: ResolvedTerms;
  readonly period: Period;
  /** The end of the period as it was before any cut. */
  readonly opened: Instant;
  /** A level lasts no longer than up to then; absent = up to the end. */
  readonly now?: Instant;
}

/** What a subscription used by one meter in a period. */
export interface Position {
  readonly meterId: string;
  readonly quantity: Decimal;
  readonly events: number;
}

/**
 * What each subscription used in its period so far, by the meters of its terms. It is the total of the period, unless an
 * older subscription bills a part of it: then the rest is counted from the events.
 */
export async function positionsOf(tx: TenantTx, asked: readonly Asked[]): Promise<Position[][]> {
  const stretches = asked.map(({ terms, period }) => ({ customerId: terms.customerId, period }));
  const customerIds = [...new Set(stretches.map((stretch) => stretch.customerId))];
  const [meters, totals, subscriptions] = await Promise.all([
    readMeters(tx),
    readTotals(tx, stretches),
    findSubscriptions(tx, customerIds),
  ]);
  const totalOf = new Map(totals.map((total) => [keyOf(total), total.tallies]));
  const claimants = byCustomer(subscriptions);
  const positions: Position[][] = [];
  for (const [place, one] of asked.entries()) {
    const { terms } = one;
    const stretch = stretches[place];
    const whole = (stretch && totalOf.get(keyOf(stretch))) ?? new Map();
    const others = (claimants.get(terms.customerId) ?? []).map(claimantOf);
    positions.push(await positionOf(tx, { ...one, whole, others, meters }));
  }
  return positions;
}

interface Known extends Asked {
  readonly whole: Tallies;
  readonly others: readonly Claimant[];
  readonly meters: readonly Meter[];
}

async function positionOf(tx: TenantTx, known: Known): Promise<Position[]> {
  const positions: Position[] = [];
  for (const meterId of metersOf(known.terms).sort()) {
    const meter = known.meters.find((one) => one.id === meterId);
    if (meter !== undefined && !isTallied(meter.metric))
      positions.push({ meterId, ...(await measuredOf(tx, known, meter)) });
    else {
      const tally = meter === undefined ? undefined : await tallyOfMeter(tx, known, meter);
      positions.push({ meterId, ...figuresOf(meter, tally) });
    }
  }
  return positions;
}

async function tallyOfMeter(tx: TenantTx, known: Known, meter: Meter): Promise<Tally | undefined> {
  const { terms, period, whole, others } = known;
  const { subscriptionId } = terms;
  if (meter.metric.subscriptionProperty !== undefined)
    return countOwn(tx, known, { meters: [meter], subscriptionId });
  const parts = outside(period, claimsBefore(subscriptionId, meter.id, others));
  if (isWhole(period, parts)) return whole.get(meter.id);
  const stretches = parts.map((part) => ({ customerId: terms.customerId, period: part }));
  return combineAllTallies(await countAll(tx, stretches, { meters: [meter] })).get(meter.id);
}

async function measuredOf(tx: TenantTx, known: Known, meter: Meter): Promise<Figures> {
  const { terms, period, opened, others, now } = known;
  const { subscriptionId, customerId } = terms;
  const namesIt = meter.metric.subscriptionProperty !== undefined;
  const claims = namesIt ? [] : claimsBefore(subscriptionId, meter.id, others);
  const [counted] = now === undefined ? [period] : soFar(period, meter, now);
  return measured(tx, {
    ...{ customerId, meter, timeZone: timeZone(terms.timeZone) },
    period: { from: period.from, to: opened },
    parts: counted === undefined ? [] : outside(counted, claims),
    subscriptionId: namesIt ? subscriptionId : null,
  });
}

/** Events that name their subscription are told apart by that, whoever else prices the meter. */
async function countOwn(
  tx: TenantTx,
  { terms: { customerId }, period }: Known,
  counting: Counting,
): Promise<Tally | undefined> {
  const [tallies] = await countAll(tx, [{ customerId, period }], counting);
  return tallies?.get(counting.meters[0]?.id ?? '');
}

function claimantOf({ id, beganAt, endsAt, terms, claims }: SubscriptionCopy): Claimant {
  return { id, beganAt, endsAt, meterIds: pricedMeters(terms), claims };
}
