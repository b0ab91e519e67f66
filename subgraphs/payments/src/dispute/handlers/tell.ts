import { instantFromMs } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoice } from '../../copies/invoice.js';
import { payments } from '../../payment/aggregate.js';
import type { Payment } from '../../payment/domain/state.js';
import type { ProviderDispute } from '../../providers/domain/dispute.js';
import type { ProviderName } from '../../providers/domain/provider.js';
import { disputes } from '../aggregate.js';
import { findByReference } from '../store.js';

/** How a dispute of a payment stands at its provider. */
export interface ToldDispute {
  readonly provider: ProviderName;
  readonly paymentId: string;
  readonly found: ProviderDispute & { readonly outcome: 'found' };
}

/** Records how a dispute stands; false where it is of no payment of ours. Disputes of one invoice pass one after the other. */
export async function tellDispute(
  tx: TenantTx,
  { provider, paymentId, found }: ToldDispute,
): Promise<boolean> {
  const { state: payment } = await payments.loadOne(tx, paymentId);
  if (payment === null || !isTakenBy(payment, found)) return false;
  await lockInvoice(tx, payment.invoiceId);
  const { reference, status, money, fee, reason, evidenceDueAtMs } = found;
  const [known, at] = await Promise.all([findByReference(tx, provider, reference), tx.now()]);
  const loaded = known === null ? disputes.fresh(newId('dsp')) : await disputes.loadOne(tx, known);
  const { invoiceId, customerId } = payment;
  const head = { id: loaded.id, provider, reference, paymentId, invoiceId, customerId };
  const evidenceDueAt = evidenceDueAtMs === null ? null : instantFromMs(evidenceDueAtMs);
  const details = { fee, reason, evidenceDueAt };
  const told = { type: 'TellDispute', head, status, money, ...details, at } as const;
  const decided = disputes.decide(loaded, told, at);
  if (decided.ok) await disputes.record(tx, [decided.change]);
  return true;
}

/** Whether an attempt of the payment took what is disputed. */
function isTakenBy({ attempts }: Payment, { payment }: ToldDispute['found']): boolean {
  return attempts.some(({ reference, taken }) => reference === payment || taken?.capture === payment);
}
