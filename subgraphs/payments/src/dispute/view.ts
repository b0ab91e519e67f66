import type { Currency } from '@tollgate/kernel/money/currency';
import { majorText } from '@tollgate/kernel/money/money';
import type { DisputeStatus as StatusName } from '../generated/graphql.js';
import { providerView } from '../method/view.js';
import type { DisputeStatus } from './domain/dispute.js';
import type { DisputeRow } from './store.js';

const STATUSES: Readonly<Record<DisputeStatus, StatusName>> = { open: 'OPEN', won: 'WON', lost: 'LOST' };

export type DisputeView = ReturnType<typeof disputeView>;

/** A dispute as GraphQL shows it. */
export function disputeView(row: DisputeRow) {
  const { fee_minor: fee, fee_currency: feeCurrency } = row;
  return {
    id: row.id,
    invoice: { id: row.invoice_id },
    customer: { id: row.customer_id },
    paymentId: row.payment_id,
    provider: providerView(row.provider),
    reference: row.reference,
    status: STATUSES[row.status],
    amount: moneyView(row.amount_minor, row.currency),
    fee: fee === null || feeCurrency === null ? null : moneyView(fee, feeCurrency),
    reason: row.reason,
    evidenceDueAt: row.evidence_due_at,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
  };
}

/** The state that a filter means. */
export function statusStored(status: StatusName | null | undefined): DisputeStatus | null {
  switch (status) {
    case 'OPEN':
      return 'open';
    case 'WON':
      return 'won';
    case 'LOST':
      return 'lost';
    default:
      return null;
  }
}

function moneyView(minor: string, currency: Currency) {
  return { amount: majorText({ minor: BigInt(minor), currency }), minor, currency };
}
