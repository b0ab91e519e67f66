import { assert } from '@tollgate/kernel/assert';
import { toPaypalValue } from '../amounts.js';
import type { RefundOutcome, RefundPart, RefundRequest } from '../domain/provider.js';
import { attempt, getOrder } from './calls.js';
import type { PaypalClient } from './client.js';
import { issueOf, rejectionOf } from './errors.js';
import { capturesOf } from './state.js';

/**
 * Gives back what was captured; PayPal does not give more back than it took. A part is asked for under one key: PayPal
 * remembers what came of it, and takes a request that it answered with a fault as a new one.
 */
export async function refund(client: PaypalClient, request: RefundRequest): Promise<RefundOutcome> {
  const { paymentId, attempt: number, tries, part } = request;
  const amount = part === undefined ? undefined : amountOf(part);
  if (amount === null) return { outcome: 'rejected', why: 'PayPal gives no such amount back.' };
  const given = await attempt(async () => {
    const { result } = await client.payments.refundCapturedPayment({
      captureId: request.capture ?? (await findCapture(client, request)),
      paypalRequestId:
        part === undefined ? `${paymentId}:${number}:refund:${tries}` : `${paymentId}:refund:${part.id}`,
      ...(amount !== undefined && { body: { amount } }),
    });
    return result.id ?? null;
  });
  if (given.outcome === 'unavailable') return given;
  if (given.outcome === 'done') return { outcome: 'refunded', refund: given.value };
  if (part === undefined && issueOf(given.error) === 'CAPTURE_FULLY_REFUNDED')
    return { outcome: 'refunded', refund: null };
  const why = rejectionOf(given.error);
  if (why === undefined) throw given.error;
  return { outcome: 'rejected', why };
}

function amountOf({ money }: RefundPart) {
  const value = toPaypalValue(money);
  return value === null ? null : { currencyCode: money.currency, value };
}

async function findCapture(client: PaypalClient, request: RefundRequest): Promise<string> {
  const order = request.reference ?? (await orderOf(client, request.authorisation));
  const capture = capturesOf(await getOrder(client, order))[0];
  assert(capture?.id !== undefined, 'an order whose money was taken has a capture');
  return capture.id;
}

async function orderOf(client: PaypalClient, authorisation: string | undefined): Promise<string> {
  assert(authorisation !== undefined, 'what was captured has a name');
  const { result } = await client.payments.getAuthorizedPayment({ authorizationId: authorisation });
  const order = result.supplementaryData?.relatedIds?.orderId;
  assert(order !== undefined, 'an authorisation names its order');
  return order;
}
