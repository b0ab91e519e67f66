import { z } from 'zod';
import { currency, exactDecimal, id, timeZone } from '../scalars.js';
import { entitlement } from './entitlement.js';
import { kernelPrice, price, type Price } from './price.js';
import { presentTerms, type SubscriptionTerms, type SubscriptionTermsV1 } from './terms.js';
import { calendar, type PlanVersionRecord, type Threshold } from './version.js';

/** What a subscription is bought on: a version by its id, and what differs from it. */
export const termsRef = z.strictObject({
  subscriptionId: id('sub'),
  customerId: id('cus'),
  planId: id('pln'),
  planVersionId: id('plv'),
  currency,
  timeZone,
  /** What fees are charged on: seats, for example. */
  quantity: exactDecimal,
  /** Prices that stand in the place of the version's, by their keys. */
  overrides: z.array(z.strictObject({ key: z.string(), price: kernelPrice })).max(100),
  /** Number of the bill since which version and overrides are in force: terms of another number are other terms. */
  since: z.int().min(0),
  /** What the version says, where it was published before versions were events; null otherwise. */
  inline: z
    .strictObject({
      planCode: z.string(),
      planName: z.string(),
      versionNumber: z.int().min(1),
      ...calendar,
      prices: z.array(price).max(100),
      entitlements: z.array(entitlement).max(200),
    })
    .nullable(),
});

export type TermsRef = z.infer<typeof termsRef>;

/** Terms in full: what a reference comes to. */
export interface ResolvedTerms extends SubscriptionTerms {
  readonly since: number;
  /** The least that a period comes to in the currency, in major units; null without one. */
  readonly minimum: PlanVersionRecord['minimums'][number]['amount'] | null;
  /** When usage is billed before its period ends; null without. */
  readonly threshold: Threshold | null;
}

/** Terms in full as an earlier release kept them, or by reference. */
export type KeptTerms = TermsRef | SubscriptionTerms | SubscriptionTermsV1;

/** The id of the version that must be known to resolve the terms; null where they say all themselves. */
export function versionNeeded(terms: KeptTerms): string | null {
  return 'overrides' in terms && terms.inline === null ? terms.planVersionId : null;
}

/** The terms in full; `version` is the one that they name, and needed where `versionNeeded` says so. */
export function resolveTerms(terms: KeptTerms, version: PlanVersionRecord | null): ResolvedTerms {
  if (!('overrides' in terms)) return { ...presentTerms(terms), since: 0, ...UNBOUND };
  if (terms.inline !== null) return inFull(terms, { ...terms.inline, ...UNBOUND });
  if (version === null) throw new Error(`version ${terms.planVersionId} is needed`);
  return inFull(terms, inCurrency(version, terms.currency));
}

/** What a version says in one currency, or a reference of before versions were told. */
type Said = NonNullable<TermsRef['inline']> & Pick<ResolvedTerms, 'minimum' | 'threshold'>;

/** Field by field: a run resolves the terms of every subscription several times, and spreading costs twenty times as much. */
function inFull(terms: TermsRef, said: Said): ResolvedTerms {
  return {
    subscriptionId: terms.subscriptionId,
    customerId: terms.customerId,
    planId: terms.planId,
    planCode: said.planCode,
    planName: said.planName,
    planVersionId: terms.planVersionId,
    versionNumber: said.versionNumber,
    currency: terms.currency,
    timeZone: terms.timeZone,
    quantity: terms.quantity,
    interval: said.interval,
    alignment: said.alignment,
    grain: said.grain,
    prices: overridden(said.prices, terms.overrides),
    entitlements: said.entitlements,
    since: terms.since,
    minimum: said.minimum,
    threshold: said.threshold,
  };
}

/** Terms of an earlier release by reference: they carry what their version says. */
export function refOf(terms: SubscriptionTerms): TermsRef {
  const { planCode, planName, versionNumber, interval, alignment, grain, prices, entitlements, ...head } =
    terms;
  const inline = { planCode, planName, versionNumber, interval, alignment, grain, prices, entitlements };
  return { ...head, overrides: [], since: 0, inline };
}

/** Terms of before versions were told knew neither. */
const UNBOUND = { minimum: null, threshold: null };

const byCurrency = new WeakMap<PlanVersionRecord, Map<string, Said>>();

/** Subscriptions of one version and currency share this, with its one list of prices, however many they are. */
function inCurrency(version: PlanVersionRecord, wanted: string): Said {
  const said = byCurrency.get(version) ?? new Map<string, Said>();
  byCurrency.set(version, said);
  const known = said.get(wanted);
  if (known !== undefined) return known;
  const prices = version.prices.filter(({ currency }) => currency === wanted);
  const minimum = version.minimums.find((one) => one.currency === wanted)?.amount ?? null;
  const threshold = version.thresholds?.find((one) => one.currency === wanted) ?? null;
  const made = { ...version, prices, minimum, threshold };
  said.set(wanted, made);
  return made;
}

function overridden(prices: Price[], overrides: TermsRef['overrides']): Price[] {
  if (overrides.length === 0) return prices;
  const others = new Map(overrides.map((one) => [one.key, one.price]));
  return prices.map((one) => ({ ...one, price: others.get(one.key) ?? one.price }));
}
