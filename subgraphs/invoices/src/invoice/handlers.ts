import { assert } from '@tollgate/kernel/assert';
import { InputReader, invalid } from '@tollgate/kernel/input';
import type { Instant } from '@tollgate/kernel/time/time';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { FinaliseInvoiceInput, VoidInvoiceInput } from '../generated/graphql.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from './aggregate.js';
import type { InvoiceCommand } from './domain/invoice.js';
import { NO_FUNDS } from './domain/settled.js';
import { lockInvoices, takeNumbers } from './store.js';
import { notFinalisedView, notVoidedView } from './view.js';

const NUMBER_DIGITS = 6;
const VOID_REASON_MAX_CHARS = 500;

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
  const first = await takeNumbers(tx, finalising.length);
  return [...finalising]
    .sort((a, b) => (a.draft.id < b.draft.id ? -1 : 1))
    .map(({ draft, at }, index) => {
      const number = `INV-${(first + BigInt(index)).toString().padStart(NUMBER_DIGITS, '0')}`;
      return carriedOut(draft, finalise(number, at), at);
    });
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
    const fields = new InputReader();
    const reason = fields.prose('input.reason', input.reason, VOID_REASON_MAX_CHARS);
    if (fields.rejection !== null) return fields.rejection;
    if (reason === null)
      return invalid('input.reason', `Give a reason of 1 to ${VOID_REASON_MAX_CHARS} characters.`);
    lockInvoices(tx);
    const [at, invoice] = await Promise.all([tx.now(), invoices.loadOne(tx, invoiceId)]);
    const decided = invoices.decide(invoice, { type: 'VoidInvoice', reason, voidedAt: at }, at);
    if (!decided.ok) return notVoidedView(decided.rejection, invoiceId);
    await invoices.record(tx, [decided.change]);
    return { __typename: 'InvoiceVoided' as const, invoiceId };
  });
}

/** News of a payment for one invoice. */
export interface PaymentNews {
  readonly invoiceId: string;
  readonly occurredAt: Instant;
  readonly command: Extract<InvoiceCommand, { type: 'RecordPayment' | 'RecordPaymentFailure' }>;
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
}

function finalise(number: string, at: Instant): InvoiceCommand {
  return { type: 'FinaliseInvoice', number, funds: NO_FUNDS, finalisedAt: at, dueAt: at };
}
