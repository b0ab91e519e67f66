import type { VoidOutcome, VoidRequest } from '../domain/provider.js';
import { toPaypalValue } from '../amounts.js';
import { attempt, createOrder, FULL_ANSWER, getOrder } from './calls.js';
import type { PaypalClient } from './client.js';
import { isNotFound, issueOf, paypalUnanswered } from './errors.js';
import { holdsOf } from './state.js';

/** Releases a hold, also one whose answer was lost. */
export async function release(client: PaypalClient, request: VoidRequest): Promise<VoidOutcome> {
  const found = request.authorisation ?? (await findHold(client, request));
  if (typeof found !== 'string') return found;
  const { request: asked, tries = 0 } = request;
  const voided = await attempt(() =>
    client.payments.voidPayment({
      authorizationId: found,
      paypalRequestId: `${asked.paymentId}:${asked.attempt}:void:${tries}`,
      prefer: FULL_ANSWER,
    }),
  );
  if (voided.outcome === 'unavailable') return voided;
  if (voided.outcome === 'done') return { outcome: 'voided', authorisation: found };
  switch (issueOf(voided.error)) {
    case 'PREVIOUSLY_VOIDED':
    case 'AUTHORIZATION_EXPIRED':
      return { outcome: 'voided', authorisation: found };
    case 'PREVIOUSLY_CAPTURED':
      return { outcome: 'already_captured', authorisation: found };
    case 'RESOURCE_NOT_FOUND':
      return { outcome: 'nothing_held' };
    default:
      return paypalUnanswered(voided.error);
  }
}

/** The hold on the order we know, or on the one that asking again for it gives. A fresh order holds nothing. */
async function findHold(
  client: PaypalClient,
  { request, reference }: VoidRequest,
): Promise<string | VoidOutcome> {
  const value = toPaypalValue(request.money);
  if (value === null) return { outcome: 'nothing_held' };
  const order = await attempt(async () =>
    getOrder(client, reference ?? (await createOrder(client, request, value))),
  );
  if (order.outcome === 'unavailable') return order;
  if (order.outcome === 'refused') {
    return isNotFound(order.error) ? { outcome: 'nothing_held' } : paypalUnanswered(order.error);
  }
  const hold = holdsOf(order.value)[0];
  return hold?.id === undefined || hold.status === 'DENIED' ? { outcome: 'nothing_held' } : hold.id;
}
