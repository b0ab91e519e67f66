import { InputReader, type Parsed } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import { nameOf, pricesAfter } from './draft.js';
import { readEntitlements, type EntitlementDraft } from './entitlement.js';
import {
  clashingUsage,
  ONE_PRICE,
  PRICES_MAX,
  readPrices,
  rejectTooMany,
  type PlanPrice,
  type PriceDraft,
  type Surroundings,
} from './price.js';
import {
  readCalendar,
  readMinimums,
  TRIAL_DAYS_MAX,
  unknownMeter,
  type Calendar,
  type MinimumDraft,
  type Terms,
  type TermsRejection,
} from './terms.js';
import { readThresholds, type ThresholdDraft } from './threshold.js';

/** A price by its name. */
export interface PriceName {
  readonly key: string;
  readonly currency: Currency;
}

/** Changes of a draft; what is null stays. */
export interface EditDraft {
  readonly type: 'EditDraft';
  readonly calendar: Partial<Calendar['interval']> & Partial<Omit<Calendar, 'interval'>>;
  readonly trialDays: number | null;
  readonly minimums: readonly MinimumDraft[] | null;
  readonly thresholds: readonly ThresholdDraft[] | null;
  readonly entitlements: readonly EntitlementDraft[] | null;
  /** Prices to set. */
  readonly prices: readonly PriceDraft[];
  /** Prices to remove, before others are set. */
  readonly removed: readonly { readonly key: string; readonly currency?: string | null | undefined }[];
  readonly around: Surroundings;
  /** An id for each price to set. */
  readonly ids: readonly Id<'prc'>[];
  readonly now: Instant;
}

/** An edit that makes sense. */
export interface ReadEdit {
  readonly terms: Partial<Omit<Terms, 'prices'>>;
  readonly removed: readonly PriceName[];
  readonly set: readonly PlanPrice[];
}

/** Reads changes of terms: alone, and with what the draft has already. */
export function readEdit(command: EditDraft, before: Terms): Parsed<ReadEdit, TermsRejection> {
  const fields = new InputReader();
  const { around, ids, prices: drafts } = command;
  const terms = readHead(fields, command, before);
  const removed = readRemoved(fields, command, before.prices);
  const set = drafts.length === 0 ? [] : readPrices(fields, drafts, { ...around, ids });
  rejectClashes(fields, { set, all: pricesAfter(before.prices, { removed, set }) });
  const named = { prices: drafts, entitlements: command.entitlements ?? [] };
  const rejection = fields.rejection ?? unknownMeter(named, around.meters) ?? null;
  return rejection === null ? { ok: true, value: { terms, removed, set } } : { ok: false, rejection };
}

function readHead(fields: InputReader, command: EditDraft, before: Terms): ReadEdit['terms'] {
  const { calendar, trialDays, minimums, thresholds, entitlements, around } = command;
  const { unit, count, alignment, grain } = calendar;
  const { interval } = before;
  return {
    ...readCalendar(fields, {
      interval: { unit: unit ?? interval.unit, count: count ?? interval.count },
      alignment: alignment ?? before.alignment,
      grain: grain ?? before.grain,
    }),
    ...(trialDays !== null && {
      trialDays: fields.integer('input.trialDays', trialDays, [0, TRIAL_DAYS_MAX]),
    }),
    ...(minimums !== null && { minimums: readMinimums(fields, minimums, around.currency) }),
    ...(thresholds !== null && { thresholds: readThresholds(fields, thresholds, around.currency) }),
    ...(entitlements !== null && { entitlements: readEntitlements(fields, entitlements) }),
  };
}

function readRemoved(
  fields: InputReader,
  { removed, around }: EditDraft,
  before: readonly PlanPrice[],
): readonly PriceName[] {
  const path = 'input.removePrices';
  if (removed.length > PRICES_MAX) fields.reject(path, `Give at most ${PRICES_MAX} prices.`);
  const known = new Set(before.map(nameOf));
  return removed.slice(0, PRICES_MAX).map(({ key, currency }, index) => {
    const name = {
      key,
      currency: fields.currency(`${path}[${index}].currency`, currency ?? around.currency),
    };
    if (!known.delete(nameOf(name)))
      fields.reject(`${path}[${index}].key`, 'Give the key of a price of the draft, each once.');
    return name;
  });
}

/** What each list may have alone can be too much together: a meter that is priced twice, and too many prices. */
function rejectClashes(
  fields: InputReader,
  { set, all }: { readonly set: readonly PlanPrice[]; readonly all: readonly PlanPrice[] },
): void {
  const path = 'input.prices';
  if (all.length > PRICES_MAX) fields.reject(path, `Give at most ${PRICES_MAX} prices to a draft.`);
  rejectTooMany(fields, path, all);
  const fresh = new Set(set);
  // What is set stands behind what stays: the new price is the one that does not fit.
  const clashing = clashingUsage([...all.filter((price) => !fresh.has(price)), ...set]);
  set.forEach((price, index) => {
    if (clashing.has(price)) fields.reject(`${path}[${index}].meterId`, ONE_PRICE);
  });
}
