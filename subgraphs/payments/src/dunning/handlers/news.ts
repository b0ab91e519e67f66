import { UTC, type Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Loaded } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { findCustomers } from '../../copies/customer.js';
import { lockInvoice, type InvoiceCopy } from '../../copies/invoice.js';
import { findSettings, type PolicyCopy } from '../../copies/settings.js';
import { payments } from '../../payment/aggregate.js';
import type { Payment } from '../../payment/domain/state.js';
import { dunningRuns } from '../aggregate.js';
import type { DunningState, TenantPolicy } from '../domain/run.js';
import type { ChargeFailure, DunningCommand, Unpaid } from '../domain/saga.js';
import { runsOfInvoices } from '../store.js';

/** A payment failed, or needs its customer. */
export interface FailedPayment {
  readonly paymentId: string;
  readonly invoiceId: string;
  readonly at: Instant;
}

/** What a failed payment means for its invoice: the charge at finalisation begins a run, a retry goes on with it. */
export async function noteFailure(tx: TenantTx, { paymentId, invoiceId, at }: FailedPayment): Promise<void> {
  const invoice = await lockInvoice(tx, invoiceId);
  const [{ state: payment }, run] = await Promise.all([
    payments.loadOne(tx, paymentId),
    runOf(tx, invoiceId),
  ]);
  const failure = payment === null ? null : failureOf(payment);
  if (invoice === null || payment === null || failure === null || isSettled(invoice)) return;
  const unpaid = await unpaidOf(tx, invoice, run.id);
  const begins = payment.cause === 'finalisation';
  await tell(tx, run, { type: 'ChargeFailed', unpaid, paymentId, begins, failure, at });
}

/** What became of an invoice that may have failed. */
export async function noteSettled(
  tx: TenantTx,
  invoiceId: string,
  said: Extract<DunningCommand, { readonly type: 'Settle' | 'WriteOff' }>,
): Promise<void> {
  const run = await runOf(tx, invoiceId);
  if (run.version > 0) await tell(tx, run, said);
}

/** What is known of an invoice that is not paid; `id` is the run's. */
export async function unpaidOf(tx: TenantTx, invoice: InvoiceCopy, id: string): Promise<Unpaid> {
  const { invoiceId, customerId, subscriptionIds } = invoice;
  const [customers, settings] = await Promise.all([findCustomers(tx, [customerId]), findSettings(tx)]);
  const timeZone = customers.get(customerId)?.timeZone ?? settings?.timeZone ?? UTC;
  // What was written off is not tried again.
  const policy = invoice.status === 'open' ? policyIn(settings?.dunning ?? null) : null;
  return { id, invoiceId, customerId, subscriptionIds, timeZone, policy };
}

function policyIn(copy: PolicyCopy | null): TenantPolicy | null {
  if (copy === null) return null;
  const { attemptTime, revokeAfterDays, ...policy } = copy;
  return {
    ...policy,
    ...(attemptTime !== undefined && { attemptTime }),
    ...(revokeAfterDays !== undefined && { revokeAfterDays }),
  };
}

/** The run of an invoice, or a fresh one where it never failed. */
export async function runOf(tx: TenantTx, invoiceId: string): Promise<Loaded<DunningState>> {
  const id = (await runsOfInvoices(tx, [invoiceId])).get(invoiceId);
  return id === undefined ? dunningRuns.fresh(newId('dun')) : dunningRuns.loadOne(tx, id);
}

/** Whether nothing can be due on an invoice any more. */
export function isSettled({ status }: InvoiceCopy): boolean {
  return status === 'paid' || status === 'void';
}

async function tell(tx: TenantTx, run: Loaded<DunningState>, command: DunningCommand): Promise<void> {
  const decided = dunningRuns.decide(run, command, command.at);
  if (decided.ok) await dunningRuns.record(tx, [decided.change]);
}

/** What the payment came to by now; null where it went on meanwhile. */
function failureOf({ phase, attempts, outage }: Payment): ChargeFailure | null {
  if (phase.name === 'confirming') return 'action';
  if (phase.name === 'declined') return attempts.at(-1)?.hard === true ? 'hard' : 'soft';
  return phase.name === 'authorising' && outage === true ? 'soft' : null;
}
