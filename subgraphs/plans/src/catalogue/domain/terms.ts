import type { Rejection } from '@tollgate/kernel/decision';
import { eachCurrencyOnce } from '@tollgate/kernel/currency-once';
import { InputReader, type InvalidInput, type Parsed } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { isCycle, type CycleAlignment, type CycleUnit } from '@tollgate/kernel/time/cycle';
import { localDate, UTC, type Instant } from '@tollgate/kernel/time/time';
import type { ProrationRule } from '@tollgate/kernel/money/proration';
import { readEntitlements, type Entitlement, type EntitlementDraft } from './entitlement.js';
import {
  readPrices,
  type PlanPrice,
  type PriceDraft,
  type Surroundings,
  type UnknownMeter,
} from './price.js';
import { readThresholds, type Threshold, type ThresholdDraft } from './threshold.js';

/** The unit and number of units of a billing period. */
export interface Interval {
  readonly unit: CycleUnit;
  readonly count: number;
}

/** What a part of a period is measured in. */
export type Grain = ProrationRule['grain'];

/** How a version cuts time. */
export interface Calendar {
  readonly interval: Interval;
  readonly alignment: CycleAlignment;
  readonly grain: Grain;
}

/** The least that a period comes to in a currency, in major units. */
export interface Minimum {
  readonly currency: Currency;
  readonly amount: Decimal;
}

/** Everything a version says. */
export interface Terms extends Calendar {
  /** Days that are tried before anything is billed. */
  readonly trialDays: number;
  /** At most one for each currency. */
  readonly minimums: readonly Minimum[];
  /** At most one for each currency. */
  readonly thresholds: readonly Threshold[];
  readonly prices: readonly PlanPrice[];
  readonly entitlements: readonly Entitlement[];
}

export interface PlanVersion extends Terms {
  readonly id: Id<'plv'>;
  readonly planId: Id<'pln'>;
  /** Counts from 1. */
  readonly number: number;
  readonly publishedAt: Instant;
}

/** A minimum as a client writes it. */
export interface MinimumDraft {
  /** Absent = the tenant's. */
  readonly currency?: string | null | undefined;
  readonly amount: string;
}

/** Terms as a client writes them. */
export interface TermsDraft extends Calendar {
  readonly trialDays: number;
  readonly minimums: readonly MinimumDraft[];
  readonly thresholds: readonly ThresholdDraft[];
  readonly prices: readonly PriceDraft[];
  readonly entitlements: readonly EntitlementDraft[];
}

export type TermsRejection = InvalidInput | UnknownMeter;

const COUNT_MAX: Readonly<Record<CycleUnit, number>> = { day: 366, week: 104, month: 60, year: 10 };
/** A trial of two years is a mistake of units. */
export const TRIAL_DAYS_MAX = 730;
const MINIMUMS_MAX = 200;
const ANY_DAY = localDate('2024-01-01');

/** Reads everything a version says. `ids` gives each price its id. */
export function readTerms(
  draft: TermsDraft,
  around: Surroundings & { readonly ids: readonly Id<'prc'>[] },
): Parsed<Terms, TermsRejection> {
  const fields = new InputReader();
  const calendar = readCalendar(fields, draft);
  const prices = readPrices(fields, draft.prices, around);
  const entitlements = readEntitlements(fields, draft.entitlements);
  const trialDays = fields.integer('input.trialDays', draft.trialDays, [0, TRIAL_DAYS_MAX]);
  const minimums = readMinimums(fields, draft.minimums, around.currency);
  const thresholds = readThresholds(fields, draft.thresholds, around.currency);
  const rejection = fields.rejection ?? unknownMeter(draft, around.meters) ?? null;
  return rejection === null
    ? { ok: true, value: { ...calendar, trialDays, minimums, thresholds, prices, entitlements } }
    : { ok: false, rejection };
}

/** Every meter that a draft names, once. */
export function metersOf(draft: Pick<TermsDraft, 'prices' | 'entitlements'>): readonly string[] {
  const named = [...draft.prices, ...draft.entitlements].flatMap(({ meterId }) => meterId ?? []);
  return [...new Set(named)];
}

/** Reads how a version cuts time. */
export function readCalendar(fields: InputReader, { interval, alignment, grain }: Calendar): Calendar {
  const { unit } = interval;
  const count = fields.integer('input.intervalCount', interval.count, [1, COUNT_MAX[unit]]);
  if (!isCycle({ unit, count, alignment, anchor: ANY_DAY, timeZone: UTC }))
    fields.reject(
      'input.alignment',
      'Give ANNIVERSARY: calendar periods are one week, one year, or 1, 2, 3, 4, 6 or 12 months.',
    );
  return { interval: { unit, count }, alignment, grain };
}

/** Reads the least that a period comes to, at most one for each currency. */
export function readMinimums(
  fields: InputReader,
  drafts: readonly MinimumDraft[],
  usual: string | null,
): readonly Minimum[] {
  const path = 'input.minimums';
  if (drafts.length > MINIMUMS_MAX) fields.reject(path, `Give at most ${MINIMUMS_MAX} minimums.`);
  const minimums = drafts.slice(0, MINIMUMS_MAX).map(({ currency, amount }, index) => ({
    currency: fields.currency(`${path}[${index}].currency`, currency ?? usual),
    amount: fields.amount(`${path}[${index}].amount`, amount),
  }));
  eachCurrencyOnce(fields, path, minimums);
  return minimums;
}

/** The first meter that a draft names and nobody knows; undefined where all are known. */
export function unknownMeter(
  draft: Pick<TermsDraft, 'prices' | 'entitlements'>,
  meters: Surroundings['meters'],
): UnknownMeter | undefined {
  const meterId = metersOf(draft).find((id) => !meters.has(id));
  if (meterId === undefined) return undefined;
  const rejection: Rejection & { readonly reason: 'UnknownMeter' } = {
    reason: 'UnknownMeter',
    message: 'There is no such meter.',
  };
  return { ...rejection, meterId };
}
