import { assert } from '@tollgate/kernel/assert';
import type { Money } from '@tollgate/kernel/money/money';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { factOfInvoice, lockInvoice } from '../../copies/invoice.js';
import { routeOf } from '../../method/domain/route.js';
import { findMethods } from '../../method/store.js';
import { collectRejection } from '../domain/collect.js';
import { capturedMinor, findStanding } from '../store/payment.js';
import { rowOf } from '../store/row.js';
import { paymentView } from '../view.js';
import { advance, recordPayments } from './advance.js';
import { startPayment } from './collect.js';

export interface PayInvoice {
  readonly invoiceId: string;
  readonly replaceWaiting?: boolean | null;
  /** Null: all that the customer has on file, in turn. */
  readonly paymentMethodId?: string | null;
  readonly idempotencyKey?: string | null;
}

/** Starts a new payment for an open invoice; one that waits for the customer makes room for it where that is asked for. */
export async function payInvoice(caller: Caller, input: PayInvoice) {
  const { invoiceId } = input;
  const asked = {
    name: 'payInvoice',
    input,
    access: 'backend',
    subject: invoiceId,
    waitFor: [factOfInvoice(invoiceId)],
  } as const;
  return command(caller, asked, (tx) => payNow(tx, input));
}

async function payNow(tx: TenantTx, { invoiceId, replaceWaiting, paymentMethodId = null }: PayInvoice) {
  const [copy, standing] = await Promise.all([lockInvoice(tx, invoiceId), findStanding(tx, invoiceId)]);
  const { live } = standing;
  const paidMinor = capturedMinor(standing);
  const invoice = copy === null ? null : { ...copy, due: less(copy.due, paidMinor) };
  const onFile = invoice === null ? [] : await findMethods(tx, [invoice.customerId]);
  const methods = onFile.filter(({ id }) => paymentMethodId === null || id === paymentMethodId);
  const rejection = collectRejection(invoiceId, {
    ...{ invoice, live, paidMinor, hasMethod: methods.length > 0 || paymentMethodId !== null },
    replacesWaiting: replaceWaiting ?? false,
  });
  if (rejection?.reason === 'PaymentInProgress') {
    assert(live !== null, 'what is in progress is there');
    return { ...rejection, payment: paymentView(live) };
  }
  if (rejection !== null) return rejection;
  assert(invoice !== null, 'an unknown invoice is rejected');
  if (paymentMethodId !== null && methods.length === 0) return unknownMethod(paymentMethodId);
  if (live !== null) await advance(tx, live.id, { type: 'Cancel', why: 'replaced' });
  const asked = {
    paymentId: newId('pay'),
    money: invoice.due,
    route: routeOf(methods),
    cause: 'asked',
  } as const;
  const change = await startPayment(tx, invoice, asked);
  await recordPayments(tx, [change]);
  const { state, version } = change.after;
  assert(state !== null, 'what was started is there');
  return { __typename: 'PaymentStarted' as const, payment: paymentView(rowOf(state, version)) };
}

/** What is left to collect; the invoice itself may not have heard of a capture yet. */
function less({ minor, currency }: Money, paidMinor: bigint): Money {
  return { minor: minor - paidMinor, currency };
}

function unknownMethod(paymentMethodId: string) {
  const message = 'The customer has no such payment method on file.';
  return { __typename: 'UnknownPaymentMethod' as const, message, paymentMethodId };
}
