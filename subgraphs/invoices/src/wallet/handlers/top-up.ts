import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { customerToKnow } from '../../copies/customer.js';
import { findCopies, requireCopies, type Copies } from '../../copies/known.js';
import { drafted } from '../../draft/handlers.js';
import type { TopUpWalletInput } from '../../generated/graphql.js';
import { invoices } from '../../invoice/aggregate.js';
import { topUpCharge, type TopUp } from '../../invoice/domain/top-up.js';
import { numbered } from '../../invoice/handlers.js';
import { lockInvoices } from '../../invoice/store.js';
import { readGrant } from '../domain/terms.js';

/** Sells a customer wallet credit: it is there once the invoice is paid. */
export async function topUpWallet(caller: Caller, input: TopUpWalletInput) {
  const { customerId } = input;
  const waitFor = [customerToKnow(customerId)];
  return command(caller, { name: 'topUpWallet', input, access: 'backend', waitFor }, async (tx) => {
    lockInvoices(tx);
    const [copies, now] = await Promise.all([findCopies(tx, [{ customerId }]), tx.now()]);
    const customer = copies.customers.get(customerId);
    if (customer === undefined)
      return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
    const read = readGrant(input, { currency: input.currency ?? customer.currency, now });
    if (!read.ok) return read.rejection;
    const invoiceId = await makeTopUp(tx, { copies, customerId, topUp: read.value }, now);
    return { __typename: 'WalletTopUpCreated' as const, invoiceId };
  });
}

/** The invoice of wallet credit, final at once; answers with its id. In a transaction that holds the tenant's invoices. */
export async function makeTopUp(
  tx: TenantTx,
  {
    copies,
    customerId,
    topUp,
  }: { readonly copies: Copies; readonly customerId: string; readonly topUp: TopUp },
  at: Instant,
): Promise<string> {
  requireCopies(copies, [{ customerId }]);
  const { currency } = topUp;
  const id = newId('inv');
  const draft = drafted(copies, {
    ...{ id, origin: 'top_up', period: { from: at, to: at }, bill: null, spent: [], coupons: [] },
    terms: { customerId, subscriptionId: null, planVersionId: null, currency, since: 0 },
    ...{ paidPeriod: null, charges: [topUpCharge(topUp, at)], occurredAt: at, finalAt: at },
  });
  const issued = await numbered(tx, [{ draft: draft.after, at }]);
  await invoices.record(tx, [draft, ...issued]);
  return id;
}
