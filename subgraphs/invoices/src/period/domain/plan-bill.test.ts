import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant, UTC, type Period } from '@tollgate/kernel/time/time';
import { flat, perUnit, USD } from '../../../test/charges.js';
import type { Revision, Standing, TotalledBill } from './bill.js';
import { finalAt, planBill, planRevision } from './plan-bill.js';
import { givesBack, type BilledLine, type ClosedStretch } from './stretch.js';
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
  kept: {},
  since: 0,
  minimum: null,
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

interface Given {
  readonly revision?: number;
  /** Whether the subscription ends with the period. */
  readonly isLast?: boolean;
  readonly terms?: Terms;
}

const at = (quantity: string) => ({ mtr_1: { from: null, to: decimal(quantity) } });
const totals = (number: number, quantity: string, { isLast = false, ...extra }: Given = {}): TotalledBill => {
  const opened = (period: Period, index: number) => ({ index, paid: index, period, full: null });
  const own = extra.terms ?? terms;
  const closes = { ...opened(month(number), number - 1), ...month(number), ends: true, terms: own };
  return {
    bill: {
      number,
      reason: isLast ? 'cancel' : 'period_end',
      at: month(number).to,
      terms: own,
      current: isLast ? null : opened(month(number + 1), number),
      opens: !isLast,
      closes,
      legs: null,
      addons: [],
      credit: null,
      over: isLast ? 'ended' : null,
      joint: null,
    },
    revision: extra.revision ?? 1,
    positions: at(quantity),
  };
};
const again = (number: number, quantity: string, revision: number): Revision => ({
  ...{ subscriptionId: 'sub_1', number, revision },
  positions: at(quantity),
});

interface Context {
  readonly drafts?: readonly string[];
  readonly lines?: readonly BilledLine[];
  readonly standing?: Standing;
}

const NONE_WAITS = { charges: [], isLastChance: false };
const base = (known: readonly ClosedStretch[], { lines = [] }: Context) => ({
  ...{ known, newInvoiceId: 'inv_new', billedLines: lines, items: [], waiting: NONE_WAITS },
});
const plan = (one: TotalledBill, known: readonly ClosedStretch[] = [], context: Context = {}) => {
  const { draft, ...rest } = planBill(one, base(known, context));
  return { ...rest, draft: draft?.charges ?? null };
};
const revised = (one: Revision, known: readonly ClosedStretch[], context: Context = {}) => {
  const { drafts = [], standing = null } = context;
  const planned = planRevision(one, {
    ...base(known, context),
    standing,
    closes: (id) => drafts.includes(id),
  });
  if (planned === null) throw new Error('the stretch is known');
  const { draft, ...rest } = planned;
  return { ...rest, draft: draft?.charges ?? null };
};

const closed = ({ bill, revision, positions }: TotalledBill, invoiceId = 'inv_old'): ClosedStretch => ({
  terms,
  number: bill.number,
  begin: bill.closes?.from ?? bill.at,
  period: bill.closes?.period ?? month(1),
  whole: bill.closes?.period ?? null,
  ends: true,
  isLast: bill.over === 'ended',
  revision,
  invoiceId,
  billed: positions,
  latest: positions,
});

test('the first totals bill the usage of the closed period and the fees of the next', () => {
  const { draft, stretches, retotal } = plan(totals(1, '30'));
  expect(draft?.map(({ kind, quantity, period }) => [kind, quantity, period.from])).toEqual([
    ['usage', '30', month(1).from],
    ['fee', '1', month(2).from],
  ]);
  expect(stretches).toMatchObject([{ invoiceId: 'inv_new', billed: at('30'), latest: at('30') }]);
  expect(retotal).toBeNull();
});

test('the last period bills no further fee, and no usage is still a line that explains itself', () => {
  const { draft } = plan(totals(1, '0', { isLast: true }));
  expect(draft?.map(({ kind, quantity }) => [kind, quantity])).toEqual([['usage', '0']]);
});

test('nothing to bill is no invoice', () => {
  const bare = { ...terms, prices: [] };
  const { draft, stretches } = plan(totals(1, '5', { terms: bare }));
  expect(draft).toBeNull();
  expect(stretches).toMatchObject([{ invoiceId: null }]);
});

test('a revision that is not newer changes nothing', () => {
  const known = [closed(totals(1, '30', { revision: 2 }))];
  expect(revised(again(1, '20', 1), known)).toEqual({ stretches: [], draft: null, retotal: null });
  expect(revised(again(1, '40', 2), known).stretches).toEqual([]);
});

