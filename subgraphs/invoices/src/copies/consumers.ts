import type { DataOf } from '@tollgate/contracts/event';
import { subscriptionEnded, subscriptionPeriodStarted } from '@tollgate/contracts/plans/subscription';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant } from '@tollgate/kernel/time/time';
import { on, onMany } from '@tollgate/runtime/messaging/consume';
import { periodOf, termsOf } from '../period/events.js';
import { keepCustomers } from './customer.js';
import { keepSettings } from './settings.js';
import { keepEnds, keepSubscriptions } from './subscription.js';

/** Facts of other contexts that bills are computed by. */
export const copySubscriptions = [
  on(tenantChanged, (tx, { data }) => keepSettings(tx, settingsOf(data))),
  onMany(customerChanged, (tx, messages) =>
    keepCustomers(
      tx,
      messages.map(({ data }) => data),
    ),
  ),
  onMany(subscriptionPeriodStarted, (tx, messages) =>
    keepSubscriptions(
      tx,
      messages.map(({ data: { terms, period, index } }) => ({
        terms: termsOf(terms),
        period: periodOf(period),
        index,
      })),
    ),
  ),
  onMany(subscriptionEnded, (tx, messages) =>
    keepEnds(
      tx,
      messages.map(({ data: { subscriptionId, endsAt } }) => ({
        subscriptionId,
        endsAt: instant(endsAt),
      })),
    ),
  ),
];

function settingsOf({ revision, settings }: DataOf<typeof tenantChanged>) {
  const rates = Object.entries(settings.taxRates).map(([country, percent]) => [country, decimal(percent)]);
  const { country, invoiceGraceSeconds: graceSeconds } = settings;
  return { revision, country, taxRates: Object.fromEntries(rates), graceSeconds };
}
