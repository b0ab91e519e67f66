import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import {
  compareDecimal,
  isNegative,
  isZero,
  parseDecimal,
  type Decimal,
} from '@tollgate/kernel/number/decimal';
import type { Rejection } from '@tollgate/kernel/decision';
import { isId, type Id } from '@tollgate/kernel/id';
import { fromMajor } from '@tollgate/kernel/money/money';
import type { Price as KernelPrice, PriceTier } from '@tollgate/kernel/price/model';

/** A price as a client writes it: text that is checked here. */
export interface PriceDraft {
  readonly currency: string;
  readonly description?: string | null | undefined;
  readonly kind: 'FLAT' | 'PER_UNIT' | 'GRADUATED';
  readonly meterId?: string | null | undefined;
  readonly amount?: string | null | undefined;
  readonly unitAmount?: string | null | undefined;
  readonly includedUnits?: string | null | undefined;
  readonly tiers?: readonly TierDraft[] | null | undefined;
}

export interface TierDraft {
  readonly upTo?: string | null | undefined;
  readonly unitAmount: string;
  readonly flatAmount?: string | null | undefined;
}

/** A checked price, in the shape that others bill by. */
export interface Price {
  readonly priceId: Id<'prc'>;
  /** The tenant's own name for it. */
  readonly key: string;
  readonly currency: Currency;
  /** What is counted, billed in arrears; null = a fee, billed in advance. */
  readonly meterId: Id<'mtr'> | null;
  readonly meterCode: string | null;
  readonly description: string;
  readonly price: KernelPrice;
}

export interface InvalidInput extends Rejection {
  readonly reason: 'InvalidInput';
  readonly field: string;
}

export interface UnknownMeter extends Rejection {
  readonly reason: 'UnknownMeter';
  readonly meterId: string;
}

/** What checking a draft leads to: the value, or why there is none. */
export type Checked<T, R = InvalidInput | UnknownMeter> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rejection: R };

/** Codes of the tenant's meters by id, as far as they are known. */
export type MeterCodes = ReadonlyMap<string, string>;

export const PRICES_MAX = 100;
export const TIERS_MAX = 50;
export const DESCRIPTION_CHARS_MAX = 200;
const AMOUNT_DECIMALS_MAX = 12;
const AMOUNT_INTEGER_DIGITS_MAX = 18;
const ZERO_TEXT = '0';
const PLAIN = { conversion: null, minimumAmount: null, maximumAmount: null };
/** Control characters and halves of surrogate pairs: nobody types them, and Postgres does not keep them. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** Checks all prices of a version. `ids` gives each draft its id. */
export function checkPrices(
  drafts: readonly PriceDraft[],
  meters: MeterCodes,
  ids: readonly Id<'prc'>[],
): Checked<readonly Price[]> {
  if (drafts.length < 1 || drafts.length > PRICES_MAX)
    return invalid('prices', `A plan version has 1 to ${PRICES_MAX} prices.`);
  const prices: Price[] = [];
  for (const [index, draft] of drafts.entries()) {
    const path = `prices[${index}]`;
    const id = ids[index];
    if (id === undefined) return invalid(path, 'Every price needs an id.');
    const price = checkPrice(draft, path, meters, id);
    if (!price.ok) return price;
    if (prices.some((other) => bothBill(other, price.value)))
      return invalid(`${path}.meterId`, 'A meter has one price in each currency.');
    prices.push(price.value);
  }
  return valid(prices);
}

/** An exact decimal of at least 0, with at most 12 decimals and 18 digits before them. */
export function checkAmount(text: string | null | undefined, field: string): Checked<Decimal, InvalidInput> {
  if (text === null || text === undefined) return invalid(field, 'A value is needed here.');
  const value = parseDecimal(text);
  if (value === null) return invalid(field, 'This is not an exact decimal number.');
  if (isNegative(value)) return invalid(field, 'This is below 0.');
  const [whole = '', decimals = ''] = value.split('.');
  if (decimals.length > AMOUNT_DECIMALS_MAX)
    return invalid(field, `This has more than ${AMOUNT_DECIMALS_MAX} decimals.`);
  if (whole.length > AMOUNT_INTEGER_DIGITS_MAX)
    return invalid(field, `This has more than ${AMOUNT_INTEGER_DIGITS_MAX} digits before the point.`);
  return valid(value);
}

/** One line of text, `min` to `max` characters without the blanks around them. */
export function checkText(
  text: string | null | undefined,
  field: string,
  { min, max }: { readonly min: number; readonly max: number },
): Checked<string, InvalidInput> {
  const trimmed = text?.trim() ?? '';
  if (trimmed.length < min || trimmed.length > max)
    return invalid(field, min === 0 ? `At most ${max} characters.` : `It has ${min} to ${max} characters.`);
  return UNPRINTABLE.test(trimmed) ? invalid(field, 'Control characters are not text.') : valid(trimmed);
}

/** The meter's code, where the id is one of a known meter. */
export function checkMeter(
  meterId: string | null | undefined,
  field: string,
  meters: MeterCodes,
): Checked<{ readonly meterId: Id<'mtr'>; readonly meterCode: string }> {
  if (meterId === null || meterId === undefined) return invalid(field, 'A meter is needed here.');
  const meterCode = meters.get(meterId);
  if (!isId('mtr', meterId) || meterCode === undefined)
    return { ok: false, rejection: { reason: 'UnknownMeter', message: 'There is no such meter.', meterId } };
  return valid({ meterId, meterCode });
}

