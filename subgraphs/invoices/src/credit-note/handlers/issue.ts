import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { BalanceBook } from '../../balance/handlers.js';
import { WalletBook } from '../../balance/handlers/wallet.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from '../../invoice/aggregate.js';
import { payerOf, type Basis } from '../../invoice/domain/basis.js';
import type { CreditInvoice } from '../../invoice/domain/credit.js';
import { isDisputed } from '../../invoice/domain/dispute.js';
import type { Note } from '../../invoice/domain/state.js';
import { numbered } from '../../invoice/handlers.js';
import { takeNumbers } from '../../invoice/store/numbers.js';

/** Parts of one invoice's lines that are given back, in the order of its lines; amounts before coupons. */
export interface InvoiceCredit {
  readonly invoiceId: string;
  readonly items: CreditInvoice['items'];
}

const NOTHING_TAKEN: CreditInvoice['taken'] = new Map();

/**
 * A credit note for each invoice, in the order of the invoices; what is not due any more becomes credit of the customer, or is
 * paid back. A draft among them is finalised first; one of which it is not known how it is taxed has none, nor has one in dispute. Nobody asks for more
 * than is left.
 */
export async function issueNotes(
  tx: TenantTx,
  credits: readonly InvoiceCredit[],
  { to, occurredAt }: { readonly to: CreditInvoice['to']; readonly occurredAt: Instant },
): Promise<void> {
  if (credits.length === 0) return;
  const loaded = await invoices.load(
    tx,
    credits.map(({ invoiceId }) => invoiceId),
  );
  const before = await finalised(tx, [...loaded.values()], occurredAt);
  const current = new Map([...loaded, ...before.map(({ id, after }) => [id, after] as const)]);
  const possible = credits.flatMap(({ invoiceId, items }) => {
    const invoice = current.get(invoiceId);
    assert(invoice !== undefined, 'items are of invoices');
    const { state } = invoice;
    // Plans rejects these as soon as it knows of them.
    const isHeld = state.status === 'none' || state.status === 'draft' || isDisputed(state);
    return isHeld ? [] : [{ invoice, items }];
  });
  if (possible.length === 0) return;
  const numbers = await takeNumbers(
    tx,
    'credit_note',
    possible.map(() => occurredAt),
  );
  const notes = possible.map(({ invoice, items }, index) => {
    const number = numbers[index] ?? '';
    const asked = { to, items, number, reason: null, taken: NOTHING_TAKEN };
    const decided = decidedNote(invoice, asked, occurredAt);
    assert(decided.ok, 'what is unused of a final invoice can be given back');
    return decided.change;
  });
  await recordNotes(tx, [...before, ...notes], occurredAt);
}

/** What a note on an invoice comes to, or why there is none; nothing is written. */
export function decidedNote(
  invoice: LoadedInvoice,
  asked: Omit<CreditInvoice, 'type' | 'noteId' | 'createdAt'>,
  createdAt: Instant,
) {
  const command = { type: 'CreditInvoice', noteId: newId('crn'), ...asked, createdAt } as const;
  return invoices.decide(invoice, command, createdAt);
}

/** Records notes, what of them becomes credit of the customer, and what goes back to its wallet. */
export async function recordNotes(
  tx: TenantTx,
  changes: readonly InvoiceChange[],
  at: Instant,
): Promise<void> {
  await invoices.record(tx, changes);
  const credited = changes.flatMap(({ events, after: { state } }) =>
    events.flatMap((event) =>
      event.type === 'InvoiceCredited' && state.status !== 'none'
        ? [{ ...purseOf(state), note: event.note }]
        : [],
    ),
  );
  const whose = (chosen: (note: Note) => boolean) =>
    credited.filter(({ note }) => chosen(note)).map(({ customerId }) => customerId);
  const [book, wallets] = await Promise.all([
    BalanceBook.open(
      tx,
      whose(({ toBalanceMinor }) => toBalanceMinor > 0n),
    ),
    WalletBook.open(
      tx,
      whose(({ walletParts }) => walletParts !== undefined),
    ),
  ]);
  for (const { note, ...purse } of credited) {
    const cause = { kind: 'credit_note', id: note.id } as const;
    book.add({ ...purse, amountMinor: note.toBalanceMinor, cause, at });
    wallets.restore(purse, { parts: note.walletParts ?? [], cause, at });
  }
  await book.record(tx);
  await wallets.record(tx);
}

/** Whoever pays an invoice gets back what it paid. */
function purseOf({ basis }: { readonly basis: Basis }) {
  return { customerId: payerOf(basis), currency: basis.currency };
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
