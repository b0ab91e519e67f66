import { expect, test } from 'vitest';
import { decodeJson, type JsonValue } from '@tollgate/kernel/codec';
import { foldEvents } from '@tollgate/kernel/decider';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant } from '@tollgate/kernel/time/time';
import old from '../../../test/fixtures/rules-1.json' with { type: 'json' };
import { withUsage } from './basis.js';
import { compute } from './computation.js';
import { invoiceDecider } from './invoice.js';
import { presentInvoice, type InvoiceV1 } from './invoice-v1.js';
import type { Invoice, InvoiceEvent } from './state.js';

/** What an earlier release wrote, byte for byte: its journal, and its row. */
interface Story {
  readonly events: readonly JsonValue[];
  readonly state: JsonValue;
}

const { paid, draft, void: voided }: Readonly<Record<'paid' | 'draft' | 'void', Story>> = old.stories;

const folded = ({ events }: Story) =>
  foldEvents(invoiceDecider, decodeJson(events) as readonly InvoiceEvent[]);
const shown = ({ state }: Story): Invoice => presentInvoice(decodeJson(state) as InvoiceV1);

test.each([
  ['paid', paid],
  ['draft', draft],
  ['void', voided],
])('an invoice of rules 1 that is %s has the same row as its journal comes to', (_status, story) => {
  expect(shown(story)).toEqual(folded(story));
});

test.each([
  ['paid', paid],
  ['draft', draft],
  ['void', voided],
])(
  'an invoice of rules 1 that is %s comes to the same lines and totals by the rules of now',
  (_status, story) => {
    const { basis, lines, totals } = shown(story);
    expect(compute(basis)).toEqual({ lines, totals });
  },
);

test('what was due and paid is said of invoices from before it was written down', () => {
  expect(shown(paid)).toMatchObject({ status: 'paid', settled: { dueMinor: 3176n }, paidMinor: 3176n });
  expect(shown(voided)).toMatchObject({ status: 'void', settled: { dueMinor: 2380n }, paidMinor: 0n });
});

test('a draft of rules 1 is re-totalled by the rules of now, and late lines stand', () => {
  const state = shown(draft);
  const positions = { mtr_01kb0000000000000000000001: { from: null, to: decimal('2000000') } };
  const { from } = state.basis.period;
  const basis = withUsage(state.basis, { subscriptionId: 'sub_1', from, positions });
  const retotal = { type: 'RetotalDraft', basis, basisHash: 'other' } as const;
  const decided = invoiceDecider.decide(retotal, state);
  const after = decided.ok ? foldEvents(invoiceDecider, decided.events, state) : null;
  expect(after).toMatchObject({
    status: 'draft',
    lines: [
      { kind: 'usage', quantity: '2000000', amountMinor: 150n },
      { kind: 'usage', quantity: '0', amountMinor: 0n },
      { kind: 'fee', amountMinor: 2000n },
      { kind: 'late', quantity: '1000000', amountMinor: 150n },
      { kind: 'late', quantity: '-100000', amountMinor: -70n },
    ],
  });
});

test('an open invoice of rules 1 is paid by what was due', () => {
  const open = foldEvents(invoiceDecider, (decodeJson(paid.events) as readonly InvoiceEvent[]).slice(0, 2));
  const paidAt = instant('2024-01-02T00:00:00Z');
  const pay = (amountMinor: bigint) =>
    invoiceDecider.decide(
      { type: 'RecordPayment', paymentId: 'pay_1', amountMinor, paidAt, offline: false },
      open,
    );
  expect(pay(3176n)).toMatchObject({ ok: true, events: [{ type: 'InvoicePaid' }] });
  expect(pay(3175n)).toMatchObject({ ok: true, events: [{ type: 'InvoicePartlyPaid' }] });
});
