import { GROUPS_MAX } from '@tollgate/contracts/usage/bill';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { toldGroups } from '../../position/domain/groups.js';
import type { PriceFigures } from '../../position/domain/figures.js';
import type { BilledStretch, MeterPositions, PriceTotal } from '../store.js';
import { billedPositionsOf, type BilledPositions, type Position } from './positions.js';
import type { PricePosition } from '../../position/handlers/priced.js';

/** What a stretch comes to: positions at both of its ends, counted from the begin of its period. */
export interface StretchTotals {
  readonly meters: readonly MeterPositions[];
  readonly prices: readonly PriceTotal[];
}

const NOTHING: BilledPositions = { meters: [], prices: [] };

/** Groups of all prices of a stretch together that are told one by one: a message has a bound. */
const STRETCH_GROUPS_MAX = 1_000;

/** What each stretch comes to. */
export async function totalsIn(tx: TenantTx, stretches: readonly BilledStretch[]): Promise<StretchTotals[]> {
  const later = stretches.filter(({ begin, from }) => from > begin);
  const ends = stretches.map(({ terms, begin, to, opened, ends: isOver, full }) => {
    return { terms, period: { from: begin, to }, opened, settles: { isOver, full } };
  });
  const begins = later.map(({ terms, begin, from, opened, full }) => {
    return { terms, period: { from: begin, to: from }, opened, settles: { isOver: false, full } };
  });
  const positions = await billedPositionsOf(tx, [...ends, ...begins]);
  return stretches.map((stretch, i) => {
    const place = later.indexOf(stretch);
    const before = place < 0 ? null : (positions[ends.length + place] ?? NOTHING);
    return totalsBetween(before, positions[i] ?? NOTHING);
  });
}

function totalsBetween(before: BilledPositions | null, after: BilledPositions): StretchTotals {
  const groupsMax = Math.max(1, Math.floor(STRETCH_GROUPS_MAX / Math.max(1, after.prices.length)));
  return {
    meters: after.meters.map(({ meterId, ...to }) => {
      const found = before?.meters.find((one) => one.meterId === meterId);
      return { meterId, from: found === undefined ? null : figuresOf(found), to };
    }),
    prices: after.prices.map((to) => {
      const { priceId } = to.price;
      const found = before?.prices.find((one) => one.price.priceId === priceId);
      const head = { priceId, from: found === undefined ? null : priceFigures(found), to: priceFigures(to) };
      return { ...head, ...groupsBetween(found, to, Math.min(GROUPS_MAX, groupsMax)) };
    }),
  };
}

function groupsBetween(from: PricePosition | undefined, to: PricePosition, max: number) {
  const { groupBy = [] } = to.meter.metric;
  if (groupBy.length === 0) return {};
  const stretch = { price: to.price.price, groupBy, from: from?.groups ?? [], to: to.groups };
  const { groups, others } = toldGroups(stretch, max);
  return { groups, ...(others !== null && { otherGroups: others }) };
}

function figuresOf({ quantity, events }: Pick<Position, 'quantity' | 'events'>) {
  return { quantity, events };
}

function priceFigures({ quantity, events, amount, parts }: PricePosition): PriceFigures {
  return { quantity, events, amount, ...(parts !== undefined && { parts }) };
}
