import { subscriptionActivation } from '@tollgate/contracts/plans/activation';
import { subscriptionBilled } from '@tollgate/contracts/plans/bill';
import { contractCharged } from '@tollgate/contracts/plans/contract';
import {
  subscriptionEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
} from '@tollgate/contracts/plans/subscription';
import { quoteOffered } from '@tollgate/contracts/plans/quote';
import { planVersionPublished } from '@tollgate/contracts/plans/version';
import { usageBillTotalled } from '@tollgate/contracts/usage/bill';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { usageProgressed } from '@tollgate/contracts/usage/progress';
import { instant } from '@tollgate/kernel/time/time';
import { on, onMany, onParts } from '@tollgate/runtime/messaging/consume';
import { runsOf } from '@tollgate/runtime/messaging/batches';
import { planVersions } from '../copies/plan-version.js';
import { lockInvoices } from '../invoice/store.js';
import { periodOf } from './events.js';
import { stopActivation } from './handlers/activation.js';
import { chargeContract } from './handlers/charged.js';
import { takeProgress } from './handlers/progressed.js';
import { keepQuoted } from './handlers/quoted.js';
import { closeEarlier, openEarlier, takeBills, takeTotals } from './handlers/told.js';
import { keepEnds } from './store/subscription.js';

/** What makes invoices: bills of subscriptions, those that close a stretch once usage has added what was used. */
export const periodSubscriptions = [
  onMany(planVersionPublished, async (tx, messages) => {
    lockInvoices(tx);
    planVersions.keep(
      tx,
      messages.map(({ data }) => data),
    );
  }),
  onMany(contractCharged, async (tx, messages) => {
    for (const { data, occurredAt } of messages) await chargeContract(tx, data, instant(occurredAt));
  }),
  on(subscriptionActivation, async (tx, { data: { subscriptionId, activation, at } }) => {
    if (activation === 'stopped') await stopActivation(tx, subscriptionId, instant(at));
  }),
  onMany(quoteOffered, async (tx, messages) => {
    for (const { data, occurredAt } of messages) await keepQuoted(tx, data, instant(occurredAt));
  }),
  onParts(
    subscriptionBilled,
    {
      split: ({ bills }) => bills.map((bill) => ({ bills: [bill] })),
      join: (all) => ({ bills: all.flatMap(({ bills }) => bills) }),
    },
    (tx, { data, occurredAt }) => takeBills(tx, data.bills, instant(occurredAt)),
  ),
  onParts(
    usageBillTotalled,
    {
      split: ({ totals }) => runsOf(totals, ({ bill }) => bill?.joint).map((run) => ({ totals: run })),
      join: (all) => ({ totals: all.flatMap(({ totals }) => totals) }),
    },
    (tx, { data, occurredAt }) => takeTotals(tx, data.totals, instant(occurredAt)),
  ),
  on(usageProgressed, (tx, { data, occurredAt }) => takeProgress(tx, data, instant(occurredAt))),
];

/** The same as an earlier release told it. */
export const earlierSubscriptions = [
  onMany(subscriptionStarted, async (tx, messages) => {
    for (const { data, occurredAt } of messages)
      await openEarlier(tx, { ...data, period: periodOf(data.period), index: 0 }, instant(occurredAt));
  }),
  onMany(subscriptionPeriodStarted, async (tx, messages) => {
    for (const { data, occurredAt } of messages)
      await openEarlier(tx, { ...data, period: periodOf(data.period) }, instant(occurredAt));
  }),
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
    {
      split: ({ totals }) => totals.map((one) => ({ totals: [one] })),
      join: (all) => ({ totals: all.flatMap(({ totals }) => totals) }),
    },
    (tx, { data, occurredAt }) => closeEarlier(tx, data.totals, instant(occurredAt)),
  ),
];
