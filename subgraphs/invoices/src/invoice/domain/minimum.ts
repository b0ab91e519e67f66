import type { Currency } from '@tollgate/kernel/money/currency';
import { toRational } from '@tollgate/kernel/number/decimal';
import { money, roundToMoney, sumMoney } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';
import type { Line } from '../../rating/domain/priced-line.js';
import type { Minimum, Terms } from './terms.js';

/** The lines as priced, and after them a true-up for every minimum that they do not reach. */
export function withTrueUps({ currency, lines, minimums }: Terms): Line[] {
  return [...lines, ...minimums.flatMap((minimum) => trueUp(minimum, lines, currency))];
}

function trueUp(minimum: Minimum, lines: readonly Line[], currency: Currency): Line[] {
  const { id, lineIds, amount, fraction, subscription, taxes } = minimum;
  const part =
    fraction === undefined
      ? rational.ONE
      : rational.div(toRational(fraction.numerator), toRational(fraction.denominator));
  const due = roundToMoney(rational.mul(toRational(amount), part), currency);
  const named = lines.filter((line) => lineIds.includes(line.id)).map((line) => line.amount);
  const missing = due.minor - sumMoney<Currency>(currency, named).minor;
  if (missing <= 0n) return [];
  return [
    {
      id,
      amount: money<Currency>(missing, currency),
      ...(subscription === undefined ? {} : { subscription }),
      ...(taxes === undefined ? {} : { taxes }),
    },
  ];
}
