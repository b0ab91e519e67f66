import { unreachable } from '@tollgate/kernel/assert';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import {
  checkAmount,
  checkMeter,
  checkPrices,
  checkText,
  invalid,
  valid,
  type Checked,
  type InvalidInput,
  type MeterCodes,
  type Price,
  type PriceDraft,
} from './price.js';

/** The unit and number of units of a billing period. */
export interface Interval {
  readonly unit: 'MONTH' | 'YEAR';
  readonly count: number;
}

/** What a version allows, in the shape that others serve by. */
export type Entitlement =
  | { readonly kind: 'boolean'; readonly feature: string; readonly enabled: boolean }
  | {
      readonly kind: 'limit';
      readonly feature: string;
      readonly meterId: Id<'mtr'>;
      /** Units per period; null = without end. */
      readonly limit: Decimal | null;
    };

export interface EntitlementDraft {
  readonly feature: string;
  readonly enabled?: boolean | null | undefined;
  readonly meterId?: string | null | undefined;
  readonly limit?: string | null | undefined;
}

export interface TermsDraft {
  readonly interval: Interval;
  readonly prices: readonly PriceDraft[];
  readonly entitlements: readonly EntitlementDraft[];
}

/** Checked terms: what a version is made of. */
export interface Terms {
  readonly interval: Interval;
  readonly prices: readonly Price[];
  readonly entitlements: readonly Entitlement[];
}

export interface PlanVersion extends Terms {
  readonly id: Id<'plv'>;
  readonly planId: Id<'pln'>;
  /** Counts from 1. */
  readonly number: number;
  readonly publishedAt: Instant;
}

export type PlanEvent =
  | {
      readonly type: 'PlanCreated';
      readonly planId: Id<'pln'>;
      readonly productId: string;
      readonly name: string;
      readonly code: string;
    }
  | { readonly type: 'PlanVersionPublished'; readonly version: PlanVersion };

export interface PlanDraft {
  readonly name: string;
  readonly code: string;
}

export interface ProductDraft {
  readonly name: string;
  readonly description?: string | null | undefined;
}

export const NAME_CHARS_MAX = 200;
export const PRODUCT_DESCRIPTION_CHARS_MAX = 2_000;
export const FEATURE_CHARS_MAX = 100;
export const ENTITLEMENTS_MAX = 200;
export const INTERVAL_COUNT_MAX = 36;
const LINE_BREAKS = /[\r\n\t]/g;
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Name and description of a product, without surrounding blanks. */
export function checkProduct(
  draft: ProductDraft,
): Checked<{ readonly name: string; readonly description: string | null }, InvalidInput> {
  const name = checkName(draft.name);
  if (!name.ok) return name;
  const description = checkProse(draft.description ?? '');
  return description.ok ? valid({ name: name.value, description: description.value || null }) : description;
}

/** Name and code of a plan. */
export function checkPlan(draft: PlanDraft): Checked<PlanDraft, InvalidInput> {
  const name = checkName(draft.name);
  if (!name.ok) return name;
  if (!CODE.test(draft.code))
    return invalid(
      'code',
      'A code has 1 to 64 letters, digits, ".", "_" and "-", and begins with a letter or digit.',
    );
  return valid({ name: name.value, code: draft.code });
}

/** Everything a version says. `ids` gives each price its id. */
export function checkTerms(draft: TermsDraft, meters: MeterCodes, ids: readonly Id<'prc'>[]): Checked<Terms> {
  const { interval } = draft;
  if (!Number.isInteger(interval.count) || interval.count < 1 || interval.count > INTERVAL_COUNT_MAX)
    return invalid('intervalCount', `A billing period has 1 to ${INTERVAL_COUNT_MAX} units.`);
  const prices = checkPrices(draft.prices, meters, ids);
  if (!prices.ok) return prices;
  const entitlements = checkEntitlements(draft.entitlements, meters);
  if (!entitlements.ok) return entitlements;
  return valid({ interval, prices: prices.value, entitlements: entitlements.value });
}

/** Every meter that a draft names, once. */
export function metersOf(draft: Pick<TermsDraft, 'prices' | 'entitlements'>): readonly string[] {
  const named = [...draft.prices, ...draft.entitlements].flatMap(({ meterId }) => meterId ?? []);
  return [...new Set(named)];
}

/** How many versions the events have published. */
export function versionsOf(events: readonly PlanEvent[]): number {
  return events.reduce((count, event) => {
    switch (event.type) {
      case 'PlanCreated':
        return count;
      case 'PlanVersionPublished':
        return event.version.number;
      default:
        return unreachable(event);
    }
  }, 0);
}

const checkName = (text: string): Checked<string, InvalidInput> =>
  checkText(text, 'name', { min: 1, max: NAME_CHARS_MAX });

/** A description may have several lines. */
function checkProse(text: string): Checked<string, InvalidInput> {
  const lines = checkText(text.replace(LINE_BREAKS, ' '), 'description', {
    min: 0,
    max: PRODUCT_DESCRIPTION_CHARS_MAX,
  });
  return lines.ok ? valid(text.trim()) : lines;
}

function checkEntitlements(
  drafts: readonly EntitlementDraft[],
  meters: MeterCodes,
): Checked<readonly Entitlement[]> {
  if (drafts.length > ENTITLEMENTS_MAX)
    return invalid('entitlements', `A plan version has at most ${ENTITLEMENTS_MAX} entitlements.`);
  const entitlements: Entitlement[] = [];
  for (const [index, draft] of drafts.entries()) {
    const path = `entitlements[${index}]`;
    const named = checkText(draft.feature, `${path}.feature`, { min: 1, max: FEATURE_CHARS_MAX });
    if (!named.ok) return named;
    const feature = named.value;
    if (entitlements.some((other) => other.feature === feature))
      return invalid(`${path}.feature`, 'A feature appears once in a version.');
    const entitlement = checkEntitlement({ ...draft, feature }, path, meters);
    if (!entitlement.ok) return entitlement;
    entitlements.push(entitlement.value);
  }
  return valid(entitlements);
}

function checkEntitlement(draft: EntitlementDraft, path: string, meters: MeterCodes): Checked<Entitlement> {
  const { feature } = draft;
  const enabled = draft.enabled ?? null;
  const hasLimit = (draft.meterId ?? null) !== null || (draft.limit ?? null) !== null;
  if (enabled !== null && hasLimit)
    return invalid(`${path}.enabled`, 'A feature is either on or off, or limited on a meter.');
  if (enabled !== null) return valid({ kind: 'boolean', feature, enabled });
  if (!hasLimit) return invalid(path, 'Say either "enabled", or "meterId" with "limit".');
  const meter = checkMeter(draft.meterId, `${path}.meterId`, meters);
  if (!meter.ok) return meter;
  const { meterId } = meter.value;
  if (draft.limit === null || draft.limit === undefined)
    return valid({ kind: 'limit', feature, meterId, limit: null });
  const limit = checkAmount(draft.limit, `${path}.limit`);
  return limit.ok ? valid({ kind: 'limit', feature, meterId, limit: limit.value }) : limit;
}
