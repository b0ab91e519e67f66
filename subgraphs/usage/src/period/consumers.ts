import { dunningChanged } from '@tollgate/contracts/payments/dunning';
import { subscriptionActivation } from '@tollgate/contracts/plans/activation';
import { subscriptionBilled, type Bill } from '@tollgate/contracts/plans/bill';
import {
  subscriptionEnded,
  subscriptionPeriodEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
} from '@tollgate/contracts/plans/subscription';
import { planVersionPublished } from '@tollgate/contracts/plans/version';
import { instant, type Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { on, onMany, onParts, type Subscription } from '@tollgate/runtime/messaging/consume';
import { runsOf } from '@tollgate/runtime/messaging/batches';
import { planVersions } from '../copies/plan-version.js';
import { keepAccess, keepRevoked, periodIn } from '../subscription/store.js';
import { tellChange, type LiveUsage } from '../live/live.js';
import { closingBill, openingBill } from './earlier.js';
import { endSubscription, takeBills, type ToldBills } from './handlers/close.js';

/** Subscriptions as plans tells them: their periods open, are closed with totals, and end. */
export function periodSubscriptions(live: LiveUsage): readonly Subscription[] {
  const take = async (tx: TenantTx, told: ToldBills, occurredAt: Instant) => {
    await takeBills(tx, told, occurredAt);
    const changed = told.bills.filter(({ opens, over }) => opens || over !== null);
    await tellChange(
      tx,
      live,
      changed.map(({ terms }) => terms.customerId),
    );
  };
  return [
    on(subscriptionActivation, async (tx, { data: { subscriptionId, activation } }) => {
      if (activation !== 'stopped') keepAccess(tx, subscriptionId, activation === 'active');
    }),
    onMany(dunningChanged, async (tx, messages) =>
      keepRevoked(
        tx,
        messages.map(({ data }) => data),
      ),
    ),
    onMany(planVersionPublished, async (tx, messages) => {
      planVersions.keep(
        tx,
        messages.map(({ data }) => data),
      );
    }),
    onParts(
      subscriptionBilled,
      {
        split: ({ bills }) => runsOf(bills, ({ joint }) => joint).map((run) => ({ bills: run })),
        join: (all) => ({ bills: all.flatMap(({ bills }) => bills) }),
      },
      (tx, { data: { bills }, occurredAt }) => take(tx, { bills, inOrder: true }, instant(occurredAt)),
    ),
    ...earlierSubscriptions(live, (tx, bills, occurredAt) => take(tx, { bills, inOrder: false }, occurredAt)),
  ];
}

/** The same as an earlier release told it. */
function earlierSubscriptions(
  live: LiveUsage,
  take: (tx: TenantTx, bills: readonly Bill[], occurredAt: Instant) => Promise<void>,
): readonly Subscription[] {
  return [
    on(subscriptionStarted, (tx, { data: { terms, period }, occurredAt }) =>
      take(tx, [openingBill({ terms, period: periodIn(period), index: 0 })], instant(occurredAt)),
    ),
    on(subscriptionPeriodStarted, (tx, { data: { terms, period, index }, occurredAt }) =>
      take(tx, [openingBill({ terms, period: periodIn(period), index })], instant(occurredAt)),
    ),
    on(subscriptionEnded, async (tx, { data, occurredAt }) => {
      await endSubscription(tx, { ...data, endsAt: instant(data.endsAt) }, instant(occurredAt));
      await tellChange(tx, live, [data.customerId]);
    }),
    onParts(
      subscriptionPeriodEnded,
      {
        split: ({ closes }) => closes.map((close) => ({ closes: [close] })),
        join: (all) => ({ closes: all.flatMap(({ closes }) => closes) }),
      },
      async (tx, { data, occurredAt }) => {
        const bills = data.closes.map(({ terms, period, index, next }) =>
          closingBill({
            terms,
            index,
            period: periodIn(period),
            next: next === null ? null : periodIn(next),
          }),
        );
        await take(tx, bills, instant(occurredAt));
      },
    ),
  ];
}
