import type { Decimal } from '@tollgate/kernel/number/decimal';
import { decimal } from '@tollgate/kernel/number/decimal';
import { majorText, money } from '@tollgate/kernel/money/money';
import { amountsOf, linesOf } from '../../invoice/domain/computation.js';
import { creditNote } from '../../invoice/domain/credit-note.js';
import { netLinesOf, splitNote } from '../../invoice/domain/net.js';
import type { Invoice, Note } from '../../invoice/domain/state.js';
import { ratesOf, type InvoiceTax } from '../../tax/domain/invoice-tax.js';

/** What a return is asked about: whose tax it is, by which rule, at which rate; name and rate are null where none was taken. */
export interface TaxKey {
  readonly treatment: InvoiceTax['treatment'];
  readonly jurisdiction: string | null;
  readonly name: string | null;
  readonly percent: Decimal | null;
}

/** What a document adds to a row of the report, in minor units. */
export interface TaxEntry extends TaxKey {
  readonly netMinor: bigint;
  readonly taxMinor: bigint;
}

type Issued = Exclude<Invoice, { readonly status: 'draft' }>;

/** What an invoice was taxed with: the net of the lines that each rate is on, and its tax. */
export function invoiceTaxEntries(invoice: Issued): readonly TaxEntry[] {
  const { basis } = invoice;
  const nets = netLinesOf(invoice).map(({ minor }) => minor);
  const taxes = amountsOf(basis).taxes.map(({ rate, amountMinor }) => ({ id: rate.id, amountMinor }));
  return entriesOf(linesWithNets(invoice, nets), taxes);
}

/** What a credit note gave back of that. */
export function noteTaxEntries(invoice: Issued, noteId: string): readonly TaxEntry[] {
  const { basis, creditNotes = [] } = invoice;
  const place = creditNotes.findIndex(({ id }) => id === noteId);
  const note = creditNotes[place];
  if (note === undefined) return [];
  const items = note.items.map(({ lineId, amountMinor }) => ({
    lineId,
    amount: decimal(majorText(money(amountMinor, basis.currency))),
  }));
  const decided = creditNote(amountsOf(basis), creditedBy(creditNotes.slice(0, place)), items);
  const taxes = decided.ok
    ? decided.note.taxes.map(({ id, amount }) => ({ id, amountMinor: amount.minor }))
    : [];
  const parts = splitNote(note.totalMinor - note.taxMinor, note.items, netLinesOf(invoice));
  const byLine = new Map<string, bigint>();
  for (const [index, { lineId }] of note.items.entries())
    byLine.set(lineId, (byLine.get(lineId) ?? 0n) + (parts[index] ?? 0n));
  const nets = invoice.lines.map(({ id }) => byLine.get(id) ?? 0n);
  return entriesOf(linesWithNets(invoice, nets), taxes);
}

function creditedBy(notes: readonly Note[]): ReadonlyMap<string, bigint> {
  const credited = new Map<string, bigint>();
  for (const { items } of notes)
    for (const { lineId, amountMinor } of items)
      credited.set(lineId, (credited.get(lineId) ?? 0n) + amountMinor);
  return credited;
}

interface TaxedLine {
  readonly tax: InvoiceTax;
  /** Of its rates. */
  readonly rateIds: readonly string[];
  readonly netMinor: bigint;
}

function linesWithNets({ basis, lines }: Issued, nets: readonly bigint[]): readonly TaxedLine[] {
  const apart = new Map(
    basis.charges.flatMap((charge) =>
      charge.kind === 'credit' && charge.tax !== undefined ? [[charge.lineId, charge.tax] as const] : [],
    ),
  );
  return linesOf(basis, lines).map(({ taxes = [] }, index) => ({
    tax: apart.get(lines[index]?.id ?? 'lin_') ?? basis.tax,
    rateIds: taxes,
    netMinor: nets[index] ?? 0n,
  }));
}

/** One entry for each rate, and one for what no rate is on. */
function entriesOf(
  lines: readonly TaxedLine[],
  taxes: readonly { readonly id: string; readonly amountMinor: bigint }[],
): readonly TaxEntry[] {
  const entries = new Map<string, TaxEntry>();
  const amounts = new Map(taxes.map(({ id, amountMinor }) => [id, amountMinor]));
  for (const { tax, rateIds, netMinor } of lines) {
    const { treatment, jurisdiction } = tax;
    const rates = ratesOf(tax).filter(({ id }) => rateIds.includes(id));
    const keys =
      rates.length === 0
        ? [{ id: `none ${treatment} ${jurisdiction ?? ''}`, name: null, percent: null }]
        : rates;
    for (const { id, name, percent } of keys) {
      const before = entries.get(id)?.netMinor ?? 0n;
      const taxMinor = amounts.get(id) ?? 0n;
      entries.set(id, { treatment, jurisdiction, name, percent, netMinor: before + netMinor, taxMinor });
    }
  }
  return [...entries.values()].filter(({ netMinor, taxMinor }) => netMinor !== 0n || taxMinor !== 0n);
}
