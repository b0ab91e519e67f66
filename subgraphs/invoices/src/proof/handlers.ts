import { hash } from 'node:crypto';
import { canonicalJson } from '@tollgate/kernel/codec';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Provable, ProvenPage, ProofPage } from '@tollgate/runtime/command/provable';
import type { Invoice, InvoiceState } from '../invoice/domain/state.js';
import { stored } from '../invoice/store.js';
import { documentOf, proofOf, rowDisproofs, type Disproof } from './domain/proof.js';
import { invoicesAfter, writtenOf, type ShownRow } from './store.js';

/** An invoice that was computed again. */
export interface ProvenInvoice {
  readonly id: string;
  readonly state: InvoiceState;
  readonly disproofs: readonly Disproof[];
}

/** Invoices computed again from what they were computed from, and compared with what is written and shown of them. */
export async function proveInvoices(tx: TenantTx, ids: readonly string[]): Promise<readonly ProvenInvoice[]> {
  const { histories, rows } = await writtenOf(tx, ids);
  return ids.flatMap((id) => {
    const history = histories.get(id);
    if (history === undefined) return [];
    const { state, disproofs } = proofOf(history.events, sha256);
    return [{ id, state, disproofs: [...disproofs, ...shownDisproofs(rows.get(id), { id, state })] }];
  });
}

/** All invoices of a tenant, as `npm run verify` looks at them. */
export const provenInvoices: Provable = {
  name: 'invoices',
  prove: async (tx: TenantTx, { after, limit }: ProofPage): Promise<ProvenPage> => {
    const ids = await invoicesAfter(tx, { after, limit });
    const proven = await proveInvoices(tx, ids);
    const faults = proven.flatMap(({ id, disproofs }) =>
      disproofs.map(({ part, path, stored: was, recomputed }) => ({
        id,
        said: `${part} ${path}: ${was ?? 'nothing'} stored, ${recomputed ?? 'nothing'} recomputed`,
      })),
    );
    return { count: ids.length, faults, next: ids.length === limit ? (ids.at(-1) ?? null) : null };
  },
};

/** SHA-256 of what the document of a final invoice says, in hex: whoever has the document can compare it. */
export function documentHash(id: string, invoice: Exclude<Invoice, { readonly status: 'draft' }>): string {
  return sha256(documentOf(id, invoice));
}

function sha256(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'hex');
}

function shownDisproofs(
  row: ShownRow | undefined,
  { id, state }: { readonly id: string; readonly state: InvoiceState },
): readonly Disproof[] {
  if (state.status === 'none') return [];
  const found = {
    status: state.status,
    number: state.status === 'draft' ? null : state.number,
    currency: state.basis.currency,
    totalMinor: state.totals.totalMinor.toString(),
  };
  if (row === undefined) return rowDisproofs(undefined, { id });
  const { status, number, currency, totalMinor } = row;
  return [
    ...rowDisproofs({ status, number, currency, totalMinor }, found),
    ...rowDisproofs(stored(row).invoice, state),
  ];
}
