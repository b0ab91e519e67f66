import { unreachable } from '@tollgate/kernel/assert';
import {
  addDecimal,
  decimalFromUnits,
  fromRational,
  maxDecimal,
  minDecimal,
  toRational,
  type Decimal,
} from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import { roundTo } from '@tollgate/kernel/number/rounding';
import type { Metric, TallyType } from './metric.js';
import { addTo, decimalOf, newSum, totalOf, type Quantity } from './quantity.js';

/** What an event brings to a meter, or several events that bring the same. */
export interface Reading {
  /** The property as a number; 1 where nothing is added up. */
  readonly quantity: Quantity;
  /** Of `unique_count` alone: the property's text. */
  readonly text: string;
  /** How many events; not 0. */
  readonly times: number;
  /** Of `latest` alone: where the (last) event stands, as `placeOf` says it. */
  readonly place: string;
}

/** All that has to be kept of events to go on counting: two tallies combine to that of the events of both. */
export type Tally =
  | { readonly type: 'count'; readonly events: number }
  | { readonly type: 'sum' | 'average'; readonly events: number; readonly sum: Decimal }
  | { readonly type: 'max' | 'min'; readonly events: number; readonly value: Decimal | null }
  | {
      readonly type: 'unique_count';
      readonly events: number;
      /** How many different texts; those that are not at hand in `texts` stand in the store. */
      readonly different: number;
      readonly texts: ReadonlySet<string>;
    }
  | {
      readonly type: 'latest';
      readonly events: number;
      readonly value: Decimal | null;
      readonly place: string;
    };

/** Counts readings; their order does not matter. */
export function tallyOf(type: TallyType, readings: readonly Reading[]): Tally {
  let events = 0;
  for (const { times } of readings) events += times;
  switch (type) {
    case 'count':
      return { type, events };
    case 'sum':
    case 'average':
      return { type, events, sum: sumOf(readings) };
    case 'max':
    case 'min':
      return {
        type,
        events,
        value: furthest(
          type,
          readings.map(({ quantity }) => decimalOf(quantity)),
        ),
      };
    case 'unique_count': {
      const texts = new Set(readings.map(({ text }) => text));
      return { type, events, different: texts.size, texts };
    }
    case 'latest':
      return { ...latestOf(readings), events };
    default:
      return unreachable(type);
  }
}

/** The tally of the events of both, which are different events. Texts that only the store holds must not be in the other. */
export function combine(left: Tally, right: Tally): Tally {
  const events = left.events + right.events;
  switch (left.type) {
    case 'count':
      return { ...left, events };
    case 'sum':
    case 'average':
      return right.type === left.type ? { ...left, events, sum: addDecimal(left.sum, right.sum) } : mixed();
    case 'max':
    case 'min':
      return right.type === left.type
        ? { ...left, events, value: furthest(left.type, [left.value, right.value].filter(isThere)) }
        : mixed();
    case 'unique_count':
      return right.type === left.type ? { ...together(left, right), events } : mixed();
    case 'latest':
      return right.type === left.type ? { ...(isLater(right, left) ? right : left), events } : mixed();
    default:
      return unreachable(left);
  }
}

/** The tally of the events of all, which are different events; each text is looked at once. */
export function combineAll(first: Tally, others: readonly Tally[]): Tally {
  if (first.type !== 'unique_count' || others.length < 2) return others.reduce(combine, first);
  const all = { ...first, texts: new Set(first.texts) };
  for (const one of others) {
    if (one.type !== 'unique_count') return mixed();
    const known = all.texts.size;
    for (const text of one.texts) all.texts.add(text);
    const twice = known + one.texts.size - all.texts.size;
    all.different += one.different - twice;
    all.events += one.events;
  }
  return all;
}

/** What was counted, exact; 0 of nothing. */
export function valueOf(tally: Tally): Rational {
  switch (tally.type) {
    case 'count':
      return rational.fromInteger(tally.events);
    case 'sum':
      return toRational(tally.sum);
    case 'average':
      return tally.events === 0
        ? rational.ZERO
        : rational.div(toRational(tally.sum), rational.fromInteger(tally.events));
    case 'max':
    case 'min':
    case 'latest':
      return tally.value === null ? rational.ZERO : toRational(tally.value);
    case 'unique_count':
      return rational.fromInteger(tally.different);
    default:
      return unreachable(tally);
  }
}

/** The final value of a metric: rounded where the metric says so. */
export function rounded({ rounding }: Pick<Metric, 'rounding'>, exact: Rational): Rational {
  return rounding === undefined ? exact : roundTo(exact, rounding.decimals, rounding.mode);
}

/** The usage that a tally comes to: exact where a decimal of 18 places can be, else rounded to 12. */
export function usageOf(metric: Pick<Metric, 'rounding'>, tally: Tally): Decimal {
  return exactUsage(metric, valueOf(tally));
}

/** The same of an exact value. */
export function exactUsage(metric: Pick<Metric, 'rounding'>, exact: Rational): Decimal {
  const { n, d } = rounded(metric, exact);
  return SCALE % d === 0n ? decimalFromUnits(n * (SCALE / d), SCALE_DECIMALS) : fromRational({ n, d });
}

/** Later events have greater places: they compare by time, then by id, character by character. */
export function placeOf(timestamp: string, id: string): string {
  return `${timestamp} ${id}`;
}

/** An instant in UTC with all six decimals, so that such texts compare as the instants do. */
export function toMicros(at: string): string {
  const [seconds = '', decimals = ''] = at.slice(0, -1).split('.');
  return `${seconds}.${decimals.padEnd(MICROS_DIGITS, '0')}Z`;
}

const MICROS_DIGITS = 6;

/** The tally without the texts that the store holds already. */
export function withoutTexts(tally: Tally, known: ReadonlySet<string>): Tally {
  if (tally.type !== 'unique_count') return tally;
  const texts = new Set([...tally.texts].filter((text) => !known.has(text)));
  return { ...tally, texts, different: texts.size };
}

const SCALE_DECIMALS = 18;
const SCALE = 10n ** BigInt(SCALE_DECIMALS);

type Latest = Extract<Tally, { type: 'latest' }>;
type Unique = Extract<Tally, { type: 'unique_count' }>;

function sumOf(readings: readonly Reading[]): Decimal {
  const sum = newSum();
  for (const { quantity, times } of readings) addTo(sum, quantity, times);
  return totalOf(sum);
}

function furthest(type: 'max' | 'min', values: readonly Decimal[]): Decimal | null {
  const [first, ...others] = values;
  return first === undefined ? null : others.reduce(type === 'max' ? maxDecimal : minDecimal, first);
}

/** At equal timestamps the greatest id is the latest. */
function latestOf(readings: readonly Reading[]): Latest {
  const [first, ...others] = readings;
  if (first === undefined) return NOTHING;
  const { quantity, place } = others.reduce((found, one) => (isLater(one, found) ? one : found), first);
  return { ...NOTHING, value: decimalOf(quantity), place };
}

const NOTHING: Latest = { type: 'latest', events: 0, value: null, place: '' };

function isLater(a: { readonly place: string }, b: { readonly place: string }): boolean {
  return a.place > b.place;
}

function together(left: Unique, right: Unique): Unique {
  const twice = [...right.texts].filter((text) => left.texts.has(text)).length;
  const texts = new Set([...left.texts, ...right.texts]);
  return { ...left, texts, different: left.different + right.different - twice };
}

function isThere(value: Decimal | null): value is Decimal {
  return value !== null;
}

function mixed(): never {
  throw new Error('tallies of different types are never combined: a meter does not change');
}
