import { expect, test } from 'vitest';
import { canonicalJson } from '@tollgate/kernel/codec';
import { foldEvents } from '@tollgate/kernel/decider';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant } from '@tollgate/kernel/time/time';
import { basisOf, feeCharge, flat } from '../../../test/charges.js';
import { invoiceDecider, type InvoiceCommand } from '../../invoice/domain/invoice.js';
import { NO_FUNDS } from '../../invoice/domain/settled.js';
import type { InvoiceEvent, InvoiceState } from '../../invoice/domain/state.js';
import { differencesOf } from './difference.js';
import { explanationOf } from './explanation.js';
import { proofOf } from './proof.js';

const AT = instant('2024-02-01T00:00:00Z');
const charge = feeCharge(flat('31.005'));
const basis = basisOf([charge], '19');
const hashOf = (value: unknown) => canonicalJson(value);

const commands: readonly InvoiceCommand[] = [
  { type: 'DraftInvoice', basis, basisHash: hashOf(basis), draftedAt: AT, finalAt: AT },
  { type: 'FinaliseInvoice', number: 'INV-1', funds: NO_FUNDS, finalisedAt: AT },
  {
    ...{
      type: 'CreditInvoice',
      noteId: 'crn_1',
      number: 'CN-1',
      to: 'balance',
      reason: null,
      taken: new Map(),
    },
    ...{ items: [{ lineId: charge.lineId, amountMinor: 1_000n }], createdAt: AT },
  },
];

function written(): readonly InvoiceEvent[] {
  let state: InvoiceState = invoiceDecider.initial;
  return commands.flatMap((command) => {
    const decided = invoiceDecider.decide(command, state);
    if (!decided.ok) throw new Error(decided.rejection.message);
    state = foldEvents(invoiceDecider, decided.events, state);
    return decided.events;
  });
}

const altered = (change: (event: InvoiceEvent) => InvoiceEvent) => proofOf(written().map(change), hashOf);

test('an invoice and its credit notes come to what was written', () => {
  const { state, disproofs } = proofOf(written(), hashOf);
  expect(disproofs).toEqual([]);
  expect(state).toMatchObject({ status: 'open', totals: { totalMinor: 3_690n } });
});

test('whatever is altered afterwards is found, and where', () => {
  const line = altered((event) => {
    if (event.type !== 'InvoiceDrafted') return event;
    return { ...event, lines: event.lines.map((one) => ({ ...one, amountMinor: 1n })) };
  });
  expect(line.disproofs).toEqual([
    { part: 'lines', path: 'lines[0].amountMinor', stored: '1', recomputed: '3101' },
  ]);
  const price = altered((event) => {
    if (event.type !== 'InvoiceDrafted') return event;
    return {
      ...event,
      basis: { ...event.basis, charges: [feeCharge(flat('3'), { lineId: charge.lineId })] },
    };
  });
  const parts = price.disproofs.map(({ part }) => part);
  expect([...new Set(parts)]).toEqual(['basis', 'lines', 'totals', 'credit_note']);
  const settled = altered((event) =>
    event.type === 'InvoiceFinalised'
      ? { ...event, settled: { ...event.settled, creditAppliedMinor: 5n } }
      : event,
  );
  expect(settled.disproofs).toMatchObject([{ part: 'settlement', stored: '3690', recomputed: '3695' }]);
  const note = altered((event) =>
    event.type === 'InvoiceCredited' ? { ...event, note: { ...event.note, totalMinor: 7n } } : event,
  );
  expect(note.disproofs).toMatchObject([{ part: 'credit_note', path: 'creditNotes[CN-1].totalMinor' }]);
});

test('values differ where they differ, and a missing part is one difference', () => {
  expect(differencesOf('a', { b: [1n, 2n] }, { b: [1n, 2n] })).toEqual([]);
  expect(differencesOf('', { b: [1n, 2n] }, { b: [1n] })).toEqual([
    { path: 'b[1]', stored: '2', recomputed: null },
  ]);
  expect(differencesOf('a', undefined, { b: 'x' })).toMatchObject([{ path: 'a', stored: null }]);
});

test('a line is explained: exact amount, rounding, coupons in their order, taxes', () => {
  const half = { percent: decimal('50') };
  const coupon = { target: 'invoice', keys: [], subscriptionId: null } as const;
  const discounted = {
    ...basis,
    coupons: [
      { id: 'apc_2', value: { amount: decimal('1'), currency: 'USD' as const }, ...coupon },
      { id: 'apc_1', value: half, ...coupon, target: 'subscription', subscriptionId: charge.subscriptionId },
    ],
  } as const;
  const { state } = proofOf(written(), hashOf);
  if (state.status === 'none') throw new Error('there is an invoice');
  const [line] = explanationOf({ ...state, basis: discounted });
  expect(line).toMatchObject({
    ...{ exactAmount: '31.005', rounding: '0.005', part: '1', discountedAmount: '14.505', credits: null },
    discounts: [
      { id: 'apc_1', amount: '15.505' },
      { id: 'apc_2', amount: '1' },
    ],
    taxes: [{ percent: '19', inclusive: false, exact: '2.75595', amountMinor: 276n }],
  });
});
