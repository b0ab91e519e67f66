import { usageAlertReached } from '@tollgate/contracts/usage/alert';
import { unreachable } from '@tollgate/kernel/assert';
import type { Id } from '@tollgate/kernel/id';
import { decimal, ZERO_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
import { contains, type Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { isTallied } from '../aggregation/domain/composite.js';
import { findMeters } from '../meter/store.js';
import { positionsOf } from '../period/handlers/positions.js';
import { spendIn } from '../spend/handlers.js';
import { findSubscriptions, isRunning, type SubscriptionCopy } from '../subscription/store.js';
import { figuresOf } from '../total/domain/tallies.js';
import { figuresIn } from '../total/handlers/measure.js';
import { readTotals } from '../total/store/total.js';
import type { Alert } from './domain/alert.js';
import { shareOf, stepOf } from './domain/reached.js';
import { findAlerts, keepReached, type Reached } from './store.js';

/** A period of a subscription whose usage an alert is about. */
interface Watching {
  readonly alert: Alert;
  readonly of: SubscriptionCopy;
}

/** Where usage stands that alerts are about. */
type Standing = Watching & { readonly value: Decimal };

/** Keeps and tells what the usage of these customers has come to of what alerts want, each step of a period once. */
export async function checkAlerts(tx: TenantTx, customerIds: readonly string[], now: Instant): Promise<void> {
  const alerts = customerIds.length === 0 ? [] : await findAlerts(tx, customerIds);
  if (alerts.length === 0) return;
  const subscriptions = (await findSubscriptions(tx, customerIds)).filter(
    (one) => isRunning(one, now) && !one.paused && contains(one.period, now),
  );
  const watching = alerts.flatMap((alert) =>
    subscriptions
      .filter(({ customerId }) => alert.customerId === null || alert.customerId === customerId)
      .map((of) => ({ alert, of })),
  );
  const standings = [
    ...(await quantities(tx, watching, now)),
    ...(await spends(tx, watching, now)),
    ...(await shares(tx, watching, now)),
  ];
  const reached = standings.flatMap((standing) => reachedBy(standing, now));
  const fresh = await keepReached(tx, reached);
  await publish(
    tx,
    reached.filter(({ id }) => fresh.has(id)).map((one) => messageOf(one)),
  );
}

/** What customers used by meters in the periods of their subscriptions: of two in one period it is the same. */
async function quantities(tx: TenantTx, all: readonly Watching[], now: Instant): Promise<Standing[]> {
  const watching = all.filter(({ alert }) => alert.watched.kind === 'quantity');
  if (watching.length === 0) return [];
  const meters = await findMeters(
    tx,
    watching.flatMap(({ alert: { watched } }) => (watched.kind === 'quantity' ? [watched.meterId] : [])),
  );
  const totals = await readTotals(
    tx,
    watching.map(({ of: { customerId, period } }) => ({ customerId, period })),
  );
  const standings: Standing[] = [];
  for (const { alert, of } of watching) {
    const { customerId, period } = of;
    const { watched } = alert;
    const meter = meters.find(({ id }) => watched.kind === 'quantity' && id === watched.meterId);
    if (meter === undefined) continue;
    const total = totals.find((one) => one.customerId === customerId && one.period.from === period.from);
    const { quantity } = isTallied(meter.metric)
      ? figuresOf(meter, total?.tallies.get(meter.id))
      : await figuresIn(tx, { customerId, meter, period, now });
    standings.push({ alert, of, value: quantity });
  }
  return standings;
}

async function spends(tx: TenantTx, all: readonly Watching[], now: Instant): Promise<Standing[]> {
  const watching = all.filter(({ alert }) => alert.watched.kind === 'spend');
  if (watching.length === 0) return [];
  const found = await spendIn(tx, [...new Set(watching.map(({ of }) => of.customerId))], now);
  return watching.flatMap(({ alert, of }) => {
    const spend = found.find(({ subscriptionId }) => subscriptionId === of.id);
    const { watched } = alert;
    if (spend === undefined || watched.kind !== 'spend' || spend.currency !== watched.currency) return [];
    return [{ alert, of, value: decimal(spend.amountMinor.toString()) }];
  });
}

async function shares(tx: TenantTx, all: readonly Watching[], now: Instant): Promise<Standing[]> {
  const watching = all.flatMap(({ alert, of }) => {
    const { watched } = alert;
    const limited = of.terms.entitlements.find(
      (one) => watched.kind === 'share' && one.feature === watched.feature && one.kind === 'limit',
    );
    return limited?.kind === 'limit' && limited.limit !== null
      ? [{ alert, of, meterId: limited.meterId, limit: decimal(limited.limit) }]
      : [];
  });
  if (watching.length === 0) return [];
  const positions = await positionsOf(
    tx,
    watching.map(({ of }) => ({ ...of, opened: of.period.to, now })),
  );
  return watching.flatMap(({ alert, of, meterId, limit }, i) => {
    const used = positions[i]?.find((one) => one.meterId === meterId)?.quantity ?? ZERO_DECIMAL;
    const value = shareOf(used, limit);
    return value === null ? [] : [{ alert, of, value }];
  });
}

type Fresh = Reached & { readonly alert: Alert };

function reachedBy({ alert, of, value }: Standing, now: Instant): Fresh[] {
  const step = stepOf(alert, value);
  if (step === 0n) return [];
  const { customerId, period, id } = of;
  const subscriptionId = alert.watched.kind === 'quantity' ? null : id;
  const at = { customerId, subscriptionId, period, reachedAt: now };
  return [{ id: newId('arc'), alertId: alert.id, alert, ...at, step, value }];
}

/** What there is to name of what an alert watches. */
function watchedOf({ watched }: Alert) {
  const nothing = { meterId: null, feature: null, currency: null };
  switch (watched.kind) {
    case 'quantity':
      return { ...nothing, kind: watched.kind, meterId: watched.meterId as Id<'mtr'> };
    case 'spend':
      return { ...nothing, kind: watched.kind, currency: watched.currency };
    case 'share':
      return { ...nothing, kind: watched.kind, feature: watched.feature };
    default:
      return unreachable(watched);
  }
}

function messageOf({ alert, id, customerId, subscriptionId, period, step, value, reachedAt }: Fresh) {
  return outgoing(usageAlertReached, {
    aggregate: customerId,
    occurredAt: reachedAt,
    data: {
      ...{ reachedId: id as Id<'arc'>, alertId: alert.id as Id<'alr'>, name: alert.name },
      ...{ customerId: customerId as Id<'cus'>, subscriptionId: subscriptionId as Id<'sub'> | null, period },
      ...watchedOf(alert),
      ...{ threshold: alert.threshold, step: step.toString(), value, reachedAt },
    },
  });
}
