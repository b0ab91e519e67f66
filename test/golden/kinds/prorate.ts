import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { fromRational } from '@tollgate/kernel/number/decimal';
import { majorText, sumMoney } from '@tollgate/kernel/money/money';
import { activeFraction, prorate, type ProrationGrain } from '@tollgate/kernel/money/proration';
import { fromDecimal } from '@tollgate/kernel/number/rational';
import { timeZone } from '@tollgate/kernel/time/time';
import { moneyOf, spanOf } from './shown.js';

interface GoldenSpan {
  readonly from: string;
  readonly to: string;
}
interface ProrateInput {
  readonly grain: ProrationGrain;
  readonly timeZone?: string;
  readonly legs: readonly {
    readonly type: 'charge' | 'credit';
    readonly amount: string;
    readonly quantity?: string;
    readonly period: GoldenSpan;
    readonly active: GoldenSpan;
    readonly limit?: string;
  }[];
}

export const run = (input: Record<string, unknown>, currency: string | undefined): unknown => {
  const known = parseCurrency(currency ?? '');
  if (known === null) return { error: 'UNKNOWN_CURRENCY' };
  const { grain, timeZone: zone, legs } = input as unknown as ProrateInput;
  const rule = { grain, timeZone: timeZone(zone ?? 'UTC') };
  const results = legs.map(({ type, amount, quantity, period, active, limit }) => {
    const fraction = activeFraction(rule, spanOf(period), spanOf(active));
    const leg = { type, amount: fromDecimal(amount), quantity: fromDecimal(quantity ?? '1'), fraction };
    const limited = limit === undefined ? leg : { ...leg, limit: moneyOf(limit, known) };
    return { fraction, amount: prorate<Currency>(limited, known) };
  });
  const net = sumMoney<Currency>(
    known,
    results.map(({ amount }) => amount),
  );
  return {
    legs: results.map(({ fraction, amount }) => ({
      numerator: fromRational(fraction.numerator),
      denominator: fromRational(fraction.denominator),
      amount: majorText(amount),
    })),
    net: majorText(net),
  };
};
