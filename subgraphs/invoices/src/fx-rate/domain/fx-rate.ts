import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant, LocalDate } from '@tollgate/kernel/time/time';

/** What a currency is worth in another one from a date on: one of `from` is `rate` of `to`, both in major units. */
export interface FxRate {
  readonly id: Id<'fxr'>;
  readonly from: Currency;
  readonly to: Currency;
  readonly date: LocalDate;
  readonly rate: Decimal;
  readonly setAt: Instant;
}

export interface SetFxRate extends Omit<FxRate, 'from' | 'to' | 'rate'> {
  readonly type: 'SetFxRate';
  readonly from: string;
  readonly to: string;
  readonly rate: string;
}

export type FxRateEvent = { readonly type: 'FxRateSet' } & FxRate;

/** A rate for a pair of currencies and a date; a later one takes its place. */
export const fxRateDecider: Decider<FxRate | null, SetFxRate, FxRateEvent, InvalidInput> = {
  initial: null,
  decide,
  evolve: (_state, { type: _type, ...rate }) => rate,
};

function decide(
  { type: _type, ...asked }: SetFxRate,
  state: FxRate | null,
): Decision<FxRateEvent, InvalidInput> {
  const fields = new InputReader();
  const from = fields.currency('input.from', asked.from);
  const to = fields.currency('input.to', asked.to);
  const rate = fields.positive('input.rate', asked.rate);
  if (fields.rejection === null && from === to)
    fields.reject('input.to', 'Give another currency than "from".');
  if (fields.rejection !== null) return reject(fields.rejection);
  if (state?.rate === rate) return accept();
  return accept({ type: 'FxRateSet', ...asked, from, to, rate });
}
