import { assert } from '@tollgate/kernel/assert';
import Stripe from 'stripe';
import { toStripeAmount } from '../amounts.js';
import type { RefundOutcome, RefundPart, RefundRequest } from '../domain/provider.js';
import { rejectionOf, stripeTransient } from './errors.js';

/** Refunds of one intent that are looked through; more of one payment nobody makes. */
const REFUNDS_MAX = 100;

/** Gives back what an intent has captured. Stripe refuses to give all of it back twice, whatever key is asked with. */
export async function refund(stripe: Stripe, request: RefundRequest): Promise<RefundOutcome> {
  const { paymentId, attempt, tries, part } = request;
  const intent = request.authorisation ?? request.reference;
  assert(intent !== undefined, 'what was captured has a name');
  try {
    if (part !== undefined) return await refundPart(stripe, { paymentId, tries, part, intent });
    const { id } = await stripe.refunds.create(
      { payment_intent: intent, metadata: { payment: paymentId } },
      { idempotencyKey: `${paymentId}:${attempt}:refund:${tries}` },
    );
    return { outcome: 'refunded', refund: id };
  } catch (error) {
    if (part === undefined && isRefunded(error)) return { outcome: 'refunded', refund: null };
    const transient = stripeTransient(error);
    if (transient !== undefined) return transient;
    const why = rejectionOf(error);
    if (why === undefined) throw error;
    return { outcome: 'rejected', why };
  }
}

interface PartAsked extends Pick<RefundRequest, 'paymentId' | 'tries'> {
  readonly part: RefundPart;
  readonly intent: string;
}

/**
 * A part can be given back twice, so the key decides: it stays while a request may be under way, and is another one only
 * after Stripe has answered with a fault, which it would repeat. Before each further try its refunds are looked through, for
 * keys are forgotten after a day.
 */
async function refundPart(
  stripe: Stripe,
  { paymentId, tries, part, intent }: PartAsked,
): Promise<RefundOutcome> {
  const amount = toStripeAmount(part.money);
  if (amount === null) return { outcome: 'rejected', why: 'Stripe gives no such amount back.' };
  const before = tries === 0 ? null : await findPart(stripe, intent, part);
  if (before !== null) return { outcome: 'refunded', refund: before };
  const { id } = await stripe.refunds.create(
    { payment_intent: intent, amount, metadata: { payment: paymentId, refund: part.id } },
    { idempotencyKey: `${paymentId}:refund:${part.id}:${part.answers}` },
  );
  return { outcome: 'refunded', refund: id };
}

async function findPart(stripe: Stripe, intent: string, { id }: RefundPart): Promise<string | null> {
  const { data } = await stripe.refunds.list({ payment_intent: intent, limit: REFUNDS_MAX });
  const found = data.find(({ metadata, status }) => metadata?.['refund'] === id && status !== 'failed');
  return found?.id ?? null;
}

const isRefunded = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'charge_already_refunded';
