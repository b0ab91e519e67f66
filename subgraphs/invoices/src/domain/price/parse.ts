import type { Decimal } from '@tollgate/kernel/decimal';
import { Fields, given, type Parsed, type Values } from './fields.js';
import type { DimensionedUsage, Price, PriceCase } from './model.js';
import { readPrice } from './parse-price.js';

const BILLED = ['price', 'alreadyBilledAmount', 'final'];

/** Reads a price and what it prices; the rejection names the first field that makes no sense. */
export function parsePriceCase(input: unknown, quantityMax?: Decimal): Parsed<PriceCase> {
  const fields = new Fields(quantityMax);
  return fields.parsed(readPriceCase(fields, 'input', input));
}

function readPriceCase(fields: Fields, path: string, input: unknown): PriceCase {
  const at = (name: string) => `${path}.${name}`;
  const values = fields.record(path, input, [
    ...BILLED,
    'quantity',
    'events',
    'usage',
    'alreadyBilledQuantity',
  ]);
  const price = readPrice(fields, at('price'), values['price']);
  refuseStrangers(fields, path, values, price);
  const billing = {
    alreadyBilledAmount: given(values['alreadyBilledAmount'], null, (value) =>
      fields.signed(at('alreadyBilledAmount'), value),
    ),
    final: given(values['final'], true, (value) => fields.boolean(at('final'), value)),
  };
  switch (price.model) {
    case 'flat':
      return { price, ...billing };
    case 'percentage':
    case 'dynamic': {
      const read = price.model === 'dynamic' ? 'quantity' : 'units';
      const amounts = fields.list(at('events'), values['events'], (field, item) =>
        fields[read](`${field}.amount`, fields.record(field, item, ['amount'])['amount']),
      );
      return { price, amounts, ...billing };
    }
    case 'matrix': {
      const usage = fields.list(at('usage'), values['usage'], (field, item) =>
        readUsage(fields, field, item),
      );
      return { price, usage, ...billing };
    }
    default: {
      const quantity = fields.quantity(at('quantity'), values['quantity']);
      const alreadyBilledQuantity = given(values['alreadyBilledQuantity'], null, (value) =>
        fields.quantity(at('alreadyBilledQuantity'), value),
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
  const stranger = Object.keys(values).find((key) => given(values[key], false, () => !allowed.includes(key)));
  if (stranger !== undefined)
    fields.refuse(`${path}.${stranger}`, `A ${price.model} price does not take this.`);
}

function readUsage(fields: Fields, path: string, input: unknown): DimensionedUsage {
  const values = fields.record(path, input, ['dimensions', 'quantity']);
  return {
    dimensions: fields.texts(`${path}.dimensions`, values['dimensions']),
    quantity: fields.quantity(`${path}.quantity`, values['quantity']),
  };
}
