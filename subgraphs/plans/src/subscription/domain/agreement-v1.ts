import { ONE_DECIMAL } from '@tollgate/kernel/number/decimal';
import { presentPrice, type PlanPriceV1 } from '../../catalogue/domain/plan-v1.js';
import type { Agreement, SubscriptionTerms } from './state.js';

/** An agreement as journals had it before terms said quantity and calendar. */
export interface AgreementV1 {
  readonly terms: Omit<
    SubscriptionTerms,
    'planCode' | 'versionNumber' | 'quantity' | 'interval' | 'alignment' | 'grain' | 'prices'
  > & {
    readonly prices: readonly PlanPriceV1[];
  };
  readonly interval: { readonly unit: 'MONTH' | 'YEAR'; readonly count: number };
  readonly startsOn: Agreement['startsOn'];
}

/** An agreement as it is written now. What it did not say gets the value that its time knew alone. */
export function presentAgreement(agreement: Agreement | AgreementV1): Agreement {
  if (!('interval' in agreement))
    return { code: agreement.code, terms: agreement.terms, startsOn: agreement.startsOn };
  const { terms, interval, startsOn } = agreement;
  return {
    code: null,
    startsOn,
    terms: {
      ...terms,
      planCode: terms.planId,
      versionNumber: 1,
      quantity: ONE_DECIMAL,
      interval: { unit: interval.unit === 'MONTH' ? 'month' : 'year', count: interval.count },
      alignment: 'anniversary',
      grain: 'day',
      prices: terms.prices.map(presentPrice),
    },
  };
}