test('late usage re-totals the draft', () => {
  const known = [closed(totals(1, '30'))];
  const { draft, stretches, retotal } = revised(again(1, '33', 2), known, { drafts: ['inv_old'] });
  expect(retotal).toEqual({
    invoiceId: 'inv_old',
    subscriptionId: 'sub_1',
    from: month(1).from,
    positions: at('33'),
  });
  expect(stretches).toMatchObject([{ billed: at('33'), latest: at('33'), revision: 2 }]);
  expect(draft).toBeNull();
});

test('late usage after finalisation waits, and the next invoice bills the step from the billed position', () => {
  const late = revised(again(1, '33', 2), [closed(totals(1, '30'))]);
  expect(late).toMatchObject({ draft: null, retotal: null });
  expect(late.stretches).toMatchObject([{ billed: at('30'), latest: at('33') }]);
  const next = plan(totals(2, '5'), late.stretches);
  expect(next.draft?.map(({ kind }) => kind)).toEqual(['usage', 'fee', 'late']);
  expect(next.draft?.at(-1)).toMatchObject({ quantity: '33', billedQuantity: '30', period: month(1) });
  expect(next.stretches.at(-1)).toMatchObject({ invoiceId: 'inv_old', billed: at('33'), period: month(1) });
});

test('a draft takes late usage of its own period only: its late lines stand', () => {
  const known = [closed(totals(1, '33', { revision: 2 })), closed(totals(2, '5'), 'inv_second')];
  const later = revised(again(1, '35', 3), known, { drafts: ['inv_second'] });
  expect(later).toMatchObject({ draft: null, retotal: null });
  expect(later.stretches).toMatchObject([{ billed: at('33'), latest: at('35') }]);
});

test('late usage of several periods comes oldest first, one line for each', () => {
  const waiting = [2, 1].map((number) => ({
    ...closed(totals(number, '10')),
    latest: at('12'),
  }));
  const { draft } = plan(totals(3, '1'), waiting);
  const late = draft?.filter(({ kind }) => kind === 'late');
  expect(late?.map(({ period }) => period.from)).toEqual([month(1).from, month(2).from]);
});

test('what is given back is bounded by the standing lines of the price in the period', () => {
  const waiting = { ...closed(totals(1, '1000')), latest: at('100') };
  const line = { subscriptionId: 'sub_1', priceId: 'prc_use', periodFrom: month(1).from, paid: null };
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
  const made = { closes: { to: month(3).to, ends: true }, occurredAt, graceSeconds: 259_200 };
  const [usage, fee, late] =
    plan(totals(2, '5'), [{ ...closed(totals(1, '1')), latest: at('2') }]).draft ?? [];
  if (!usage || !fee || !late) throw new Error('all three kinds are billed');
  expect(finalAt([usage, fee, late], made)).toBe(instant('2024-04-04T00:00:00Z'));
  expect(finalAt([late], made)).toBe(instant('2024-04-05T06:00:00Z'));
  expect(finalAt([fee, late], made)).toBe(occurredAt);
});

test('after the end of a subscription late usage gets an invoice of its own', () => {
  const known = [closed(totals(1, '30', { isLast: true }))];
  const { draft, stretches } = revised(again(1, '33', 2), known);
  expect(draft).toMatchObject([{ kind: 'late', quantity: '33', billedQuantity: '30' }]);
  expect(stretches).toMatchObject([{ invoiceId: 'inv_old', billed: at('33'), revision: 2 }]);
});

test('a newer revision without other figures is remembered and bills nothing', () => {
  const known = [closed(totals(1, '30', { isLast: true }))];
  const { draft, stretches } = revised(again(1, '30', 2), known);
  expect(draft).toBeNull();
  expect(stretches).toMatchObject([{ revision: 2, invoiceId: 'inv_old' }]);
});

test('a paused subscription has no next invoice, so late usage gets one of its own; one that goes on waits again', () => {
  const known = [closed(totals(1, '30'))];
  const paused = { bill: 1, over: 'paused', cutThrough: null } as const;
  expect(revised(again(1, '33', 2), known, { standing: paused }).draft).toMatchObject([{ kind: 'late' }]);
  expect(revised(again(1, '33', 2), known, { standing: { ...paused, over: null } }).draft).toBeNull();
});
