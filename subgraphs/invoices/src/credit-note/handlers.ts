import { assert } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { BalanceBook } from '../balance/handlers.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from '../invoice/aggregate.js';
import type { CreditInvoice } from '../invoice/domain/credit.js';
import { numbered } from '../invoice/handlers.js';

/** Parts of one invoice's lines that are given back, in the order of its lines; amounts before coupons. */
export interface InvoiceCredit {
  readonly invoiceId: string;
  readonly items: CreditInvoice['items'];
}

/**
 * A credit note for each invoice, in the order of the invoices; what is not due any more becomes credit of the customer. A
 * draft among them is finalised first.
 */
export async function issueNotes(
  tx: TenantTx,
  credits: readonly InvoiceCredit[],
  { currency, occurredAt }: { readonly currency: Currency; readonly occurredAt: Instant },
): Promise<void> {
  if (credits.length === 0) return;
  const loaded = await invoices.load(
    tx,
    credits.map(({ invoiceId }) => invoiceId),
  );
  const before = await finalised(tx, [...loaded.values()], occurredAt);
  const current = new Map([...loaded, ...before.map(({ id, after }) => [id, after] as const)]);
  const notes = credits.map(({ invoiceId, items }) => {
    const invoice = current.get(invoiceId);
    assert(invoice !== undefined, 'items are of invoices');
    return noteOf(invoice, items, occurredAt);
  });
  await invoices.record(tx, [...before, ...notes]);
  await toBalances(tx, notes, { currency, occurredAt });
}

async function finalised(
  tx: TenantTx,
  loaded: readonly LoadedInvoice[],
  at: Instant,
): Promise<readonly InvoiceChange[]> {
  const drafts = loaded.filter(({ state }) => state.status === 'draft');
  return numbered(
    tx,
    drafts.map((draft) => ({ draft, at })),
  );
}

function noteOf(invoice: LoadedInvoice, items: CreditInvoice['items'], createdAt: Instant): InvoiceChange {
  const decided = invoices.decide(
    invoice,
    { type: 'CreditInvoice', noteId: newId('crn'), items, createdAt },
    createdAt,
  );
  assert(decided.ok, 'what is unused of a final invoice can be given back');
  return decided.change;
}

async function toBalances(
  tx: TenantTx,
  notes: readonly InvoiceChange[],
  { currency, occurredAt: at }: { readonly currency: Currency; readonly occurredAt: Instant },
): Promise<void> {
  const credited = notes.flatMap(({ events, after: { state } }) =>
    events.flatMap((event) =>
      event.type === 'InvoiceCredited' && state.status !== 'none'
        ? [{ customerId: state.basis.customerId, note: event.note }]
        : [],
    ),
  );
  const book = await BalanceBook.open(
    tx,
    credited.map(({ customerId }) => customerId),
  );
  for (const { customerId, note } of credited) {
    const cause = { kind: 'credit_note', id: note.id } as const;
    book.add({ customerId, currency, amountMinor: note.toBalanceMinor, cause, at });
  }
  await book.record(tx);
}
