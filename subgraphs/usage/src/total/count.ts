import { createHash } from 'node:crypto';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { propertyOf, readingOf, type Properties } from '../aggregation/domain/reading.js';
import { isTallied } from '../aggregation/domain/composite.js';
import type { Metric, TallyMetric } from '../aggregation/domain/metric.js';
import { tallyOf, withoutTexts, type Reading } from '../aggregation/domain/tally.js';
import type { Meter } from '../meter/domain/meter.js';
import { readMeters } from '../meter/store.js';
import { piecesOf } from './domain/slices.js';
import {
  byCustomer,
  combineAllTallies,
  combineTallies,
  countIn,
  holdsMeasured,
  type CountedEvent,
  type Tallies,
} from './domain/tallies.js';
import { eventsHeld, readEqualEvents, type EqualEvents, type Held } from './store/event.js';
import {
  forgetTexts,
  insertTexts,
  insertTotals,
  readTotals,
  type LockedTotal,
  type Stretch,
  type Total,
} from './store/total.js';

/** Counts events that were just stored into totals that are locked; `saveTotals` keeps what this returns. */
export async function countStored(
  tx: TenantTx,
  events: readonly CountedEvent[],
  totals: readonly LockedTotal[],
): Promise<LockedTotal[]> {
  const groups = byCustomer(events);
  const counted = totals.flatMap((total) => {
    const fresh = countIn(total.period, groups.get(total.customerId) ?? []);
    const isTouched = fresh.size > 0 || holdsMeasured(total.period, groups.get(total.customerId) ?? []);
    return isTouched ? [{ total, fresh }] : [];
  });
  const news = await keepTexts(
    tx,
    counted.map(({ total, fresh }) => ({ ...total, tallies: fresh })),
  );
  return counted.map(({ total }, i) => ({
    ...total,
    tallies: combineTallies(total.tallies, news[i]?.tallies ?? new Map()),
  }));
}

/** Totals in which these meters are counted again from the events: one of those changed. They must be locked. */
export async function recounted<T extends Total>(
  tx: TenantTx,
  totals: readonly T[],
  meters: readonly Meter[],
): Promise<T[]> {
  if (totals.length === 0) return [];
  const tallies = await countAll(tx, totals, { meters });
  forgetTexts(
    tx,
    totals,
    meters.map(({ id }) => id),
  );
  const counted = await keepTexts(
    tx,
    totals.map((total, i) => ({ ...total, tallies: tallies[i] ?? new Map() })),
  );
  const ids = new Set(meters.map(({ id }) => id));
  return totals.map((total, i) => {
    const others = [...total.tallies].filter(([meterId]) => !ids.has(meterId));
    return { ...total, tallies: new Map([...others, ...(counted[i]?.tallies ?? [])]) };
  });
}

/** Opens totals for periods that have none yet, counted from the events. Call `holdCounting` first. */
export async function openTotals(tx: TenantTx, periods: readonly Stretch[]): Promise<void> {
  const known = new Set((await readTotals(tx, periods)).map(keyOf));
  const missing = new Map(periods.filter((one) => !known.has(keyOf(one))).map((one) => [keyOf(one), one]));
  if (missing.size === 0) return;
  const stretches = [...missing.values()];
  // They travel together.
  const [meters, held] = await Promise.all([readMeters(tx), eventsHeld(tx, stretches)]);
  const tallies = await COUNT[held](tx, stretches, { meters });
  const totals = stretches.map((one, i) => ({ ...one, tallies: tallies[i] ?? new Map() }));
  insertTotals(tx, await keepTexts(tx, totals));
}

/** What is counted of events: by which meters, and whether those of one subscription alone. */
export interface Counting {
  readonly meters: readonly Meter[];
  /** Of meters whose events name theirs, those that name this one. */
  readonly subscriptionId?: string;
}

/** What is counted in each stretch, from the events themselves, however many there are. */
export async function countAll(
  tx: TenantTx,
  stretches: readonly Stretch[],
  counting: Counting,
): Promise<Tallies[]> {
  return COUNT[await eventsHeld(tx, stretches)](tx, stretches, counting);
}

type Count = (tx: TenantTx, stretches: readonly Stretch[], counting: Counting) => Promise<Tallies[]>;

/** A period that has just begun holds nothing yet, and most of those that open have. */
const COUNT: Readonly<Record<Held, Count>> = {
  none: async (_tx, stretches) => stretches.map(() => new Map()),
  some: countEvents,
  many: countPieces,
};

