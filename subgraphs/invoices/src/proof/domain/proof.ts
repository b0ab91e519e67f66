import { foldEvents } from '@tollgate/kernel/decider';
import { majorText, money } from '@tollgate/kernel/money/money';
import { decimal } from '@tollgate/kernel/number/decimal';
import { sumOf } from '../../balance/domain/grant.js';
import { presentBasis, type BasisV1 } from '../../invoice/domain/basis-v1.js';
import type { Basis } from '../../invoice/domain/basis.js';
import { amountsOf, compute } from '../../invoice/domain/computation.js';
import { creditNote } from '../../invoice/domain/credit-note.js';
import { creditedOn } from '../../invoice/domain/credited.js';
import { dueMinor } from '../../invoice/domain/due.js';
import { invoiceDecider } from '../../invoice/domain/invoice.js';
import type { ComputedV1 } from '../../invoice/domain/invoice-v1.js';
import type { Computed, Invoice, InvoiceEvent, InvoiceState, Note } from '../../invoice/domain/state.js';
import { differencesOf, type Difference } from './difference.js';

/** What of an invoice is proved. */
export type ProvenPart = 'basis' | 'lines' | 'totals' | 'settlement' | 'credit_note' | 'row';

type Issued = Exclude<Invoice, { readonly status: 'draft' }>;

/** A part of an invoice that is not what it is computed from. */
export interface Disproof extends Difference {
  readonly part: ProvenPart;
}

/** What an invoice's own events come to, computed again from the basis that each of them has. */
export interface Proof {
  readonly state: InvoiceState;
  readonly disproofs: readonly Disproof[];
}

/**
 * Computes an invoice again from its basis, and its credit notes from what they name, event by event, and says what does not
 * have the bytes that were written. `hashOf` is that of a basis.
 */
export function proofOf(events: readonly InvoiceEvent[], hashOf: (basis: Basis | BasisV1) => string): Proof {
  const disproofs: Disproof[] = [];
  let state: InvoiceState = invoiceDecider.initial;
  for (const event of events) {
    const before = state;
    state = foldEvents(invoiceDecider, [event], before);
    if ('basis' in event) disproofs.push(...computationDisproofs(event, hashOf));
    if (event.type === 'InvoiceFinalised') disproofs.push(...settlementDisproofs(state));
    if (event.type === 'InvoiceCredited') disproofs.push(...noteDisproofs(before, event.note));
  }
  return { state, disproofs };
}

/** What a row shows that its events do not come to. */
export function rowDisproofs(row: unknown, state: unknown): readonly Disproof[] {
  return named('row', differencesOf('', row, state));
}

function computationDisproofs(
  written: Computed | ComputedV1,
  hashOf: (basis: Basis | BasisV1) => string,
): readonly Disproof[] {
  const { basis, basisHash } = written;
  const { lines, totals } = compute(presentBasis(basis));
  const again = basis.rules === 1 ? amountsV1(lines, totals) : { lines, totals };
  const before = basis.rules === 1 ? amountsV1(written.lines, written.totals) : written;
  return [
    ...named('basis', differencesOf('basisHash', basisHash, hashOf(basis))),
    ...named('lines', differencesOf('lines', before.lines, again.lines)),
    ...named('totals', differencesOf('totals', before.totals, again.totals)),
  ];
}

/** Rules 1 wrote fewer fields: their amounts are what has to be the same. */
function amountsV1(
  lines: readonly { readonly id: string; readonly amountMinor: bigint; readonly taxMinor: bigint }[],
  { subtotalMinor, taxMinor, totalMinor }: ComputedV1['totals'],
) {
  return {
    lines: lines.map(({ id, amountMinor, taxMinor: tax }) => ({ id, amountMinor, taxMinor: tax })),
    totals: { subtotalMinor, taxMinor, totalMinor },
  };
}

/** What paid the total comes to the total. */
function settlementDisproofs(state: InvoiceState): readonly Disproof[] {
  if (state.status === 'none' || state.status === 'draft') return [];
  const { settled, totals } = state;
  const { creditAppliedMinor, walletAppliedMinor, creditGeneratedMinor, dueMinor: due } = settled;
  const paid = creditAppliedMinor + walletAppliedMinor + due - creditGeneratedMinor;
  const parts = sumOf(settled.walletParts ?? []);
  return [
    ...named('settlement', differencesOf('settled', totals.totalMinor, paid)),
    ...named('settlement', differencesOf('settled.walletAppliedMinor', walletAppliedMinor, parts)),
  ];
}

function noteDisproofs(before: InvoiceState, note: Note): readonly Disproof[] {
  if (before.status === 'none' || before.status === 'draft') return [];
  const { currency } = before.basis;
  const items = note.items.map(({ lineId, amountMinor }) => ({
    lineId,
    amount: decimal(majorText(money(amountMinor, currency))),
  }));
  const decided = creditNote(amountsOf(before.basis), creditedOn(before), items);
  const place = `creditNotes[${note.number ?? note.id}]`;
  if (!decided.ok) return named('credit_note', differencesOf(place, note.totalMinor, null));
  const { subtotal, taxes, tax, total } = decided.note;
  const again = {
    subtotalMinor: subtotal.minor,
    taxesMinor: taxes.map(({ amount }) => amount.minor),
    taxMinor: tax.minor,
    totalMinor: total.minor,
    toDueMinor: toDueOf(before, total.minor),
  };
  return named('credit_note', differencesOf(place, writtenNote(note), again));
}

function writtenNote({ subtotalMinor, taxes, taxMinor, totalMinor, toDueMinor }: Note) {
  const taxesMinor = taxes.map(({ amountMinor }) => amountMinor);
  return { subtotalMinor, taxesMinor, taxMinor, totalMinor, toDueMinor };
}

/** What is due is lowered first. */
function toDueOf(before: Issued, totalMinor: bigint): bigint {
  const due = dueMinor(before);
  return totalMinor < due ? totalMinor : due;
}

function named(part: ProvenPart, differences: readonly Difference[]): readonly Disproof[] {
  return differences.map((difference) => ({ part, ...difference }));
}

/** What a document of an invoice says once it is final: it never changes again, whatever is paid. */
export function documentOf(id: string, invoice: Issued) {
  const { number, basisHash, lines, totals, finalisedAt, dueAt } = invoice;
  return { id, number, basisHash, lines, totals, finalisedAt, dueAt };
}
