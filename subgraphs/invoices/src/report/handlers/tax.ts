import { invalid, type InvalidInput } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { findTimeZone } from '../../copies/time-zone.js';
import { findInvoices } from '../../invoice/store.js';
import { invoiceTaxEntries, noteTaxEntries, type TaxEntry, type TaxKey } from '../domain/tax-entry.js';
import { taxedAfter, type TaxedCause, type TaxedSpan } from '../store/taxed.js';
import { reportDates } from '../domain/dates.js';

/** Documents of one report; more take shorter dates. */
const DOCUMENTS_MAX = 100_000;
const PAGE_DOCUMENTS = 500;

/** What was taxed by one rule at one rate, in minor units; what was withdrawn is not in it. */
export interface TaxRow extends TaxKey {
  readonly netMinor: bigint;
  readonly taxMinor: bigint;
  readonly creditedNetMinor: bigint;
  readonly creditedTaxMinor: bigint;
}

export type TaxReport =
  | { readonly kind: 'report'; readonly rows: readonly TaxRow[] }
  | { readonly kind: 'invalid'; readonly rejection: InvalidInput };

/** What a return of these dates is about, all of one moment. */
export async function taxReportOn(
  db: Database,
  scope: Scope,
  asked: { readonly from: string; readonly to: string; readonly currency: Currency },
): Promise<TaxReport> {
  const dates = reportDates(asked);
  if (dates.rejection !== null) return { kind: 'invalid', rejection: dates.rejection };
  const { from, to } = dates;
  return db.tenant(scope, async (tx) => {
    tx.post('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const timeZone = await findTimeZone(tx, scope.tenantId);
    return reported(tx, { from, to, currency: asked.currency, timeZone });
  });
}

async function reported(tx: TenantTx, span: TaxedSpan): Promise<TaxReport> {
  const rows = new Map<string, TaxRow>();
  const withdrawn = new Set<string>();
  let after: string | null = null;
  for (let seen = 0; ; seen += PAGE_DOCUMENTS) {
    if (seen > DOCUMENTS_MAX)
      return { kind: 'invalid', rejection: invalid('to', 'Give fewer days: these have too many invoices.') };
    const page: readonly TaxedCause[] = await taxedAfter(tx, span, { after, limit: PAGE_DOCUMENTS });
    await addPage(tx, { rows, withdrawn }, page);
    if (page.length < PAGE_DOCUMENTS) return { kind: 'report', rows: [...rows.values()].sort(inOrder) };
    after = page.at(-1)?.id ?? null;
  }
}

interface Sums {
  readonly rows: Map<string, TaxRow>;
  /** Invoices whose withdrawal is counted: a withdrawal has several entries. */
  readonly withdrawn: Set<string>;
}

async function addPage(tx: TenantTx, { rows, withdrawn }: Sums, page: readonly TaxedCause[]): Promise<void> {
  const ids = [...new Set(page.map(({ invoiceId }) => invoiceId))];
  const found = new Map((await findInvoices(tx, ids)).map(({ id, invoice }) => [id, invoice]));
  for (const { kind, invoiceId, causeId } of page) {
    const invoice = found.get(invoiceId);
    if (invoice === undefined || invoice.status === 'draft' || invoice.basis.origin === 'top_up') continue;
    if (kind === 'void' && withdrawn.has(invoiceId)) continue;
    if (kind === 'void') withdrawn.add(invoiceId);
    const entries = kind === 'credit_note' ? noteTaxEntries(invoice, causeId) : invoiceTaxEntries(invoice);
    for (const entry of entries) add(rows, entry, kind);
  }
}

function add(rows: Map<string, TaxRow>, entry: TaxEntry, kind: TaxedCause['kind']): void {
  const { treatment, jurisdiction, name, percent, netMinor, taxMinor } = entry;
  const key = [treatment, jurisdiction, name, percent].join('\u001f');
  const before = rows.get(key) ?? { treatment, jurisdiction, name, percent, ...NOTHING };
  const sign = kind === 'void' ? -1n : 1n;
  const more =
    kind === 'credit_note'
      ? {
          creditedNetMinor: before.creditedNetMinor + netMinor,
          creditedTaxMinor: before.creditedTaxMinor + taxMinor,
        }
      : { netMinor: before.netMinor + sign * netMinor, taxMinor: before.taxMinor + sign * taxMinor };
  rows.set(key, { ...before, ...more });
}

const NOTHING = { netMinor: 0n, taxMinor: 0n, creditedNetMinor: 0n, creditedTaxMinor: 0n };

/** By place, then rule, then rate. */
function inOrder(one: TaxRow, other: TaxRow): number {
  const keyOf = ({ jurisdiction, treatment, name, percent }: TaxRow) =>
    [jurisdiction ?? '', treatment, name ?? '', percent ?? ''].join('\u001f');
  return keyOf(one) < keyOf(other) ? -1 : 1;
}
