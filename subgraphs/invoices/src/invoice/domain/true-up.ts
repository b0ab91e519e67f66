import type { Currency } from '@tollgate/kernel/money/currency';
import { prorate } from '@tollgate/kernel/money/proration';
import { rateQuantity } from '@tollgate/kernel/rating/rate';
import type { TrueUpCharge } from './basis.js';
import { fractionOf, type RatedLine } from './line.js';

/**
 * What a stretch lacks to its minimum: the minimum's part, less the parts of the fees and the usage of the stretch. Each is
 * rounded on its own before they are subtracted. 0 or less where it is reached.
 */
export function missingTo(charge: TrueUpCharge, lines: readonly RatedLine[], currency: Currency): bigint {
  const usage = lines
    .filter(({ kind, subscriptionId }) => kind === 'usage' && subscriptionId === charge.subscriptionId)
    .filter(({ period }) => period.from === charge.period.from)
    .map(({ amountMinor }) => amountMinor);
  return missingWith(charge, usage, currency);
}

/** The same for amounts of usage in hand. */
export function missingWith(
  charge: Pick<TrueUpCharge, 'part' | 'price' | 'quantity' | 'fees'>,
  usage: readonly bigint[],
  currency: Currency,
): bigint {
  const fraction = fractionOf(charge.part);
  const partOf = (price: TrueUpCharge['price'], quantity: TrueUpCharge['quantity']) =>
    prorate({ type: 'charge', amount: rateQuantity({ price, quantity }, currency).exact, fraction }, currency)
      .minor;
  const minimum = partOf(charge.price, charge.quantity);
  const fees = charge.fees.map(({ price, quantity }) => partOf(price, quantity));
  return [...fees, ...usage].reduce((rest, amount) => rest - amount, minimum);
}
