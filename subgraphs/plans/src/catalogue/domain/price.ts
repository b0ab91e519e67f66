import type { InputReader } from '@tollgate/kernel/input';
import type { Rejection } from '@tollgate/kernel/decision';
import { isId, type Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Price } from '@tollgate/kernel/price/model';
import { isQuantityPrice } from '@tollgate/kernel/price/parse-price';
import { MODEL_NAMES, readPriceInput, type PriceInput } from '@tollgate/kernel/price/price-input';

/** A price of a plan version, in the shape that others bill by. */
export interface PlanPrice {
  readonly priceId: Id<'prc'>;
  /** The tenant's own name for it, once in each currency. */
  readonly key: string;
  readonly currency: Currency;
  /** What is counted, billed in arrears; null = a fee, billed in advance on the subscription's quantity. */
  readonly meterId: Id<'mtr'> | null;
  readonly meterCode: string | null;
  readonly description: string;
  readonly price: Price;
}

/** A price as a client writes it. */
export interface PriceDraft {
  readonly key: string;
  /** Absent = the tenant's. */
  readonly currency?: string | null | undefined;
  readonly meterId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly price: PriceInput;
}

export type UnknownMeter = Rejection & { readonly reason: 'UnknownMeter'; readonly meterId: string };

/** A model that no invoice bills yet. */
export type PriceModelUnavailable = Rejection & {
  readonly reason: 'PriceModelUnavailable';
  readonly field: string;
  readonly model: string;
};

/** What a draft is read against. */
export interface Surroundings {
  /** Codes of the tenant's meters by id, as far as they are known. */
  readonly meters: ReadonlyMap<string, string>;
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

/** A price whose model is priced by what meters do not feed yet; undefined where all can be billed. */
export function unavailableModel(prices: readonly PlanPrice[]): PriceModelUnavailable | undefined {
  const index = prices.findIndex(({ price }) => price.model !== 'flat' && !isQuantityPrice(price));
  const found = prices[index];
  if (found === undefined) return undefined;
  const [model = found.price.model] =
    Object.entries(MODEL_NAMES).find(([, name]) => name === found.price.model) ?? [];
  return {
    reason: 'PriceModelUnavailable',
    message: `A ${model} price can be estimated; no meter feeds it yet, so that no plan can have it.`,
    field: `input.prices[${index}].price.${model}`,
    model,
  };
}

interface Drafted extends Surroundings {
  readonly draft: PriceDraft;
  readonly id: Id<'prc'>;
}

function readPrice(fields: InputReader, path: string, drafted: Drafted): PlanPrice {
  const { draft, id, meters } = drafted;
  const price = readPriceInput(fields, `${path}.price`, draft.price);
  const meterId = readMeterId(fields, `${path}.meterId`, draft.meterId);
  rejectMisfit(fields, path, { price, isFee: meterId === null });
  const key = fields.code(`${path}.key`, draft.key);
  const meterCode = meterId === null ? null : (meters.get(meterId) ?? '');
  const text = fields.optionalText(`${path}.description`, draft.description, DESCRIPTION_CHARS_MAX);
  return {
    priceId: id,
    key,
    currency: fields.currency(`${path}.currency`, draft.currency ?? drafted.currency),
    meterId,
    meterCode,
    description: text ?? meterCode ?? key,
    price,
  };
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

function rejectMisfit(
  fields: InputReader,
  path: string,
  { price, isFee }: { readonly price: Price; readonly isFee: boolean },
): void {
  if (isFee && price.model !== 'flat' && !isQuantityPrice(price))
    fields.reject(`${path}.meterId`, 'Give the meter whose usage this price is of.');
  if (!isFee && price.model === 'flat')
    fields.reject(`${path}.meterId`, 'Leave this out: a fixed amount is a fee, whatever is used.');
}

/** A version is billed in one currency at a time. */
export function rejectTooMany(fields: InputReader, path: string, prices: readonly PlanPrice[]): void {
  const counts = new Map<string, number>();
  for (const { currency } of prices) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  if ([...counts.values()].some((count) => count > CURRENCY_PRICES_MAX))
    fields.reject(path, `Give at most ${CURRENCY_PRICES_MAX} prices in one currency.`);
}

/** A key, and a meter, stand once in each currency. */
function rejectTwins(fields: InputReader, path: string, prices: readonly PlanPrice[]): void {
  const [keys, meters] = [new Set<string>(), new Set<string>()];
  prices.forEach(({ currency, key, meterId }, index) => {
    const name = `${currency}/${key}`;
    if (keys.has(name))
      fields.reject(`${path}[${index}].key`, 'Give each price of a currency a key of its own.');
    keys.add(name);
    const meter = meterId === null ? null : `${currency}/${meterId}`;
    if (meter !== null && meters.has(meter))
      fields.reject(`${path}[${index}].meterId`, 'Give a meter one price in each currency.');
    if (meter !== null) meters.add(meter);
  });
}
