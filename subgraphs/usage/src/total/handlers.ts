import type { Instant, Period, TimeZone } from '@tollgate/kernel/time/time';
import { clientError } from '@tollgate/runtime/base/errors';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { findTimeZone } from '../copies/customer.js';
import { findSubscriptions, isRunning } from '../copies/subscription.js';
import type { Meter } from '../meter/domain/meter.js';
import { readMeters } from '../meter/store.js';
import { countEvents } from './count.js';
import { monthOf, rejectPeriod, slicesOf, type Granularity } from './domain/slices.js';
import { combineTallies, figuresOf, type Tallies } from './domain/tallies.js';

export interface UsageQuestion {
  readonly customerId: string;
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly granularity: Granularity;
}

/** What a customer used by one meter, and in which hours or days. */
export interface MeterUsage {
  readonly meter: Meter;
  readonly quantity: string;
  readonly events: string;
  readonly period: Period;
  readonly buckets: readonly (Period & { readonly quantity: string; readonly events: string })[];
}

/** Figures in one answer: meters times hours or days. */
const FIGURES_MAX = 50_000;

/** Usage of a customer, counted from the events themselves. */
export async function usage(db: Database, scope: Scope, question: UsageQuestion): Promise<MeterUsage[]> {
  return db.tenant(scope, async (tx) => {
    const timeZone = await findTimeZone(tx, question.customerId);
    if (timeZone === null) return [];
    const { customerId, granularity } = question;
    const period = await periodOf(tx, question, timeZone);
    const rejected = rejectPeriod(period, granularity);
    if (rejected !== null) throw clientError('BAD_USER_INPUT', rejected);
    const meters = await readMeters(tx);
    const slices = slicesOf(period, granularity, timeZone);
    if (meters.length * slices.length > FIGURES_MAX)
      throw clientError('BAD_USER_INPUT', 'Too many figures for one answer: ask for a shorter period.');
    const stretches = slices.map((slice) => ({ customerId, period: slice }));
    const counted = await countEvents(tx, stretches, meters);
    const cut = granularity === 'TOTAL' ? [] : slices;
    return meters.map((meter) => usageOfMeter(meter, { period, cut, counted }));
  });
}

async function periodOf(tx: TenantTx, question: UsageQuestion, timeZone: TimeZone): Promise<Period> {
  const { from, to, customerId } = question;
  if (from !== null && to !== null) return { from, to };
  const now = await tx.now();
  const running = (await findSubscriptions(tx, [customerId])).filter((one) => isRunning(one, now));
  const newest = running.sort((a, b) => (a.period.from < b.period.from ? 1 : -1))[0];
  const usual = newest?.period ?? monthOf(now, timeZone);
  return { from: from ?? usual.from, to: to ?? usual.to };
}

interface Counted {
  readonly period: Period;
  /** Slices that are shown; none where only the whole is. */
  readonly cut: readonly Period[];
  /** By slice. */
  readonly counted: readonly Tallies[];
}

function usageOfMeter(meter: Meter, { period, cut, counted }: Counted): MeterUsage {
  const whole = counted.map((tallies) => onlyMeter(tallies, meter)).reduce(combineTallies, new Map());
  const buckets = cut.map((slice, i) => ({ ...slice, ...textsOf(meter, counted[i]) }));
  return { meter, period, ...textsOf(meter, whole), buckets };
}

function onlyMeter(tallies: Tallies, { id }: Meter): Tallies {
  const tally = tallies.get(id);
  return tally === undefined ? new Map() : new Map([[id, tally]]);
}

function textsOf(meter: Meter, tallies: Tallies | undefined) {
  const { quantity, events } = figuresOf(meter, tallies?.get(meter.id));
  return { quantity, events: String(events) };
}
