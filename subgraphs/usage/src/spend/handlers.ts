import { assert } from '@tollgate/kernel/assert';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { ZERO_DECIMAL } from '@tollgate/kernel/number/decimal';
import { contains, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { billedPositionsOf, type BilledPositions } from '../period/handlers/positions.js';
import { findSubscriptions, isRunning, type SubscriptionCopy } from '../subscription/store.js';
import { spendOf, type PricedPosition, type Spend } from './domain/spend.js';

const NOTHING: BilledPositions = { meters: [], prices: [] };

/** What a subscription's usage comes to so far in its current period. */
export interface SubscriptionSpend extends Spend {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly period: Period;
  readonly currency: Currency;
}

/** What the usage of these customers' running subscriptions comes to, the oldest first. */
export async function currentSpend(
  db: Database,
  scope: Scope,
  customerIds: readonly string[],
): Promise<SubscriptionSpend[]> {
  return db.tenant(scope, async (tx) => spendIn(tx, customerIds, await tx.now()));
}

/** The same inside of a transaction. */
export async function spendIn(
  tx: TenantTx,
  customerIds: readonly string[],
  now: Instant,
): Promise<SubscriptionSpend[]> {
  const subscriptions = await findSubscriptions(tx, customerIds);
  const running = subscriptions.filter(
    (one) => isRunning(one, now) && !one.paused && contains(one.period, now),
  );
  const asked = running.map((one) => ({ ...one, opened: one.period.to, now }));
  const positions = asked.length === 0 ? [] : await billedPositionsOf(tx, asked);
  return running.map((one, i) => subscriptionSpend(one, positions[i] ?? NOTHING));
}

function subscriptionSpend(
  { id: subscriptionId, customerId, period, terms }: SubscriptionCopy,
  { meters, prices }: BilledPositions,
): SubscriptionSpend {
  const currency = parseCurrency(terms.currency);
  assert(currency !== null, 'plans sells in known currencies only');
  const priced = terms.prices.flatMap(({ priceId, key, meterId, price }): PricedPosition[] => {
    if (meterId === null) return [];
    const apart = prices.find((one) => one.price.priceId === priceId);
    const found = apart ?? meters.find((one) => one.meterId === meterId);
    const quantity = found?.quantity ?? ZERO_DECIMAL;
    const parts = apart?.parts;
    return [{ key, meterId, price, quantity, counted: apart?.amount ?? null, ...(parts && { parts }) }];
  });
  return { subscriptionId, customerId, period, currency, ...spendOf(priced, currency) };
}
