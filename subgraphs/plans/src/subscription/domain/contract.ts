import type { Id } from '@tollgate/kernel/id';
import type { Labels } from '@tollgate/kernel/labels';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { ALL_USAGE, usageName, type PriceFilter } from '@tollgate/kernel/price/filter';
import type { Price } from '@tollgate/kernel/price/model';
import type { Instant, LocalDate, TimeZone } from '@tollgate/kernel/time/time';
import type { Entitlement } from '../../catalogue/domain/entitlement.js';
import type { PlanPrice } from '../../catalogue/domain/price.js';
import type { Calendar, PlanVersion } from '../../catalogue/domain/terms.js';

/** What a version says, for subscriptions of before versions were published. */
export interface InlineTerms extends Calendar {
  readonly planCode: string;
  readonly planName: string;
  readonly versionNumber: number;
  /** Prices of the subscription's currency only. */
  readonly prices: readonly PlanPrice[];
  readonly entitlements: readonly Entitlement[];
}

/** A version as far as a subscription has to know it; what it costs is known by its id. */
export interface VersionRef extends Calendar {
  readonly planId: Id<'pln'>;
  readonly planVersionId: Id<'plv'>;
  /** Meters that it prices in the subscription's currency. */
  readonly meterIds: readonly Id<'mtr'>[];
  /** Of meters of which it prices parts alone, which, by their ids; absent where there are none. */
  readonly parts?: Readonly<Record<string, readonly PriceFilter[]>>;
  readonly inline: InlineTerms | null;
}

/** A price in the place of the plan's. */
export interface Override {
  readonly key: string;
  readonly price: Price;
}

/** Overrides that hold for some paid periods; without a number they last. */
export interface Phase {
  readonly periods: number | null;
  readonly overrides: readonly Override[];
}

/** What a subscription is bought on, from now on. */
export interface Contract extends Labels {
  readonly subscriptionId: Id<'sub'>;
  readonly customerId: Id<'cus'>;
  readonly currency: Currency;
  /** The customer's when the subscription was made; a customer that moves keeps its billing days. */
  readonly timeZone: TimeZone;
  /** When it was made; null where an earlier release made it. */
  readonly createdAt: Instant | null;
  /** First local day: the anchor of the first periods. */
  readonly startsOn: LocalDate;
  readonly trialDays: number;
  /** Day of the month that periods are cut at; null = the anchor's. */
  readonly anchorDay: number | null;
  readonly version: VersionRef;
  /** What fees are charged on. */
  readonly quantity: Decimal;
  readonly overrides: readonly Override[];
  readonly phases: readonly Phase[];
  /** The agreement that it is bound by; absent where it is bound by none. */
  readonly agreementId?: Id<'ctr'> | null;
  /** First day of that agreement, where periods are counted from it; absent where they are not. */
  readonly alignTo?: LocalDate | null;
  /** Invoices of it that were not paid when they should have been; absent where none is. */
  readonly failing?: readonly string[];
  /** Invoices of it of which nothing can be given back for now; absent where there is none. */
  readonly held?: readonly { readonly invoiceId: string; readonly until: Instant }[];
}

/** Other terms; what is null stays. */
export interface TermsChange {
  readonly version: VersionRef | null;
  readonly quantity: Decimal | null;
  /** They replace all there were. */
  readonly overrides: readonly Override[] | null;
}

/** A contract on other terms. A change of plan ends phases and overrides, a change of overrides ends phases. */
export function changed(contract: Contract, { version, quantity, overrides }: TermsChange): Contract {
  const ends = version !== null || overrides !== null;
  return {
    ...contract,
    version: version ?? contract.version,
    quantity: quantity ?? contract.quantity,
    overrides: overrides ?? (version === null ? contract.overrides : []),
    phases: ends ? [] : contract.phases,
  };
}

/** Whether the change is of more than a quantity: then usage is priced otherwise from now on. */
export function changesPrices({ version, overrides }: TermsChange): boolean {
  return version !== null || overrides !== null;
}

/** Overrides in force in a paid period: the phase's for the keys it names, else the contract's. */
export function overridesIn({ phases, overrides }: Contract, paid: number | null): readonly Override[] {
  const phase = phaseOf(phases, paid ?? 0);
  if (phase === undefined) return overrides;
  const named = new Set(phase.overrides.map(({ key }) => key));
  return [...phase.overrides, ...overrides.filter(({ key }) => !named.has(key))];
}

/** Whether periods are cut otherwise by the second of two versions. */
export function cutsOtherwise(before: Calendar, after: Calendar): boolean {
  return (
    before.interval.unit !== after.interval.unit ||
    before.interval.count !== after.interval.count ||
    before.alignment !== after.alignment
  );
}

/** A version for a subscription in a currency. */
export function versionRef(version: PlanVersion, currency: Currency): VersionRef {
  const { interval, alignment, grain, prices, planId, id } = version;
  const own = prices.filter((price) => price.currency === currency);
  const parts = partsOf(own);
  return {
    planId,
    planVersionId: id,
    interval,
    alignment,
    grain,
    meterIds: [...new Set(own.flatMap(({ meterId }) => meterId ?? []))],
    ...(Object.keys(parts).length > 0 && { parts }),
    inline: null,
  };
}

function partsOf(prices: readonly PlanPrice[]): NonNullable<VersionRef['parts']> {
  const parts = new Map<string, PriceFilter[]>();
  for (const { meterId, filter } of prices) {
    if (meterId === null || filter === undefined) continue;
    parts.set(meterId, [...(parts.get(meterId) ?? []), filter]);
  }
  return Object.fromEntries(parts);
}

/** Names of the usage that a version prices. */
export function usageOf({ meterIds, parts = {} }: VersionRef): readonly string[] {
  return meterIds.flatMap((meterId) =>
    (parts[meterId] ?? [ALL_USAGE]).map((filter) => usageName({ meterId, filter })),
  );
}

function phaseOf(phases: readonly Phase[], paid: number): Phase | undefined {
  let until = 0;
  return phases.find(({ periods }) => {
    until += periods ?? Infinity;
    return paid < until;
  });
}
