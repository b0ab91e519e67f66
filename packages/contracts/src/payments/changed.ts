import { z } from 'zod';
import { defineEvent } from '../event.js';
import { id } from '../scalars.js';

/**
 * Something about a payment changed that its watchers want to see: it came to stand elsewhere, other money is concerned, or
 * the customer is asked for something else. What only passes (nobody has answered yet) is told with what comes of it.
 */
export const paymentChanged = defineEvent({
  owner: 'payments',
  type: 'payment.changed',
  version: 1,
  schema: z.strictObject({
    paymentId: id('pay'),
    customerId: id('cus'),
    /** Grows with every change. */
    revision: z.int().min(1),
  }),
});
