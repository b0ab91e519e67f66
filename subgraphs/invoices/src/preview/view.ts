import type { Currency } from '@tollgate/kernel/money/currency';
import type { Period } from '@tollgate/kernel/time/time';
import { noteAmountsView } from '../invoice/view/note.js';
import type { Line } from '../invoice/domain/computation.js';
import { NO_FUNDS, settledBy } from '../invoice/domain/settled.js';
import type { Invoice } from '../invoice/domain/state.js';
import { ComputedLineView, ComputedView } from '../invoice/view.js';
import { moneyView } from '../rating/view.js';
import type { MadeNote } from './handlers.js';

/** An invoice that would be made, as the schema shows it. */
export function previewView(invoice: Invoice | null) {
  return invoice && new PreviewView(invoice);
}

/** A credit note that would be made, as the schema shows it. */
export function creditView({ invoiceId, currency, note }: MadeNote) {
  return { invoiceId, creditNote: noteAmountsView(note, currency) };
}

/** An invoice that would be made. */
export class PreviewView extends ComputedView {
  readonly #invoice: Invoice;

  constructor(invoice: Invoice) {
    super(invoice);
    this.#invoice = invoice;
  }

  get lines() {
    return this.#invoice.lines.map((line) => new PreviewLineView(line, this.currency));
  }

  get creditApplied() {
    return moneyView(this.#settled.creditAppliedMinor, this.currency);
  }

  get walletApplied() {
    return moneyView(this.#settled.walletAppliedMinor, this.currency);
  }

  get creditGenerated() {
    return moneyView(this.#settled.creditGeneratedMinor, this.currency);
  }

  get amountDue() {
    return moneyView(this.#settled.dueMinor, this.currency);
  }

  /** A draft that waits for something else than time shows what it comes to. */
  get #settled() {
    const invoice = this.#invoice;
    return invoice.status === 'draft' ? settledBy(invoice, NO_FUNDS) : invoice.settled;
  }
}

class PreviewLineView extends ComputedLineView {
  readonly period: Period;

  constructor(line: Line, currency: Currency) {
    super(line, currency);
    this.period = line.period;
  }
}
