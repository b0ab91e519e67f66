import { activeFraction, type ProrationGrain } from '@tollgate/kernel/money/proration';
import { decimal, fromRational } from '@tollgate/kernel/number/decimal';
import type { Period } from '@tollgate/kernel/time/time';
import type { ChargeOf, FeeCharge, LinePrice, Part, TrueUpCharge } from '../../invoice/domain/basis.js';
import { isLinePrice } from '../../invoice/domain/usage-line.js';
import type { AddonTerms, Opened } from './bill.js';
import type { PriceTerms, Terms } from './terms.js';

const ONE = decimal('1');

/** Fees of a period in advance: the whole of them, or the part that a period has of a whole one; none in a trial. */
export function feeCharges(terms: Terms, { paid, period, full }: Opened): ChargeOf<FeeCharge>[] {
  if (paid === null) return [];
  const { grain } = terms;
  const part = full === null ? null : partOf(terms, { grain, period: full, active: period });
  return feePrices(terms).map((price) => ({
    ...feeHead(terms, price),
    kind: 'fee',
    period,
    part,
    ...(full !== null && { full }),
  }));
}

/** Add-ons of a period in advance; none in a trial. */
export function addonCharges(
  terms: Terms,
  { paid, period, full }: Opened,
  addons: readonly AddonTerms[],
): ChargeOf<FeeCharge>[] {
  if (paid === null) return [];
  const part = full === null ? null : partOf(terms, { grain: terms.grain, period: full, active: period });
  return addons.map((addon) => ({
    ...addonHead(terms, addon),
    ...{ kind: 'fee', addon: true, period, part },
    ...(full !== null && { full }),
  }));
}

/** An add-on for the rest of a period. */
export function addonRest(
  terms: Terms,
  { period, full }: Opened,
  rest: { readonly from: Period['from']; readonly grain: ProrationGrain; readonly addon: AddonTerms },
): ChargeOf<FeeCharge> {
  const whole = full ?? period;
  const active = { from: rest.from, to: period.to };
  const part = partOf(terms, { grain: rest.grain, period: whole, active });
  return { ...addonHead(terms, rest.addon), kind: 'charge', addon: true, period: active, part, full: whole };
}

function addonHead({ subscriptionId }: Terms, { addonId, key, name, amount, quantity }: AddonTerms) {
  return {
    ...{ subscriptionId, priceId: addonId, key, description: name, meterId: null, meterCode: null, quantity },
    price: {
      ...({ model: 'per_unit', unitAmount: amount, includedUnits: decimal('0'), conversion: null } as const),
      ...{ minimumAmount: null, maximumAmount: null },
    },
  };
}

/** Fees for the rest of a period that goes on with other terms. */
export function restCharges(
  terms: Terms,
  { period, full }: Opened,
  rest: { readonly from: Period['from']; readonly grain: ProrationGrain; readonly of: 'fees' | 'quantity' },
): ChargeOf<FeeCharge>[] {
  const whole = full ?? period;
  const active = { from: rest.from, to: period.to };
  const part = partOf(terms, { grain: rest.grain, period: whole, active });
  return feePrices(terms)
    .filter(({ price }) => rest.of === 'fees' || price.model !== 'flat')
    .map((price) => ({ ...feeHead(terms, price), kind: 'charge', period: active, part, full: whole }));
}

/** What a stretch lacks to the minimum of its plan; undefined where there is none. */
export function trueUpCharge(
  terms: Terms,
  stretch: { readonly period: Period; readonly whole: Period },
): ChargeOf<TrueUpCharge> | undefined {
  const { minimum, subscriptionId, grain } = terms;
  if (minimum === null) return undefined;
  return {
    kind: 'true_up',
    ...{
      subscriptionId,
      priceId: 'minimum',
      key: 'minimum',
      description: 'Minimum',
      meterId: null,
      meterCode: null,
    },
    price: { model: 'flat', flatAmount: minimum, minimumAmount: null, maximumAmount: null },
    period: stretch.period,
    quantity: ONE,
    part: partOf(terms, { grain, period: stretch.whole, active: stretch.period }),
    fees: feePrices(terms).map(({ price }) => ({ price, quantity: quantityOf(terms, price) })),
  };
}

/** What a line says of its price. */
export function chargeHead<P extends PriceTerms>({ subscriptionId }: Terms, one: P) {
  const { priceId, key, description, meterId, meterCode, filter } = one;
  const price: P['price'] = one.price;
  const head = { subscriptionId, priceId, key, description, meterId, meterCode, price };
  return filter === undefined ? head : { ...head, filter };
}

/** How much of a whole period is active. */
export function partOf(
  { timeZone }: Pick<Terms, 'timeZone'>,
  {
    grain,
    period,
    active,
  }: { readonly grain: ProrationGrain; readonly period: Period; readonly active: Period },
): Part {
  const { numerator, denominator } = activeFraction({ grain, timeZone }, period, active);
  return { numerator: fromRational(numerator), denominator: fromRational(denominator) };
}

function feeHead(terms: Terms, price: FeeTerms) {
  return { ...chargeHead(terms, price), quantity: quantityOf(terms, price.price) };
}

function quantityOf({ quantity }: Terms, { model }: PriceTerms['price']) {
  return model === 'flat' ? ONE : quantity;
}

/** A price of the terms that is a fee. */
type FeeTerms = PriceTerms & { readonly price: LinePrice };

function feePrices({ prices }: Terms): readonly FeeTerms[] {
  return prices.filter((one): one is FeeTerms => one.meterId === null && isLinePrice(one.price));
}
