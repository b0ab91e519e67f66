import type { Period } from '@tollgate/kernel/time/time';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { MeterCache } from '../meter/cache.js';
import type { Meter } from '../meter/domain/meter.js';
import { isTallied } from '../aggregation/domain/composite.js';
import { figuresOf } from '../total/domain/tallies.js';
import { figuresIn } from '../total/handlers/measure.js';
import { talliesOf } from '../total/store/total.js';
import type { LiveState } from './store.js';

/** What a customer used by one meter so far in a current period. */
export interface LiveTotal {
  readonly meter: Meter;
  readonly quantity: string;
  readonly events: string;
  readonly period: Period;
}

/** Every meter in every current period, also those without usage yet. */
export async function liveTotals(
  { db, cache }: { readonly db: Database; readonly cache: MeterCache },
  scope: Scope,
  state: LiveState,
): Promise<LiveTotal[]> {
  let { meters } = await cache.meters(scope);
  const known = new Set(meters.map((meter) => meter.id));
  const stale = state.periods.some(({ tallies }) => Object.keys(tallies).some((id) => !known.has(id)));
  if (stale) ({ meters } = await cache.reload(scope));
  const totals = state.periods.flatMap(({ from, to, tallies }) => {
    const byMeter = talliesOf(tallies);
    return meters.map((meter) => {
      const { quantity, events } = figuresOf(meter, byMeter.get(meter.id));
      const shown: { quantity: string; events: string } = { quantity, events: String(events) };
      return { meter, ...shown, period: { from, to } };
    });
  });
  const measurable = totals.filter(({ meter }) => !isTallied(meter.metric));
  if (measurable.length === 0) return totals;
  await db.tenant(scope, async (tx) => {
    const now = await tx.now();
    for (const total of measurable) {
      const { customerId } = state;
      const figures = await figuresIn(tx, { customerId, meter: total.meter, period: total.period, now });
      total.quantity = figures.quantity;
      total.events = String(figures.events);
    }
  });
  return totals;
}
