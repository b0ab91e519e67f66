import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { addSeconds, localDate, type Instant } from '@tollgate/kernel/time/time';
import { AT, basisOf, feeCharge, flat, JANUARY, perUnit, usageCharge } from '../../../test/charges.js';
import { posted, type Account, type Posting } from '../../ledger/domain/posting.js';
import type { Basis } from './basis.js';
import { deferralsOf } from './deferral.js';
import { dueMinor } from './due.js';
import { invoiceDecider, type InvoiceCommand } from './invoice.js';
import { postingsOf } from './postings.js';
import type { InvoiceState } from './state.js';

type Final = Exclude<InvoiceState, { readonly status: 'none' | 'draft' }>;

/** What happens to one invoice, and the postings of it. Commands that are rejected change nothing. */
function play(commands: readonly InvoiceCommand[]): { state: InvoiceState; postings: Posting[] } {
  let state: InvoiceState = invoiceDecider.initial;
  const postings: Posting[] = [];
  commands.forEach((command, index) => {
    const decided = invoiceDecider.decide(command, state);
    const at = addSeconds(JANUARY.from, index * 86_400 * 3);
    for (const event of decided.ok ? decided.events : []) {
      const after = invoiceDecider.evolve(state, event);
      postings.push(...postingsOf({ id: 'inv_1', before: state, event, after, at }));
      state = after;
    }
  });
  return { state, postings };
}

function balancesOf(postings: readonly Posting[]): Map<string, bigint> {
  const balances = new Map<string, bigint>();
  for (const { amounts } of postings)
    for (const [account, minor] of Object.entries(amounts))
      balances.set(account, (balances.get(account) ?? 0n) + minor);
  return balances;
}

const day = (index: number): Instant => addSeconds(JANUARY.from, index * 86_400);
const sum = (list: readonly bigint[]) => list.reduce((total, minor) => total + minor, 0n);

/** Bases with fees, usage, and a coupon or a price that includes tax. */
const bases: fc.Arbitrary<Basis> = fc
  .record({
    fee: fc.integer({ min: -50_00, max: 100_00 }),
    usage: fc.integer({ min: 0, max: 900 }),
    percent: fc.constantFrom(null, '19', '20'),
    coupon: fc.option(fc.constantFrom('10', '33.3'), { nil: null }),
    inclusive: fc.boolean(),
  })
  .map(({ fee, usage, percent, coupon, inclusive }) => {
    const charges = [
      feeCharge(flat((fee / 100).toFixed(2))),
      { ...feeCharge(flat('7.77')), lineId: 'lin_other' as const },
      usageCharge('use', perUnit('0.013'), `${usage}`),
    ];
    const basis = basisOf(charges, percent);
    const head = { id: 'cpa_1', target: 'invoice' as const, keys: [], subscriptionId: null };
    const value = { percent: decimal(coupon ?? '1') };
    return {
      ...basis,
      ...(coupon !== null && { coupons: [{ ...head, value }] }),
      ...(inclusive && { tax: { ...basis.tax, pricing: 'inclusive' as const } }),
    };
  });

const lines = fc.constantFrom('lin_fee', 'lin_other', 'lin_use');
const steps: fc.Arbitrary<InvoiceCommand> = fc.oneof(
  fc
    .record({ amount: fc.bigInt(1n, 9_000n), nth: fc.nat(20), offline: fc.boolean() })
    .map(({ amount: amountMinor, nth, offline }) => {
      return { type: 'RecordPayment', paymentId: `pay_${nth}`, amountMinor, paidAt: AT, offline } as const;
    }),
  fc
    .record({ lineId: lines, amount: fc.bigInt(1n, 4_000n), nth: fc.nat(30), refund: fc.boolean() })
    .map(({ lineId, amount: amountMinor, nth, refund }) => ({
      ...{
        type: 'CreditInvoice' as const,
        noteId: 'crn_new',
        number: 'CN-1',
        reason: null,
        taken: new Map(),
      },
      ...{ items: [{ lineId, amountMinor }], to: refund ? ('refund' as const) : ('balance' as const) },
      createdAt: day(nth),
    })),
  fc.record({ amountMinor: fc.bigInt(1n, 5_000n), nth: fc.nat(3) }).map(({ amountMinor, nth }) => {
    const dispute = { id: `dsp_${nth}`, paymentId: 'pay_1', amountMinor, openedAt: AT };
    return { type: 'OpenDispute', dispute } as const;
  }),
  fc
    .record({ nth: fc.nat(3), outcome: fc.constantFrom('won' as const, 'lost' as const) })
    .map(({ nth, outcome }) => ({ type: 'CloseDispute', disputeId: `dsp_${nth}`, outcome, at: AT }) as const),
  fc.constant({ type: 'WriteOffInvoice', reason: 'gone', writtenOffAt: AT } as const),
  fc.constant({ type: 'VoidInvoice', reason: 'wrong', voidedAt: AT, isGivenBack: false } as const),
  fc.constant({ type: 'CutRevenue', subscriptionId: 'sub_1', at: day(9) } as const),
);

/** Notes have names of their own; a refund of one is paid or rejected afterwards. */
function named(commands: readonly InvoiceCommand[]): InvoiceCommand[] {
  return commands.flatMap((command, index): InvoiceCommand[] => {
    if (command.type !== 'CreditInvoice') return [command];
    const noteId = `crn_${index}`;
    const amountMinor = command.items[0]?.amountMinor ?? 0n;
    const rejected: InvoiceCommand = { type: 'RejectRefund', noteId, amountMinor, at: AT };
    return index % 2 === 0 ? [{ ...command, noteId }] : [{ ...command, noteId }, rejected];
  });
}

