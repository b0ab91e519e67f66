import type { Currency } from '@tollgate/kernel/money/currency';
import { majorText } from '@tollgate/kernel/money/money';
import type { PaymentAttemptOutcome, PaymentStatus as PaymentStatusName } from '../generated/graphql.js';
import { isId } from '@tollgate/kernel/id';
import { providerView } from '../method/view.js';
import type { AttemptOutcome } from './domain/state.js';
import type { PaymentRow, PaymentStatus } from './store/row.js';

const STATUSES: Readonly<Record<PaymentStatus, PaymentStatusName>> = {
  pending: 'PENDING',
  processing: 'PROCESSING',
  succeeded: 'SUCCEEDED',
  refunded: 'REFUNDED',
  declined: 'DECLINED',
  requires_action: 'REQUIRES_ACTION',
  cancelled: 'CANCELLED',
  unavailable: 'DECLINED',
};

const OUTCOMES: Readonly<Record<AttemptOutcome, PaymentAttemptOutcome>> = {
  pending: 'PENDING',
  authorised: 'AUTHORISED',
  captured: 'CAPTURED',
  refunded: 'REFUNDED',
  declined: 'DECLINED',
  requires_action: 'REQUIRES_ACTION',
  unavailable: 'UNAVAILABLE',
  lapsed: 'LAPSED',
  cancelled: 'CANCELLED',
};

export type PaymentView = ReturnType<typeof paymentView>;

/** A payment as GraphQL shows it. */
export function paymentView(row: PaymentRow) {
  const { currency, attempts, provider } = row;
  return {
    id: row.id,
    invoice: { id: row.invoice_id },
    customer: { id: row.customer_id },
    amount: moneyView(row.amount_minor, currency),
    amountCaptured: capturedView(row),
    status: STATUSES[row.status],
    provider: provider === null ? null : providerView(provider),
    isOffline: row.offline,
    amountRefunded: moneyView(refundedMinor(row).toString(), currency),
    refunds: (row.refunds ?? []).map(({ id, minor, outcome, why, at }) => ({
      creditNoteId: isId('crn', id) ? id : null,
      balanceRefundId: isId('rfd', id) ? id : null,
      amount: moneyView(minor, currency),
      status: REFUNDS[outcome],
      reason: why,
      at,
    })),
    declineCode: row.decline_code,
    attempts: attempts.map((one) => ({
      number: one.number,
      provider: providerView(one.provider),
      outcome: OUTCOMES[one.outcome],
      code: one.code,
      at: one.at,
    })),
    nextAction:
      row.status === 'requires_action'
        ? // The secret is asked of the provider by whoever reads it.
          { paymentId: row.id, redirectUrl: attempts.at(-1)?.redirectUrl ?? null, clientSecret: null }
        : null,
    confirmationUrl: row.status === 'requires_action' ? (attempts.at(-1)?.redirectUrl ?? null) : null,
    reference: row.reference,
    createdAt: row.created_at,
    settledAt: row.settled_at,
    at: attempts.at(-1)?.at ?? row.created_at,
  };
}

const REFUNDS = { pending: 'PENDING', refunded: 'SUCCEEDED', rejected: 'FAILED' } as const;

function refundedMinor({ refunds, status, captured_minor: captured }: PaymentRow): bigint {
  if (status === 'refunded') return BigInt(captured ?? 0);
  const back = (refunds ?? []).filter(({ outcome }) => outcome === 'refunded');
  return back.reduce((sum, { minor }) => sum + BigInt(minor), 0n);
}

/** Rows of earlier releases do not say how much: then it was all. */
function capturedView({ captured_minor: captured, amount_minor: all, status, currency }: PaymentRow) {
  const minor = captured ?? (status === 'succeeded' ? all : null);
  return minor === null ? null : moneyView(minor, currency);
}

function moneyView(minor: string, currency: Currency) {
  return { amount: majorText({ minor: BigInt(minor), currency }), minor, currency };
}
