import type { Currency } from '@tollgate/kernel/money/currency';
import type { Period } from '@tollgate/kernel/time/time';
import { moneyView } from '../rating/view.js';
import type { Line } from './domain/computation.js';
import { dueMinor } from './domain/due.js';
import { NO_FUNDS, settledBy } from './domain/settled.js';
import type { Invoice } from './domain/state.js';
import { noteView } from './view/note.js';
import type { StoredInvoice } from './store.js';
import { ComputedLineView, ComputedView, statusView } from './view.js';

/** An invoice as the schema shows it. */
export function invoiceView(stored: StoredInvoice) {
  return new InvoiceView(stored);
}

class InvoiceView extends ComputedView {
  readonly id: string;
  readonly #invoice: Invoice;

  constructor({ id, invoice }: StoredInvoice) {
    super(invoice);
    this.id = id;
    this.#invoice = invoice;
  }

  get status() {
    return statusView(this.#invoice.status);
  }

  /** There may be ten thousand of them. */
  get lines() {
    return this.#invoice.lines.map((line) => new LineView(line, this.currency));
  }

  get createdAt() {
    return this.#invoice.createdAt;
  }

  get revision() {
    return this.#invoice.revision;
  }

  get creditNotes() {
    const of = { invoiceId: this.id, currency: this.currency };
    return (this.#issued?.creditNotes ?? []).map((note) => noteView({ ...of, note }));
  }

  get creditApplied() {
    return this.#amount(this.#settled.creditAppliedMinor);
  }

  get walletApplied() {
    return this.#amount(this.#settled.walletAppliedMinor);
  }

  get creditGenerated() {
    return this.#amount(this.#settled.creditGeneratedMinor);
  }

  get amountPaid() {
    return this.#amount(this.#issued?.paidMinor ?? 0n);
  }

  get amountDue() {
    return this.#amount(this.#issued === null ? this.#settled.dueMinor : dueMinor(this.#issued));
  }

  get number() {
    return this.#issued?.number ?? null;
  }

  get finalisedAt() {
    return this.#issued?.finalisedAt ?? null;
  }

  get dueAt() {
    return this.#issued?.dueAt ?? null;
  }

  get paidAt() {
    return this.#invoice.status === 'paid' ? this.#invoice.paidAt : null;
  }

  get voidedAt() {
    return this.#invoice.status === 'void' ? this.#invoice.voidedAt : null;
  }

  get writtenOffAt() {
    return this.#invoice.status === 'uncollectible' ? this.#invoice.writtenOffAt : null;
  }

  get declineCode() {
    return this.#invoice.status === 'open' ? this.#invoice.declineCode : null;
  }

  get #issued(): Issued | null {
    return this.#invoice.status === 'draft' ? null : this.#invoice;
  }

  /** A draft shows what it comes to. */
  get #settled() {
    const invoice = this.#invoice;
    return invoice.status === 'draft' ? settledBy(invoice, NO_FUNDS) : invoice.settled;
  }

  #amount(minor: bigint) {
    return moneyView(minor, this.currency);
  }
}

class LineView extends ComputedLineView {
  readonly period: Period;

  constructor(line: Line, currency: Currency) {
    super(line, currency);
    this.period = line.period;
  }
}

type Issued = Exclude<Invoice, { readonly status: 'draft' }>;
