import { paymentRefundRejected } from '@tollgate/contracts/payments/payment';
import { assert } from '@tollgate/kernel/assert';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoice, lowerDue, type InvoiceCopy } from '../../copies/invoice.js';
import { queueMails } from '../../mail/handlers/queue.js';
import { payments, type PaymentChange } from '../aggregate.js';
import { refundableMinor } from '../domain/refund.js';
import { goneMinor } from '../store/disputed.js';
import { capturedMinor, findStanding } from '../store/payment.js';
import { decided, recordPayments } from './advance.js';

/** What a credit note, or a payout of credit, means for payments. */
export interface GivenBack {
  readonly invoiceId: string;
  /** What asks for it. */
  readonly refundId: string;
  readonly why: string;
  /** Is not to be collected any more. */
  readonly toDueMinor: bigint;
  /** Goes back the way that it came. */
  readonly refundMinor: bigint;
  /** The credit note, all that it gives back and when; absent where there is none. */
  readonly note?: { readonly number: string; readonly minor: bigint; readonly at: Instant };
}

/** Collects less of an invoice from now on, and gives back what providers took for it, the newest payment first. */
export async function giveBack(tx: TenantTx, given: GivenBack): Promise<void> {
  const { invoiceId, toDueMinor, refundMinor } = given;
  const [invoice, standing] = await Promise.all([
    lockInvoice(tx, invoiceId),
    findStanding(tx, invoiceId),
    tx.now(),
  ]);
  assert(invoice !== null, 'an invoice is final before anything of it is given back');
  if (toDueMinor > 0n) lowerDue(tx, invoiceId, toDueMinor);
  const restMinor = invoice.due.minor - toDueMinor - capturedMinor(standing);
  const loaded = await payments.load(
    tx,
    [...(standing.live === null ? [] : [standing.live]), ...standing.captured].map(({ id }) => id),
  );
  const disputed = await goneMinor(
    tx,
    standing.captured.map(({ id }) => id),
  );
  const changes: PaymentChange[] = [];
  const live = standing.live === null ? undefined : loaded.get(standing.live.id);
  if (live !== undefined && toDueMinor > 0n)
    changes.push(await decided(tx, live, { type: 'Lower', money: { ...invoice.due, minor: restMinor } }));
  let leftMinor = refundMinor;
  for (const { id } of [...standing.captured].reverse()) {
    const payment = loaded.get(id);
    if (payment === undefined || payment.state === null || leftMinor <= 0n) continue;
    const mostMinor = refundableMinor(payment.state) - (disputed.get(id) ?? 0n);
    const minor = leftMinor < mostMinor ? leftMinor : mostMinor;
    if (minor <= 0n) continue;
    const money = { ...invoice.due, minor };
    const { refundId, why } = given;
    changes.push(await decided(tx, payment, { type: 'RefundPart', refundId, money, why }));
    leftMinor -= minor;
  }
  await recordPayments(tx, changes);
  if (leftMinor > 0n) await rejectRest(tx, { invoice, given, leftMinor });
  await writeAboutNote(tx, invoice, given);
}

async function writeAboutNote(
  tx: TenantTx,
  invoice: InvoiceCopy,
  { refundId: cause, note }: GivenBack,
): Promise<void> {
  if (note === undefined) return;
  const { invoiceId, customerId, number: invoiceNumber, addressee = null, due } = invoice;
  const { number, minor, at } = note;
  const of = { kind: 'credit_note', cause, addressee, invoiceId, customerId, invoiceNumber } as const;
  await queueMails(tx, [{ ...of, number, money: { ...due, minor }, isPayable: false, at }]);
}

/** Invoices never asks for more than was captured; should it, the customer keeps it as credit. */
async function rejectRest(
  tx: TenantTx,
  {
    invoice,
    given,
    leftMinor,
  }: { readonly invoice: InvoiceCopy; readonly given: GivenBack; readonly leftMinor: bigint },
): Promise<void> {
  const { invoiceId, customerId, due } = invoice;
  const occurredAt = await tx.now();
  const data = {
    ...{ invoiceId: invoiceId as Id<'inv'>, customerId: customerId as Id<'cus'>, currency: due.currency },
    ...{ refundId: given.refundId as Id<'crn' | 'rfd'>, amountMinor: leftMinor.toString(), paymentId: null },
    ...{ why: 'No provider took so much.', rejectedAt: occurredAt },
  };
  await publish(tx, [outgoing(paymentRefundRejected, { aggregate: invoiceId, occurredAt, data })]);
}
