import { invoiceChanged } from '@tollgate/contracts/invoices/invoice';
import { invoiceChannel } from '@tollgate/contracts/live';
import { paymentFailed, paymentSettled } from '@tollgate/contracts/payments/payment';
import { type PriceModel } from '@tollgate/contracts/plans/price';
import {
  subscriptionEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
  type SubscriptionTerms,
} from '@tollgate/contracts/plans/subscription';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import type { DataOf } from '@tollgate/contracts/event';
import { assert, unreachable } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant, type Period } from '@tollgate/kernel/time/time';
import { on, onMany, type ConsumerOptions } from '@tollgate/runtime/messaging/consume';
import type { LiveStore } from '@tollgate/runtime/live/live';
import type { PeriodTotals, Terms } from './period/domain/period-close.js';
import type { PriceModel as Model } from './rating/domain/rating.js';
import { billStarts, closePeriods } from './period/handlers.js';
import { recordPayments } from './invoice/handlers.js';
import { keepCustomers, keepSettings } from './copies/customer.js';
import { keepEnds, keepSubscriptions } from './copies/subscription.js';

/** What invoices do about the events of others. */
export function billingConsumer(): ConsumerOptions {
  return {
    name: 'invoices',
    subscriptions: [
      on(tenantChanged, (tx, { data }) => keepSettings(tx, settingsOf(data))),
      onMany(customerChanged, (tx, messages) =>
        keepCustomers(
          tx,
          messages.map(({ data }) => data),
        ),
      ),
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
      on(usagePeriodTotalled, (tx, { data, occurredAt }) =>
        closePeriods(tx, data.totals.map(totalsOf), instant(occurredAt)),
      ),
      onMany(paymentSettled, (tx, messages) => recordPayments(tx, messages.map(settledNews))),
      onMany(paymentFailed, (tx, messages) => recordPayments(tx, messages.map(failedNews))),
    ],
  };
}

/**
 * Tells watchers about changes. It follows our own event in the log and not the command, so that nobody hears of
 * what was not committed.
 */
export function liveConsumer(live: LiveStore): ConsumerOptions {
  return {
    name: 'invoices-live',
    subscriptions: [
      onMany(invoiceChanged, async (_tx, messages) => {
        for (const { tenant, data } of messages) {
          const { invoiceId, customerId, revision } = data;
          await live.publish(invoiceChannel(tenant), JSON.stringify({ invoiceId, customerId, revision }));
        }
      }),
    ],
  };
}

function settingsOf({ revision, settings }: DataOf<typeof tenantChanged>) {
  const rates = Object.entries(settings.taxRates).map(([country, percent]) => [country, decimal(percent)]);
  return { revision, taxRates: Object.fromEntries(rates), graceSeconds: settings.invoiceGraceSeconds };
}

function settledNews({ data }: { readonly data: DataOf<typeof paymentSettled> }) {
  const paidAt = instant(data.settledAt);
  const command = { type: 'RecordPayment', amountMinor: BigInt(data.amountMinor), paidAt } as const;
  return { invoiceId: data.invoiceId, occurredAt: paidAt, command };
}

function failedNews({ data }: { readonly data: DataOf<typeof paymentFailed> }) {
  const failedAt = instant(data.failedAt);
  const command = { type: 'RecordPaymentFailure', code: data.code, failedAt } as const;
  return { invoiceId: data.invoiceId, occurredAt: failedAt, command };
}

function totalsOf(totals: DataOf<typeof usagePeriodTotalled>['totals'][number]): PeriodTotals {
  const { terms, period, index, next, revision, meters } = totals;
  const quantities = meters.map(({ meterId, quantity }) => [meterId, decimal(quantity)]);
  return {
    terms: termsOf(terms),
    period: periodOf(period),
    index,
    next: next === null ? null : periodOf(next),
    revision,
    quantities: Object.fromEntries(quantities),
  };
}

function periodOf({ from, to }: { readonly from: string; readonly to: string }): Period {
  return { from: instant(from), to: instant(to) };
}

function termsOf({ subscriptionId, customerId, planVersionId, currency, prices }: SubscriptionTerms): Terms {
  const code = parseCurrency(currency);
  assert(code !== null, 'plans sells in known currencies only');
  return {
    subscriptionId,
    customerId,
    planVersionId,
    currency: code,
    prices: prices.map(({ priceId, charge, meterId, meterCode, description, model }) => ({
      priceId,
      charge,
      meterId,
      meterCode,
      description,
      model: modelOf(model),
    })),
  };
}

function modelOf(model: PriceModel): Model {
  switch (model.kind) {
    case 'flat':
      return { kind: 'flat', amount: decimal(model.amount) };
    case 'per_unit': {
      const { unitAmount, includedUnits } = model;
      return { kind: 'per_unit', unitAmount: decimal(unitAmount), includedUnits: decimal(includedUnits) };
    }
    case 'graduated': {
      const tiers = model.tiers.map(({ upTo, unitAmount, flatAmount }) => ({
        upTo: upTo === null ? null : decimal(upTo),
        unitAmount: decimal(unitAmount),
        flatAmount: decimal(flatAmount),
      }));
      return { kind: 'graduated', tiers, includedUnits: decimal(model.includedUnits) };
    }
    default:
      return unreachable(model);
  }
}
