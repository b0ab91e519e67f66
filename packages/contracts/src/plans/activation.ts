import { z } from 'zod';
import { defineEvent } from '../event.js';
import { id, instant } from '../scalars.js';

/**
 * Whether a subscription is active that waits for the payment of its first invoice: `awaited` from its start on, without
 * access; `active` once that is paid; `stopped` where it waited long enough, or was cancelled: then that invoice is to be
 * voided, unless it was paid meanwhile. Told in the order of the customer's bills.
 */
export const subscriptionActivation = defineEvent({
  owner: 'plans',
  type: 'subscription.activation',
  version: 1,
  schema: z.strictObject({
    subscriptionId: id('sub'),
    customerId: id('cus'),
    activation: z.enum(['awaited', 'active', 'stopped']),
    at: instant,
  }),
});
