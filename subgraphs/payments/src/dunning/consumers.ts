import {
  invoiceFinalised,
  invoicePaid,
  invoiceVoided,
  invoiceWrittenOff,
} from '@tollgate/contracts/invoices/invoice';
import { paymentFailed } from '@tollgate/contracts/payments/payment';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { assert } from '@tollgate/kernel/assert';
import { isCurrency } from '@tollgate/kernel/money/currency';
import type { Money } from '@tollgate/kernel/money/money';
import { instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { onMany } from '@tollgate/runtime/messaging/consume';
import { saveCustomer } from '../copies/customer.js';
import { writeOff, type ClosedInvoice } from '../copies/invoice.js';
import { findSettings } from '../copies/settings.js';
import { queueMails } from '../mail/handlers/queue.js';
import { collectInvoices, stopCollecting } from '../payment/handlers/collect.js';
import { watchCustomers, watchDueDates } from './handlers/due-dates.js';
import { noteFailedAtOnce, noteFailures, noteSettled, type SettledInvoice } from './handlers/news.js';

/** What is to be collected, and what becomes of it: payments' own failures are told by its messages, as to everybody. */
export const dunningSubscriptions = [
  onMany(invoiceFinalised, async (tx, messages) => {
    // Whoever pays is the customer here: its methods are charged, and the payments are its own.
    const invoices = messages.map(({ data: { payerId: customerId, ...data } }) => ({
      ...copyOf({ ...data, customerId }, { minor: data.dueMinor, status: 'open' }),
      ...(data.collection !== undefined && { collection: data.collection }),
      ...(data.isTopUp === true && { isTopUp: true }),
      dueAt: instant(data.dueAt),
      finalisedAt: instant(data.finalisedAt),
      total: moneyOf(data.totalMinor, data.currency),
      subscriptionIds: data.subscriptionIds ?? (data.subscriptionId === null ? [] : [data.subscriptionId]),
    }));
    const [charges, settings] = await Promise.all([collectInvoices(tx, invoices), findSettings(tx)]);
    await noteFailedAtOnce(tx, { invoices, charges, settings });
    await watchDueDates(
      tx,
      invoices.filter(({ collection, due }) => collection === 'manual' && due.minor > 0n),
    );
  }),
  onMany(invoiceWrittenOff, async (tx, messages) => {
    const told = messages.map(({ data: { invoiceId, writtenOffAt } }) => ({
      invoiceId,
      said: { type: 'WriteOff', at: instant(writtenOffAt) } as const,
    }));
    writeOff(
      tx,
      told.map(({ invoiceId }) => invoiceId),
    );
    await noteSettled(tx, told);
  }),
  onMany(invoicePaid, (tx, messages) =>
    settle(
      tx,
      messages.map(({ data }) => ({
        closed: copyOf(data, { minor: data.totalMinor, status: 'paid' }),
        said: { type: 'Settle', outcome: 'recovered', at: instant(data.paidAt) },
      })),
    ),
  ),
  onMany(invoiceVoided, (tx, messages) =>
    settle(
      tx,
      messages.map(({ data }) => ({
        closed: copyOf(data, { minor: data.totalMinor, status: 'void' }),
        said: { type: 'Settle', outcome: 'voided', at: instant(data.voidedAt) },
      })),
    ),
  ),
  onMany(paymentFailed, (tx, messages) =>
    noteFailures(
      tx,
      messages.map(({ data: { paymentId, invoiceId, failedAt } }) => ({
        ...{ paymentId, invoiceId, at: instant(failedAt) },
      })),
    ),
  ),
  onMany(customerChanged, async (tx, messages) => {
    for (const { data } of messages) saveCustomer(tx, data);
    const manual = messages.filter(({ data }) => data.collection === 'manual');
    await watchCustomers(
      tx,
      manual.map(({ data }) => data.customerId),
    );
  }),
];

interface Settled extends Pick<SettledInvoice, 'said'> {
  readonly closed: ClosedInvoice;
}

async function settle(tx: TenantTx, settled: readonly Settled[]): Promise<void> {
  const known = await stopCollecting(
    tx,
    settled.map(({ closed }) => closed),
  );
  await noteSettled(
    tx,
    settled.map(({ closed: { invoiceId }, said }) => ({ invoiceId, said })),
  );
  await queueMails(
    tx,
    settled.flatMap(({ closed, said: { at } }) => {
      const { invoiceId, number: invoiceNumber, due: money, status } = closed;
      const invoice = known.get(invoiceId);
      if (invoice === undefined || status !== 'paid' || money.minor <= 0n) return [];
      const { addressee = null, customerId } = invoice;
      const of = {
        kind: 'receipt',
        cause: invoiceId,
        addressee,
        invoiceId,
        customerId,
        invoiceNumber,
      } as const;
      return [{ ...of, money, isPayable: false, at }];
    }),
  );
}

interface InvoiceFacts {
  readonly invoiceId: string;
  readonly customerId: string;
  readonly number: string;
  readonly currency: string;
}

function copyOf<Status extends 'open' | 'paid' | 'void'>(
  { invoiceId, customerId, number, currency }: InvoiceFacts,
  { minor, status }: { readonly minor: string; readonly status: Status },
) {
  return { invoiceId, customerId, number, due: moneyOf(minor, currency), status };
}

function moneyOf(minor: string, currency: string): Money {
  assert(isCurrency(currency), 'invoices are in currencies that we know');
  return { minor: BigInt(minor), currency };
}
