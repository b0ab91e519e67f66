import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { AT, basisOf, feeCharge, flat, JANUARY, perUnit, usageCharge } from '../../test/charges.js';
import type { Basis } from '../invoice/domain/basis.js';
import { drawnBy } from '../invoice/domain/drawn.js';
import { invoiceDecider, type InvoiceCommand } from '../invoice/domain/invoice.js';
import { NO_FUNDS } from '../invoice/domain/settled.js';
import type { InvoiceState } from '../invoice/domain/state.js';
import { drawnAnew } from './domain/drawdown.js';
import { CommitmentBook } from './handlers.js';

const terms = { customerId: 'cus_1', currency: 'USD', from: JANUARY.from, until: AT };
/** What was paid in advance, in cents, and whether the subscription may use it. */
const prepaid = fc.array(fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.boolean()), {
  minLength: 1,
  maxLength: 3,
});
const cents = (minor: number): string => (minor / 100).toFixed(2);

/** The book over these, of which nothing was drawn yet. */
const bookOf = (paid: readonly (readonly [number, boolean])[]): Promise<CommitmentBook> => {
  const rows = paid.map(([minor, isTheirs], index) => ({
    id: `cmt_${index}`,
    commitment: { ...terms, amount: cents(minor), subscriptionIds: [isTheirs ? 'sub_1' : 'sub_2'] },
    drawn: '0',
  }));
  return CommitmentBook.open({ query: async () => rows } as unknown as TenantTx, ['cus_1']);
};

/** What an invoice is made of, and what becomes of it. */
const made = fc.record({
  usage: fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 3 }),
  fee: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: null }),
  percent: fc.option(fc.integer({ min: 1, max: 100 }), { nil: null }),
  again: fc.option(fc.integer({ min: 0, max: 40_000 }), { nil: null }),
  end: fc.constantFrom('draft' as const, 'open' as const, 'void' as const),
});
type Made = typeof made extends fc.Arbitrary<infer M> ? M : never;

function basisWith({ usage, fee, percent }: Pick<Made, 'usage' | 'fee' | 'percent'>): Basis {
  const basis = basisOf([
    ...usage.map((minor, index) => usageCharge(`m${index}`, perUnit('0.01'), String(minor))),
    ...(fee === null ? [] : [feeCharge(flat(cents(fee)))]),
  ]);
  if (percent === null) return basis;
  const coupon = { id: 'cpa_1', target: 'subscription', keys: [], subscriptionId: 'sub_1' } as const;
  return { ...basis, coupons: [{ ...coupon, value: { percent: decimal(String(percent)) } }] };
}

/** The states that an invoice goes through, each drawing what the book still has for it. */
function lived(book: CommitmentBook, { again, end, ...first }: Made): InvoiceState {
  let state: InvoiceState = invoiceDecider.initial;
  const go = (command: InvoiceCommand) => {
    const decided = invoiceDecider.decide(command, state);
    if (!decided.ok) return;
    const after = foldEvents(invoiceDecider, decided.events, state);
    book.take(state, after);
    state = after;
  };
  const drawing = (basis: Basis) => ({ basis: drawnAnew(basis, book.for(state)), basisHash: String(again) });
  go({ type: 'DraftInvoice', ...drawing(basisWith(first)), draftedAt: AT, finalAt: AT });
  if (again !== null) go({ type: 'RetotalDraft', ...drawing(basisWith({ ...first, usage: [again] })) });
  if (end !== 'draft') go({ type: 'FinaliseInvoice', number: 'INV-1', funds: NO_FUNDS, finalisedAt: AT });
  if (end === 'void') go({ type: 'VoidInvoice', reason: 'wrong', voidedAt: AT, isGivenBack: false });
  return state;
}

test('of what was paid in advance no more is drawn than was paid, whatever becomes of the invoices', async () => {
  await fc.assert(
    fc.asyncProperty(prepaid, fc.array(made, { minLength: 1, maxLength: 6 }), async (paid, invoices) => {
      const book = await bookOf(paid);
      const drawn = new Map<string, bigint>();
      for (const one of invoices) {
        const state = lived(book, one);
        if (state.status === 'none' || state.status === 'void') continue;
        const taken = drawnBy(state.basis, state.lines);
        for (const { id, minor } of taken) drawn.set(id, (drawn.get(id) ?? 0n) + minor);
        const used = state.lines.filter(({ kind }) => kind === 'usage');
        const most = used.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
        expect(taken.reduce((sum, { minor }) => sum + minor, 0n) <= most).toBe(true);
        expect(state.totals.totalMinor >= 0n).toBe(true);
      }
      const left = new Map(book.for(invoiceDecider.initial).map((one) => [one.id, one.availableMinor]));
      for (const [index, [minor, isTheirs]] of paid.entries()) {
        const id = `cmt_${index}`;
        expect((left.get(id) ?? 0n) >= 0n).toBe(true);
        expect((left.get(id) ?? 0n) + (drawn.get(id) ?? 0n)).toBe(BigInt(minor));
        if (!isTheirs) expect(drawn.get(id)).toBeUndefined();
      }
    }),
  );
});
