import { BILL_KEYS, subscriptionBilled } from '@tollgate/contracts/plans/bill';
import type { Price } from '@tollgate/contracts/plans/price';
import { spendCapReached } from '@tollgate/contracts/usage/spend-cap';
import { assert } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { ALL_USAGE, type PricedUsage } from '@tollgate/kernel/price/filter';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { readScope } from '@tollgate/runtime/command/access';
import { command, type Caller, type FactToWaitFor } from '@tollgate/runtime/command/command';
import { lock } from '@tollgate/runtime/database/lock';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { CONSUMER } from '../copies/customer.js';
import type { RemoveSpendCapInput, SetSpendCapInput } from '../generated/graphql.js';
import { spendIn } from '../spend/handlers.js';
import { findStandings, findSubscriptions, type Standing } from '../subscription/store.js';
import { spendCaps } from './aggregate.js';
import type { Stop } from './domain/stopped.js';
import {
  capIdOf,
  dropReached,
  findCaps,
  findCapsOf,
  findStops,
  keepReached,
  type KnownCap,
} from './store.js';

export type { KnownCap } from './store.js';

/** The caps of these subscriptions that hold. */
export async function capsOf(
  { db, context }: Caller,
  subscriptionIds: readonly string[],
): Promise<KnownCap[]> {
  return findCapsOf(db.reader(readScope(context)), subscriptionIds);
}

/** Bounds what the usage of a subscription comes to; where it is there already, that is noted at once. */
export async function setSpendCap(caller: Caller, input: SetSpendCapInput) {
  const { subscriptionId, amount } = input;
  const action = input.action === 'STOP' ? 'stop' : 'alert';
  const waitFor = [subscriptionToKnow(subscriptionId)];
  const asked = { name: 'setSpendCap', input, access: 'backend', subject: subscriptionId, waitFor } as const;
  return command(caller, asked, async (tx) => {
    const known = await lockedCap(tx, subscriptionId);
    if (known === null) return unknown(subscriptionId);
    const { standing, capId, at } = known;
    const currency = parseCurrency(standing.terms.currency);
    assert(currency !== null, 'plans sells in known currencies only');
    const { customerId } = standing;
    const loaded = capId === null ? spendCaps.fresh(newId('spc')) : await spendCaps.loadOne(tx, capId);
    const of = { subscriptionId, customerId, currency };
    const decided = spendCaps.decide(loaded, { type: 'set', of, amount, action, at }, at);
    if (!decided.ok) return decided.rejection;
    await spendCaps.record(tx, [decided.change]);
    dropReached(tx, subscriptionId);
    await checkCaps(tx, [customerId], at);
    return { __typename: 'SpendCapSet' as const, customerId, subscriptionId };
  });
}

/** The usage of a subscription is not bounded any more. */
export async function removeSpendCap(caller: Caller, input: RemoveSpendCapInput) {
  const { subscriptionId } = input;
  const waitFor = [subscriptionToKnow(subscriptionId)];
  const asked = {
    name: 'removeSpendCap',
    input,
    access: 'backend',
    subject: subscriptionId,
    waitFor,
  } as const;
  return command(caller, asked, async (tx) => {
    const known = await lockedCap(tx, subscriptionId);
    if (known === null) return unknown(subscriptionId);
    const { capId, at } = known;
    if (capId !== null) {
      const decided = spendCaps.decide(await spendCaps.loadOne(tx, capId), { type: 'remove', at }, at);
      if (!decided.ok) return decided.rejection;
      await spendCaps.record(tx, [decided.change]);
      dropReached(tx, subscriptionId);
    }
    return { __typename: 'SpendCapRemoved' as const, subscriptionId };
  });
}

/**
 * Notes and tells which subscriptions of customers have come to their caps in this period, each once. Where usage of one that
 * is stopped came to less again, as corrections may bring it, it is stopped no more.
 */
export async function checkCaps(tx: TenantTx, customerIds: readonly string[], now: Instant): Promise<void> {
  const caps = customerIds.length === 0 ? [] : await findCaps(tx, customerIds);
  if (caps.length === 0) return;
  const spends = await spendIn(tx, [...new Set(caps.map(({ customerId }) => customerId))], now);
  for (const cap of caps) {
    const spend = spends.find(({ subscriptionId }) => subscriptionId === cap.subscriptionId);
    if (spend === undefined) continue;
    if (spend.amountMinor < cap.amountMinor) {
      if (cap.reachedAt !== null && cap.action === 'stop') dropReached(tx, cap.subscriptionId);
      continue;
    }
    if (cap.reachedAt !== null) continue;
    const { subscriptionId, customerId, action } = cap;
    const { period } = spend;
    keepReached(tx, [{ subscriptionId, customerId, period, stops: action === 'stop', at: now }]);
    await publish(tx, [reachedMessage(cap, spend, now)]);
  }
}

function reachedMessage(
  { subscriptionId, customerId, action, currency, amountMinor }: KnownCap,
  spend: Awaited<ReturnType<typeof spendIn>>[number],
  now: Instant,
) {
  const amounts = { capMinor: amountMinor.toString(), spendMinor: spend.amountMinor.toString() };
  const data = {
    subscriptionId,
    customerId,
    period: spend.period,
    action,
    currency,
    ...amounts,
    reachedAt: now,
  };
  return outgoing(spendCapReached, { aggregate: subscriptionId, occurredAt: now, data });
}

/** Subscriptions of these customers whose usage is stopped; nearly always none are. */
export async function stopsOf(tx: TenantTx, customerIds: readonly string[]): Promise<Stop[]> {
  const stopped = await findStops(tx, customerIds);
  if (stopped.length === 0) return [];
  const subscriptions = await findSubscriptions(tx, [
    ...new Set(stopped.map(({ customerId }) => customerId)),
  ]);
  return stopped.flatMap((one) => {
    const known = subscriptions.find(({ id }) => id === one.subscriptionId);
    return known === undefined ? [] : [{ ...one, usage: known.terms.prices.flatMap(usageOf) }];
  });
}

function usageOf({ meterId, filter = ALL_USAGE }: Price): PricedUsage[] {
  return meterId === null ? [] : [{ meterId, filter }];
}

/** One command for a subscription's cap at a time; null where there is no such subscription. */
async function lockedCap(
  tx: TenantTx,
  subscriptionId: string,
): Promise<{ readonly standing: Standing; readonly capId: string | null; readonly at: Instant } | null> {
  lock(tx, 'spend-cap', `${tx.scope.tenantId}/${subscriptionId}`);
  const [standings, capId, at] = await Promise.all([
    findStandings(tx, [subscriptionId]),
    capIdOf(tx, subscriptionId),
    tx.now(),
  ]);
  const standing = standings.get(subscriptionId);
  return standing === undefined ? null : { standing, capId, at };
}

function unknown(subscriptionId: string) {
  const message = 'There is no such subscription, or it has not begun.';
  return { reason: 'UnknownSubscription' as const, message, subscriptionId };
}

/** A subscription that began a moment ago is on its way. */
function subscriptionToKnow(id: string): FactToWaitFor {
  return {
    consumer: CONSUMER,
    contract: subscriptionBilled,
    aggregates: BILL_KEYS,
    known: async (tx) => (await findStandings(tx, [id])).size > 0,
  };
}
