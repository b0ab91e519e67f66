import {
  subscriptionEnded,
  subscriptionPeriodEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
} from '@tollgate/contracts/plans/subscription';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { usageRecorded } from '@tollgate/contracts/usage/event';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant, type Instant } from '@tollgate/kernel/time/time';
import { on, onMany, type ConsumerOptions } from '@tollgate/runtime/messaging/consume';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { publish } from '@tollgate/runtime/messaging/outbox';
import { mergeDeltas, type Delta } from '../event/domain/delta.js';
import { CONSUMER, totalledMessages } from './events.js';
import type { LiveUsage } from '../live/live.js';
import { saveCustomer } from '../event/store.js';
import { bumpLive, readLiveStates } from '../live/store.js';
import {
  addDeltas,
  closesTouchedBy,
  endSubscription,
  insertCloses,
  lockProjections,
  openPeriod,
  saveRevisions,
  totalPeriods,
  type ClosedPeriod,
  type PeriodClose,
} from './store.js';

/** Usage's view of customers and subscriptions, its totals, and its step of the period close. */
export function createConsumer(live: LiveUsage): ConsumerOptions {
  return {
    name: CONSUMER,
    subscriptions: [
      on(customerChanged, (tx, { data }) => saveCustomer(tx, data)),
      on(subscriptionStarted, async (tx, { data }) => {
        await lockProjections(tx);
        await openPeriod(tx, { terms: data.terms, period: periodOf(data.period), index: 0 });
        await tellChange(tx, live, [data.terms.customerId]);
      }),
      on(subscriptionPeriodStarted, async (tx, { data }) => {
        await lockProjections(tx);
        await openPeriod(tx, { ...data, period: periodOf(data.period) });
        await tellChange(tx, live, [data.terms.customerId]);
      }),
      on(subscriptionEnded, async (tx, { data }) => {
        await lockProjections(tx);
        await endSubscription(tx, data.subscriptionId, instant(data.endsAt));
        await tellChange(tx, live, [data.customerId]);
      }),
      onMany(usageRecorded, async (tx, messages) => {
        await lockProjections(tx);
        const deltas = mergeDeltas(messages.flatMap(({ data }) => data.deltas.map(deltaOf)));
        await addDeltas(tx, deltas);
        await tellChange(tx, live, [...new Set(deltas.map((delta) => delta.customerId))]);
        await totalAgain(tx, deltas, lastOf(messages));
      }),
      on(subscriptionPeriodEnded, async (tx, message) => {
        await lockProjections(tx);
        const aggregate = message.key.slice(message.key.indexOf(':') + 1);
        await closePeriods(
          tx,
          message.data.closes.map((close) => ({
            ...close,
            period: periodOf(close.period),
            next: close.next === null ? null : periodOf(close.next),
            aggregate,
          })),
          instant(message.occurredAt),
        );
      }),
    ],
  };
}

/** Step two of the close: revision 1 of the totals, for all periods of the message in one statement. */
async function closePeriods(
  tx: TenantTx,
  closed: readonly ClosedPeriod[],
  occurredAt: Instant,
): Promise<void> {
  const totals = await totalPeriods(tx, closed);
  const closes = closed.map((one, i): PeriodClose => ({ ...one, revision: 1, meters: totals[i] ?? [] }));
  await publish(tx, totalledMessages(await insertCloses(tx, closes), occurredAt));
}

/** Usage that comes after the close: the whole totals again, under the next revision, where they changed. */
async function totalAgain(tx: TenantTx, deltas: readonly Delta[], occurredAt: Instant): Promise<void> {
  const touched = await closesTouchedBy(tx, deltas);
  if (touched.length === 0) return;
  const totals = await totalPeriods(tx, touched);
  const changed = touched.flatMap((close, i) => revised(close, totals[i] ?? []) ?? []);
  if (changed.length === 0) return;
  await saveRevisions(tx, changed);
  await publish(tx, totalledMessages(changed, occurredAt));
}

function revised(close: PeriodClose, meters: PeriodClose['meters']): PeriodClose | null {
  if (textOf(meters) === textOf(close.meters)) return null;
  return { ...close, meters, revision: close.revision + 1 };
}

function textOf(meters: PeriodClose['meters']): string {
  return meters.map((total) => `${total.meterId} ${total.quantity} ${total.events}`).join();
}

/** The customers' live values get their next version, and are set once this is committed. */
async function tellChange(tx: TenantTx, live: LiveUsage, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  await bumpLive(tx, customerIds);
  const states = await readLiveStates(tx, customerIds);
  tx.onCommit(() => live.set(tx.scope.tenantId, states));
}

function periodOf({ from, to }: { readonly from: string; readonly to: string }) {
  return { from: instant(from), to: instant(to) };
}

function deltaOf(delta: {
  readonly customerId: string;
  readonly meterId: string;
  readonly bucket: string;
  readonly quantity: string;
  readonly events: number;
}): Delta {
  return { ...delta, bucket: instant(delta.bucket), quantity: decimal(delta.quantity) };
}

function lastOf(messages: readonly { readonly occurredAt: string }[]): Instant {
  return instant(messages.map((message) => message.occurredAt).reduce((a, b) => (a > b ? a : b)));
}
