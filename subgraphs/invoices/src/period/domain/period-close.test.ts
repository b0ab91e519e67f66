import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant, UTC, type Period } from '@tollgate/kernel/time/time';
import { flat, perUnit, USD } from '../../../test/charges.js';
import {
  finalAt,
  givesBack,
  planClose,
  type BilledLine,
  type ClosedPeriod,
  type PeriodTotals,
} from './period-close.js';
import type { Terms } from './terms.js';

const month = (number: number): Period => ({
  from: instant(`2024-0${number}-01T00:00:00Z`),
  to: instant(`2024-0${number + 1}-01T00:00:00Z`),
});

const terms: Terms = {
  subscriptionId: 'sub_1',
  customerId: 'cus_1',
  planVersionId: 'plv_1',
  currency: USD,
  timeZone: UTC,
  quantity: decimal('3'),
  interval: { unit: 'month', count: 1 },
  alignment: 'anniversary',
  grain: 'day',
  prices: [
    {
      priceId: 'prc_fee',
      key: 'base',
      meterId: null,
      meterCode: null,
      description: 'Fee',
      price: flat('20'),
    },
    {
      priceId: 'prc_use',
      key: 'calls',
      meterId: 'mtr_1',
      meterCode: 'calls',
      description: 'Calls',
      price: perUnit('0.01'),
    },
  ],
};

const totals = (number: number, quantity: string, extra: Partial<PeriodTotals> = {}): PeriodTotals => ({
  terms,
  period: month(number),
  index: number - 1,
  next: month(number + 1),
  revision: 1,
  quantities: { mtr_1: decimal(quantity) },
  ...extra,
});

const plan = (
  one: PeriodTotals,
  known: readonly ClosedPeriod[] = [],
  context: { readonly drafts?: readonly string[]; readonly lines?: readonly BilledLine[] } = {},
) => {
  const { drafts = [], lines: billedLines = [] } = context;
  return planClose(one, {
    known,
    newInvoiceId: 'inv_new',
    closes: (id) => drafts.includes(id),
    billedLines,
  });
};

const closed = (one: PeriodTotals, invoiceId = 'inv_old'): ClosedPeriod => ({
  terms,
  period: one.period,
  index: one.index,
  isLast: one.next === null,
  revision: one.revision,
  invoiceId,
  billed: one.quantities,
  latest: one.quantities,
});

test('the first totals bill the usage of the closed period and the fees of the next', () => {
  const { draft, periods, retotal } = plan(totals(1, '30'));
  expect(draft?.map(({ kind, quantity, period }) => [kind, quantity, period.from])).toEqual([
    ['usage', '30', month(1).from],
    ['fee', '1', month(2).from],
  ]);
  expect(periods).toMatchObject([{ invoiceId: 'inv_new', billed: { mtr_1: '30' }, latest: { mtr_1: '30' } }]);
  expect(retotal).toBeNull();
});

test('the last period bills no further fee, and no usage is still a line that explains itself', () => {
  const { draft } = plan(totals(1, '0', { next: null }));
  expect(draft?.map(({ kind, quantity }) => [kind, quantity])).toEqual([['usage', '0']]);
});

test('nothing to bill is no invoice', () => {
  const bare = { ...terms, prices: [] };
  const { draft, periods } = plan(totals(1, '5', { terms: bare }));
  expect(draft).toBeNull();
  expect(periods).toMatchObject([{ invoiceId: null }]);
});

test('a revision that is not newer changes nothing', () => {
  const known = [closed(totals(1, '30', { revision: 2 }))];
  expect(plan(totals(1, '20'), known)).toEqual({ periods: [], draft: null, retotal: null });
  expect(plan(totals(1, '40', { revision: 2 }), known).periods).toEqual([]);
});

test('late usage re-totals the draft', () => {
  const known = [closed(totals(1, '30'))];
  const { draft, periods, retotal } = plan(totals(1, '33', { revision: 2 }), known, { drafts: ['inv_old'] });
  expect(retotal).toEqual({ invoiceId: 'inv_old', quantities: { mtr_1: '33' } });
  expect(periods).toMatchObject([{ billed: { mtr_1: '33' }, latest: { mtr_1: '33' }, revision: 2 }]);
  expect(draft).toBeNull();
});

