import type { Instant, Period, TimeZone } from '@tollgate/kernel/time/time';
import { clientError } from '@tollgate/runtime/base/errors';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { findTimeZone } from '../../copies/customer.js';
import { findSubscriptions, isRunning, type SubscriptionCopy } from '../../subscription/store.js';
import { isTallied } from '../../aggregation/domain/composite.js';
import type { Meter } from '../../meter/domain/meter.js';
import { readMeters } from '../../meter/store.js';
import { countEvents } from '../count.js';
import { figuresIn } from './measure.js';
import { monthOf, rejectPeriod, slicesOf, type Granularity } from '../domain/slices.js';
import { combineAllTallies, figuresOf, type Tallies } from '../domain/tallies.js';

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

/** Figures in one request: meters times hours or days. */
export const FIGURES_MAX = 50_000;

/**
 * Usage of customers, counted from the events themselves, or why it is not shown. All questions of a request are answered on
 * one connection, one after the other: however many there are, they take no more from others than one does.
 */
export async function usage(
  db: Database,
  scope: Scope,
  questions: readonly UsageQuestion[],
): Promise<(readonly MeterUsage[] | Error)[]> {
  return db.tenant(scope, async (tx) => {
    // They travel together; a test clock stands still for those who ask for its time.
    const [meters] = await Promise.all([readMeters(tx), questions.every(saysPeriod) || tx.now()]);
    const answers: (readonly MeterUsage[] | Error)[] = [];
    let left = FIGURES_MAX;
    for (const question of questions) {
      const asked = await slicesAsked(tx, question);
      if (asked === null) answers.push([]);
      else if ('rejected' in asked) answers.push(clientError('BAD_USER_INPUT', asked.rejected));
      else {
        left -= meters.length * asked.slices.length;
        answers.push(left < 0 ? tooManyFigures() : await usageOf(tx, meters, { ...question, ...asked }));
      }
    }
    return answers;
  });
}

interface Slices {
  readonly period: Period;
  readonly slices: readonly Period[];
  readonly timeZone: TimeZone;
}

/** Null for a customer that does not exist. */
async function slicesAsked(
  tx: TenantTx,
  question: UsageQuestion,
): Promise<Slices | { readonly rejected: string } | null> {
  const { customerId, granularity, from, to } = question;
  const [timeZone, subscriptions] = await Promise.all([
    findTimeZone(tx, customerId),
    saysPeriod(question) ? [] : findSubscriptions(tx, [customerId]),
  ]);
  if (timeZone === null) return null;
  const period =
    from !== null && to !== null
      ? { from, to }
      : periodOf(question, subscriptions, { now: await tx.now(), timeZone });
  const rejected = rejectPeriod(period, granularity);
  return rejected === null
    ? { period, timeZone, slices: slicesOf(period, granularity, timeZone) }
    : { rejected };
}

async function usageOf(
  tx: TenantTx,
  meters: readonly Meter[],
  asked: UsageQuestion & Slices,
): Promise<MeterUsage[]> {
  const { customerId, granularity, period, slices } = asked;
  const stretches = slices.map((slice) => ({ customerId, period: slice }));
  const counted = await countEvents(tx, stretches, { meters });
  const whole = combineAllTallies(counted);
  const cut = granularity === 'TOTAL' ? [] : slices;
  const shown = meters.map((meter): Measurable => {
    const buckets = cut.map((slice, i) => ({ ...slice, ...textsOf(meter, counted[i]) }));
    return { meter, period, ...textsOf(meter, whole), buckets };
  });
  for (const usage of shown) if (!isTallied(usage.meter.metric)) await measureInto(tx, usage, asked);
  return shown;
}

/** Meters that nobody keeps a running count of are measured one by one. */
async function measureInto(
  tx: TenantTx,
  usage: Measurable,
  { customerId, timeZone }: Pick<UsageQuestion & Slices, 'customerId' | 'timeZone'>,
): Promise<void> {
  const { meter } = usage;
  for (const one of [usage, ...usage.buckets]) {
    const period = 'period' in one ? one.period : { from: one.from, to: one.to };
    const figures = await figuresIn(tx, { customerId, meter, period, timeZone, now: null });
    one.quantity = figures.quantity;
    one.events = String(figures.events);
  }
}

type Shown = { quantity: string; events: string };
type Measurable = Pick<MeterUsage, 'meter' | 'period'> & Shown & { readonly buckets: (Period & Shown)[] };

/** Why a request that asks for more than so many figures is rejected. */
export function tooManyFigures(): Error {
  return clientError('BAD_USER_INPUT', 'Too many figures for one request: ask for shorter periods.');
}

function saysPeriod({ from, to }: UsageQuestion): boolean {
  return from !== null && to !== null;
}

/** Where an end is not said: that of the newest running subscription's period, else of the month. */
function periodOf(
  { from, to }: UsageQuestion,
  subscriptions: readonly SubscriptionCopy[],
  { now, timeZone }: { readonly now: Instant; readonly timeZone: TimeZone },
): Period {
  const running = subscriptions.filter((one) => isRunning(one, now));
  const newest = running.sort((a, b) => (a.period.from < b.period.from ? 1 : -1))[0];
  const usual = newest?.period ?? monthOf(now, timeZone);
  return { from: from ?? usual.from, to: to ?? usual.to };
}

function textsOf(meter: Meter, tallies: Tallies | undefined) {
  const { quantity, events } = figuresOf(meter, tallies?.get(meter.id));
  return { quantity, events: String(events) };
}
