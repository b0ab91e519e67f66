import { expect, test } from 'vitest';
import { AT, basisOf, feeCharge, flat } from '../../../test/charges.js';
import { invoiceDecider, type InvoiceCommand } from './invoice.js';
import { keptOf } from './kept.js';
import type { Invoice, InvoiceState } from './state.js';

const basis = basisOf([feeCharge(flat('100'))], null);

/** An invoice over 100.00 of which credit paid 20.00 and a card 80.00. */
const PAID: readonly InvoiceCommand[] = [
  { type: 'DraftInvoice', basis, basisHash: 'hash', draftedAt: AT, finalAt: AT },
  {
    ...{ type: 'FinaliseInvoice', number: 'INV-1', finalisedAt: AT },
    funds: {
      creditNotes: [{ id: 'balance', amount: { minor: 20_00n, currency: basis.currency } }],
      wallets: [],
    },
  },
  { type: 'RecordPayment', paymentId: 'pay_1', amountMinor: 80_00n, paidAt: AT, offline: false },
];

const OPEN: InvoiceCommand = {
  type: 'OpenDispute',
  dispute: { id: 'dsp_1', paymentId: 'pay_1', amountMinor: 80_00n, openedAt: AT },
};
const closed = (outcome: 'won' | 'lost'): InvoiceCommand => ({
  ...{ type: 'CloseDispute', disputeId: 'dsp_1', outcome, at: AT },
});
const note = (amountMinor: bigint, to: 'refund' | 'balance' = 'refund'): InvoiceCommand => ({
  ...{ type: 'CreditInvoice', noteId: `crn_${amountMinor}`, number: 'CN-1', reason: null, taken: new Map() },
  ...{ items: [{ lineId: 'lin_fee', amountMinor }], to, createdAt: AT },
});

function after(commands: readonly InvoiceCommand[]): Exclude<Invoice, { status: 'draft' }> {
  const state = commands.reduce<InvoiceState>((before, command) => {
    const decided = invoiceDecider.decide(command, before);
    return decided.ok ? decided.events.reduce(invoiceDecider.evolve, before) : before;
  }, invoiceDecider.initial);
  if (state.status === 'none' || state.status === 'draft') throw new Error('it is final');
  return state;
}

test('while a dispute is open nothing is credited, its money counts as paid back, and the invoice stays paid', () => {
  const open = after([...PAID, OPEN, OPEN]);
  expect(open).toMatchObject({ status: 'paid', disputes: [{ status: 'open' }] });
  expect(keptOf(open).providersMinor).toBe(0n);
  const rejection = { reason: 'InvoiceNotCreditable', status: 'paid' };
  expect(invoiceDecider.decide(note(1n), open)).toMatchObject({ rejection });
});

test('what was won can be given back again, and what was lost only lowers the loss, before what credit paid', () => {
  const won = after([...PAID, OPEN, closed('won'), closed('lost'), note(90_00n)]);
  expect(won.creditNotes).toMatchObject([{ refundedMinor: 80_00n, toBalanceMinor: 10_00n }]);
  expect(won.creditNotes?.[0]).not.toHaveProperty('toLossMinor');
  const lost = after([...PAID, OPEN, closed('lost'), note(50_00n), note(45_00n)]);
  expect(lost).toMatchObject({ status: 'paid', disputes: [{ status: 'lost' }] });
  expect(lost.creditNotes).toMatchObject([
    { toLossMinor: 50_00n, refundedMinor: 0n, toBalanceMinor: 0n },
    { toLossMinor: 30_00n, refundedMinor: 0n, toBalanceMinor: 15_00n },
  ]);
});
