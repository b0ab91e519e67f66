import { unreachable } from '../assert.js';
import type { Decimal } from '../number/decimal.js';
import type { DynamicPrice, EventPrice, PercentagePrice } from '../price/model.js';
import { commonScale, decimalsOf, ratioOf, times, unitsOf, type Ratio } from './ratio.js';

/** Decimals that a percentage adds to an amount. */
const PERCENT_DECIMALS = 2;

/** A price of single events on its way through them, in their order: at any moment, what those so far come to. */
export interface EventRun {
  /** Whether what the next event costs depends on those before it; once it does not, it never will again. */
  isOrdered(): boolean;
  /** Goes on over events that carry the same amount. */
  add(amount: Decimal, times: number): void;
  /** Exact, before maximum and minimum. */
  total(): Ratio;
}

/** The exact price of amounts that events carry, in their order, before maximum and minimum. */
export function eventAmount(price: EventPrice, amounts: readonly Decimal[]): Ratio {
  const run = eventRun(price);
  for (const amount of amounts) run.add(amount, 1);
  return run.total();
}

/** A price before its first event. An amount below zero counts as none in a percentage. */
export function eventRun(price: EventPrice): EventRun {
  switch (price.model) {
    case 'dynamic':
      return new DynamicRun(price);
    case 'percentage':
      return new PercentageRun(price);
    default:
      return unreachable(price);
  }
}

class DynamicRun implements EventRun {
  readonly #multiplier: Ratio;
  #units = 0n;
  #scale = 0;

  constructor({ multiplier }: DynamicPrice) {
    this.#multiplier = ratioOf(multiplier);
  }

  isOrdered(): boolean {
    return false;
  }

  add(amount: Decimal, times: number): void {
    const scale = Math.max(this.#scale, decimalsOf(amount));
    this.#units = this.#units * powerOfTen(scale - this.#scale) + unitsOf(amount, scale) * BigInt(times);
    this.#scale = scale;
  }

  total(): Ratio {
    return times(this.#multiplier, { n: this.#units, d: powerOfTen(this.#scale) });
  }
}

/** Amounts are integers of one scale, costs of a finer one, so that nothing is lost; the scales grow with the amounts. */
class PercentageRun implements EventRun {
  readonly #price: PercentagePrice;
  #scale: number;
  #costOf: (rest: bigint) => bigint;
  #total = 0n;
  /** How many events from here on may be free. */
  #eligible: number;
  /** Money that is still free; null where whole events are. */
  #free: bigint | null;

  constructor(price: PercentagePrice) {
    const { fixedPerEvent, freeEvents, freeAmount, minPerEvent, maxPerEvent } = price;
    const given = [fixedPerEvent, freeAmount, minPerEvent, maxPerEvent].flatMap((text) => text ?? []);
    this.#price = price;
    this.#scale = commonScale(given);
    this.#costOf = costRule(price, this.#scale);
    this.#eligible = freeEvents ?? (freeAmount === null ? 0 : Infinity);
    this.#free = freeAmount === null ? null : unitsOf(freeAmount, this.#scale);
  }

  isOrdered(): boolean {
    return this.#eligible > 0 && (this.#eligible !== Infinity || this.#free !== 0n);
  }

  add(amount: Decimal, times: number): void {
    this.#growTo(decimalsOf(amount));
    const units = unitsOf(amount, this.#scale);
    const charged = units < 0n ? 0n : units;
    let left = times;
    for (; left > 0 && this.isOrdered(); left -= 1) this.#addOrdered(charged);
    // Where all events are eligible and nothing is free any more, one over nothing costs nothing.
    if (left > 0 && (this.#eligible === 0 || charged > 0n))
      this.#total += this.#costOf(charged) * BigInt(left);
  }

  total(): Ratio {
    return { n: this.#total, d: powerOfTen(costScale(this.#price, this.#scale)) };
  }

  #addOrdered(amount: bigint): void {
    const free = this.#free;
    const freePart = free === null || amount < free ? amount : free;
    if (free !== null) this.#free = free - freePart;
    this.#eligible -= 1;
    if (freePart !== amount) this.#total += this.#costOf(amount - freePart);
  }

  #growTo(scale: number): void {
    if (scale <= this.#scale) return;
    const factor = powerOfTen(scale - this.#scale);
    this.#total *= factor;
    if (this.#free !== null) this.#free *= factor;
    this.#scale = scale;
    this.#costOf = costRule(this.#price, scale);
  }
}

/** What an event costs by the part of its amount that is not free: at least the minimum, then at most the maximum. */
function costRule(price: PercentagePrice, scale: number): (rest: bigint) => bigint {
  const costs = costScale(price, scale);
  const rate = unitsOf(price.ratePercent, costs - scale - PERCENT_DECIMALS);
  const fixed = unitsOf(price.fixedPerEvent, costs);
  const least = price.minPerEvent === null ? null : unitsOf(price.minPerEvent, costs);
  const most = price.maxPerEvent === null ? null : unitsOf(price.maxPerEvent, costs);
  return (rest) => {
    const cost = rest * rate + fixed;
    const raised = least !== null && cost < least ? least : cost;
    return most !== null && raised > most ? most : raised;
  };
}

function costScale({ ratePercent }: PercentagePrice, scale: number): number {
  return scale + decimalsOf(ratePercent) + PERCENT_DECIMALS;
}

function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}
