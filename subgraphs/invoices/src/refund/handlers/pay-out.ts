import { reject } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { readScope } from '@tollgate/runtime/command/access';
import { command, rejected, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { BalanceBook } from '../../balance/handlers.js';
import { customerToKnow, findCustomers } from '../../copies/customer.js';
import type { PreviewBalanceRefundInput, RefundBalanceInput } from '../../generated/graphql.js';
import { invoices } from '../../invoice/aggregate.js';
import { carriedOut } from '../../invoice/handlers/purses.js';
import { lockInvoices } from '../../invoice/store.js';
import { readPayout, type AskedPayout } from '../domain/asked.js';
import { payout, type PayoutPart } from '../domain/payout.js';
import { notPaidOutView } from '../view.js';
import { readFunds } from './funds.js';

/** Pays credit out: the balance is lower at once, and providers pay back what they took. */
export async function refundBalance(caller: Caller, input: RefundBalanceInput) {
  const { customerId } = input;
  const waitFor = [customerToKnow(customerId)];
  const asked = { name: 'refundBalance', input, access: 'backend', waitFor } as const;
  return command(caller, asked, async (tx) => {
    lockInvoices(tx);
    const [decided, at] = await Promise.all([decidedPayout(tx, input), tx.now()]);
    if (!decided.ok) return decided.rejection;
    const refundId = await recordPayout(tx, { customerId, ...decided.value, at });
    return { __typename: 'BalanceRefunded' as const, refundId };
  });
}

/** The same without a trace. */
export async function previewBalanceRefund({ db, context }: Caller, input: PreviewBalanceRefundInput) {
  return db.tenant(readScope(context), async (tx) => {
    const decided = await decidedPayout(tx, { ...input, reason: null });
    if (!decided.ok) return rejected(decided.rejection);
    return { __typename: 'BalanceRefundPreview' as const, ...decided.value };
  });
}

/** What is paid out, and what it is taken from. */
interface Payout {
  readonly asked: AskedPayout;
  readonly parts: readonly PayoutPart[];
}

/** What a payout is taken from, or its rejection. */
async function decidedPayout(tx: TenantTx, input: Omit<RefundBalanceInput, 'idempotencyKey'>) {
  const { customerId } = input;
  const customer = (await findCustomers(tx, [customerId])).get(customerId);
  if (customer === undefined)
    return reject({ reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId });
  const read = readPayout(input, input.currency ?? customer.currency);
  if (!read.ok) return read;
  const asked = read.value;
  const payer = { customerId, currency: asked.currency };
  const decided = payout(asked.amountMinor, await readFunds(tx, payer, asked.amountMinor));
  if (!decided.ok) return reject(notPaidOutView(decided.rejection, asked.currency));
  const value: Payout = { asked, parts: decided.parts };
  return { ok: true, value } as const;
}

/** In a transaction that holds the tenant's invoices: nobody else pays the same credit, or the same money, out. */
async function recordPayout(
  tx: TenantTx,
  {
    customerId,
    asked: { currency, amountMinor, reason },
    parts,
    at,
  }: Payout & { readonly customerId: string; readonly at: Instant },
): Promise<string> {
  const id = newId('rfd');
  const ids = parts.map(({ invoiceId }) => invoiceId);
  const [loaded, book] = await Promise.all([invoices.load(tx, ids), BalanceBook.open(tx, [customerId])]);
  const why = reason === null ? {} : { reason };
  const changes = parts.map(({ invoiceId, ...amounts }) => {
    const refund = { id, ...why, ...amounts, createdAt: at };
    const invoice = loaded.get(invoiceId) ?? invoices.fresh(invoiceId);
    return carriedOut(invoice, { type: 'RefundBalance', refund }, at);
  });
  book.take({ customerId, currency, amountMinor, cause: { kind: 'refund', id }, at });
  await invoices.record(tx, changes);
  await book.record(tx);
  return id;
}