/** A statement for each day, so that none runs out of time. */
async function countPieces(
  tx: TenantTx,
  stretches: readonly Stretch[],
  counting: Counting,
): Promise<Tallies[]> {
  const counted: Tallies[] = [];
  for (const { customerId, period } of stretches) {
    const days: Tallies[] = [];
    for (const piece of piecesOf(period))
      days.push(...(await countEvents(tx, [{ customerId, period: piece }], counting)));
    counted.push(combineAllTallies(days));
  }
  return counted;
}

/** What is counted in each stretch, from the events themselves, in one statement. */
export async function countEvents(
  tx: TenantTx,
  stretches: readonly Stretch[],
  counting: Counting,
): Promise<Tallies[]> {
  const meters = counting.meters.filter(({ metric }) => isTallied(metric));
  const parts = stretches.map((): Tallies[] => []);
  if (stretches.length === 0 || meters.length === 0) return parts.map(combineAllTallies);
  const meterIds = meters.map((meter) => meter.id);
  for await (const page of readEqualEvents(tx, stretches, { meterIds, timed: false }))
    tallyPage(page, { ...counting, meters }).forEach((fresh, stretch) => parts[stretch]?.push(fresh));
  return parts.map(combineAllTallies);
}

function tallyPage(
  page: readonly EqualEvents[],
  { meters, subscriptionId }: Counting,
): ReadonlyMap<number, Tallies> {
  const metrics = new Map(meters.flatMap(({ id, metric }) => (isTallied(metric) ? [[id, metric]] : [])));
  const found = new Map<number, Map<string, Reading[]>>();
  for (const events of page) {
    const metric = metrics.get(events.meterId);
    const reading = metric === undefined ? null : readingOf(metric, events);
    if (metric === undefined || reading === null) continue;
    if (!isOfSubscription(subscriptionId ?? null, metric, events.properties)) continue;
    const ofStretch = found.get(events.stretch) ?? new Map<string, Reading[]>();
    found.set(events.stretch, ofStretch);
    const readings = ofStretch.get(events.meterId);
    if (readings === undefined) ofStretch.set(events.meterId, [reading]);
    else readings.push(reading);
  }
  return new Map([...found].map(([stretch, readings]) => [stretch, talliesFrom(readings, metrics)]));
}

/** Whether events belong to a subscription; those that name none belong to all of the customer, null asks for all. */
export function isOfSubscription(
  subscriptionId: string | null,
  { subscriptionProperty: name }: Metric,
  properties: Properties,
): boolean {
  return subscriptionId === null || name === undefined || propertyOf(properties, name) === subscriptionId;
}

function talliesFrom(
  readings: ReadonlyMap<string, readonly Reading[]>,
  metrics: ReadonlyMap<string, TallyMetric>,
): Tallies {
  return new Map(
    [...readings].flatMap(([meterId, list]) => {
      const metric = metrics.get(meterId);
      return metric === undefined ? [] : [[meterId, tallyOf(metric.type, list)]];
    }),
  );
}

/** Keeps the texts that tallies met; returns the tallies with those alone that are new in their period. */
async function keepTexts<T extends Total>(tx: TenantTx, totals: readonly T[]): Promise<T[]> {
  const met = totals.flatMap((total) =>
    [...total.tallies].flatMap(([meterId, tally]) =>
      tally.type !== 'unique_count'
        ? []
        : [...tally.texts].map((text) => ({ ...total, meterId, text, digest: digestOf(text) })),
    ),
  );
  if (met.length === 0) return [...totals];
  const fresh = new Set((await insertTexts(tx, met)).map(textKeyOf));
  const known = new Map<string, Set<string>>();
  for (const one of met) {
    if (fresh.has(textKeyOf(one))) continue;
    const key = `${keyOf(one)} ${one.meterId}`;
    known.set(key, (known.get(key) ?? new Set()).add(one.text));
  }
  return totals.map((total) => ({
    ...total,
    tallies: new Map(
      [...total.tallies].map(([meterId, tally]) => [
        meterId,
        withoutTexts(tally, known.get(`${keyOf(total)} ${meterId}`) ?? new Set()),
      ]),
    ),
  }));
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function textKeyOf(text: Stretch & { readonly meterId: string; readonly digest: string }): string {
  return `${keyOf(text)} ${text.meterId} ${text.digest}`;
}

/** A stretch as a key of a map. */
export function keyOf({ customerId, period }: Stretch): string {
  return `${customerId} ${period.from} ${period.to}`;
}
