import type { Decimal } from '../number/decimal.js';
import { given, InputReader, type Parsed, type Values } from '../input.js';
import type { DimensionedUsage, Price, PriceCase } from '../price/model.js';
import { readPrice } from '../price/parse-price.js';
import { MATRIX_STEPS_MAX, matrixSteps } from './matrix.js';

const BILLED = ['price', 'alreadyBilledAmount', 'final'];

const PATH = 'input';
const CASE = [...BILLED, 'quantity', 'events', 'usage', 'windows', 'alreadyBilledQuantity'];

/** Reads a price and what it prices; the rejection names the first field that makes no sense. */
export function parsePriceCase(input: unknown, quantityMax?: Decimal): Parsed<PriceCase> {
  const fields = new InputReader(quantityMax);
  const values = fields.record(PATH, input, CASE);
  return fields.result(readPriceCase(fields, values, readPrice(fields, `${PATH}.price`, values['price'])));
}

/** Reads what a price that is known prices. */
export function readPriceCase(fields: InputReader, values: Values, price: Price): PriceCase {
  const at = (name: string) => `${PATH}.${name}`;
  rejectStrangers(fields, values, price);
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
      const readAmount = price.model === 'dynamic' ? readSigned : readUnsigned;
      const amounts = fields.list(at('events'), values['events'], (field, item) =>
        readAmount(fields, field, fields.record(field, item, ['amount'])['amount']),
      );
      return { price, amounts, ...billing };
    }
    case 'matrix': {
      const usage = fields.list(at('usage'), values['usage'], (field, item) =>
        readUsage(fields, field, item),
      );
      if (matrixSteps(price, usage) > MATRIX_STEPS_MAX)
        fields.reject(
          at('usage'),
          'Give fewer entries: the rows of the matrix name too many different sets of dimensions.',
        );
      return { price, usage, ...billing };
    }
    case 'commitment': {
      const windows = fields.list(at('windows'), values['windows'], (field, item) =>
        fields.units(field, item),
      );
      if (windows.length === 0) fields.reject(at('windows'), 'Give at least one window.');
      return { price, windows, ...billing };
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
function rejectStrangers(fields: InputReader, values: Values, price: Price): void {
  const own: Readonly<Record<string, readonly string[]>> = {
    flat: [],
    percentage: ['events'],
    dynamic: ['events'],
    matrix: ['usage'],
    commitment: ['windows'],
  };
  const allowed = [...BILLED, ...(own[price.model] ?? ['quantity', 'alreadyBilledQuantity'])];
  const stranger = Object.keys(values).find((key) => given(values[key], false, () => !allowed.includes(key)));
  if (stranger !== undefined)
    fields.reject(`${PATH}.${stranger}`, `Leave this out: a ${price.model} price does not take it.`);
}

function readUsage(fields: InputReader, path: string, input: unknown): DimensionedUsage {
  const values = fields.record(path, input, ['dimensions', 'quantity']);
  return {
    dimensions: fields.texts(`${path}.dimensions`, values['dimensions']),
    quantity: fields.quantity(`${path}.quantity`, values['quantity']),
  };
}

const readSigned = (fields: InputReader, path: string, value: unknown): Decimal =>
  fields.quantity(`${path}.amount`, value);
const readUnsigned = (fields: InputReader, path: string, value: unknown): Decimal =>
  fields.units(`${path}.amount`, value);
