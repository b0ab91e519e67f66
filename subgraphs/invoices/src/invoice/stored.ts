import { assert } from '@tollgate/kernel/assert';
import { decodeJson, encodeJson, type JsonValue } from '@tollgate/kernel/codec';
import { ReadTexts } from '@tollgate/runtime/database/read-texts';
import { presentInvoice, type InvoiceV1 } from './domain/invoice-v1.js';
import type { Computed, Invoice } from './domain/state.js';

/** An invoice as it is shown: its id and the folded state. */
export interface StoredInvoice {
  readonly id: string;
  readonly invoice: Invoice;
}

/** Columns that `stored` reads, as texts: those that were read before need not be parsed again. */
export const STATE = 'id, state::text AS state, progress::text AS progress';

/** The folded state in two parts: a change of the small one need not write the whole. */
export interface StateParts {
  /** What it was computed from, and what that came to; in rows of earlier releases everything. */
  readonly state: JsonValue;
  /** All that changes while the computation stays; of no account where the other part is the whole. */
  readonly progress: JsonValue;
}

/** A row as lists and lookups read it. */
export interface StateRow {
  readonly id: string;
  readonly state: string;
  readonly progress: string | null;
}

const invoices = new ReadTexts<StoredInvoice>();

/** Both parts are what `statePartsOf` wrote, this release's or an earlier one's: the fold of the invoice's own events. */
export function stored({ id, state, progress }: StateRow): StoredInvoice {
  assert(progress !== undefined, 'both parts of an invoice are read');
  return invoices.valueOf(id, [state, progress], () => ({ id, invoice: invoiceOf(state, progress) }));
}

function invoiceOf(stateText: string, progressText: string | null): Invoice {
  const state = JSON.parse(stateText) as JsonValue;
  const progress = JSON.parse(progressText ?? 'null') as JsonValue;
  const whole = isWhole(state) ? state : { ...(state as object), ...(progress as object | null) };
  return presentInvoice(decodeJson(whole) as Invoice | InvoiceV1);
}

/** As an earlier release wrote it, which leaves the other part as it was: the whole counts. */
function isWhole(state: JsonValue): boolean {
  return state !== null && typeof state === 'object' && 'status' in state;
}

/** How rows keep an invoice. */
export function statePartsOf(invoice: Invoice): StateParts {
  const { basis, basisHash, lines, totals, ...progress } = invoice;
  return { state: computationOf({ basis, basisHash, lines, totals }), progress: encodeJson(progress) };
}

const computations = new WeakMap<Computed['lines'], { readonly of: Computed; readonly json: JsonValue }>();

/** Made once for each computation: what becomes of an invoice leaves it as it is. */
function computationOf(of: Computed): JsonValue {
  const known = computations.get(of.lines);
  if (known?.of.basis === of.basis && known.of.totals === of.totals) return known.json;
  const json = encodeJson(of);
  computations.set(of.lines, { of, json });
  return json;
}

const IS_WHOLE = `state -> 'status' IS NOT NULL`;

/** Both parts as the rows of every release say them. */
export const PRESENT = {
  state: `CASE WHEN ${IS_WHOLE} THEN ${keysOf('IN')} ELSE state::jsonb END`,
  progress: `CASE WHEN ${IS_WHOLE} THEN ${keysOf('NOT IN')} ELSE progress END`,
};

/** Those of a whole state that are of its computation, or are not. */
function keysOf(which: 'IN' | 'NOT IN'): string {
  return `(SELECT jsonb_object_agg(key, value) FROM jsonb_each(state::jsonb)
    WHERE key ${which} ('basis', 'basisHash', 'lines', 'totals'))`;
}
