import type { DataOf } from '@tollgate/contracts/event';
import { type PriceModel } from '@tollgate/contracts/plans/price';
import type { SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import type { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { assert, unreachable } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant, type Period } from '@tollgate/kernel/time/time';
import type { PriceModel as Model } from '../rating/domain/rating.js';
import type { PeriodTotals, Terms } from './domain/period-close.js';

/** Totals of a period as usage published them. */
export function totalsOf(totals: DataOf<typeof usagePeriodTotalled>['totals'][number]): PeriodTotals {
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

/** A published period. */
export function periodOf({ from, to }: { readonly from: string; readonly to: string }): Period {
  return { from: instant(from), to: instant(to) };
}

/** The terms of a subscription as plans published them. */
export function termsOf({
  subscriptionId,
  customerId,
  planVersionId,
  currency,
  prices,
}: SubscriptionTerms): Terms {
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
