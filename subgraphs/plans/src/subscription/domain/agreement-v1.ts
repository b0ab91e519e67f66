import { assert } from '@tollgate/kernel/assert';
import type { Id } from '@tollgate/kernel/id';
import { type Labels, NO_METADATA } from '@tollgate/kernel/labels';
import { ONE_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant, LocalDate, TimeZone } from '@tollgate/kernel/time/time';
import { presentPrice, type PlanPriceV1 } from '../../catalogue/domain/plan-v1.js';
import type { Contract, InlineTerms } from './contract.js';

/** Terms that an agreement carried in full, before others knew versions by their ids. */
export interface TermsV3 extends InlineTerms {
  readonly subscriptionId: Id<'sub'>;
  readonly customerId: Id<'cus'>;
  readonly planId: Id<'pln'>;
  readonly planVersionId: Id<'plv'>;
  readonly currency: Currency;
  readonly timeZone: TimeZone;
  readonly quantity: Decimal;
}

/** An agreement as journals had it before it became a contract. */
export interface AgreementV3 extends Labels {
  readonly createdAt: Instant | null;
  readonly terms: TermsV3;
  readonly startsOn: LocalDate;
}

/** An agreement as journals had it before the tenant's own name was called its external id. */
export interface AgreementV2 extends Pick<AgreementV3, 'terms' | 'startsOn'> {
  readonly code: string | null;
}

/** An agreement as journals had it before terms said quantity and calendar. */
export interface AgreementV1 {
  readonly terms: Omit<
    TermsV3,
    'planCode' | 'versionNumber' | 'quantity' | 'interval' | 'alignment' | 'grain' | 'prices'
  > & {
    readonly prices: readonly PlanPriceV1[];
  };
  readonly interval: { readonly unit: 'MONTH' | 'YEAR'; readonly count: number };
  readonly startsOn: LocalDate;
}

/** A contract as it is written now. What it did not say gets the value that its time knew alone. */
export function presentContract(stored: Contract | AgreementV3 | AgreementV2 | AgreementV1): Contract {
  return 'version' in stored ? stored : contractOf(presentAgreement(stored));
}

function contractOf({ terms, startsOn, externalId, metadata, createdAt }: AgreementV3): Contract {
  const { subscriptionId, customerId, planId, planVersionId, currency, timeZone, quantity, ...inline } =
    terms;
  const { interval, alignment, grain, prices } = inline;
  const meterIds = prices.flatMap(({ meterId }) => meterId ?? []);
  return {
    ...{
      subscriptionId,
      customerId,
      currency,
      timeZone,
      startsOn,
      externalId,
      metadata,
      createdAt,
      quantity,
    },
    trialDays: 0,
    anchorDay: null,
    version: { planId, planVersionId, interval, alignment, grain, meterIds, inline },
    overrides: [],
    phases: [],
  };
}

function presentAgreement(agreement: AgreementV3 | AgreementV2 | AgreementV1): AgreementV3 {
  if ('externalId' in agreement) return agreement;
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

/** The part of what journals had that is a contract: without the event's own fields. */
export function contractIn(
  stored: { readonly type: string } & (Contract | AgreementV3 | AgreementV2 | AgreementV1),
): Contract {
  const { type, ...rest } = stored;
  assert(type === 'SubscriptionCreated', 'a subscription begins with its contract');
  return presentContract(rest as Contract | AgreementV3 | AgreementV2 | AgreementV1);
}
