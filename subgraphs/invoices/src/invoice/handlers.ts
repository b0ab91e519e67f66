import { InputReader, type Parsed } from '@tollgate/kernel/input';
import type { Instant } from '@tollgate/kernel/time/time';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { FinaliseInvoiceInput, VoidInvoiceInput, WriteOffInvoiceInput } from '../generated/graphql.js';
import { invoices, type InvoiceChange } from './aggregate.js';
import type { InvoiceCommand } from './domain/invoice.js';
import { awaitsFacts } from '../tax/domain/invoice-tax.js';
import { givesBackOf } from './domain/given-back.js';
import { finalise, keepPaid, Purses, type Finalising } from './handlers/purses.js';
import { lockInvoices } from './store.js';
import { takeNumbers } from './store/numbers.js';
import { findGiving } from './store/giving.js';
import { notFinalisedView, notVoidedView, notWrittenOffView } from './view.js';

const REASON_MAX_CHARS = 500;

/** Drafts of which it is known how they are taxed: only those can become final. */
function ready(finalising: readonly Finalising[]): readonly Finalising[] {
  return finalising.filter(
    ({ draft: { state } }) => state.status !== 'draft' || !awaitsFacts(state.basis.tax),
  );
}

/**
 * Finalises drafts with the next numbers, in the order of their ids, each at its business time; payment is collected at
 * once, so it is due then. They must be recorded in this transaction, or their numbers were a gap. Those of which it is not
 * known how they are taxed stay as they are.
 */
export async function numbered(
  tx: TenantTx,
  asked: readonly Finalising[],
): Promise<readonly InvoiceChange[]> {
  const finalising = [...ready(asked)].sort((a, b) => (a.draft.id < b.draft.id ? -1 : 1));
  if (finalising.length === 0) return [];
  // They travel together.
  const [numbers, purses] = await Promise.all([
    takeNumbers(
      tx,
      'invoice',
      finalising.map(({ at }) => at),
    ),
    Purses.open(
      tx,
      finalising.map(({ draft }) => draft),
    ),
  ]);
  const changes = finalising.map((one, index) => purses.settled(one, numbers[index] ?? ''));
  await purses.record(tx);
  return changes;
}

/** Finalises a draft now. */
export async function finaliseInvoice(caller: Caller, input: FinaliseInvoiceInput) {
  const { invoiceId } = input;
  const asked = { name: 'finaliseInvoice', input, access: 'backend', subject: invoiceId } as const;
  return command(caller, asked, (tx) => finaliseNow(tx, invoiceId));
}

/** The work of it: nothing is taken from the counter for an invoice that cannot be finalised. */
export async function finaliseNow(tx: TenantTx, invoiceId: string) {
  lockInvoices(tx);
  const [at, draft] = await Promise.all([tx.now(), invoices.loadOne(tx, invoiceId)]);
  const trial = invoices.decide(draft, finalise('', at), at);
  if (!trial.ok) return notFinalisedView(trial.rejection, invoiceId);
  await invoices.record(tx, await numbered(tx, [{ draft, at }]));
  return { __typename: 'InvoiceFinalised' as const, invoiceId };
}

/** Withdraws an open invoice. */
export async function voidInvoice(caller: Caller, input: VoidInvoiceInput) {
  const { invoiceId } = input;
  const asked = { name: 'voidInvoice', input, access: 'backend', subject: invoiceId } as const;
  return command(caller, asked, async (tx) => {
    const reason = readReason(input);
    if (!reason.ok) return reason.rejection;
    lockInvoices(tx);
    const [at, invoice, others] = await Promise.all([
      tx.now(),
      invoices.loadOne(tx, invoiceId),
      findGiving(tx, invoiceId),
    ]);
    const { state } = invoice;
    const isGivenBack =
      state.status !== 'none' && others.some((one) => givesBackOf(one.invoice, { ...state, id: invoiceId }));
    const asked = { type: 'VoidInvoice', reason: reason.value, voidedAt: at, isGivenBack } as const;
    const decided = invoices.decide(invoice, asked, at);
    if (!decided.ok) return notVoidedView(decided.rejection, invoiceId);
    await recordVoid(tx, decided.change, at);
    return { __typename: 'InvoiceVoided' as const, invoiceId };
  });
}

/** Records that an invoice is void: what the payer's balance and wallet paid of it is theirs again. */
export async function recordVoid(tx: TenantTx, change: InvoiceChange, at: Instant): Promise<void> {
  const purses = await Purses.open(tx, [change.after]);
  purses.giveBack(change.after, at);
  await purses.record(tx);
  await invoices.record(tx, [change]);
}

/** Gives an open invoice up. */
export async function writeOffInvoice(caller: Caller, input: WriteOffInvoiceInput) {
  const { invoiceId } = input;
  const asked = { name: 'writeOffInvoice', input, access: 'backend', subject: invoiceId } as const;
  return command(caller, asked, async (tx) => {
    const reason = readReason(input);
    if (!reason.ok) return reason.rejection;
    lockInvoices(tx);
    const [at, invoice] = await Promise.all([tx.now(), invoices.loadOne(tx, invoiceId)]);
    const asked = { type: 'WriteOffInvoice', reason: reason.value, writtenOffAt: at } as const;
    const decided = invoices.decide(invoice, asked, at);
    if (!decided.ok) return notWrittenOffView(decided.rejection, invoiceId);
    await invoices.record(tx, [decided.change]);
    return { __typename: 'InvoiceWrittenOff' as const, invoiceId };
  });
}

function readReason(input: { readonly reason: string }): Parsed<string> {
  const fields = new InputReader();
  const reason = fields.prose('input.reason', input.reason, REASON_MAX_CHARS);
  if (fields.rejection === null && reason === null)
    fields.reject('input.reason', `Give a reason of 1 to ${REASON_MAX_CHARS} characters.`);
  return fields.result(reason ?? '');
}

/** News of a payment for one invoice. */
export interface PaymentNews {
  readonly invoiceId: string;
  readonly occurredAt: Instant;
  readonly command: Extract<
    InvoiceCommand,
    {
      type:
        | 'RecordPayment'
        | 'RecordPaymentFailure'
        | 'SendRefund'
        | 'RejectRefund'
        | 'SendBalanceRefund'
        | 'RejectBalanceRefund';
    }
  >;
}

/** Records payments and failures in the order in which they came. A rejection is an operator's matter: it throws. */
export async function recordPayments(tx: TenantTx, news: readonly PaymentNews[]): Promise<void> {
  lockInvoices(tx);
  const loaded = await invoices.load(tx, [...new Set(news.map(({ invoiceId }) => invoiceId))]);
  const changes: InvoiceChange[] = [];
  for (const { invoiceId, occurredAt, command: told } of news) {
    const decided = invoices.decide(loaded.get(invoiceId) ?? invoices.fresh(invoiceId), told, occurredAt);
    if (!decided.ok) throw new Error(`${told.type} on ${invoiceId} rejected: ${decided.rejection.message}`);
    loaded.set(invoiceId, decided.change.after);
    changes.push(decided.change);
  }
  await invoices.record(tx, changes);
  await keepPaid(tx, changes);
}
