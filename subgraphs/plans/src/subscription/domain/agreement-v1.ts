import { NO_METADATA } from '@tollgate/kernel/labels';
import { ONE_DECIMAL } from '@tollgate/kernel/number/decimal';
import { presentPrice, type PlanPriceV1 } from '../../catalogue/domain/plan-v1.js';
import type { Agreement, SubscriptionTerms } from './state.js';

/** An agreement as journals had it before the tenant's own name was called its external id. */
export interface AgreementV2 extends Pick<Agreement, 'terms' | 'startsOn'> {
  readonly code: string | null;
}

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
export function presentAgreement(agreement: Agreement | AgreementV2 | AgreementV1): Agreement {
  if ('externalId' in agreement) {
    const { externalId, metadata, createdAt, terms, startsOn } = agreement;
    return { externalId, metadata, createdAt, terms, startsOn };
  }
  const later = { metadata: NO_METADATA, createdAt: null };
  if (!('interval' in agreement))
    return { ...later, externalId: agreement.code, terms: agreement.terms, startsOn: agreement.startsOn };
  const { terms, interval, startsOn } = agreement;
  return {
    ...later,
    externalId: null,
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
