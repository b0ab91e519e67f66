import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, within, type List, type Page, type TimeRange } from '@tollgate/runtime/graphql/list';
import type { ProviderName } from '../providers/domain/provider.js';
import type { Dispute, DisputeStatus } from './domain/dispute.js';

/** A dispute as it is shown: computed from the folded stream, never changed by itself. */
export interface DisputeRow {
  readonly id: string;
  readonly version: number;
  readonly provider: ProviderName;
  readonly reference: string;
  readonly payment_id: string;
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly status: DisputeStatus;
  readonly amount_minor: string;
  readonly currency: Currency;
  readonly fee_minor: string | null;
  readonly fee_currency: Currency | null;
  readonly reason: string | null;
  readonly evidence_due_at: Instant | null;
  readonly opened_at: Instant;
  readonly closed_at: Instant | null;
}

export const DISPUTE_COLUMNS = [
  'id',
  'version',
  'provider',
  'reference',
  'payment_id',
  'invoice_id',
  'customer_id',
  'status',
  'amount_minor',
  'currency',
  'fee_minor',
  'fee_currency',
  'reason',
  'evidence_due_at',
  'opened_at',
  'closed_at',
] as const satisfies readonly (keyof DisputeRow)[];

const COLUMNS = DISPUTE_COLUMNS.join(', ');

/** The row that belongs to a dispute's state. */
export function rowOf(dispute: Dispute, version: number): DisputeRow {
  const { id, provider, reference, status, reason, fee } = dispute;
  return {
    ...{ id, version, provider, reference, status, reason },
    payment_id: dispute.paymentId,
    invoice_id: dispute.invoiceId,
    customer_id: dispute.customerId,
    amount_minor: dispute.money.minor.toString(),
    currency: dispute.money.currency,
    fee_minor: fee?.minor.toString() ?? null,
    fee_currency: fee?.currency ?? null,
    evidence_due_at: dispute.evidenceDueAt,
    opened_at: dispute.openedAt,
    closed_at: dispute.closedAt,
  };
}

export interface DisputeFilter {
  readonly invoiceId?: string | null | undefined;
  readonly customerId?: string | null | undefined;
  readonly status?: DisputeStatus | null | undefined;
  readonly opened?: TimeRange | null | undefined;
}

/** The disputes of a tenant. */
export const DISPUTE_LIST: List = { name: 'disputes', idPrefix: 'dsp', orderBy: 'CREATED_AT_DESC' };

/** A page of the disputes that pass the filter, and one more. */
export async function listDisputes(db: Queryable, filter: DisputeFilter, page: Page): Promise<DisputeRow[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.invoiceId, (parameter) => `invoice_id = ${parameter}`],
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.status, (parameter) => `status = ${parameter}`],
      ...within('opened_at', filter.opened),
    ],
  });
  return db.query<DisputeRow>(`SELECT ${COLUMNS} FROM {t}.payments_dispute WHERE true${sql}`, params);
}

/** Disputes by id; unknown ones are missing. */
export async function findDisputes(db: Queryable, ids: readonly string[]): Promise<DisputeRow[]> {
  return db.query<DisputeRow>(`SELECT ${COLUMNS} FROM {t}.payments_dispute WHERE id = ANY($1)`, [ids]);
}

/** The latest dispute of each of these invoices, of one customer where there is a limit. */
export async function findLatest(
  db: Queryable,
  invoiceIds: readonly string[],
  customer: string | null,
): Promise<DisputeRow[]> {
  return db.query<DisputeRow>(
    `SELECT DISTINCT ON (invoice_id) ${COLUMNS} FROM {t}.payments_dispute
     WHERE invoice_id = ANY($1) AND ($2::text IS NULL OR customer_id = $2) ORDER BY invoice_id, id DESC`,
    [invoiceIds, customer],
  );
}

/** The dispute that a provider knows by this reference; null where it was never told. */
export async function findByReference(
  db: Queryable,
  provider: ProviderName,
  reference: string,
): Promise<string | null> {
  const [row] = await db.query<{ id: string }>(
    'SELECT id FROM {t}.payments_dispute WHERE provider = $1 AND reference = $2',
    [provider, reference],
  );
  return row?.id ?? null;
}
