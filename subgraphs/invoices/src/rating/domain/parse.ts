import type { Decimal } from '@tollgate/kernel/number/decimal';
import * as read from '@tollgate/kernel/price/fields';
import type { Fields, Parsed, Values } from '@tollgate/kernel/price/fields';
import type { DimensionedUsage, Price, PriceCase } from '@tollgate/kernel/price/model';
import { readPrice } from '@tollgate/kernel/price/parse-price';

const BILLED = ['price', 'alreadyBilledAmount', 'final'];

/** Reads a price and what it prices; the rejection names the first field that makes no sense. */
export function parsePriceCase(input: unknown, quantityMax?: Decimal): Parsed<PriceCase> {
  const fields = read.fieldsWithin(quantityMax);
  return read.parsed(fields, readPriceCase(fields, 'input', input));
}

function readPriceCase(fields: Fields, path: string, input: unknown): PriceCase {
  const at = (name: string) => `${path}.${name}`;
  const values = read.record(fields, path, input, [
    ...BILLED,
    'quantity',
    'events',
    'usage',
    'alreadyBilledQuantity',
  ]);
  const price = readPrice(fields, at('price'), values['price']);
  refuseStrangers(fields, path, values, price);
  const billing = {
    alreadyBilledAmount: read.given(values['alreadyBilledAmount'], null, (value) =>
      read.signed(fields, at('alreadyBilledAmount'), value),
    ),
    final: read.given(values['final'], true, (value) => read.boolean(fields, at('final'), value)),
  };
  switch (price.model) {
    case 'flat':
      return { price, ...billing };
    case 'percentage':
    case 'dynamic': {
      const amount = price.model === 'dynamic' ? read.quantity : read.units;
      const amounts = read.list(fields, at('events'), values['events'], (field, item) =>
        amount(fields, `${field}.amount`, read.record(fields, field, item, ['amount'])['amount']),
      );
      return { price, amounts, ...billing };
    }
    case 'matrix': {
      const usage = read.list(fields, at('usage'), values['usage'], (field, item) =>
        readUsage(fields, field, item),
      );
      return { price, usage, ...billing };
    }
    default: {
      const quantity = read.quantity(fields, at('quantity'), values['quantity']);
      const alreadyBilledQuantity = read.given(values['alreadyBilledQuantity'], null, (value) =>
        read.quantity(fields, at('alreadyBilledQuantity'), value),
      );
      return { price, quantity, alreadyBilledQuantity, ...billing };
    }
  }
}

/** What another model would price by is a mistake, not something to leave out. */
function refuseStrangers(fields: Fields, path: string, values: Values, price: Price): void {
  const own: Readonly<Record<string, readonly string[]>> = {
    flat: [],
    percentage: ['events'],
    dynamic: ['events'],
    matrix: ['usage'],
  };
  const allowed = [...BILLED, ...(own[price.model] ?? ['quantity', 'alreadyBilledQuantity'])];
  const stranger = Object.keys(values).find((key) =>
    read.given(values[key], false, () => !allowed.includes(key)),
  );
  if (stranger !== undefined)
    read.refuse(fields, `${path}.${stranger}`, `A ${price.model} price does not take this.`);
}

function readUsage(fields: Fields, path: string, input: unknown): DimensionedUsage {
  const values = read.record(fields, path, input, ['dimensions', 'quantity']);
  return {
    dimensions: read.texts(fields, `${path}.dimensions`, values['dimensions']),
    quantity: read.quantity(fields, `${path}.quantity`, values['quantity']),
  };
}
