import {
  subscriptionEnded,
  subscriptionPeriodEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
} from '@tollgate/contracts/plans/subscription';
import { instant, type Period } from '@tollgate/kernel/time/time';
import { on, onMany, onParts, type Subscription } from '@tollgate/runtime/messaging/consume';
import { tellChange, type LiveUsage } from '../live/live.js';
import { closePeriods, endSubscription, openedBy, openPeriods } from './handlers/close.js';

/** Subscriptions as plans tells them: their periods open, are closed with totals, and end. */
export function periodSubscriptions(live: LiveUsage): readonly Subscription[] {
  return [
    onMany(subscriptionStarted, async (tx, messages) => {
      const opened = messages.map(({ data }) => ({ ...data, period: periodOf(data.period), index: 0 }));
      await openPeriods(tx, opened);
      await tellChange(
        tx,
        live,
        opened.map(({ terms }) => terms.customerId),
      );
    }),
    onMany(subscriptionPeriodStarted, async (tx, messages) => {
      const opened = messages.map(({ data }) => ({ ...data, period: periodOf(data.period) }));
      await openPeriods(tx, opened);
      await tellChange(
        tx,
        live,
        opened.map(({ terms }) => terms.customerId),
      );
    }),
    on(subscriptionEnded, async (tx, { data, occurredAt }) => {
      await endSubscription(tx, { ...data, endsAt: instant(data.endsAt) }, instant(occurredAt));
      await tellChange(tx, live, [data.customerId]);
    }),
    onParts(
      subscriptionPeriodEnded,
      ({ closes }) => closes.map((close) => ({ closes: [close] })),
      async (tx, { data, occurredAt }) => {
        const closed = data.closes.map((close) => ({
          ...close,
          period: periodOf(close.period),
          next: close.next === null ? null : periodOf(close.next),
        }));
        await closePeriods(tx, closed, instant(occurredAt));
        const opened = closed.flatMap(openedBy);
        await tellChange(
          tx,
          live,
          opened.map(({ terms }) => terms.customerId),
        );
      },
    ),
  ];
}

function periodOf({ from, to }: { readonly from: string; readonly to: string }): Period {
  return { from: instant(from), to: instant(to) };
}