const histories = fc
  .tuple(bases, fc.array(steps, { maxLength: 8 }), fc.bigInt(0n, 5_000n))
  .map(([basis, more, credit]): InvoiceCommand[] => {
    const { currency } = basis;
    const funds = {
      creditNotes: [{ id: 'balance', amount: { minor: credit, currency } }],
      wallets: [],
    };
    return [
      { type: 'DraftInvoice', basis, basisHash: 'hash', draftedAt: AT, finalAt: AT },
      { type: 'FinaliseInvoice', number: 'INV-1', funds, finalisedAt: AT },
      ...named(more),
    ];
  });

/** What the accounts should stand at, by the invoice itself. */
function expectedOf(invoice: Final): Record<Account, bigint> {
  const { status, settled, totals, receipts = [], creditNotes = [], disputes = [] } = invoice;
  const isVoid = status === 'void';
  const due = dueMinor(invoice);
  const applied = isVoid ? 0n : settled.creditAppliedMinor - settled.creditGeneratedMinor;
  const noteTax = sum(creditNotes.map(({ taxMinor }) => taxMinor));
  const noteNet = sum(creditNotes.map(({ totalMinor, taxMinor }) => totalMinor - taxMinor));
  const toBalance = sum(creditNotes.map(({ toBalanceMinor }) => toBalanceMinor));
  const refunds = sum(creditNotes.map(({ refundedMinor }) => refundedMinor));
  const disputed = (of: 'open' | 'lost') =>
    sum(disputes.filter((one) => one.status === of).map(({ amountMinor }) => amountMinor));
  const lost = disputed('lost') - sum(creditNotes.map(({ toLossMinor = 0n }) => toLossMinor));
  const came = sum(receipts.map(({ appliedMinor, overMinor }) => appliedMinor + overMinor));
  const deferred = isVoid ? 0n : sum(deferralsOf(invoice).map(({ amountMinor }) => amountMinor));
  const net = isVoid ? 0n : totals.totalMinor - totals.taxMinor - noteNet;
  return {
    accounts_receivable: status === 'open' ? due : 0n,
    bad_debt: lost + (status === 'uncollectible' ? due : 0n),
    cash: came - disputed('open') - disputed('lost'),
    customer_credit: applied - toBalance - sum(receipts.map(({ overMinor }) => overMinor)),
    refunds_payable: -refunds,
    tax_payable: isVoid ? 0n : -(totals.taxMinor - noteTax),
    deferred_revenue: -deferred,
    revenue: -(net - deferred),
    ...{ wallet_liability: 0n, promotional_expense: 0n, disputed_funds: disputed('open') },
  };
}

/** Accounts that stand elsewhere than the invoice says; `written off` invoices that were paid later move what is lost. */
function differing(state: Final, balances: ReadonlyMap<string, bigint>): string[] {
  return Object.entries(expectedOf(state)).flatMap(([account, minor]) => {
    const got = balances.get(account) ?? 0n;
    return got === minor ? [] : [`${account} ${got}, not ${minor}`];
  });
}

test('whatever happens to an invoice, its postings sum to zero and stand where the invoice says', () => {
  fc.assert(
    fc.property(histories, (commands) => {
      const { state, postings } = play(commands);
      const balances = balancesOf(postings);
      expect(sum([...balances.values()])).toBe(0n);
      expect(differing(state as Final, balances)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('a posting that is missing, or that moves an account too much, is seen', () => {
  const commands = fc.sample(histories, { numRuns: 200, seed: 7 });
  const paid = commands.map(play).find(({ postings }) => postings.some(({ kind }) => kind === 'payment'));
  if (paid === undefined) throw new Error('one of them is paid');
  const { state, postings } = paid;
  expect(differing(state as Final, balancesOf(postings))).toEqual([]);
  expect(differing(state as Final, balancesOf(postings.slice(1)))).not.toEqual([]);
  const [first] = postings;
  if (first === undefined) throw new Error('there is a posting');
  const uneven = { ...first, amounts: { ...first.amounts, cash: 1n } };
  expect(() => posted(uneven)).toThrow('sums to zero');
});

test('a note takes from the days that are left, and what they do not hold from revenue of its day', () => {
  const basis = basisOf([feeCharge(flat('31'))], null);
  const note = (amountMinor: bigint, createdAt: Instant, noteId: string): InvoiceCommand => ({
    ...{ type: 'CreditInvoice', noteId, number: 'CN-1', reason: null, taken: new Map(), to: 'balance' },
    ...{ items: [{ lineId: 'lin_fee', amountMinor }], createdAt },
  });
  const funds = { creditNotes: [], wallets: [] };
  const { state, postings } = play([
    { type: 'DraftInvoice', basis, basisHash: 'hash', draftedAt: day(0), finalAt: day(0) },
    { type: 'FinaliseInvoice', number: 'INV-1', funds, finalisedAt: day(0) },
    note(10_50n, day(10), 'crn_1'),
    note(20_50n, day(20), 'crn_2'),
  ]);
  expect(deferralsOf(state as Final).map(({ amountMinor, from }) => [amountMinor, from])).toEqual([
    [31_00n, '2024-01-01'],
    [-10_50n, '2024-01-11'],
    // 11.00 of the fee less 5.50 of the first note are left.
    [-5_50n, '2024-01-21'],
  ]);
  expect(postings.at(-1)).toMatchObject({
    kind: 'credit_note',
    revenueOn: localDate('2024-01-10'),
    amounts: { deferred_revenue: 5_50n, revenue: 15_00n, accounts_receivable: -20_50n },
  });
});
