import { encodeJson } from '@tollgate/kernel/codec';
import type { Currency } from '@tollgate/kernel/money/currency';
import { planPriceId } from '../invoice/domain/line.js';
import type { StoredInvoice } from '../invoice/store.js';
import { statusView } from '../invoice/view.js';
import { moneyView } from '../rating/view.js';
import type { InvoicePart } from '../generated/graphql.js';
import { explanationOf, type LineExplanation } from './domain/explanation.js';
import type { ProvenPart } from './domain/proof.js';
import { documentHash, type ProvenInvoice } from './handlers.js';

/** An invoice that was computed again, as the schema shows it. */
export function verificationView({ id, state, disproofs }: ProvenInvoice) {
  if (state.status === 'none') return null;
  return {
    invoiceId: id,
    matches: disproofs.length === 0,
    basisHash: state.basisHash,
    differences: disproofs.map(({ part, ...difference }) => ({ part: PART[part], ...difference })),
  };
}

const PART = {
  basis: 'BASIS',
  lines: 'LINES',
  totals: 'TOTALS',
  settlement: 'SETTLEMENT',
  credit_note: 'CREDIT_NOTE',
  row: 'ROW',
} as const satisfies Record<ProvenPart, InvoicePart>;

/** What proves the document of an invoice; null for a draft. */
export function proofView(tenantId: string, { id, invoice }: StoredInvoice) {
  if (invoice.status === 'draft') return null;
  const hash = documentHash(id, invoice);
  return { hash, path: `/proofs/${tenantId}.${id}.${hash}` };
}

/** A final invoice, to whoever has the hash of its document; null where the hash is another one. */
export function provenDocumentView({ id, state, disproofs }: ProvenInvoice, hash: string) {
  if (state.status === 'none' || state.status === 'draft' || documentHash(id, state) !== hash) return null;
  const { number, finalisedAt, totals, basis, status } = state;
  return {
    ...{ number, finalisedAt },
    total: moneyView(totals.totalMinor, basis.currency),
    tax: moneyView(totals.taxMinor, basis.currency),
    status: statusView(status),
    matches: disproofs.length === 0,
  };
}

/** How an invoice came about, as the schema shows it. */
export function explanationView({ invoice }: StoredInvoice) {
  const { basis, basisHash } = invoice;
  return {
    basisHash,
    rules: basis.rules,
    lines: explanationOf(invoice).map((line) => lineView(line, basis.currency)),
  };
}

function lineView(explained: LineExplanation, currency: Currency) {
  const { line, planVersionId, price, events, credits, billedBeforeMinor, taxes, ...rest } = explained;
  return {
    ...rest,
    lineId: line.id,
    planVersion: planVersionId === null || planVersionId === '' ? null : { id: planVersionId },
    priceId: planPriceId(line),
    price: encodeJson(price) as Readonly<Record<string, unknown>>,
    events: events && { customerId: events.customerId, meterId: events.meterId, ...events.period },
    billedBefore: billedBeforeMinor === null ? null : moneyView(billedBeforeMinor, currency),
    credits: credits && { ...credits, taken: moneyView(credits.takenMinor, currency) },
    taxes: taxes.map(({ amountMinor, ...tax }) => ({ ...tax, amount: moneyView(amountMinor, currency) })),
  };
}
