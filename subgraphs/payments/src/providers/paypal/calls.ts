import { assert } from '@tollgate/kernel/assert';
import { CheckoutPaymentIntent, type Order } from '@paypal/paypal-server-sdk';
import type { AuthoriseRequest, ProviderUnavailable } from '../domain/provider.js';
import type { PaypalClient } from './client.js';
import { paypalTransient } from './errors.js';
import { customIdOf } from './state.js';

const DESCRIPTION_LENGTH_MAX = 127;
export const FULL_ANSWER = 'return=representation';

/** The id of the order; the same payment and attempt give the same one, however often it is asked. */
export async function createOrder(
  client: PaypalClient,
  { paymentId, attempt: count, tenant, invoiceId, money, description }: AuthoriseRequest,
  value: string,
): Promise<string> {
  const { result } = await client.orders.createOrder({
    paypalRequestId: `${paymentId}:${count}:create`,
    prefer: FULL_ANSWER,
    body: {
      intent: CheckoutPaymentIntent.Authorize,
      purchaseUnits: [
        {
          amount: { currencyCode: money.currency, value },
          customId: customIdOf({ tenant, paymentId, invoiceId }),
          // PayPal takes an invoice's id once: a second payment of it is another order.
          invoiceId: `${invoiceId}/${paymentId}/${count}`,
          description: description.slice(0, DESCRIPTION_LENGTH_MAX),
        },
      ],
    },
  });
  assert(result.id !== undefined, 'an order has an id');
  return result.id;
}

/** An order as it stands. */
export async function getOrder(client: PaypalClient, id: string): Promise<Order> {
  const { result } = await client.orders.getOrder({ id });
  return result;
}

export type Attempt<T> =
  | { readonly outcome: 'done'; readonly value: T }
  | ProviderUnavailable
  | { readonly outcome: 'refused'; readonly error: unknown };

/** One call, with a transient fault told apart from a refusal. */
export async function attempt<T>(call: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { outcome: 'done', value: await call() };
  } catch (error) {
    return paypalTransient(error) ?? { outcome: 'refused', error };
  }
}