export function invalid(
  field: string,
  message: string,
): { readonly ok: false; readonly rejection: InvalidInput } {
  return { ok: false, rejection: { reason: 'InvalidInput', message, field } };
}

export function valid<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

function checkPrice(draft: PriceDraft, path: string, meters: MeterCodes, priceId: Id<'prc'>): Checked<Price> {
  const currency = parseCurrency(draft.currency);
  if (currency === null) return invalid(`${path}.currency`, 'This is not an ISO 4217 currency code.');
  const text = checkText(draft.description, `${path}.description`, { min: 0, max: DESCRIPTION_CHARS_MAX });
  if (!text.ok) return text;
  const description = text.value;
  const stray = strayField(draft);
  if (stray !== undefined) return invalid(`${path}.${stray}`, `A ${draft.kind} price does not have this.`);
  if (draft.kind === 'FLAT') return checkFee({ draft, path, currency, description, priceId });
  const meter = checkMeter(draft.meterId, `${path}.meterId`, meters);
  if (!meter.ok) return meter;
  const model = checkUsageModel(draft, path);
  if (!model.ok) return model;
  const { meterId, meterCode } = meter.value;
  return valid({
    priceId,
    key: priceId,
    currency,
    meterId,
    meterCode,
    description: description || meterCode,
    price: model.value,
  });
}

interface FeeDraft extends Pick<Price, 'priceId' | 'currency' | 'description'> {
  readonly draft: PriceDraft;
  readonly path: string;
}

function checkFee({ draft, path, currency, description, priceId }: FeeDraft): Checked<Price> {
  const amount = checkAmount(draft.amount, `${path}.amount`);
  if (!amount.ok) return amount;
  if (fromMajor(amount.value, currency) === null)
    return invalid(`${path}.amount`, `This is finer than the smallest unit of ${currency}.`);
  return valid({
    priceId,
    key: priceId,
    currency,
    meterId: null,
    meterCode: null,
    description: description || 'Subscription fee',
    price: { model: 'flat', flatAmount: amount.value, minimumAmount: null, maximumAmount: null },
  });
}

function checkUsageModel(draft: PriceDraft, path: string): Checked<KernelPrice> {
  const included = checkAmount(draft.includedUnits ?? ZERO_TEXT, `${path}.includedUnits`);
  if (!included.ok) return included;
  if (draft.kind === 'GRADUATED') {
    const tiers = checkTiers(draft.tiers ?? [], `${path}.tiers`);
    return tiers.ok
      ? valid({ model: 'graduated', tiers: tiers.value, includedUnits: included.value, ...PLAIN })
      : tiers;
  }
  const unitAmount = checkAmount(draft.unitAmount, `${path}.unitAmount`);
  if (!unitAmount.ok) return unitAmount;
  return valid({ model: 'per_unit', unitAmount: unitAmount.value, includedUnits: included.value, ...PLAIN });
}

function checkTiers(drafts: readonly TierDraft[], path: string): Checked<readonly PriceTier[]> {
  if (drafts.length < 1 || drafts.length > TIERS_MAX)
    return invalid(path, `A graduated price has 1 to ${TIERS_MAX} tiers.`);
  const tiers: PriceTier[] = [];
  for (const [index, draft] of drafts.entries()) {
    const at = `${path}[${index}]`;
    const unitAmount = checkAmount(draft.unitAmount, `${at}.unitAmount`);
    if (!unitAmount.ok) return unitAmount;
    const flatAmount = checkAmount(draft.flatAmount ?? ZERO_TEXT, `${at}.flatAmount`);
    if (!flatAmount.ok) return flatAmount;
    const checkBound = index === drafts.length - 1 ? checkLastBound : checkInnerBound;
    const upTo = checkBound(draft.upTo, `${at}.upTo`);
    if (!upTo.ok) return upTo;
    const before = tiers.at(-1)?.upTo ?? null;
    if (upTo.value !== null && before !== null && compareDecimal(upTo.value, before) <= 0)
      return invalid(`${at}.upTo`, 'Each tier ends after the one before it.');
    tiers.push({
      upTo: upTo.value,
      unitAmount: unitAmount.value,
      flatAmount: flatAmount.value,
      flatAtZero: false,
    });
  }
  return valid(tiers);
}

/** `null` is the end of the last tier, and of no other. */
function checkInnerBound(upTo: string | null | undefined, field: string): Checked<Decimal> {
  const value = checkAmount(upTo, field);
  if (!value.ok) return value;
  return isZero(value.value) ? invalid(field, 'A tier ends after 0.') : value;
}

function checkLastBound(upTo: string | null | undefined, field: string): Checked<null> {
  return upTo === null || upTo === undefined
    ? valid(null)
    : invalid(field, 'The last tier has no end: leave this out.');
}

/** A field that a price of this kind does not have, though the draft does. */
function strayField(draft: PriceDraft): keyof PriceDraft | undefined {
  const allowed: Readonly<Record<PriceDraft['kind'], readonly (keyof PriceDraft)[]>> = {
    FLAT: ['amount'],
    PER_UNIT: ['meterId', 'unitAmount', 'includedUnits'],
    GRADUATED: ['meterId', 'tiers', 'includedUnits'],
  };
  const fields = ['meterId', 'amount', 'unitAmount', 'includedUnits', 'tiers'] as const;
  return fields.find(
    (field) => draft[field] !== undefined && draft[field] !== null && !allowed[draft.kind].includes(field),
  );
}

function bothBill(a: Price, b: Price): boolean {
  return a.meterId !== null && a.meterId === b.meterId && a.currency === b.currency;
}
