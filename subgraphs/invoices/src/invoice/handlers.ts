import { assert } from '@tollgate/kernel/assert';
import { InputReader, type Parsed } from '@tollgate/kernel/input';
import { money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import { BalanceBook, type Movement } from '../balance/handlers.js';
import type { Funds } from '../balance/domain/settlement.js';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { FinaliseInvoiceInput, VoidInvoiceInput, WriteOffInvoiceInput } from '../generated/graphql.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from './aggregate.js';
import { payerOf } from './domain/basis.js';
import type { InvoiceCommand } from './domain/invoice.js';
import type { InvoiceEvent } from './domain/state.js';
import { NO_FUNDS } from './domain/settled.js';
import { givesBackOf } from './domain/given-back.js';
import { lockInvoices, takeNumbers } from './store.js';
import { findGiving } from './store/giving.js';
import { notFinalisedView, notVoidedView, notWrittenOffView } from './view.js';

const NUMBER_DIGITS = 6;
const REASON_MAX_CHARS = 500;

/** The change of a command that our own reading says is possible. */
export function carriedOut(loaded: LoadedInvoice, asked: InvoiceCommand, at: Instant): InvoiceChange {
  const decided = invoices.decide(loaded, asked, at);
  assert(decided.ok, `${asked.type} is possible for an invoice that is ${loaded.state.status}`);
  return decided.change;
}

/** A draft that becomes final, and when. */
export interface Finalising {
  readonly draft: LoadedInvoice;
  readonly at: Instant;
}

/**
 * Finalises drafts with the next numbers, in the order of their ids, each at its business time; payment is collected at
 * once, so it is due then. They must be recorded in this transaction, or their numbers were a gap.
 */
export async function numbered(
  tx: TenantTx,
  finalising: readonly Finalising[],
): Promise<readonly InvoiceChange[]> {
  if (finalising.length === 0) return [];
  // They travel together.
  const [first, book] = await Promise.all([
    takeNumbers(tx, finalising.length),
    BalanceBook.open(
      tx,
      finalising.flatMap(({ draft }) => payerIn(draft) ?? []),
    ),
  ]);
  const changes = [...finalising]
    .sort((a, b) => (a.draft.id < b.draft.id ? -1 : 1))
    .map(({ draft, at }, index) => {
      const number = `INV-${(first + BigInt(index)).toString().padStart(NUMBER_DIGITS, '0')}`;
      return settledFrom(book, { draft, at }, number);
    });
  await book.record(tx);
  return changes;
}

/** Finalises a draft: the payer's credit pays first, and what the total is below zero becomes credit. */
function settledFrom(book: BalanceBook, { draft, at }: Finalising, number: string): InvoiceChange {
  const { state } = draft;
  assert(state.status === 'draft', 'only a draft is finalised');
  const { currency } = state.basis;
  const purse = { customerId: payerOf(state.basis), currency };
  const amount = money(book.amountMinor(purse), currency);
  const funds = { creditNotes: [{ id: 'balance', amount }], wallets: [] };
  const change = carriedOut(draft, finalise(number, at, funds), at);
  const { state: after } = change.after;
  assert(after.status !== 'none' && after.status !== 'draft', 'a finalised invoice is settled somehow');
  const cause = { kind: 'invoice', id: draft.id } as const;
  book.take({ ...purse, amountMinor: after.settled.creditAppliedMinor, cause, at });
  book.add({ ...purse, amountMinor: after.settled.creditGeneratedMinor, cause, at });
  return change;
}

function payerIn({ state }: LoadedInvoice): string | null {
  return state.status === 'none' ? null : payerOf(state.basis);
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

/** Records that an invoice is void: what the payer's credit paid of it is its again. */
export async function recordVoid(tx: TenantTx, change: InvoiceChange, at: Instant): Promise<void> {
  await returnCredit(tx, change, at);
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
    { type: 'RecordPayment' | 'RecordPaymentFailure' | 'RejectRefund' }
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
  await keepOver(tx, changes);
}

/** What nobody owes and no provider gives back is the customer's credit: what is over, and refunds that failed. */
async function keepOver(tx: TenantTx, changes: readonly InvoiceChange[]): Promise<void> {
  const over = changes.flatMap((change) => change.events.flatMap((event) => creditIn(event, change)));
  if (over.length === 0) return;
  const book = await BalanceBook.open(
    tx,
    over.map(({ customerId }) => customerId),
  );
  for (const one of over) book.add(one);
  await book.record(tx);
}

function creditIn(event: InvoiceEvent, { after: { state }, at }: InvoiceChange): Movement[] {
  if (state.status === 'none') return [];
  const { currency } = state.basis;
  const customerId = payerOf(state.basis);
  switch (event.type) {
    case 'InvoiceOverpaid': {
      const cause = { kind: 'payment', id: event.paymentId } as const;
      return [{ customerId, currency, amountMinor: event.amountMinor, cause, at }];
    }
    case 'NoteRefundRejected': {
      const cause = { kind: 'refund', id: event.noteId } as const;
      return [{ customerId, currency, amountMinor: event.amountMinor, cause, at }];
    }
    default:
      return [];
  }
}

function finalise(number: string, at: Instant, funds: Funds = NO_FUNDS): InvoiceCommand {
  return { type: 'FinaliseInvoice', number, funds, finalisedAt: at };
}

/** What the payer's credit paid of a void invoice is its again. */
async function returnCredit(tx: TenantTx, { id, after }: InvoiceChange, at: Instant): Promise<void> {
  const { state } = after;
  if (state.status !== 'void' || state.settled.creditAppliedMinor === 0n) return;
  const { currency } = state.basis;
  const customerId = payerOf(state.basis);
  const book = await BalanceBook.open(tx, [customerId]);
  const amountMinor = state.settled.creditAppliedMinor;
  book.add({ customerId, currency, amountMinor, cause: { kind: 'void', id }, at });
  await book.record(tx);
}
