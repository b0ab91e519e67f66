import { assert } from '@tollgate/kernel/assert';
import { presentBasis, type BasisV1 } from './basis-v1.js';
import type { Line, Totals } from './computation.js';
import { NO_FUNDS, settledBy } from './settled.js';
import type { Computed, Invoice, InvoiceEvent, InvoiceState } from './state.js';

/** A line as rules 1 wrote it; what it lacks stands in its charge. */
export interface LineV1 extends Omit<Line, 'kind' | 'subscriptionId' | 'priceId' | 'key'> {
  readonly kind: 'fee' | 'usage';
}

/** What rules 1 computed: one tax, and no discount. */
export interface ComputedV1 {
  readonly basis: BasisV1;
  readonly basisHash: string;
  readonly lines: readonly LineV1[];
  readonly totals: Pick<Totals, 'subtotalMinor' | 'taxMinor' | 'totalMinor'>;
}

type Was<Now, Lacks extends string = never> = Omit<Now, keyof Computed | Lacks> & ComputedV1;
type Status<Name extends Invoice['status']> = Extract<Invoice, { readonly status: Name }>;
type Event<Name extends InvoiceEvent['type']> = Extract<InvoiceEvent, { readonly type: Name }>;

/** An invoice as it was stored before it said what settled it, and when its draft would be final. */
export type InvoiceV1 =
  | Was<Status<'draft'>, 'finalAt'>
  | Was<Status<'open'>, 'settled' | 'paidMinor'>
  | Was<Status<'paid'>, 'settled' | 'paidMinor'>
  | Was<Status<'void'>, 'settled' | 'paidMinor'>;

/** Events as journals have them from then; the others have not changed. */
export type InvoiceEventV1 =
  | Was<Event<'InvoiceDrafted'>, 'finalAt'>
  | Was<Event<'DraftRetotalled'>>
  | Omit<Event<'InvoiceFinalised'>, 'settled'>
  | Omit<Event<'InvoicePaid'>, 'amountMinor'>;

/** A stored invoice as it is written now. */
export function presentInvoice(stored: Invoice | InvoiceV1): Invoice {
  if (!isV1(stored)) return stored;
  const computed = presentComputed(stored);
  // The appointment of a draft stands already, and is not made again: when it is matters to nobody any more.
  if (stored.status === 'draft') return { ...stored, ...computed, finalAt: stored.createdAt };
  const settled = settledBy(computed, NO_FUNDS);
  if (stored.status === 'paid') return { ...stored, ...computed, settled, paidMinor: settled.dueMinor };
  return { ...stored, ...computed, settled, paidMinor: 0n };
}

/** An event as it is written now, for the invoice that it happened to. */
export function presentEvent(stored: InvoiceEvent | InvoiceEventV1, state: InvoiceState): InvoiceEvent {
  switch (stored.type) {
    case 'InvoiceDrafted':
      return isV1(stored) ? { ...stored, ...presentComputed(stored), finalAt: stored.draftedAt } : stored;
    case 'DraftRetotalled':
      return isV1(stored) ? { ...stored, ...presentComputed(stored) } : stored;
    case 'InvoiceFinalised': {
      if ('settled' in stored) return stored;
      assert(state.status === 'draft', 'a draft is finalised');
      return { ...stored, settled: settledBy(state, NO_FUNDS) };
    }
    case 'InvoicePaid': {
      if ('amountMinor' in stored) return stored;
      assert(state.status === 'open', 'an open invoice is paid');
      return { ...stored, amountMinor: state.settled.dueMinor };
    }
    default:
      return stored;
  }
}

function isV1<Stored extends Computed | ComputedV1>(stored: Stored): stored is Stored & ComputedV1 {
  return stored.basis.rules === 1;
}

/** Amounts stay as they were computed: an invoice that was sent does not change. */
function presentComputed({ basis: was, basisHash, lines, totals }: ComputedV1): Computed {
  const basis = presentBasis(was);
  const charges = new Map(basis.charges.map((charge) => [charge.lineId, charge]));
  const taxes = basis.tax.rates.map(({ name, percent }) => ({ name, percent, amountMinor: totals.taxMinor }));
  return {
    basis,
    basisHash,
    lines: lines.map((line) => {
      const charge = charges.get(line.id);
      assert(charge !== undefined, 'every line has its charge');
      const { kind, subscriptionId, priceId, key } = charge;
      return { ...line, kind, subscriptionId, priceId, key };
    }),
    totals: { ...totals, discountMinor: 0n, taxes },
  };
}
