import { subscriptionStarted } from '@tollgate/contracts/plans/subscription';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { instant } from '@tollgate/kernel/time/time';
import { on, onMany } from '@tollgate/runtime/messaging/consume';
import { keepSubscriptions } from '../copies/subscription.js';
import { periodOf, termsOf, totalsOf } from './events.js';
import { closePeriods } from './handlers/close.js';
import { billStarts } from './handlers/start.js';

/** What makes invoices: the start of a subscription, and the end of its periods. */
export const periodSubscriptions = [
  onMany(subscriptionStarted, async (tx, messages) => {
    const starts = messages.map(({ data, occurredAt }) => ({
      terms: termsOf(data.terms),
      period: periodOf(data.period),
      index: 0,
      occurredAt: instant(occurredAt),
    }));
    await keepSubscriptions(tx, starts);
    await billStarts(tx, starts);
  }),
  on(usagePeriodTotalled, (tx, { data, occurredAt }) =>
    closePeriods(tx, totalsOf(data.totals), instant(occurredAt)),
  ),
];
