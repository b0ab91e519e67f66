import { decimal } from '@tollgate/kernel/number/decimal';
import { priceOfV1, type PriceV1 } from '@tollgate/kernel/price/price-v1';
import { timeZone } from '@tollgate/kernel/time/time';
import type { PriceTerms, Terms } from './terms.js';

/** A price of terms as rows have it from before prices were the kernel's. */
export interface PriceTermsV1 extends Omit<PriceTerms, 'key' | 'price'> {
  readonly charge: 'fee' | 'usage';
  readonly model: PriceV1;
}

/** Terms as rows have them from before they said quantity, interval, alignment and grain. */
export interface TermsV1 extends Pick<Terms, 'subscriptionId' | 'customerId' | 'planVersionId' | 'currency'> {
  readonly prices: readonly PriceTermsV1[];
}

/** Terms as rows have them from before they said since when they are in force, and a minimum. */
export type TermsV2 = Omit<Terms, 'kept' | 'since' | 'minimum'>;

/** Terms as they are written now. What they did not say gets the value that their time knew alone. */
export function presentTerms(terms: TermsV2 | TermsV1): Terms {
  return { ...presentCalendar(terms), kept: terms, since: 0, minimum: null };
}

function presentCalendar(terms: TermsV2 | TermsV1): TermsV2 {
  if ('interval' in terms) return terms;
  return {
    ...terms,
    // Only a calendar period that is cut short asks for the zone, and there were none.
    timeZone: timeZone('UTC'),
    quantity: decimal('1'),
    interval: { unit: 'month', count: 1 },
    alignment: 'anniversary',
    grain: 'day',
    prices: terms.prices.map(({ charge: _charge, model, ...price }) => ({
      ...price,
      key: price.priceId,
      price: priceOfV1(model),
    })),
  };
}
