import type { Period } from '@tollgate/kernel/time/time';
import type { Scope } from '@tollgate/runtime/database/db';
import type { MeterCache } from '../meter/cache.js';
import type { Meter } from '../meter/domain/meter.js';
import { figuresOf } from '../total/domain/tallies.js';
import { talliesOf } from '../total/store.js';
import type { LiveState } from './store.js';

/** What a customer used by one meter so far in a current period. */
export interface LiveTotal {
  readonly meter: Meter;
  readonly quantity: string;
  readonly events: string;
  readonly period: Period;
}

/** Every meter in every current period, also those without usage yet. */
export async function liveTotals(cache: MeterCache, scope: Scope, state: LiveState): Promise<LiveTotal[]> {
  let { meters } = await cache.meters(scope);
  const known = new Set(meters.map((meter) => meter.id));
  const stale = state.periods.some(({ tallies }) => Object.keys(tallies).some((id) => !known.has(id)));
  if (stale) ({ meters } = await cache.reload(scope));
  return state.periods.flatMap(({ from, to, tallies }) => {
    const byMeter = talliesOf(tallies);
    return meters.map((meter) => {
      const { quantity, events } = figuresOf(meter, byMeter.get(meter.id));
      return { meter, quantity, events: String(events), period: { from, to } };
    });
  });
}