test('late usage after finalisation waits, and the next invoice bills the step from the billed position', () => {
  const late = plan(totals(1, '33', { revision: 2 }), [closed(totals(1, '30'))]);
  expect(late).toMatchObject({ draft: null, retotal: null });
  expect(late.periods).toMatchObject([{ billed: { mtr_1: '30' }, latest: { mtr_1: '33' } }]);
  const next = plan(totals(2, '5'), late.periods);
  expect(next.draft?.map(({ kind }) => kind)).toEqual(['usage', 'fee', 'late']);
  expect(next.draft?.at(-1)).toMatchObject({ quantity: '33', billedQuantity: '30', period: month(1) });
  expect(next.periods.at(-1)).toMatchObject({
    invoiceId: 'inv_old',
    billed: { mtr_1: '33' },
    period: month(1),
  });
});

test('a draft takes late usage of its own period only: its late lines stand', () => {
  const known = [closed(totals(1, '33', { revision: 2 })), closed(totals(2, '5'), 'inv_second')];
  const again = plan(totals(1, '35', { revision: 3 }), known, { drafts: ['inv_second'] });
  expect(again).toMatchObject({ draft: null, retotal: null });
  expect(again.periods).toMatchObject([{ billed: { mtr_1: '33' }, latest: { mtr_1: '35' } }]);
});

test('late usage of several periods comes oldest first, one line for each', () => {
  const waiting = [2, 1].map((number) => ({
    ...closed(totals(number, '10')),
    latest: { mtr_1: decimal('12') },
  }));
  const { draft } = plan(totals(3, '1'), waiting);
  const late = draft?.filter(({ kind }) => kind === 'late');
  expect(late?.map(({ period }) => period.from)).toEqual([month(1).from, month(2).from]);
});

test('what is given back is bounded by the standing lines of the price in the period', () => {
  const waiting = { ...closed(totals(1, '1000')), latest: { mtr_1: decimal('100') } };
  const line = { subscriptionId: 'sub_1', priceId: 'prc_use', periodFrom: month(1).from };
  const lines = [
    { ...line, amountMinor: 1_000n },
    { ...line, amountMinor: -300n },
    { ...line, periodFrom: month(2).from, amountMinor: 50n },
    { ...line, subscriptionId: 'sub_2', amountMinor: 70n },
  ];
  const { draft } = plan(totals(2, '0'), [waiting], { lines });
  expect(draft?.at(-1)).toMatchObject({ kind: 'late', refundableMinor: 700n });
  expect([givesBack([waiting]), givesBack([closed(totals(1, '5'))])]).toEqual([true, false]);
});

test('usage gets its grace from the end of the period, what came late by itself from now on', () => {
  const occurredAt = instant('2024-04-02T06:00:00Z');
  const made = { period: month(3), occurredAt, graceSeconds: 259_200 };
  const [usage, fee, late] =
    plan(totals(2, '5'), [{ ...closed(totals(1, '1')), latest: { mtr_1: decimal('2') } }]).draft ?? [];
  if (!usage || !fee || !late) throw new Error('all three kinds are billed');
  expect(finalAt([usage, fee, late], made)).toBe(instant('2024-04-04T00:00:00Z'));
  expect(finalAt([late], made)).toBe(instant('2024-04-05T06:00:00Z'));
  expect(finalAt([fee, late], made)).toBe(occurredAt);
});

test('after the end of a subscription late usage gets an invoice of its own', () => {
  const known = [closed(totals(1, '30', { next: null }))];
  const { draft, periods } = plan(totals(1, '33', { next: null, revision: 2 }), known);
  expect(draft).toMatchObject([{ kind: 'late', quantity: '33', billedQuantity: '30' }]);
  expect(periods).toMatchObject([{ invoiceId: 'inv_old', billed: { mtr_1: '33' }, revision: 2 }]);
});

test('a newer revision without other figures is remembered and bills nothing', () => {
  const known = [closed(totals(1, '30', { next: null }))];
  const { draft, periods } = plan(totals(1, '30', { next: null, revision: 2 }), known);
  expect(draft).toBeNull();
  expect(periods).toMatchObject([{ revision: 2, invoiceId: 'inv_old' }]);
});
