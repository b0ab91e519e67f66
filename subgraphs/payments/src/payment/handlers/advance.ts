import { unreachable } from '@tollgate/kernel/assert';
import { instantFromMs } from '@tollgate/kernel/time/time';
import type { Loaded } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { payments, type PaymentChange } from '../aggregate.js';
import type { PaymentInput } from '../domain/payment.js';
import type { PaymentState } from '../domain/state.js';
import { scheduleSteps } from '../store/step.js';

/** Tells a payment something: load, decide, record. */
export async function advance(tx: TenantTx, paymentId: string, input: PaymentInput): Promise<PaymentChange> {
  const [loaded] = await Promise.all([payments.loadOne(tx, paymentId), tx.now()]);
  const change = await decided(tx, loaded, input);
  await recordPayments(tx, [change]);
  return change;
}

/** Something that a payment is told. */
export interface Told {
  readonly paymentId: string;
  readonly input: PaymentInput;
}

/** Tells several payments something, one after the other, and records what came of it at once. */
export async function advanceAll(tx: TenantTx, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  const ids = [...new Set(told.map(({ paymentId }) => paymentId))];
  const [loaded] = await Promise.all([payments.load(tx, ids), tx.now()]);
  const changes: PaymentChange[] = [];
  for (const { paymentId, input } of told) {
    const change = await decided(tx, loaded.get(paymentId) ?? payments.fresh(paymentId), input);
    loaded.set(paymentId, change.after);
    changes.push(change);
  }
  await recordPayments(tx, changes);
}

/** What a payment makes of it, by the tenant's clock and by the system's. */
export async function decided(
  tx: TenantTx,
  loaded: Loaded<PaymentState>,
  input: PaymentInput,
): Promise<PaymentChange> {
  const at = await tx.now();
  const decision = payments.decide(loaded, { ...input, at, clock: instantFromMs(Date.now()) }, at);
  return decision.ok ? decision.change : unreachable(decision.rejection);
}

/** Records what happened to payments, and what is to be asked of a provider next. */
export async function recordPayments(tx: TenantTx, changes: readonly PaymentChange[]): Promise<void> {
  await payments.record(tx, changes);
  await scheduleSteps(
    tx,
    changes.filter(({ events }) => events.length > 0).map(({ after }) => after),
  );
}
