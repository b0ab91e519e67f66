import { recognitionSchedule, standings, type Revenue } from '#domain/invoices/revenue/domain/recognition';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { majorText } from '@tollgate/kernel/money/money';
import { localDate } from '@tollgate/kernel/time/time';
import { moneyOf } from './shown.js';
import type { RunKind } from '../kind.js';

type ItemInput = { readonly amount: string } & (
  { readonly from: string; readonly to: string } | { readonly on: string }
);

interface RecogniseInput {
  readonly items: readonly ItemInput[];
  readonly checkpoints?: readonly string[];
  readonly bucket?: 'day' | 'month';
}

export const run: RunKind = (raw, code) => {
  const { items, checkpoints, bucket } = raw as unknown as RecogniseInput;
  const currency = parseCurrency(code ?? '');
  if (currency === null) return { error: 'UNKNOWN_CURRENCY' };
  const revenues = items.map((item) => revenueOf(item, currency));
  return {
    ...(checkpoints === undefined ? {} : standingsAt(revenues, checkpoints, currency)),
    ...(bucket === undefined ? {} : scheduleOf(revenues, bucket)),
  };
};

function standingsAt(revenues: readonly Revenue[], checkpoints: readonly string[], currency: Currency) {
  const answer = standings(revenues, checkpoints.map(localDate), currency);
  if (!answer.ok) return { error: 'INVALID_INPUT', field: answer.rejection.field };
  return {
    cumulative: answer.value.map(({ cumulative }) => majorText(cumulative)),
    deferred: answer.value.map(({ deferred }) => majorText(deferred)),
  };
}

function scheduleOf(revenues: readonly Revenue[], bucket: 'day' | 'month') {
  const [item, ...others] = revenues;
  if (item === undefined || 'on' in item || others.length > 0)
    return { error: 'INVALID_INPUT', field: 'items' };
  const answer = recognitionSchedule(item, bucket);
  if (!answer.ok) return { error: 'INVALID_INPUT', field: answer.rejection.field };
  return { schedule: answer.value.map(({ from, to, amount }) => ({ from, to, amount: majorText(amount) })) };
}

function revenueOf(item: ItemInput, currency: Currency): Revenue {
  const amount = moneyOf(item.amount, currency);
  return 'on' in item
    ? { amount, on: localDate(item.on) }
    : { amount, from: localDate(item.from), to: localDate(item.to) };
}
