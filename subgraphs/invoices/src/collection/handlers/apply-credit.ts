import { invoiceCreditApplied } from '@tollgate/contracts/invoices/invoice';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { outgoing, publish, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import { invoices, type InvoiceChange } from '../../invoice/aggregate.js';
import { dueMinor } from '../../invoice/domain/due.js';
import type { InvoiceState } from '../../invoice/domain/state.js';
import { applyCredits } from '../../invoice/handlers/purses.js';
import { lockInvoices } from '../../invoice/store.js';

/** An invoice that is to be charged now, and the payment that asks what is left of it. */
export interface CreditAsked {
  readonly paymentId: string;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly at: Instant;
}

/** The payer's balance and wallet pay first what they can of each invoice; whoever asked is told how much that was. */
export async function answerCredit(tx: TenantTx, asked: readonly CreditAsked[]): Promise<void> {
  lockInvoices(tx);
  const loaded = await invoices.load(tx, [...new Set(asked.map(({ invoiceId }) => invoiceId))]);
  for (const at of [...new Set(asked.map((one) => one.at))].sort()) {
    const now = asked.filter((one) => one.at === at);
    const known = now.flatMap(({ invoiceId }) => loaded.get(invoiceId) ?? []);
    const changes = await applyCredits(
      tx,
      known.filter(({ state }) => state.status !== 'none'),
      at,
    );
    for (const change of changes) loaded.set(change.id, change.after);
    await publish(
      tx,
      now.map((one) => answer(one, changes)),
    );
  }
}

function answer(
  { paymentId, invoiceId, customerId, at }: CreditAsked,
  changes: readonly InvoiceChange[],
): Outgoing {
  const change = changes.find(({ id }) => id === invoiceId);
  const appliedMinor =
    change === undefined ? 0n : openMinor(change.before.state) - openMinor(change.after.state);
  const data = {
    paymentId: paymentId as Id<'pay'>,
    invoiceId: invoiceId as Id<'inv'>,
    customerId: customerId as Id<'cus'>,
    appliedMinor: appliedMinor.toString(),
    appliedAt: at,
  };
  return outgoing(invoiceCreditApplied, { aggregate: invoiceId, occurredAt: at, data });
}

function openMinor(state: InvoiceState): bigint {
  return state.status === 'none' || state.status === 'draft' ? 0n : dueMinor(state);
}
