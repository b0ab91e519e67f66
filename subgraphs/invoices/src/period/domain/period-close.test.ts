import { expect, test } from 'vitest';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant, type Period } from '@tollgate/kernel/time/time';
import { planClose, type ClosedPeriod, type PeriodTotals, type Terms } from './period-close.js';

const month = (number: number): Period => ({
  from: instant(`2024-0${number}-01T00:00:00Z`),
  to: instant(`2024-0${number + 1}-01T00:00:00Z`),
});

const terms: Terms = {
  subscriptionId: 'sub_1',
  customerId: 'cus_1',
  planVersionId: 'plv_1',
  currency: parseCurrency('USD') as Currency,
  prices: [
    {
      priceId: 'prc_fee',
      charge: 'fee',
      meterId: null,
      meterCode: null,
      description: 'Fee',
      model: { kind: 'flat', amount: decimal('20') },
    },
    {
      priceId: 'prc_use',
      charge: 'usage',
      meterId: 'mtr_1',
      meterCode: 'calls',
      description: 'Calls',
      model: { kind: 'per_unit', unitAmount: decimal('0.01'), includedUnits: decimal('0') },
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

const plan = (one: PeriodTotals, known: readonly ClosedPeriod[] = [], drafts: readonly string[] = []) =>
  planClose(one, { known, newInvoiceId: 'inv_new', isDraft: (id) => drafts.includes(id) });

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
  const { draft, periods, retotal } = plan(totals(1, '33', { revision: 2 }), known, ['inv_old']);
  expect(retotal).toEqual({ invoiceId: 'inv_old', quantities: { mtr_1: '33' } });
  expect(periods).toMatchObject([{ billed: { mtr_1: '33' }, latest: { mtr_1: '33' }, revision: 2 }]);
  expect(draft).toBeNull();
});

test('late usage after finalisation waits, and the next invoice bills the step from the billed position', () => {
  const late = plan(totals(1, '33', { revision: 2 }), [closed(totals(1, '30'))]);
  expect(late).toMatchObject({ draft: null, retotal: null });
  expect(late.periods).toMatchObject([{ billed: { mtr_1: '30' }, latest: { mtr_1: '33' } }]);
  const next = plan(totals(2, '5'), late.periods);
  expect(next.draft?.at(-1)).toMatchObject({ kind: 'usage', quantity: '33', billed: '30', period: month(1) });
  expect(next.periods.at(-1)).toMatchObject({
    invoiceId: 'inv_new',
    billed: { mtr_1: '33' },
    period: month(1),
  });
});

test('more late usage re-totals the later draft that has its line', () => {
  const known = [closed(totals(1, '33', { revision: 2 }), 'inv_second')];
  const { retotal } = plan(totals(1, '35', { revision: 3 }), known, ['inv_second']);
  expect(retotal?.invoiceId).toBe('inv_second');
});

test('after the end of a subscription late usage gets an invoice of its own', () => {
  const known = [closed(totals(1, '30', { next: null }))];
  const { draft, periods } = plan(totals(1, '33', { next: null, revision: 2 }), known);
  expect(draft).toMatchObject([{ quantity: '33', billed: '30' }]);
  expect(periods).toMatchObject([{ invoiceId: 'inv_new', billed: { mtr_1: '33' }, revision: 2 }]);
});

test('a newer revision without other figures is remembered and bills nothing', () => {
  const known = [closed(totals(1, '30', { next: null }))];
  const { draft, periods } = plan(totals(1, '30', { next: null, revision: 2 }), known);
  expect(draft).toBeNull();
  expect(periods).toMatchObject([{ revision: 2, invoiceId: 'inv_old' }]);
});
