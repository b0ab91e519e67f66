import { given, InputReader, type InvalidInput, type Values } from '@tollgate/kernel/input';
import { fromRational } from '@tollgate/kernel/number/decimal';
import { readDimensions, readPriceInput } from '@tollgate/kernel/price/price-input';
import { readPriceCase } from '@tollgate/kernel/rating/parse';
import { ratePrice } from '@tollgate/kernel/rating/rate';
import type { EstimatePriceInput } from '../generated/graphql.js';
import { moneyView } from './view.js';

/** The answer to `estimatePrice`: GraphQL's input in the domain's words, and the domain's answer in GraphQL's. */
export function estimatePrice(input: EstimatePriceInput) {
  const fields = new InputReader();
  const currency = fields.currency('input.currency', input.currency);
  const price = readPriceInput(fields, 'input.price', input.price);
  const asked = readPriceCase(fields, casesOf(fields, input), price);
  if (fields.rejection !== null) return invalidView(fields.rejection);
  const rated = ratePrice(asked, currency);
  if ('reason' in rated) {
    const field = `input.usage[${rated.index}]`;
    return { __typename: 'NoMatrixPrice' as const, message: rated.message, field };
  }
  return {
    __typename: 'PriceEstimate' as const,
    amount: moneyView(rated.minor, currency),
    exactAmount: fromRational(rated.exact),
    tiers: rated.tiers.map(({ tier, quantity, usage, flat }) => ({
      tier,
      quantity: fromRational(quantity),
      usageAmount: fromRational(usage),
      flatAmount: fromRational(flat),
    })),
  };
}

/** What is priced: null in GraphQL is absent, and dimensions are one object. */
function casesOf(
  fields: InputReader,
  { currency: _currency, price: _price, usage, ...rest }: EstimatePriceInput,
): Values {
  const present = Object.entries(rest).filter(([, value]) => given(value, false, () => true));
  const entries = usage?.map(({ dimensions, quantity }, index) => ({
    dimensions: readDimensions(fields, `input.usage[${index}].dimensions`, dimensions),
    quantity,
  }));
  return { ...Object.fromEntries(present), ...(entries && { usage: entries }) };
}

function invalidView({ field, message }: InvalidInput) {
  return { __typename: 'InvalidInput' as const, field, message };
}
