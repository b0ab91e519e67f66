import { InputReader, type Parsed } from '@tollgate/kernel/input';
import { assert } from '@tollgate/kernel/assert';
import { maySee, readScope } from '@tollgate/runtime/command/access';
import { command, rejected, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { CreateCreditNoteInput, PreviewCreditNoteInput } from '../../generated/graphql.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from '../../invoice/aggregate.js';
import { creditableItems, type CreditInvoice } from '../../invoice/domain/credit.js';
import { takenFrom } from '../../invoice/domain/credited.js';
import type { Invoice, InvoiceState, Note } from '../../invoice/domain/state.js';
import { lockInvoices } from '../../invoice/store.js';
import { takeNumbers } from '../../invoice/store/numbers.js';
import { findGiving } from '../../invoice/store/giving.js';
import { notCreditedView } from '../view.js';
import { readItems } from '../domain/items.js';
import { decidedNote, recordNotes } from './issue.js';

const REASON_MAX_CHARS = 500;
const TARGETS = { BALANCE: 'balance', REFUND: 'refund' } as const;

/** Gives back parts of an invoice. */
export async function createCreditNote(caller: Caller, input: CreateCreditNoteInput) {
  const { invoiceId } = input;
  const asked = { name: 'createCreditNote', input, access: 'backend', subject: invoiceId } as const;
  return command(caller, asked, async (tx) => {
    const fields = new InputReader();
    const reason = fields.prose('input.reason', input.reason, REASON_MAX_CHARS);
    if (fields.rejection !== null) return fields.rejection;
    lockInvoices(tx);
    const [at, known] = await Promise.all([tx.now(), readCreditable(tx, invoiceId)]);
    const read = askedOf(known, { ...input, reason });
    if (!read.ok) return read.rejection;
    const trial = decidedNote(known.invoice, read.value, at);
    if (!trial.ok) return notCreditedView(trial.rejection, invoiceId);
    const [number = ''] = await takeNumbers(tx, 'credit_note', [at]);
    const decided = decidedNote(known.invoice, { ...read.value, number }, at);
    assert(decided.ok, 'the number decides nothing');
    await recordNotes(tx, [decided.change], at);
    return { __typename: 'CreditNoteCreated' as const, creditNoteId: noteIn(decided.change).id };
  });
}

/** The same without a trace. */
export async function previewCreditNote({ db, context }: Caller, input: PreviewCreditNoteInput) {
  const { invoiceId } = input;
  return db.tenant(readScope(context), async (tx) => {
    const [at, known] = await Promise.all([tx.now(), readCreditable(tx, invoiceId)]);
    const { state } = known.invoice;
    if (state.status === 'none' || !maySee(context, state.basis.customerId))
      return rejected({ reason: 'UnknownInvoice', message: 'There is no such invoice.', invoiceId } as const);
    const read = askedOf(known, { ...input, reason: null });
    if (!read.ok) return rejected(read.rejection);
    const decided = decidedNote(known.invoice, read.value, at);
    if (!decided.ok) return rejected(notCreditedView(decided.rejection, invoiceId));
    const { currency } = state.basis;
    return { __typename: 'CreditNotePreview' as const, currency, note: noteIn(decided.change) };
  });
}

interface Creditable {
  readonly invoice: LoadedInvoice;
  /** What changes gave back of its lines. */
  readonly taken: CreditInvoice['taken'];
}

/** An invoice, and what others that stand gave back of it. */
async function readCreditable(tx: TenantTx, invoiceId: string): Promise<Creditable> {
  const [invoice, others] = await Promise.all([invoices.loadOne(tx, invoiceId), findGiving(tx, invoiceId)]);
  return { invoice, taken: takenFrom(others.map(({ invoice: { basis } }) => basis)) };
}

type Asked = Pick<CreateCreditNoteInput, 'items' | 'to'> & { readonly reason: string | null };

function askedOf(
  { invoice: { state }, taken }: Creditable,
  { items: drafts, to, reason }: Asked,
): Parsed<Omit<CreditInvoice, 'type' | 'noteId' | 'createdAt'>> {
  const items = itemsOf(state, taken, drafts);
  if (!items.ok) return items;
  const value = { items: items.value, to: TARGETS[to ?? 'BALANCE'], reason, number: '', taken };
  return { ok: true, value };
}

/** Without items it is all that is left, and where nothing is, the whole of the first line: then that is rejected. */
function itemsOf(
  state: InvoiceState,
  taken: CreditInvoice['taken'],
  drafts: Asked['items'],
): Parsed<Note['items']> {
  if (state.status === 'none') return { ok: true, value: [] };
  if (drafts !== null && drafts !== undefined) return readItems(drafts, state.basis.currency);
  const left = creditableItems(state, taken);
  return { ok: true, value: left.length > 0 ? left : wholeFirst(state) };
}

function wholeFirst({ lines }: Invoice): Note['items'] {
  return lines.slice(0, 1).map(({ id: lineId, amountMinor }) => ({ lineId, amountMinor }));
}

function noteIn({ events }: InvoiceChange): Note {
  const credited = events.find((event) => event.type === 'InvoiceCredited');
  assert(credited?.type === 'InvoiceCredited', 'a decision on a note makes one');
  return credited.note;
}
