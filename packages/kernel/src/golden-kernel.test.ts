import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseCurrency, type Currency } from './money/currency.js';
import { cyclePeriodAt, cyclePeriods, type Cycle, type CyclePeriod } from './time/cycle.js';
import { decimal, fromRational, type Decimal } from './number/decimal.js';
import {
  allocate,
  fromMajor,
  majorAmount,
  money,
  roundToMoney,
  sumMoney,
  type Money,
} from './money/money.js';
import { activeFraction, prorate, type Bound, type ProrationGrain } from './money/proration.js';
import { fromDecimal } from './number/rational.js';
import { instant, localDate, parseDate, timeZone } from './time/time.js';

interface GoldenCase<Input> {
  readonly id: string;
  readonly title: string;
  readonly currency?: string;
  readonly input: Input;
  readonly expected: unknown;
}
interface RoundInput {
  readonly amount?: string;
  readonly amountMinor?: string;
}
interface AllocateInput {
  readonly amount: string;
  readonly weights: readonly string[];
}
interface CycleInput extends Partial<Pick<Cycle, 'count' | 'alignment' | 'anchorDay'>>, Pick<Cycle, 'unit'> {
  readonly anchor: string;
  readonly timeZone?: string;
  readonly periods?: number;
  readonly at?: string;
}
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

const UNKNOWN_CURRENCY = { error: 'UNKNOWN_CURRENCY' };
const DECIMAL_TEXT = /^-?\d+\.\d+$/;

golden<RoundInput>('round', ({ amount, amountMinor }, code) => {
  const currency = parseCurrency(code);
  if (currency === null) return UNKNOWN_CURRENCY;
  const rounded =
    amountMinor === undefined
      ? roundToMoney(fromDecimal(amount ?? ''), currency)
      : money(BigInt(amountMinor), currency);
  return { amount: majorAmount(rounded), amountMinor: rounded.minor.toString() };
});

golden<AllocateInput>('allocate', ({ amount, weights }, code) => {
  const currency = parseCurrency(code);
  if (currency === null) return UNKNOWN_CURRENCY;
  const parts = allocate(major(amount, currency), weights.map(fromDecimal));
  return parts === null ? { error: 'INVALID_WEIGHTS' } : { parts: parts.map(majorAmount) };
});

golden<CycleInput>('cycle', ({ anchor, timeZone: zone, periods, at, ...rest }) => {
  const cycle: Cycle = {
    count: 1,
    alignment: 'anniversary',
    ...rest,
    anchor: localDate(anchor),
    timeZone: timeZone(zone ?? 'UTC'),
  };
  if (at === undefined) return { periods: cyclePeriods(cycle, periods ?? 0).map(shown) };
  const found = cyclePeriodAt(cycle, instant(at));
  return found === 'BEFORE_START' ? { error: found } : { periods: [shown(found)] };
});

golden<ProrateInput>('prorate', ({ grain, timeZone: zone, legs }, code) => {
  const currency = parseCurrency(code);
  if (currency === null) return UNKNOWN_CURRENCY;
  const rule = { grain, timeZone: timeZone(zone ?? 'UTC') };
  const results = legs.map(({ type, amount, quantity, period, active, limit }) => {
    const fraction = activeFraction(rule, span(period), span(active));
    const leg = { type, amount: fromDecimal(amount), quantity: fromDecimal(quantity ?? '1'), fraction };
    return { fraction, amount: prorate(limit ? { ...leg, limit: major(limit, currency) } : leg, currency) };
  });
  return {
    legs: results.map(({ fraction, amount }) => ({
      numerator: fromRational(fraction.numerator),
      denominator: fromRational(fraction.denominator),
      amount: majorAmount(amount),
    })),
    net: majorAmount(
      sumMoney<Currency>(
        currency,
        results.map(({ amount }) => amount),
      ),
    ),
  };
});

/** Runs every case of a kind; keys that the expectation does not name are not compared. */
function golden<Input>(kind: string, run: (input: Input, currency: string) => object): void {
  const file = new URL(`../../../test/golden/cases/${kind}.json`, import.meta.url);
  const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly GoldenCase<Input>[];
  describe(`golden ${kind}`, () => {
    test.each(cases.map((golden) => [golden.id, golden.title, golden] as const))(
      '%s: %s',
      (_id, _title, golden) => {
        expect(run(golden.input, golden.currency ?? '')).toMatchObject(canonical(golden.expected) as object);
      },
    );
  });
}

/** Decimals compare as numbers: `10.00` and `10` are the same canonical text. */
function canonical(value: unknown): unknown {
  if (typeof value === 'string') return DECIMAL_TEXT.test(value) ? decimal(value) : value;
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, canonical(item)]));
}

function shown({ from, to, startsAt, endsAt }: CyclePeriod): object {
  return { from, to, startsAt: startsAt.replace('.000Z', 'Z'), endsAt: endsAt.replace('.000Z', 'Z') };
}

function span({ from, to }: GoldenSpan): { readonly from: Bound; readonly to: Bound } {
  return { from: parseDate(from) ?? instant(from), to: parseDate(to) ?? instant(to) };
}

function major(amount: string, currency: Currency): Money {
  const exact: Decimal = decimal(amount);
  const result = fromMajor(exact, currency);
  if (result === null) throw new Error(`${amount} is finer than ${currency}`);
  return result;
}
