import type { ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { timeZone, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Price } from '@tollgate/contracts/plans/price';
import { isTallied, type GroupCount } from '../../aggregation/domain/composite.js';
import { valueOf, type Tally } from '../../aggregation/domain/tally.js';
import { findSubscriptions, metersOf, pricedUsage, type SubscriptionCopy } from '../../subscription/store.js';
import type { Meter } from '../../meter/domain/meter.js';
import { readMeters } from '../../meter/store.js';
import { countAll, keyOf, type Counting } from '../../total/count.js';
import { byCustomer, combineAllTallies, figuresOf, type Tallies } from '../../total/domain/tallies.js';
import { figuresOfGroups, measuredGroups, soFar, type ToMeasure } from '../../total/handlers/measure.js';
import { readTotals } from '../../total/store/total.js';
import { claimsBefore, isWhole, outside, type Claimant } from '../../subscription/domain/claims.js';
import { pricePosition, pricesApart, type PricePosition } from '../../position/handlers/priced.js';
import type { Settles } from '../../position/domain/committed-units.js';

/** A period of a subscription whose position is asked for. */
export interface Asked {
  readonly terms: ResolvedTerms;
  readonly period: Period;
  /** The end of the period as it was before any cut. */
  readonly opened: Instant;
  /** A level lasts no longer than up to then; absent = up to the end. */
  readonly now?: Instant;
  /** Of a bill: what windows of commitments owe by then is settled; absent = nothing is. */
  readonly settles?: Settles;
}

/** What a subscription used by one meter in a period. */
export interface Position {
  readonly meterId: string;
  readonly quantity: Decimal;
  readonly events: number;
}

/** What a subscription used by the meters of its terms, and where prices stand that more than that is priced by. */
export interface BilledPositions {
  readonly meters: readonly Position[];
  readonly prices: readonly PricePosition[];
}

/**
 * What each subscription used in its period so far, by the meters of its terms. It is the total of the period, unless an
 * older subscription bills a part of it: then the rest is counted from the events.
 */
export async function positionsOf(tx: TenantTx, asked: readonly Asked[]): Promise<Position[][]> {
  const positions: Position[][] = [];
  for (const known of await allKnown(tx, asked))
    positions.push(await metersAt(tx, known, metersOf(known.terms)));
  return positions;
}

/** The same as bills need it. */
export async function billedPositionsOf(tx: TenantTx, asked: readonly Asked[]): Promise<BilledPositions[]> {
  const positions: BilledPositions[] = [];
  for (const known of await allKnown(tx, asked)) {
    const { alone, meterIds } = pricesApart(known.terms, known.meters);
    const meters = await metersAt(tx, known, meterIds);
    positions.push({ meters, prices: await priced(tx, known, alone) });
  }
  return positions;
}

async function allKnown(tx: TenantTx, asked: readonly Asked[]): Promise<Known[]> {
  const stretches = asked.map(({ terms, period }) => ({ customerId: terms.customerId, period }));
  const customerIds = [...new Set(stretches.map((stretch) => stretch.customerId))];
  const [meters, totals, subscriptions] = await Promise.all([
    readMeters(tx),
    readTotals(tx, stretches),
    findSubscriptions(tx, customerIds),
  ]);
  const totalOf = new Map(totals.map((total) => [keyOf(total), total.tallies]));
  const claimants = byCustomer(subscriptions);
  return asked.map((one, place) => {
    const stretch = stretches[place];
    const whole = (stretch && totalOf.get(keyOf(stretch))) ?? new Map();
    const others = (claimants.get(one.terms.customerId) ?? []).map(claimantOf);
    return { ...one, whole, others, meters };
  });
}

/** All that positions are counted from. */
interface Known extends Asked {
  readonly whole: Tallies;
  readonly others: readonly Claimant[];
  readonly meters: readonly Meter[];
}

async function metersAt(tx: TenantTx, known: Known, meterIds: readonly string[]): Promise<Position[]> {
  const positions: Position[] = [];
  for (const meterId of [...meterIds].sort()) {
    const meter = known.meters.find((one) => one.id === meterId);
    const figures =
      meter === undefined
        ? figuresOf(meter, undefined)
        : figuresOfGroups(meter, await groupsAt(tx, known, meter));
    positions.push({ meterId, ...figures });
  }
  return positions;
}

/** Where prices stand, each by itself: what they are of is counted once for each meter. */
async function priced(
  tx: TenantTx,
  known: Known,
  apart: ReadonlyMap<Meter, readonly Price[]>,
): Promise<PricePosition[]> {
  const positions: PricePosition[] = [];
  for (const [meter, prices] of apart) {
    const { customerId } = known.terms;
    const groups = await groupsAt(tx, known, meter);
    const events = { customerId, meter, ...partsAt(known, meter) };
    for (const price of prices) positions.push(await pricePosition(tx, { price, groups, events, of: known }));
  }
  return positions;
}

/** What a meter comes to by its groups; one without texts where it has none. */
async function groupsAt(tx: TenantTx, known: Known, meter: Meter): Promise<readonly GroupCount[]> {
  if (isTallied(meter.metric)) {
    const tally = await tallyOfMeter(tx, known, meter);
    return tally === undefined ? [] : [{ texts: [], value: valueOf(tally), events: tally.events }];
  }
  const { terms, period, opened } = known;
  return measuredGroups(tx, {
    ...{ customerId: terms.customerId, meter, timeZone: timeZone(terms.timeZone) },
    period: { from: period.from, to: opened },
    ...partsAt(known, meter),
  });
}

/** What counts of the period for a meter, and of whose events. */
function partsAt(
  { terms, period, others, now }: Known,
  meter: Meter,
): Pick<ToMeasure, 'parts' | 'subscriptionId'> {
  const { subscriptionId } = terms;
  const namesIt = meter.metric.subscriptionProperty !== undefined;
  const claims = namesIt ? [] : claimsBefore(subscriptionId, meter.id, others);
  const [counted] = now === undefined ? [period] : soFar(period, meter, now);
  return {
    parts: counted === undefined ? [] : outside(counted, claims),
    subscriptionId: namesIt ? subscriptionId : null,
  };
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
  return { id, beganAt, endsAt, priced: pricedUsage(terms), claims };
}
