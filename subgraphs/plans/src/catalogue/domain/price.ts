import type { InputReader } from '@tollgate/kernel/input';
import type { Rejection } from '@tollgate/kernel/decision';
import { isId, type Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import { ALL_USAGE, excludeEachOther, type PriceFilter } from '@tollgate/kernel/price/filter';
import type { Price } from '@tollgate/kernel/price/model';
import { isQuantityPrice } from '@tollgate/kernel/price/parse-price';
import { readDimensions, readPriceInput, type PriceInput } from '@tollgate/kernel/price/price-input';

/** A price of a plan version, in the shape that others bill by. */
export interface PlanPrice {
  readonly priceId: Id<'prc'>;
  /** The tenant's own name for it, once in each currency. */
  readonly key: string;
  readonly currency: Currency;
  /** What is counted, billed in arrears; null = a fee, billed in advance on the subscription's quantity. */
  readonly meterId: Id<'mtr'> | null;
  readonly meterCode: string | null;
  /** Of the meter's usage, that whose dimensions have these values; absent where it is all of it. */
  readonly filter?: PriceFilter;
  readonly description: string;
  readonly price: Price;
}

/** A price as a client writes it. */
export interface PriceDraft {
  readonly key: string;
  /** Absent = the tenant's. */
  readonly currency?: string | null | undefined;
  readonly meterId?: string | null | undefined;
  readonly filter?: readonly object[] | null | undefined;
  readonly description?: string | null | undefined;
  readonly price: PriceInput;
}

export type UnknownMeter = Rejection & { readonly reason: 'UnknownMeter'; readonly meterId: string };

/** A meter as a price sees it. */
export interface PricedMeter {
  readonly code: string;
  /** How events become a quantity; null where that is not known. */
  readonly aggregation: string | null;
  /** Properties that tell its usage apart. */
  readonly groupBy: readonly string[];
}

/** What a draft is read against. */
export interface Surroundings {
  /** The tenant's meters by id, as far as they are known. */
  readonly meters: ReadonlyMap<string, PricedMeter>;
  /** The tenant's currency; null where it is not known. */
  readonly currency: string | null;
}

export const PRICES_MAX = 10_000;
/** Each of them may have a line on an invoice. */
const CURRENCY_PRICES_MAX = 5_000;
export const DESCRIPTION_CHARS_MAX = 200;

/** Reads all prices of a version. `ids` gives each draft its id. A meter that is not known has no code. */
export function readPrices(
  fields: InputReader,
  drafts: readonly PriceDraft[],
  { ids, ...around }: Surroundings & { readonly ids: readonly Id<'prc'>[] },
): readonly PlanPrice[] {
  const path = 'input.prices';
  if (drafts.length < 1 || drafts.length > PRICES_MAX) fields.reject(path, `Give 1 to ${PRICES_MAX} prices.`);
  const prices = ids.flatMap((id, index) => {
    const draft = drafts[index];
    return draft === undefined ? [] : [readPrice(fields, `${path}[${index}]`, { ...around, draft, id })];
  });
  rejectTwins(fields, path, prices);
  rejectTooMany(fields, path, prices);
  return prices;
}

interface Drafted extends Surroundings {
  readonly draft: PriceDraft;
  readonly id: Id<'prc'>;
}

function readPrice(fields: InputReader, path: string, drafted: Drafted): PlanPrice {
  const { draft, id, meters } = drafted;
  const price = readPriceInput(fields, `${path}.price`, draft.price);
  const meterId = readMeterId(fields, `${path}.meterId`, draft.meterId);
  const filter = readFilter(fields, `${path}.filter`, draft.filter ?? []);
  const meter = meterId === null ? null : (meters.get(meterId) ?? UNKNOWN_METER);
  rejectMisfit(fields, path, { price, filter, meter });
  const key = fields.code(`${path}.key`, draft.key);
  const meterCode = meter === null ? null : meter.code;
  const text = fields.optionalText(`${path}.description`, draft.description, DESCRIPTION_CHARS_MAX);
  return {
    priceId: id,
    key,
    currency: fields.currency(`${path}.currency`, draft.currency ?? drafted.currency),
    meterId,
    meterCode,
    ...(filter.length > 0 && { filter }),
    description: text ?? meterCode ?? key,
    price,
  };
}

/** A meter that is not known; the rejection of it is another one. */
const UNKNOWN_METER: PricedMeter = { code: '', aggregation: null, groupBy: [] };
const FILTER_VALUE_CHARS_MAX = 200;

/** Dimensions with a value each, sorted by their names. */
function readFilter(fields: InputReader, path: string, input: readonly object[]): PriceFilter {
  const values = readDimensions(fields, path, input);
  if (Object.values(values).some((value) => value.length > FILTER_VALUE_CHARS_MAX))
    fields.reject(path, `Give values of at most ${FILTER_VALUE_CHARS_MAX} characters.`);
  return Object.entries(values)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The id of a meter; whether there is such a meter is another question. */
export function readMeterId(
  fields: InputReader,
  path: string,
  value: string | null | undefined,
): Id<'mtr'> | null {
  if (value === null || value === undefined) return null;
  if (isId('mtr', value)) return value;
  fields.reject(path, 'Give the id of a meter: mtr_ and 26 letters and digits.');
  return null;
}

interface Fit {
  readonly price: Price;
  readonly filter: PriceFilter;
  /** Null for a fee. */
  readonly meter: PricedMeter | null;
}

function rejectMisfit(fields: InputReader, path: string, { price, filter, meter }: Fit): void {
  if (meter === null) {
    if (price.model !== 'flat' && !isQuantityPrice(price))
      fields.reject(`${path}.meterId`, 'Give the meter whose usage this price is of.');
    if (filter.length > 0) fields.reject(`${path}.filter`, 'Leave this out: a fee is of no usage.');
    return;
  }
  if (price.model === 'flat')
    fields.reject(`${path}.meterId`, 'Leave this out: a fixed amount is a fee, whatever is used.');
  if (meter === UNKNOWN_METER) return;
  if (filter.some(({ name }) => !meter.groupBy.includes(name)))
    fields.reject(`${path}.filter`, dimensionsOf(meter));
  rejectModelMisfit(fields, path, { price, meter });
}

/** Prices of single events need amounts, those by dimensions the meter's. */
export function rejectModelMisfit(
  fields: InputReader,
  path: string,
  { price, meter }: { readonly price: Price; readonly meter: PricedMeter },
): void {
  const { aggregation } = meter;
  const isOfEvents = price.model === 'percentage' || price.model === 'dynamic';
  if (isOfEvents && (aggregation === 'count' || aggregation === 'unique_count'))
    fields.reject(
      `${path}.price.${price.model}`,
      'Give a meter of a number: it is the amount of each event.',
    );
  if (price.model === 'commitment' && price.window !== 'period' && aggregation === 'weighted_sum')
    fields.reject(
      `${path}.price.commitment.window`,
      'Give PERIOD: a meter of levels is measured over all of it.',
    );
  if (price.model !== 'matrix') return;
  const known = new Set(meter.groupBy);
  const stranger = price.rows.findIndex(({ match }) => Object.keys(match).some((name) => !known.has(name)));
  if (stranger >= 0) fields.reject(`${path}.price.matrix.rows[${stranger}].match`, dimensionsOf(meter));
}

function dimensionsOf({ groupBy }: PricedMeter): string {
  return groupBy.length === 0
    ? 'Give a meter with dimensions: this one groups its usage by none.'
    : `Give dimensions that the meter groups its usage by: ${groupBy.join(', ')}.`;
}

/** A version is billed in one currency at a time. */
export function rejectTooMany(fields: InputReader, path: string, prices: readonly PlanPrice[]): void {
  const counts = new Map<string, number>();
  for (const { currency } of prices) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  if ([...counts.values()].some((count) => count > CURRENCY_PRICES_MAX))
    fields.reject(path, `Give at most ${CURRENCY_PRICES_MAX} prices in one currency.`);
}

/** A key stands once in each currency, and so does a meter, unless its prices tell by filters what they are of. */
function rejectTwins(fields: InputReader, path: string, prices: readonly PlanPrice[]): void {
  const keys = new Set<string>();
  const clashing = clashingUsage(prices);
  prices.forEach((price, index) => {
    const name = `${price.currency}/${price.key}`;
    if (keys.has(name))
      fields.reject(`${path}[${index}].key`, 'Give each price of a currency a key of its own.');
    keys.add(name);
    if (clashing.has(price)) fields.reject(`${path}[${index}].meterId`, ONE_PRICE);
  });
}

/** Why a price cannot stand beside the others. */
export const ONE_PRICE =
  'Give a meter one price in each currency, or prices with filters that exclude each other, at most 500.';
const FILTERED_PRICES_MAX = 500;

/** Prices of usage that a price before them is of as well, and those that are too many for their meter. */
export function clashingUsage(prices: readonly PlanPrice[]): ReadonlySet<PlanPrice> {
  const byMeter = new Map<string, PlanPrice[]>();
  const clashing = new Set<PlanPrice>();
  for (const price of prices) {
    const { meterId, currency, filter = ALL_USAGE } = price;
    if (meterId === null) continue;
    const name = `${currency}/${meterId}`;
    const before = byMeter.get(name) ?? [];
    byMeter.set(name, before);
    const isTwin = before.some((one) => !excludeEachOther(one.filter ?? ALL_USAGE, filter));
    if (isTwin || before.length >= FILTERED_PRICES_MAX) clashing.add(price);
    else before.push(price);
  }
  return clashing;
}
