import { assert } from '@tollgate/kernel/assert';
import { InputReader, type Parsed } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import { fromMajor, type Money } from '@tollgate/kernel/money/money';
import { command, type Caller } from '@tollgate/runtime/command/command';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { factOfInvoice, lockInvoice } from '../../copies/invoice.js';
import { nothingDue } from '../domain/collect.js';
import { capturedMinor, findStanding } from '../store/payment.js';
import { rowOf } from '../store/row.js';
import { payments, type PaymentChange } from '../aggregate.js';
import { paymentView } from '../view.js';
import { decided, recordPayments } from './advance.js';

/** Money that came beside the providers, as it is sent. */
export interface RecordOffline {
  readonly invoiceId: string;
  readonly amount: string;
  readonly reference?: string | null;
  readonly idempotencyKey?: string | null;
}

const REFERENCE_MAX_CHARS = 200;

/** Records money for an invoice that came by transfer, cheque or in cash. What is over is the customer's credit. */
export async function recordOfflinePayment(caller: Caller, input: RecordOffline) {
  const { invoiceId } = input;
  const head = { name: 'recordOfflinePayment', input, access: 'backend', subject: invoiceId } as const;
  return command(caller, { ...head, waitFor: [factOfInvoice(invoiceId)] }, (tx) => recordNow(tx, input));
}

async function recordNow(tx: TenantTx, input: RecordOffline) {
  const { invoiceId } = input;
  const [invoice, standing] = await Promise.all([
    lockInvoice(tx, invoiceId),
    findStanding(tx, invoiceId),
    tx.now(),
  ]);
  if (invoice === null)
    return { reason: 'UnknownInvoice' as const, message: 'There is no such invoice to collect.', invoiceId };
  const read = readMoney(input, invoice.due.currency);
  if (!read.ok) return read.rejection;
  const { money, reference } = read.value;
  const paidMinor = capturedMinor(standing);
  const due = { ...invoice.due, minor: invoice.due.minor - paidMinor };
  const settled = nothingDue({ ...invoice, due }, paidMinor);
  if (settled !== null) return settled;
  if (money.minor <= 0n)
    return { reason: 'InvalidAmount' as const, message: 'Give an amount above 0.', field: 'input.amount' };
  if (invoice.isTopUp === true && money.minor < due.minor) return partOfTopUp();
  const paymentId = newId('pay');
  const { customerId } = invoice;
  const asked = { type: 'RecordOffline', paymentId, invoiceId, customerId, money, reference } as const;
  const change = await decided(tx, payments.fresh(paymentId), asked);
  const rest = { ...due, minor: due.minor - money.minor };
  await recordPayments(tx, [change, ...(await lowered(tx, standing.live?.id ?? null, rest))]);
  const { state, version } = change.after;
  assert(state !== null, 'what was recorded is there');
  return { __typename: 'OfflinePaymentRecorded' as const, payment: paymentView(rowOf(state, version)) };
}

/** Wallet credit is there once all of it is paid. */
function partOfTopUp() {
  const message = 'Wallet credit is paid at once: give all that is due, or more.';
  return { reason: 'InvalidAmount' as const, message, field: 'input.amount' };
}

/** A payment that waits for its customer is for what is left. */
async function lowered(tx: TenantTx, liveId: string | null, money: Money): Promise<PaymentChange[]> {
  if (liveId === null) return [];
  return [await decided(tx, await payments.loadOne(tx, liveId), { type: 'Lower', money })];
}

function readMoney(
  input: RecordOffline,
  currency: Currency,
): Parsed<{ readonly money: Money; readonly reference: string }> {
  const fields = new InputReader();
  const money = fromMajor(fields.signed('input.amount', input.amount), currency);
  if (money === null)
    fields.reject('input.amount', `Give an amount with at most the decimals of ${currency}.`);
  const reference = fields.optionalText('input.reference', input.reference, REFERENCE_MAX_CHARS) ?? 'offline';
  return fields.result({ money: money ?? { minor: 0n, currency }, reference });
}
