import {
  subscriptionEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
} from '@tollgate/contracts/plans/subscription';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { instant } from '@tollgate/kernel/time/time';
import { onMany, onParts } from '@tollgate/runtime/messaging/consume';
import { periodOf, termsOf, totalsOf } from './events.js';
import { closePeriods } from './handlers/close.js';
import { billStarts } from './handlers/start.js';
import { keepEnds, keepSubscriptions } from './store.js';

/** What makes invoices: the start of a subscription, and the end of its periods; and what the next one will cost. */
export const periodSubscriptions = [
  onMany(subscriptionStarted, async (tx, messages) => {
    const starts = messages.map(({ data, occurredAt }) => ({
      terms: termsOf(data.terms),
      period: periodOf(data.period),
      index: 0,
      occurredAt: instant(occurredAt),
    }));
    keepSubscriptions(tx, starts);
    await billStarts(tx, starts);
  }),
  onMany(subscriptionPeriodStarted, async (tx, messages) =>
    keepSubscriptions(
      tx,
      messages.map(({ data: { terms, period, index } }) => ({
        terms: termsOf(terms),
        period: periodOf(period),
        index,
      })),
    ),
  ),
  onMany(subscriptionEnded, async (tx, messages) =>
    keepEnds(
      tx,
      messages.map(({ data: { subscriptionId, endsAt } }) => ({
        subscriptionId,
        endsAt: instant(endsAt),
      })),
    ),
  ),
  onParts(
    usagePeriodTotalled,
    ({ totals }) => totals.map((one) => ({ totals: [one] })),
    (tx, { data, occurredAt }) => closePeriods(tx, totalsOf(data.totals), instant(occurredAt)),
  ),
];
