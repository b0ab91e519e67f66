import type Stripe from 'stripe';
import type { MethodInspection, MethodToken } from '../domain/provider.js';
import { textIn } from '../json.js';
import { isMissing, stripeUnanswered } from './errors.js';

/** Whose method it is: by its own metadata (`tenant`), or by that of the customer it is attached to. */
export async function inspect(stripe: Stripe, { token }: MethodToken): Promise<MethodInspection> {
  try {
    const method = await stripe.paymentMethods.retrieve(token, { expand: ['customer'] });
    // The SDK takes whatever is no error of Stripe's for an answer, whoever gave it.
    if (method.id !== token)
      return { outcome: 'unavailable', why: 'Stripe answers something else', sent: 'no' };
    const { metadata, customer } = method;
    const owner: unknown = typeof customer === 'string' ? null : customer;
    const named = owner !== null && typeof owner === 'object' && 'metadata' in owner ? owner.metadata : null;
    return {
      outcome: 'found',
      tenant: textIn(metadata, 'tenant') ?? textIn(named, 'tenant') ?? null,
      providerCustomer: (typeof customer === 'string' ? customer : customer?.id) ?? null,
    };
  } catch (error) {
    return isMissing(error) ? { outcome: 'not_found' } : stripeUnanswered(error);
  }
}
