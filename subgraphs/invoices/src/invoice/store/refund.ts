import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, within, type List, type Page, type TimeRange } from '@tollgate/runtime/graphql/list';
import { payerOf } from '../domain/basis.js';
import type { BalanceRefund } from '../domain/balance-refund.js';
import type { InvoiceState } from '../domain/state.js';

/** What a payout of credit was taken from: so much of one invoice. */
export interface StoredRefundPart extends Omit<BalanceRefund, 'reason'> {
  readonly invoiceId: string;
  readonly customerId: string;
  readonly currency: Currency;
  readonly reason: string | null;
}

export interface RefundFilter {
  readonly customerId?: string | null | undefined;
  readonly created?: TimeRange | null | undefined;
}

/** The payouts of credit of a tenant. */
export const REFUND_LIST: List = { name: 'balanceRefunds', idPrefix: 'rfd', orderBy: 'CREATED_AT_ASC' };

/** The table of payouts, a row for each invoice that one was taken from; each is also in its invoice's state. */
export const REFUNDS: Projection<InvoiceState> = {
  table: 'invoices_refund',
  key: ['id', 'invoice_id'],
  owner: 'invoice_id',
  columns: [
    ...['id', 'invoice_id', 'customer_id', 'currency', 'reason', 'created_at'],
    ...['providers_minor', 'by_hand_minor', 'sent_minor', 'rejected_minor'],
  ],
  rows: (invoice, { id: invoiceId }) => {
    if (invoice.status === 'none' || invoice.status === 'draft') return [];
    const { basis, refunds = [] } = invoice;
    return refunds.map(({ id, reason, createdAt, ...amounts }) => ({
      ...{ id, invoice_id: invoiceId, customer_id: payerOf(basis), currency: basis.currency },
      ...{ reason: reason ?? null, created_at: createdAt },
      providers_minor: amounts.providersMinor.toString(),
      by_hand_minor: amounts.byHandMinor.toString(),
      sent_minor: amounts.sentMinor.toString(),
      rejected_minor: amounts.rejectedMinor.toString(),
    }));
  },
};

/** The ids of a page of payouts that pass the filter, and one more. */
export async function listRefunds(db: Queryable, filter: RefundFilter, page: Page): Promise<string[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      ...within('created_at', filter.created),
    ],
  });
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM (SELECT DISTINCT id, customer_id, created_at FROM {t}.invoices_refund) r WHERE true${sql}`,
    params,
  );
  return rows.map(({ id }) => id);
}

/** All that these payouts were taken from, the newest invoice first; unknown ones are missing. */
export async function findRefundParts(db: Queryable, ids: readonly string[]): Promise<StoredRefundPart[]> {
  const rows = await db.query<PartRow>(
    `SELECT id, invoice_id AS "invoiceId", customer_id AS "customerId", currency, reason, created_at AS "createdAt",
       providers_minor::text AS providers, by_hand_minor::text AS "byHand", sent_minor::text AS sent,
       rejected_minor::text AS rejected
     FROM {t}.invoices_refund WHERE id = ANY($1) ORDER BY id, invoice_id DESC`,
    [ids],
  );
  return rows.map(({ providers, byHand, sent, rejected, ...row }) => ({
    ...row,
    ...{ providersMinor: BigInt(providers), byHandMinor: BigInt(byHand) },
    ...{ sentMinor: BigInt(sent), rejectedMinor: BigInt(rejected) },
  }));
}

interface PartRow {
  readonly id: string;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly currency: Currency;
  readonly reason: string | null;
  readonly createdAt: Instant;
  readonly providers: string;
  readonly byHand: string;
  readonly sent: string;
  readonly rejected: string;
}
